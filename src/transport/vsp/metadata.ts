/** What travels beside a payload at the provider door: BerichtMetadata, in the shape that is published for it. */
import { Type, type Static } from 'typebox'

/** Nothing may stand in them that is not published. */
export const closed = { additionalProperties: false }
/** Any version, in upper or lower case. */
export const uuidShape = (description: string) => Type.String({ format: 'uuid', pattern: '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', description })
const count = (description: string) => Type.Integer({ minimum: 0, maximum: 999, description })

const relatieShape = Type.Object({
  rol: Type.String({ minLength: 1, description: 'Such as Instelling or Gemeente.' }),
  code: Type.Optional(Type.String({ description: 'AGB code (8 digits) or CBS code (4 digits).' }))
}, closed)

export const berichtstroomShape = Type.Object({
  berichttype: Type.String({ minLength: 1, maxLength: 60, description: 'WMO or JW.' }),
  berichtsubtype: Type.Optional(Type.String({ maxLength: 60, description: 'Such as WMO301.' })),
  berichtversie: count('Of iWmo 3.2: 3.'),
  berichtsubversie: count('Of iWmo 3.2: 2.'),
  actie: Type.String({ minLength: 1, maxLength: 60 })
}, { ...closed, $id: 'Berichtstroom' })

/** Members of BerichtMetadata: those of a push; a pull tells more beside them. */
export const metadataMembers = {
  routeringgegevens: Type.Object({
    afzender: Type.Optional(relatieShape),
    geadresseerden: Type.Optional(Type.Array(relatieShape, { maxItems: 100 })),
    berichtstroom: berichtstroomShape
  }, { ...closed, $id: 'Routeringgegevens' }),
  referentiegegevens: Type.Object({
    conversatieId: uuidShape('Of the conversation: that of its first message, which has its own traceerId here.'),
    traceerId: uuidShape('Of the message: chosen by its sender, and never used for another.'),
    alsAntwoordOp: Type.Optional(uuidShape('traceerId of the message that this one answers.')),
    referentieId: Type.Optional(Type.String({ maxLength: 150, description: 'The sender’s own reference; told to the sender only.' }))
  }, { ...closed, $id: 'Referentiegegevens' }),
  verwerkingscontext: Type.Optional(Type.Array(Type.Object({
    sleutel: Type.String({ maxLength: 100, description: 'Such as Applicatie, ApplicatieVersie, ApplicatieSubversie.' }),
    waarde: Type.Array(Type.String({ maxLength: 250 }), { minItems: 1, maxItems: 100 })
  }, { ...closed, $id: 'Verwerkingscontext' }), { minItems: 1, maxItems: 100 }))
}

/** What a push says of its payload. */
export const metadataShape = Type.Object(metadataMembers, { ...closed, $id: 'BerichtMetadata' })
export type BerichtMetadata = Static<typeof metadataShape>
export type Berichtstroom = Static<typeof berichtstroomShape>
export type Relatie = Static<typeof relatieShape>
