/** `/v1/operator/history`: between whom earlier messages are known to rules, and from when on all of them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { keptPairView, sayComplete, shapeCheck } from '../../register/register.ts'
import { jsonBody } from './asked.ts'
import { asText, gives, json, type RouteParts } from './parts.ts'
import { bodyOf, told } from './operator-register.ts'
import { roleIn } from './role.ts'

const closed = { additionalProperties: false }
const date = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
const parties = { gemeente: Type.String({ description: 'CBS code' }), aanbieder: Type.String({ description: 'AGB code' }) }
const pairsShape = Type.Object({
  pairs: Type.Array(Type.Object({
    family: Type.String(),
    ...parties,
    complete_from: date('From this date on every message between them is here; null: nobody said, and what a rule does not find is not assessed.'),
    messages: Type.Integer({ description: 'That rules of later ones can ask for.' }),
    importing: Type.Integer({ description: 'Of an import that goes on or was broken off: these do not count yet.' })
  }))
}, { $id: 'HistoryPairs' })
const saidShape = Type.Object({ ...parties, family: Type.Optional(Type.String({ description: 'iwmo or ijw; default both.' })), complete_from: date('A date such as 2015-01-01, which stands for everything; null: not known.') }, closed)
const doneShape = Type.Object({ families: Type.Array(Type.String(), { description: 'For which it holds now.' }) }, { $id: 'HistoryComplete' })

const saidIn = shapeCheck<Static<typeof saidShape>>(saidShape)

/** The routes, as a plugin: register it under `/v1/operator`. */
export function operatorHistoryRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const { store, now } = parts
  const reader = roleIn(parts, 'operator', 'auditor')
  const operator = roleIn(parts, 'operator')

  return async app => {
    app.get('/history', {
      schema: { operationId: 'operatorHistory', summary: 'Between whom earlier messages are known to rules, and from when on (operator, auditor)', querystring: Type.Object({}, closed), response: gives({ 200: json('Every two parties', pairsShape) }) },
      ...asText
    }, async request => {
      reader(request)
      return { pairs: (await store.keptPairs()).map(keptPairView) }
    })

    app.post('/history', {
      ...jsonBody,
      onRequest: async request => { operator(request) },
      schema: { operationId: 'sayComplete', summary: 'Say from which date on every message between two parties is here (operator)', consumes: ['application/json'], body: saidShape, response: gives({ 200: json('Said', doneShape) }) },
      ...asText
    }, async request => await told(async () => ({ families: await sayComplete(store, saidIn(bodyOf(request)), { account: operator(request).id, now: now() }) })))
  }
}
