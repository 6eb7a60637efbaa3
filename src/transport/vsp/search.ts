/** What is looked for in a queue: the published three ways; the members of each are inferred from what they are called. */
import { Ajv } from 'ajv'
import { Type, type Static } from 'typebox'
import { never, Refusal } from '../../core/core.ts'
import type { MailboxSearch } from '../../store/store.ts'
import { berichtstroomShape, closed, uuidShape } from './metadata.ts'
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

/** @returns the same, as the store looks for it */
export function searchOf (zoekpad: Zoekpad, values: Pick<Values, 'types'>): MailboxSearch {
  switch (zoekpad.zoekpadType) {
    case 'ZoekpadOpBerichtstroom': return { types: values.types(zoekpad.berichtstroom) }
    case 'ZoekpadOpConversatieId': return { conversatie: zoekpad.conversatieId.toLowerCase() }
    case 'ZoekpadOpAlsAntwoordOp': return { answers: zoekpad.alsAntwoordOp.toLowerCase() }
    default: return never(zoekpad)
  }
}
