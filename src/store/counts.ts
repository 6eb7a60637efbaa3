/** What several processes at one database tell one another of how much each account asks. */
import type { Db } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { text, whole } from './rows.ts'

/** What is asked by an account: requests in the minute that goes on, and requests that are being answered. */
export interface Asked { readonly minute: number, readonly open: number }

export interface CountVerbs {
  /** Tells how much of this process's accounts is asked, where it changed or is to be kept alive. @returns the same of all other processes together; what a process said lately only, for it may be dead */
  tellCounts (process: string, counts: ReadonlyArray<Asked & { readonly account: string }>): Promise<ReadonlyMap<string, Asked>>
  /** Takes back all it told. */
  leaveCounts (process: string): Promise<void>
}

const minute_ms = 60_000
/** A process that answers something says so more often than this. */
const alive_ms = 6_000

function statements ({ sql, clock }: Dialect) {
  return {
    tell: prepared(sql.raw(`with gone as (delete from request_count where process <> ? and told_ms < ${clock} - ${minute_ms}),
      told as (insert into request_count (process, account, minute, open, told_ms)
        select ?, it.account, it.minute, it.open, ${clock} from json_to_recordset(cast(? as json)) as it(account text, minute bigint, open bigint) order by it.account
        on conflict (process, account) do update set minute = excluded.minute, open = excluded.open, told_ms = excluded.told_ms)
      select account, sum(minute) as minute, sum(case when told_ms > ${clock} - ${alive_ms} then open else 0 end) as open
      from request_count where process <> ? and told_ms > ${clock} - ${minute_ms} group by account`, [at('process'), at('process'), at('told'), at('process')])),
    leave: prepared(sql('request_count').where('process', at('process')).delete())
  }
}

/** @returns the verbs; where one process serves there is nobody to tell */
export function askedVerbs (db: Db, dialect: Dialect): CountVerbs {
  if (dialect.name === 'sqlite') return { tellCounts: async () => new Map(), leaveCounts: async () => {} }
  const sql = statements(dialect)
  return {
    async tellCounts (process, counts) {
      const rows = await db.write(session => session.all(sql.tell, { process, told: JSON.stringify(counts) }))
      return new Map(rows.map(row => [text(row, 'account'), { minute: whole(row, 'minute'), open: whole(row, 'open') }]))
    },
    async leaveCounts (process) { await db.write(session => session.run(sql.leave, { process })) }
  }
}
