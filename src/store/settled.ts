/** Lists in the order of numbers where many write: a row is shown when every transaction has ended that took a lower number. */
import type { Knex } from 'knex'
import type { Db, Statement } from './db.ts'
import type { Dialect } from './dialect.ts'
import { month_numbers } from './migrations/months.ts'
import { whole } from './rows.ts'

/** Tables paged in the order of their numbers, and where the numbers come from on PostgreSQL. */
export const sequences = { message: 'message_number', batch: 'batch_seq_seq', notice: 'notice_seq_seq', refused: 'refused_seq_seq' } as const
export type Numbered = keyof typeof sequences

/** @returns the sequence for the functions of step 0022 */
export const takenFrom = (table: Numbered): string => `'${sequences[table]}'`

const known = (table: Numbered): Statement => ({ sql: `select known_up_to(${takenFrom(table)}) as known`, slots: [], kept: true })

/** Narrows a list to rows before which nothing can come any more. @param column their numbers */
export type Settled = (query: Knex.QueryBuilder, column: string) => Knex.QueryBuilder

/**
 * Before which number nothing can come any more, to be asked before the list itself is. It only rises: who takes a number may be late with
 * his lock, which then names one that was known before.
 * @returns what narrows a list, given where the page before it ended: that was known, and so is all below it
 */
export function settling (db: Pick<Db, 'read'>, { name }: Dialect, table: Numbered): (before?: number | null) => Promise<Settled> {
  if (name === 'sqlite') return async () => query => query
  // Messages of before all months came from another database; the others count on through the months, in the low 40 bits.
  const counted = (seq: number): number => table === 'message' ? seq % month_numbers : seq
  let highest = 0
  return async (before = null) => {
    const [row] = await db.read(session => session.all(known(table)))
    highest = Math.max(highest, whole(row ?? {}, 'known'))
    const upTo = Math.max(highest, before === null || (table === 'message' && before < month_numbers) ? 0 : counted(before))
    return table === 'message'
      ? (query, column) => query.whereRaw('(?? < ? or (?? & ?) <= ?)', [column, month_numbers, column, month_numbers - 1, upTo])
      : (query, column) => query.where(column, '<=', upTo)
  }
}
