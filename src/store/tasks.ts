/** Tasks: what handlers ask a person to do, opened with the end of a delivery, listed, and decided once. */
import { setImmediate as turn } from 'node:timers/promises'
import { taskId, taskStates, type Instant, type TaskId } from '../core/core.ts'
import type { Audit } from './audit.ts'
import { cursorOf, placeOf } from './cursor.ts'
import type { Db, Row, Session } from './db.ts'
import type { DecidingVerbs, OpenedTask, Task, TaskFilter } from './deciding.ts'
import { at, once, places, prepared, type Dialect } from './dialect.ts'
import { account, at as instantOf, families, maybe, message, messageType, oneOf, partyOf, text } from './rows.ts'
import type { View } from './verbs.ts'

/** How many are looked at in one go. */
const window_tasks = 1_000

/** Inside the transaction that ends the delivery of the message with this `seq`. */
export type OpenTasks = (session: Session, seq: number, tasks: readonly OpenedTask[], now: Instant) => Promise<void>

/** @returns what opens tasks in the name of who gets the message */
export function taskOpener ({ sql }: Dialect, audit: Audit): OpenTasks {
  const about = prepared(sql('message').select(['id', 'receiver']).where('seq', at('seq')))
  const open = prepared(sql('task').insert({ ...places(['id', 'message', 'party', 'handler', 'code', 'opened_ms', 'due_ms']), state: 'open' }))
  return async (session, seq, tasks, now) => {
    if (tasks.length === 0) return
    const [row = {}] = await session.all(about, { seq })
    for (const { id, handler, code, due = null } of tasks) {
      await session.run(open, { id, message: seq, party: partyOf(row, 'receiver'), handler, code, opened_ms: now, due_ms: due })
      await audit(session, { at: now, event: 'task', message: message(row, 'id'), detail: `${code}:${id}` })
    }
  }
}

const taskOf = (row: Row): Task => ({
  id: taskId(text(row, 'id')),
  message: message(row, 'message_id'),
  type: messageType(row, 'type'),
  party: partyOf(row, 'party'),
  handler: text(row, 'handler'),
  code: text(row, 'code'),
  opened: instantOf(row, 'opened_ms'),
  due: maybe(row, 'due_ms', instantOf),
  state: oneOf(row, 'state', taskStates),
  decided: row['decided_ms'] === null ? null : { by: maybe(row, 'decided_by', account), reason: text(row, 'decided_reason'), now: instantOf(row, 'decided_ms') }
})

/** As a receiver sees messages: its families, and answers to what it may send. */
function seenBy (view: View | undefined, row: Row): boolean {
  if (view === undefined) return true
  const family = oneOf(row, 'family', families)
  return row['party'] === view.party && (view.receive.includes(family) || (row['answers'] !== null && view.send.includes(family)))
}

const columns = ['t.*', 'm.id as message_id', 'm.type', 'm.family', 'm.answers']

/** @returns the verbs of tasks */
export function taskVerbs (db: Db, { sql, lock }: Dialect, audit: Audit): Pick<DecidingVerbs, 'tasks' | 'decideTask'> {
  const tasks = () => sql('task as t').join('message as m', 'm.seq', 't.message').select(columns)
  const one = prepared(lock(tasks().where('t.id', at('id'))))
  const decide = prepared(sql('task').where('id', at('id')).update({ state: at('state'), decided_by: at('by'), decided_reason: at('reason'), decided_ms: at('now') }))

  /** By the index: those of one party, or of all, in their order. */
  async function window ({ state, party, view }: TaskFilter, after: string): Promise<Row[]> {
    const query = tasks().where('t.state', state).where('t.id', '>', after).orderBy('t.id').limit(window_tasks)
    const of = view?.party ?? party
    return await db.read(session => session.all(once(of === undefined ? query : query.where('t.party', of))))
  }
  const wanted = ({ party, view, code }: TaskFilter, row: Row): boolean =>
    (party === undefined || row['party'] === party) && (code === undefined || row['code'] === code) && seenBy(view, row)

  return {
    async tasks (filter) {
      const items: Task[] = []
      for (let after = filter.cursor === undefined ? '' : placeOf(filter.cursor); ;) {
        const rows = await window(filter, after)
        for (const row of rows) {
          if (!wanted(filter, row)) continue
          if (items.length === filter.limit) return { items, next: cursorOf(items.at(-1)?.id ?? '') }
          items.push(taskOf(row))
        }
        const last = rows.at(-1)
        if (rows.length < window_tasks || last === undefined) return { items, next: null }
        after = text(last, 'id')
        await turn()
      }
    },
    decideTask: (id: TaskId, decision, { by, reason, now }, view) => db.write(async session => {
      const [row] = await session.all(one, { id })
      if (row === undefined || !seenBy(view, row)) return 'absent'
      if (row['state'] !== 'open') return 'decided'
      await session.run(decide, { id, state: decision, by, reason, now })
      await audit(session, { at: now, event: `task_${decision}`, message: message(row, 'message_id'), account: by, detail: [text(row, 'code'), id, reason].join(':') })
      return 'done'
    })
  }
}
