/** What one of several processes does at a time: taken, kept while that process lives, given back, and passed on when it is dead. */
import { version } from '../version.ts'
import type { Db, Session } from './db.ts'
import { at, hold, prepared, type Dialect } from './dialect.ts'
import { text, whole } from './rows.ts'

/** Something that one process at a time does. `fence` rises whenever it changes hands: who was too slow is known by an older one. */
export interface Held { readonly name: string, readonly process: string, readonly fence: number }

/** What is known of the processes at one database when one of them says that it lives. */
export interface Alive {
  /** Of those that live, to whom work is shared out; in one order for all. */
  readonly sharing: readonly string[]
  /** What the asking process has. */
  readonly held: readonly Held[]
  /** What the database's clock said, in milliseconds since 1970. */
  readonly now: number
}

/** By the clock of the database: those of the processes may differ as they like. */
export interface TenureVerbs {
  /** Says that a process lives for so long from now, and whether work is shared out to it. One that was thought dead has what nobody took meanwhile. */
  live (process: string, ms: number, shares: boolean): Promise<Alive>
  /** Takes of these what no living process has. @returns what this one has of them now; nothing when it is not alive itself */
  take (process: string, names: readonly string[]): Promise<Held[]>
  /** Gives back what is still held under its fence, so that another may take it at once. */
  leave (held: readonly Held[]): Promise<void>
}

const lock = 'tenure'

function statements ({ sql, clock }: Dialect) {
  const lives = (process: string) => `exists (select 1 from process as p where p.id = ${process} and p.until_ms > ${clock})`
  return {
    gone: prepared(sql.raw(`delete from process where until_ms <= ${clock}`)),
    live: prepared(sql.raw(`insert into process (id, version, shares, until_ms) values (?, ?, ?, ${clock} + ?)
      on conflict (id) do update set shares = excluded.shares, until_ms = excluded.until_ms`, [at('process'), version, at('shares'), at('ms')])),
    now: prepared(sql.raw(`select ${clock} as now`)),
    sharing: prepared(sql.raw(`select id from process where shares = 1 and until_ms > ${clock} order by id`)),
    held: prepared(sql('tenure').select('name', 'fence').where('process', at('process')).orderBy('name')),
    take: prepared(sql.raw(`insert into tenure (name, process, fence) select ?, ?, 1 where ${lives('?')}
      on conflict (name) do update set process = excluded.process, fence = tenure.fence + 1
      where tenure.process <> excluded.process and not ${lives('tenure.process')} returning fence`, [at('name'), at('process'), at('process')])),
    mine: prepared(sql.raw(`select fence from tenure where name = ? and process = ? and ${lives('process')}`, [at('name'), at('process')])),
    leave: prepared(sql('tenure').where({ name: at('name'), process: at('process'), fence: at('fence') }).update({ process: '' })),
    holds: prepared(sql.raw(`select 1 as holds from tenure where name = ? and process = ? and fence = ? and ${lives('process')}`, [at('name'), at('process'), at('fence')]))
  }
}

/** @returns what tells inside a transaction whether a process still has what it works under; who works under nothing is alone here, and always may */
export function fenced (dialect: Dialect): (session: Session, held: Held | null | undefined) => Promise<boolean> {
  const { holds } = statements(dialect)
  return async (session, held) => held === null || held === undefined || (await session.all(holds, { ...held })).length > 0
}

/** @returns the verbs */
export function tenureVerbs (db: Db, dialect: Dialect): TenureVerbs {
  const sql = statements(dialect)
  // One after the other: what one has just taken, or kept alive, another sees.
  const alone = <T>(work: (session: Session) => Promise<T>): Promise<T> => db.write(async session => {
    await hold(session, dialect, lock)
    return await work(session)
  })
  return {
    live: (process, ms, shares) => alone(async session => {
      await session.run(sql.live, { process, ms, shares: shares ? 1 : 0 })
      await session.run(sql.gone)
      const sharing = (await session.all(sql.sharing)).map(row => text(row, 'id'))
      const [row] = await session.all(sql.now)
      return { sharing, now: whole(row ?? {}, 'now'), held: (await session.all(sql.held, { process })).map(row => ({ name: text(row, 'name'), process, fence: whole(row, 'fence') })) }
    }),
    take: (process, names) => alone(async session => {
      const got: Held[] = []
      for (const name of names) {
        const [row] = [...await session.all(sql.take, { name, process }), ...await session.all(sql.mine, { name, process })]
        if (row !== undefined) got.push({ name, process, fence: whole(row, 'fence') })
      }
      return got
    }),
    leave: held => alone(async session => { for (const it of held) await session.run(sql.leave, { ...it }) })
  }
}
