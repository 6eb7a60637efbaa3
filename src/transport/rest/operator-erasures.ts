/** `/v1/operator/erasures`: one person's data destroyed on request. His Bsn stands in the body, never in a path or an answer. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Ajv, type ErrorObject } from 'ajv'
import { Type, type Static } from 'typebox'
import { partyCode, Refusal } from '../../core/core.ts'
import { gives, json, type RouteParts } from './parts.ts'
import { wanted } from './problem.ts'
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

const isAsked = new Ajv({ useDefaults: true }).compile<Static<typeof askedShape>>(askedShape)

/** The first field that is wrong and what it must be. A name that is not ours is not repeated: it may hold anything. */
function wrong ({ instancePath, params }: ErrorObject): string {
  const { missingProperty, additionalProperty } = params
  if (missingProperty !== undefined) return `${String(missingProperty)}: ontbreekt / missing`
  if (additionalProperty !== undefined) return `onbekend veld / unknown field; bekend / known: ${Object.keys(askedShape.properties).join(', ')}`
  return `${instancePath.slice(1) || 'JSON'}: ${wanted(params)}`
}

/** @throws Refusal ZP_REQUEST, which tells no value */
function askedIn (body: unknown): Static<typeof askedShape> {
  let it: unknown
  try { it = JSON.parse(body instanceof Uint8Array ? Buffer.from(body).toString() : '') } catch { throw new Refusal('ZP_REQUEST', 'JSON') }
  if (!isAsked(it)) throw new Refusal('ZP_REQUEST', isAsked.errors?.[0] === undefined ? null : wrong(isAsked.errors[0]))
  return it
}

/** The routes, as a plugin: register it under `/v1/operator`. */
export const operatorErasureRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const operator = roleIn(parts, 'operator')

  app.post('/erasures', {
    config: { body: 'json' },
    onRequest: async request => { operator(request) },
    validatorCompiler: () => () => true,
    schema: { operationId: 'erase', summary: 'Destroy what is kept of one person (operator)', consumes: ['application/json'], body: askedShape, response: gives({ 200: json('What was found, and what was done', statementShape) }) }
  }, async request => {
    const { gemeente, bsn, family, confirm = false, shared = false, undelivered = false } = askedIn(request.body)
    return await parts.erase({ gemeente: partyCode(gemeente), families: family === undefined ? families : [family], bsn, shared, undelivered, dry: !confirm }, operator(request).id)
  })
}
