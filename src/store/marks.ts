/** The marks of the persons a message is about, written with it. */
import type { Mark } from '../vault/vault.ts'
import type { Session, Statement, Value, Values } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { text } from './rows.ts'

/** How many go in one statement; most messages have one, a declaratie hundreds. */
const lots = [64, 8, 1] as const

export interface Marks {
  /** Inside a transaction. */
  put (session: Session, message: number, marks: readonly Mark[]): Promise<void>
  /** Takes away all marks of a message. Inside a transaction. */
  forget (session: Session, message: number): Promise<void>
  /** @returns the names of the keys that any mark is under */
  keys (session: Session): Promise<string[]>
}

/** @returns a mark as text, to find what bears it */
export const markKey = ({ key, hash }: Mark): string => `${key}:${Buffer.from(hash).toString('base64')}`

const rowOf = (nth: number): Record<string, string> => ({ key_id: at(`key${nth}`), message: at('message'), hash: at(`hash${nth}`) })
function valuesOf (message: number, marks: readonly Mark[]): Values {
  const values: Record<string, Value> = { message }
  for (const [nth, { key, hash }] of marks.entries()) { values[`key${nth}`] = key; values[`hash${nth}`] = hash }
  return values
}

/** As they come to stand in the table and its index: thousands written at any place of those take three times as long. */
const inOrder = (marks: readonly Mark[]): Mark[] =>
  marks.map(it => ({ it, hash: Buffer.from(it.hash).toString('latin1') })).sort((one, other) => one.hash < other.hash ? -1 : 1).map(({ it }) => it)

export function marksIn ({ sql, many }: Dialect): Marks {
  const insert = (lot: number): Statement => prepared(sql('client').insert(Array.from({ length: lot }, (_, nth) => rowOf(nth))))
  const put: ReadonlyArray<readonly [number, Statement]> = lots.map(lot =>
    [lot, lot === 1 ? many(insert(1), { key0: 'text', message: 'number', hash0: 'bytes' }) : insert(lot)])
  const next = prepared(sql('client').select('key_id').where('key_id', '>', at('after')).orderByRaw('key_id limit 1'))
  const forget = prepared(sql('client').where({ key_id: at('key'), message: at('message') }).delete())

  /** From one key straight to the next, past all its marks. */
  async function keys (session: Session): Promise<string[]> {
    const found: string[] = []
    for (;;) {
      const [row] = await session.all(next, { after: found.at(-1) ?? '' })
      if (row === undefined) return found
      found.push(text(row, 'key_id'))
    }
  }

  return {
    keys,
    async forget (session, message) {
      for (const key of await keys(session)) await session.run(forget, { key, message })
    },
    async put (session, message, all) {
      const marks = inOrder(all)
      let done = 0
      for (const [lot, statement] of put) {
        for (; marks.length - done >= lot; done += lot) await session.run(statement, valuesOf(message, marks.slice(done, done + lot)))
      }
    }
  }
}
