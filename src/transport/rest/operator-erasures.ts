/** `/v1/operator/erasures`: one person's data destroyed on request. His Bsn stands in the body, never in a path or an answer. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { partyCode } from '../../core/core.ts'
import { askedIn, jsonBody } from './asked.ts'
import { gives, json, type RouteParts } from './parts.ts'
import { roleIn } from './role.ts'

const families = ['iwmo', 'ijw'] as const
const flag = (description: string) => Type.Optional(Type.Boolean({ description, default: false }))
const askedShape = Type.Object({
  gemeente: Type.String({ pattern: '^[0-9]{4}$', description: 'Whose client it is.' }),
  bsn: Type.String({ pattern: '^[0-9]{9}$' }),
  family: Type.Optional(Type.Unsafe<typeof families[number]>({ type: 'string', enum: [...families], description: 'Only in this standard; default both.' })),
  confirm: flag('Destroy; without it the answer only tells what would be.'),
  shared: flag('Also messages that contain other persons; what they say of those goes too.'),
  undelivered: flag('Also messages that their receiver has not fetched yet; he never gets them.')
}, { additionalProperties: false })
const list = (description: string) => Type.Array(Type.Object({ id: Type.String(), type: Type.String(), received: Type.String({ format: 'date-time' }), sha256: Type.String() }), { description })
const statementShape = Type.Object({
  made: Type.String({ format: 'date-time' }),
  dry: Type.Boolean({ description: 'Nothing was destroyed.' }),
  gemeente: Type.String(),
  families: Type.Array(Type.String()),
  request: Type.String({ description: 'Keyed digest of the request; the audit has the same.' }),
  erased: list('Destroyed, or to be.'),
  refused: list('Destroyed too, or to be: refused at the door, and kept for their sender.'),
  shared: list('Kept: they contain other persons.'),
  undelivered: list('Kept: their receiver has not fetched them.')
}, { $id: 'Erasure' })

const erasureIn = askedIn<Static<typeof askedShape>>(askedShape)

/** The routes, as a plugin: register it under `/v1/operator`. */
export const operatorErasureRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const operator = roleIn(parts, 'operator')

  app.post('/erasures', {
    ...jsonBody,
    onRequest: async request => { operator(request) },
    schema: { operationId: 'erase', summary: 'Destroy what is kept of one person (operator)', consumes: ['application/json'], body: askedShape, response: gives({ 200: json('What was found, and what was done', statementShape) }) }
  }, async request => {
    const { gemeente, bsn, family, confirm = false, shared = false, undelivered = false } = erasureIn(request.body)
    return await parts.erase({ gemeente: partyCode(gemeente), families: family === undefined ? families : [family], bsn, shared, undelivered, dry: !confirm }, operator(request).id)
  })
}
