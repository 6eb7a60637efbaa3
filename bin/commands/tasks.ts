/** `zorgpoort tasks`: what handlers ask people to do: listed, and said to be done or not. */
import { Option, type Command } from 'commander'
import { isMessageId, rfc3339, systemClock, taskId, taskStates, type Instant, type TaskId, type TaskState } from '../../src/core/core.ts'
import type { Task } from '../../src/store/store.ts'
import { countIn, partyIn, reasonIn } from '../decide.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'

interface ListOptions extends Place { readonly party?: string, readonly code?: string, readonly state: TaskState, readonly limit: number, readonly json?: boolean }

const late = ({ state, due }: Task, now: Instant): boolean => state === 'open' && due !== null && due <= now
const asJson = ({ decided, opened, due, ...it }: Task): Record<string, unknown> =>
  ({ ...it, opened: rfc3339(opened), due: due === null ? null : rfc3339(due), decided: decided === null ? null : { at: rfc3339(decided.now), by: decided.by, reason: decided.reason } })

function row (it: Task, now: Instant): string {
  const { id, party, handler, code, type, message, opened, due, decided } = it
  const term = due === null ? '' : `  due ${rfc3339(due)}${late(it, now) ? ' LATE' : ''}`
  const end = decided === null ? '' : `  ${it.state} ${rfc3339(decided.now)} by ${decided.by ?? 'the command line'} (${decided.reason})`
  return `${rfc3339(opened)}  ${id}  ${party}  ${code} (${handler})  about ${type} ${message}${term}${end}`
}

async function list ({ party, code, state, limit, json = false, ...place }: ListOptions): Promise<string> {
  const filter = { state, limit, ...(party === undefined ? {} : { party: partyIn(party) }), ...(code === undefined ? {} : { code }) }
  const { items, next } = await withStore(place, store => store.tasks(filter))
  if (json) return JSON.stringify({ tasks: items.map(asJson), more: next !== null })
  if (items.length === 0) return `No task is ${state}.`
  const now = systemClock.now()
  const counted = `${items.length} ${items.length === 1 ? 'task is' : 'tasks are'} ${state}${next === null ? '' : ' and there are more (--limit)'}`
  return [...items.map(it => row(it, now)), '', state === 'open' ? `${counted}: "zorgpoort tasks done ID --reason CODE" or "tasks refuse" ends one.` : `${counted}.`].join('\n')
}

/** @throws WrongUse when the text is no id */
function idIn (text: string): TaskId {
  if (!isMessageId(text)) throw new WrongUse('that is no task id; "zorgpoort tasks list" shows them')
  return taskId(text)
}

async function decide (text: string, decision: 'done' | 'refused', { reason, ...place }: Place & { reason: string }): Promise<string> {
  const id = idIn(text)
  const result = await withStore(place, store => store.decideTask(id, decision, { by: null, reason, now: systemClock.now() }))
  if (result === 'absent') throw new Problem(`no task ${id} in this database`)
  if (result === 'decided') throw new Problem(`task ${id} was decided already; "zorgpoort tasks list --state done" and "--state refused" show by whom`)
  return `${id} is ${decision}.`
}

export function tasks (program: Command): void {
  const group = program.command('tasks').description('what handlers ask people to do: list, done, refuse')
  withPlace(group.command('list').description('tasks, oldest first'))
    .option('--party <code>', 'of this party')
    .option('--code <code>', 'what is to be done')
    .addOption(new Option('--state <state>', 'those that are open, or were decided so').choices(taskStates).default('open'))
    .option('--limit <number>', 'no more than so many', countIn, 100)
    .option('--json', 'as JSON')
    .action(async (options: ListOptions) => { console.log(await list(options)) })
  for (const [verb, decision, says] of [['done', 'done', 'say that a task was done'], ['refuse', 'refused', 'say that a task will not be done']] as const) {
    withPlace(group.command(verb).description(says).argument('<id>', 'of the task'))
      .requiredOption('--reason <code>', 'why, as a code such as called_client: it goes in the audit and the message’s history', reasonIn)
      .action(async (id: string, options: Place & { reason: string }) => { console.log(await decide(id, decision, options)) })
  }
}
