/** `/v1/operator/destinations`: how the endpoints of receivers are, and having one tried at once. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { breakerStates, isCode, Refusal } from '../../core/core.ts'
import { endpointsIn, type Endpoint } from '../../here/here.ts'
import { askedIn, jsonBody } from './asked.ts'
import { asText, found, gives, json, type RouteParts } from './parts.ts'
import { partyIn } from './query.ts'
import { roleIn } from './role.ts'
import * as shapes from './shapes.ts'
import { time } from './views.ts'

const closed = { additionalProperties: false }
const moment = (description: string) => shapes.orNull(shapes.time(description))
const destinationShape = Type.Object({
  party: Type.String(),
  state: shapes.oneOf(breakerStates, 'closed: in use; up to a few failures in a row may stand behind it. open: it is left alone. half_open: a few tries show whether it is back.'),
  failing_since: moment('Since when nothing has succeeded; null while it answers.'),
  left_until: moment('Until when nothing is sent to it; null when it is not left alone.'),
  reason: shapes.orNull(Type.String({ description: 'Code of the last failure.' })),
  nl: shapes.orNull(Type.String({ description: 'What is wrong, and who does what about it, in Dutch.' })),
  en: shapes.orNull(Type.String({ description: 'The same in English.' })),
  waiting: Type.Integer({ description: 'Messages still to be pushed; no more than 10,000 are counted.' }),
  oldest: moment('Since when the one of these that is given up first has been offered.')
}, { $id: 'Destination' })
const listShape = Type.Object({ destinations: Type.Array(destinationShape) }, { $id: 'Destinations' })
const askedShape = Type.Object({
  action: Type.Literal('try', { description: 'Leave it alone no longer, and bring forward what failed there (up to 1,000 messages).' }),
  reason: Type.String({ maxLength: 100, description: 'Why, as a code, such as `repaired`: it goes in the audit.' })
}, closed)
const triedShape = Type.Object({
  left_until: moment('Until when it would have been left alone; null when it was not.'),
  hurried: Type.Integer({ description: 'Messages whose next try was brought forward.' })
}, { $id: 'DestinationTried' })

const read = askedIn<Static<typeof askedShape>>(askedShape)
const params = Type.Object({ party: Type.String({ maxLength: 8 }) })
const view = (it: Endpoint): Record<string, unknown> => ({ ...it, failing_since: time(it.failing_since), left_until: time(it.left_until), oldest: time(it.oldest) })

/** The routes, as a plugin: register it under `/v1/operator`. */
export const operatorDestinationRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const { store, now } = parts
  const reader = roleIn(parts, 'operator', 'auditor')
  const operator = roleIn(parts, 'operator')

  app.get('/destinations', {
    ...asText,
    schema: { operationId: 'operatorDestinations', summary: 'How the endpoints of receivers are, and what waits for each (operator, auditor)', querystring: Type.Object({}, closed), response: gives({ 200: json('Every party with an endpoint', listShape) }) }
  }, async request => {
    reader(request)
    return { destinations: (await endpointsIn(store, now())).map(view) }
  })

  app.post('/destinations/:party', {
    ...asText,
    ...jsonBody,
    onRequest: async request => { operator(request) },
    schema: { operationId: 'tryDestination', summary: 'Have an endpoint tried at once, whatever is known of it (operator)', params, consumes: ['application/json'], body: askedShape, response: gives({ 200: json('It is tried within seconds', triedShape) }) }
  }, async request => {
    const { reason } = read(request.body)
    if (!isCode(reason)) throw new Refusal('ZP_REQUEST', 'reason: een code zoals / a code such as repaired')
    const party = partyIn('party', request.params.party)
    found((await endpointsIn(store, now())).find(it => it.party === party) ?? null)
    const { left_until, hurried } = await store.tryDestination(party, { by: operator(request).id, reason, now: now() })
    return { left_until: time(left_until), hurried }
  })
}
