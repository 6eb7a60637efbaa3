/** The marks of the persons a message is about, written with it. */
import type { Mark } from '../vault/vault.ts'
import type { Session, Statement, Values } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'

/** How many go in one statement; most messages have one, a declaratie hundreds. */
const lots = [64, 8, 1] as const

export interface Marks {
  /** Inside a transaction. */
  put (session: Session, message: number, marks: readonly Mark[]): Promise<void>
}

const rowOf = (nth: number): Record<string, string> => ({ key_id: at(`key${nth}`), message: at('message'), hash: at(`hash${nth}`) })
const valuesOf = (message: number, marks: readonly Mark[]): Values =>
  Object.assign({ message }, ...marks.map(({ key, hash }, nth) => ({ [`key${nth}`]: key, [`hash${nth}`]: hash })))

export function marksIn ({ sql }: Dialect): Marks {
  const put: ReadonlyArray<readonly [number, Statement]> = lots.map(lot =>
    [lot, prepared(sql('client').insert(Array.from({ length: lot }, (_, nth) => rowOf(nth))))])
  return {
    async put (session, message, marks) {
      let done = 0
      for (const [lot, statement] of put) {
        for (; marks.length - done >= lot; done += lot) await session.run(statement, valuesOf(message, marks.slice(done, done + lot)))
      }
    }
  }
}
