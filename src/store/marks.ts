/** The marks of the persons a message is about, written with it. */
import type { Mark } from '../vault/vault.ts'
import type { Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { writeRows, writing } from './lots.ts'
import { text } from './rows.ts'

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

/** @returns what bears marks, as those stand in an index: thousands written at any place of it take three times as long */
export const inOrder = <T>(all: readonly T[], markOf: (one: T) => Mark): T[] =>
  all.map(it => ({ it, hash: Buffer.from(markOf(it).hash).toString('latin1') })).sort((one, other) => one.hash < other.hash ? -1 : 1).map(({ it }) => it)

export function marksIn ({ sql, many }: Dialect): Marks {
  const put = writing(['key_id', 'message', 'hash'], rows => sql('client').insert(rows), one => many(one, { key_id: 'text', message: 'number', hash: 'bytes' }))
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
      await writeRows(put, inOrder(all, it => it), ({ key, hash }) => ({ key_id: key, message, hash }), (statement, values) => session.run(statement, values))
    }
  }
}
