/** What is looked for in a queue: the published three ways; the members of each are inferred from what they are called. */
import { Ajv } from 'ajv'
import { Type, type Static } from 'typebox'
import { Refusal, type MessageId } from '../../core/core.ts'
import type { StoredMessage, View } from '../../store/store.ts'
import { berichtstroomShape, closed, uuidShape } from './metadata.ts'
import type { VspParts } from './parts.ts'
import type { Values } from './values.ts'

const { berichttype, berichtsubtype, berichtversie, berichtsubversie, actie } = berichtstroomShape.properties
const stroomShape = Type.Object({
  zoekpadType: Type.Literal('ZoekpadOpBerichtstroom'),
  berichtstroom: Type.Object({
    berichttype: Type.Optional(berichttype), berichtsubtype, berichtversie: Type.Optional(berichtversie), berichtsubversie: Type.Optional(berichtsubversie), actie: Type.Optional(actie)
  }, { ...closed, $id: 'GezochteBerichtstroom', description: 'As much of it as is looked for.' })
}, { ...closed, $id: 'ZoekpadOpBerichtstroom' })
const conversatieShape = Type.Object({ zoekpadType: Type.Literal('ZoekpadOpConversatieId'), conversatieId: uuidShape('Of the conversation, as you know it.') }, { ...closed, $id: 'ZoekpadOpConversatieId' })
const antwoordShape = Type.Object({ zoekpadType: Type.Literal('ZoekpadOpAlsAntwoordOp'), alsAntwoordOp: uuidShape('traceerId of the message that is answered, as you know it.') }, { ...closed, $id: 'ZoekpadOpAlsAntwoordOp' })

/** The body of zoeken. */
export const zoekpadShape = Type.Union([stroomShape, conversatieShape, antwoordShape])
export type Zoekpad = Static<typeof zoekpadShape>

const check = new Ajv({ formats: { uuid: true } }).compile<Zoekpad>(zoekpadShape)
const told = 'zoekpadType: ZoekpadOpBerichtstroom (berichtstroom), ZoekpadOpConversatieId (conversatieId) of ZoekpadOpAlsAntwoordOp (alsAntwoordOp)'

/** @throws Refusal ZP_QUERY, which tells no value */
export function zoekpadIn (body: unknown): Zoekpad {
  let it: unknown
  try { it = JSON.parse(body instanceof Uint8Array ? Buffer.from(body).toString() : '') } catch { throw new Refusal('ZP_QUERY', `JSON; ${told}`) }
  if (!check(it)) throw new Refusal('ZP_QUERY', told)
  return it
}

/** What a party knows to be of a conversation is little: at most this many of it are looked through. */
const conversation_max = 1_000

/** @returns those of these messages that wait for the view's party */
async function waiting (store: VspParts['store'], view: View, ids: readonly MessageId[]): Promise<StoredMessage[]> {
  const found: StoredMessage[] = []
  for (const id of ids) {
    const message = await store.message(view, id)
    if (message?.receiver === view.party && message.delivery === 'offered') found.push(message)
  }
  return found
}

/** @returns what answers the message that the party knows by this number, or it was told to answer it */
async function answering (store: VspParts['store'], view: View, number: string): Promise<MessageId[]> {
  const id = await store.byNumber(view, number)
  const conversatie = id === null ? undefined : (await store.numbers(view.party, [id])).get(id)?.conversatie
  const around = conversatie === undefined ? [] : await store.conversation(view, conversatie, conversation_max)
  const numbers = await store.numbers(view.party, around)
  return around.filter(it => numbers.get(it)?.answers === number)
}

/** @returns of what waits for the view's party the oldest that is looked for */
export async function searched (store: VspParts['store'], values: Values, view: View, zoekpad: Zoekpad, limit: number): Promise<StoredMessage[]> {
  switch (zoekpad.zoekpadType) {
    case 'ZoekpadOpBerichtstroom': return (await store.mailbox(view, 10_000)).filter(it => values.types(zoekpad.berichtstroom).includes(it.type)).slice(0, limit)
    case 'ZoekpadOpConversatieId': return await waiting(store, view, await store.conversation(view, zoekpad.conversatieId.toLowerCase(), conversation_max))
    case 'ZoekpadOpAlsAntwoordOp': return await waiting(store, view, await answering(store, view, zoekpad.alsAntwoordOp.toLowerCase()))
  }
}
