/** What a view lets through, as a condition on rows of messages, called `m`. */
import type { Knex } from 'knex'
import type { Values } from './db.ts'
import { at, type Dialect } from './dialect.ts'
import { families } from './rows.ts'
import type { View } from './verbs.ts'

/** In which states a receiver sees a message. */
export const shown = ['offered', 'delivered'] as const

/** No party is shown what was imported only to be known. It stands in the statement, for no place is given it. */
const sent = 'import'

const places = (side: 'send' | 'receive'): string[] => families.map(family => at(`${side}_${family}`))

/** Narrows to what a view sees as sender: what its families sent. */
export const asSender = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where('m.sender', at('party')).whereIn('m.family', places('send')).whereNot('m.origin', sent)

/** Narrows to what a view sees as receiver, in whatever state: its families, and answers to what it may send. */
export const asReceiver = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where('m.receiver', at('party')).whereNot('m.origin', sent)
  .where(either => either.whereIn('m.family', places('receive')).orWhere(retour => retour.whereIn('m.family', places('send')).whereNotNull('m.answers')))

/** Narrows to the one message with this id, if the view sees it. @param numbers other columns that hold its number */
export const visible = ({ ofId }: Dialect, query: Knex.QueryBuilder, ...numbers: string[]): Knex.QueryBuilder => ofId(query, 'm.id', at('id'), 'm.seq', ...numbers)
  .where(either => either.where(own => asSender(own)).orWhere(got => asReceiver(got).whereIn('m.delivery', shown)))

/** @returns what the places above are filled with; no family has an empty name */
export function viewValues ({ party, send, receive }: View): Values {
  const slots = (side: string, held: readonly string[]) => families.map(family => [`${side}_${family}`, held.includes(family) ? family : ''] as const)
  return { party, ...Object.fromEntries([...slots('send', send), ...slots('receive', receive)]) }
}
