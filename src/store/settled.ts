/** Lists in the order of numbers where many write: a row is shown when every transaction has ended that took a lower number. */
import type { Knex } from 'knex'
import type { Db, Statement } from './db.ts'
import type { Dialect } from './dialect.ts'
import { whole } from './rows.ts'

/** Tables paged in the order of their numbers, and where the numbers come from on PostgreSQL. */
const sequences = { message: 'message_number', batch: 'batch_seq_seq', notice: 'notice_seq_seq', refused: 'refused_seq_seq' } as const
export type Numbered = keyof typeof sequences

/** @returns for the functions of step 0022: the sequence, and what locks are named by; both stay as they are */
export const takenFrom = (table: Numbered): string => `'${sequences[table]}', ${Object.keys(sequences).indexOf(table) + 1}`

const known = (table: Numbered): Statement => ({ sql: `select known_up_to(${takenFrom(table)}) as known`, slots: [], kept: true })

/** Narrows a list to rows before which nothing can come any more. @param column their numbers */
export type Settled = (query: Knex.QueryBuilder, column: string) => Knex.QueryBuilder

/** To be asked before the list itself is: of what was known then, all is in that. @returns what narrows the list; nothing where numbers are committed in their order */
export async function settled (db: Pick<Db, 'read'>, { name }: Dialect, table: Numbered): Promise<Settled> {
  if (name === 'sqlite') return query => query
  const [row] = await db.read(session => session.all(known(table)))
  const upTo = whole(row ?? {}, 'known')
  // Messages of before all months came from another database; the others count on through the months, in the low 40 bits.
  return table === 'message'
    ? (query, column) => query.whereRaw('(?? < 1099511627776 or (?? & 1099511627775) <= ?)', [column, column, upTo])
    : (query, column) => query.where(column, '<=', upTo)
}
