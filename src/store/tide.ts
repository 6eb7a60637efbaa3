/** From where a queue is looked through: past what was done at the last look, and now and then from further back, so that nothing is missed. */
import type { Knex } from 'knex'
import type { Row, Session, Statement, Values } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { text, whole } from './rows.ts'

/** What becomes visible so much later than it was due is found by every look: a transaction takes its time, and clocks differ. */
export const margin_ms = 2_000
/** What became visible a minute too late is found within this time. */
const [minute_ms, middle_ms] = [60_000, 5_000]
/** A look from the beginning, which passes everything done that somebody may still see, comes once a minute, and takes at most this part of the time. */
const looking = 0.02

/** A place in the order of a queue. */
export interface Place { readonly due: number, readonly id: number }
/** One look at a queue. */
export interface Look extends Place { readonly from: 'mark' | 'middle' | 'beginning', readonly era: number }
interface Mark extends Place { readonly middle_at: number, readonly beginning_at: number, readonly took_ms: number, readonly era: number }

/** How far one process has seen some queues done, each under a name. */
export interface Tide {
  /** @returns from where to look now */
  from (queue: string, now: number): Look
  /** A look was committed. @param first what is left begins here; null: nothing is, only what comes is to be found */
  found (queue: string, now: number, look: Look, first: Place | null, took_ms: number): void
  /** There is something to be found at a place that may have been passed. */
  back (queue: string, place: Place): void
  /** Leases were taken away, and nobody knows whose: the next looks begin at the beginning. */
  forget (): void
  queues (): readonly string[]
}

/** What handlers are shown, and what they have put off until a moment. */
export const [handleQueue, heldQueue] = ['handle', 'held']
const pushPrefix = 'push '
/** What is pushed to a party. */
export const pushQueue = (target: string): string => pushPrefix + target

const beginning: Place = { due: 0, id: 0 }
/** A look at a queue that has no mark. */
export const unknown: Look = { ...beginning, from: 'beginning', era: 0 }
/** @returns whichever stands first in a queue */
export const firstOf = (a: Place, b: Place): Place => a.due < b.due || (a.due === b.due && a.id < b.id) ? a : b

export function openTide (): Tide {
  const marks = new Map<string, Mark>()
  // A clock that was set back is no reason to miss anything.
  const since = (now: number, before: number): number => now < before ? Infinity : now - before
  const placed = (mark: Mark, now: number): Pick<Look, 'from'> & Place => {
    if (since(now, mark.beginning_at) >= Math.max(minute_ms, mark.took_ms / looking)) return { ...beginning, from: 'beginning' }
    if (since(now, mark.middle_at) >= middle_ms) return { due: Math.min(mark.due, now) - minute_ms, id: 0, from: 'middle' }
    return { ...firstOf(mark, { due: now - margin_ms, id: 0 }), from: 'mark' }
  }
  return {
    queues: () => [...marks.keys()],
    forget: () => { marks.clear() },
    from (queue, now) {
      const mark = marks.get(queue)
      return mark === undefined ? unknown : { ...placed(mark, now), era: mark.era }
    },
    found (queue, now, { from, era }, first, took_ms) {
      const mark = marks.get(queue) ?? { ...beginning, middle_at: now, beginning_at: now, took_ms, era }
      // Marks were forgotten meanwhile.
      if (!marks.has(queue) && from !== 'beginning') return
      const past = first ?? { due: now - margin_ms, id: 0 }
      marks.set(queue, {
        // What was put back meanwhile may not have been seen.
        ...mark.era === era ? past : firstOf(mark, past),
        era: mark.era,
        middle_at: from === 'mark' ? mark.middle_at : now,
        ...from === 'beginning' ? { beginning_at: now, took_ms } : { beginning_at: mark.beginning_at, took_ms: mark.took_ms }
      })
    },
    back (queue, place) {
      const mark = marks.get(queue)
      if (mark !== undefined) marks.set(queue, { ...mark, ...firstOf(mark, place), era: mark.era + 1 })
    }
  }
}

type Kind = 'handle' | 'push'
/** @returns the queue of a row with `kind` and `target` */
export const queueOf = (row: Row): string => row['kind'] === 'push' ? pushQueue(text(row, 'target')) : handleQueue

/** @returns from where to look at each target that was looked at before */
export function looksAt (tide: Tide, now: number): ReadonlyMap<string, Look> {
  const queues = tide.queues().filter(it => it.startsWith(pushPrefix))
  return new Map(queues.map(it => [it.slice(pushPrefix.length), tide.from(it, now)]))
}

/** @returns the place of a row with `due_ms` and `id` */
export const placeOf = (row: Row): Place => ({ due: whole(row, 'due_ms'), id: whole(row, 'id') })

/** @returns from where there may be more after so many were claimed; null when that was all */
export function behind (rows: readonly Row[], limit: number): Place | null {
  const [last, ...others] = rows.map(placeOf)
  if (last === undefined || rows.length < limit) return null
  return others.reduce((a, b) => firstOf(a, b) === a ? b : a, last)
}

/** @returns the query from a look's place on, with the values of `lookValues`; as it was where what is deleted is gone */
export const sinceLook = ({ name }: Dialect, query: Knex.QueryBuilder): Knex.QueryBuilder =>
  name === 'postgres' ? query.whereRaw('(due_ms, id) >= (?, ?)', [at('from_due'), at('from_id')]) : query
export const lookValues = ({ due, id }: Place): Values => ({ from_due: due, from_id: id })

/**
 * A table of work is mostly empty, and full of what is done: by its statistics every index is as good as another. Here a state is no
 * constant when the plan is made, so an index of work in that state only, in another order, is none that may be chosen.
 */
export const inState = ({ name }: Dialect, kind: Kind, state: 'due' | 'held'): string => `kind = '${kind}' and state = ${name === 'postgres' ? `(select '${state}')` : `'${state}'`}`

/** So often it is looked which leases have passed. */
const passing_ms = 1_000

/**
 * What was claimed and not finished stands far behind what is claimed now: it is found by its lease, when that has passed.
 * @returns what looks for it, and puts the marks of its queues back; does nothing where queues are looked through from their beginning
 */
export function passed ({ name, sql }: Dialect, kind: Kind, tide: Pick<Tide, 'back'>): (session: Session, now: number) => Promise<void> {
  const statement: Statement = prepared(sql('delivery').select(['kind', 'target', 'due_ms', 'id']).whereRaw(`kind = '${kind}' and lease_until_ms > 0`)
    .where('lease_until_ms', '>', at('from')).where('lease_until_ms', '<=', at('now')))
  let looked = -Infinity
  return async (session, now) => {
    if (name === 'sqlite' || (now >= looked && now - looked < passing_ms)) return
    const from = now < looked ? 0 : Math.max(0, looked - margin_ms)
    for (const row of await session.all(statement, { from, now })) tide.back(queueOf(row), placeOf(row))
    looked = now
  }
}
