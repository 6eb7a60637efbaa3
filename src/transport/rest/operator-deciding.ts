/** `/v1/operator/held` and `/v1/operator/tasks`: what waits for a person, and an operator's decisions. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { Refusal, rfc3339 } from '../../core/core.ts'
import { jsonBody } from './asked.ts'
import { decide, decisionIn, heldDecision, readTaskDecision, taskDecidedShape, taskDecision, taskFilterOf, taskFilters, taskIn, tasksShape, taskView } from './deciding.ts'
import { shown } from './here.ts'
import { asText, gives, idOf, json, type RouteParts } from './parts.ts'
import { partyIn, typeIn } from './query.ts'
import { roleIn } from './role.ts'
import * as shapes from './shapes.ts'
import { time } from './views.ts'

const closed = { additionalProperties: false }
const { type, cursor, limit } = shapes.listQuery.properties
const party = Type.Optional(Type.String({ maxLength: 8, description: 'Sent by this party, or to it.' }))
const heldQuery = Type.Object({ party, type, code: Type.Optional(Type.String({ maxLength: 100, description: 'Only those held for this reason.' })), cursor, limit }, closed)
const heldShape = Type.Object({
  ...shapes.messageShape.properties,
  held_since: shapes.orNull(Type.String({ format: 'date-time' })),
  held_reason: shapes.orNull(Type.String({ description: 'Code of the handler that holds it.' })),
  held_until: shapes.orNull(Type.String({ format: 'date-time', description: 'Handlers look again by themselves; null: when somebody releases it.' }))
}, { $id: 'HeldMessage' })
const pageShape = Type.Object({ messages: Type.Array(heldShape), next: shapes.listShape.properties.next }, { $id: 'HeldMessages' })
const heldDecidedShape = Type.Object({ id: Type.String(), delivery: Type.Unsafe<'waiting' | 'dead'>({ type: 'string', enum: ['waiting', 'dead'], description: 'waiting: released, handlers look again. dead: refused.' }), at: Type.String({ format: 'date-time' }) }, { $id: 'HeldDecided' })
const taskQuery = Type.Object({ party: Type.Optional(Type.String({ maxLength: 8, description: 'Of this party.' })), ...taskFilters }, closed)

const readHeldDecision = decisionIn<Static<typeof heldDecision>>(heldDecision)

/** The routes about held messages, as a plugin: register it under `/v1/operator`. */
export const operatorHeldRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const { store, now } = parts
  const [reader, operator] = [roleIn(parts, 'operator', 'auditor'), roleIn(parts, 'operator')]

  app.get('/held', {
    ...asText,
    schema: { operationId: 'operatorHeld', summary: 'Messages that wait for a person, longest first, with why (operator, auditor)', querystring: heldQuery, response: gives({ 200: json('One page', pageShape) }) }
  }, async request => {
    reader(request)
    const { party, type, limit = 100, ...rest } = request.query
    const page = await store.held({ ...rest, limit, ...(party === undefined ? {} : { party: partyIn('party', party) }), ...(type === undefined ? {} : { type: typeIn(parts, type) }) })
    const views = await shown(parts, null, page.items)
    const held = page.items.map(({ work }) => ({ held_since: time(work?.since ?? null), held_reason: work?.reason ?? null, held_until: time(work?.next ?? null) }))
    return { messages: views.map((view, nth) => ({ ...view, ...held[nth] })), next: page.next }
  })

  app.post('/held/:id', {
    ...asText,
    ...jsonBody,
    onRequest: async request => { operator(request) },
    schema: { operationId: 'decideHeld', summary: 'Release a held message, or refuse it (operator)', params: shapes.idParams, consumes: ['application/json'], body: heldDecision, response: gives({ 200: json('Written down', heldDecidedShape) }) }
  }, async request => {
    const { decision, reason } = readHeldDecision(request.body)
    const [id, at] = [idOf(request.params.id), now()]
    const result = await store.decideHeld(id, decision, { by: operator(request).id, reason, now: at })
    if (result === 'absent') throw new Refusal('ZP_NOT_FOUND')
    if (result === 'not_held') throw new Refusal('ZP_DECIDED', 'bericht / message')
    return { id, delivery: decision === 'release' ? 'waiting' : 'dead', at: rfc3339(at) }
  })
}

/** The routes about tasks of any party, as a plugin: register it under `/v1/operator`. */
export const operatorTaskRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const { store, now } = parts
  const [reader, operator] = [roleIn(parts, 'operator', 'auditor'), roleIn(parts, 'operator')]
  const link = (id: string): string => `/v1/operator/messages/${id}`

  app.get('/tasks', {
    ...asText,
    schema: { operationId: 'operatorTasks', summary: 'What handlers ask people of any party to do, oldest first (operator, auditor)', querystring: taskQuery, response: gives({ 200: json('One page', tasksShape) }) }
  }, async request => {
    reader(request)
    const { party, ...rest } = request.query
    const { items, next } = await store.tasks({ ...taskFilterOf(rest), ...(party === undefined ? {} : { party: partyIn('party', party) }) })
    return { tasks: items.map(it => taskView(it, link(it.message), now(), () => true)), next }
  })

  app.post('/tasks/:id', {
    ...asText,
    ...jsonBody,
    onRequest: async request => { operator(request) },
    schema: { operationId: 'operatorDecideTask', summary: 'Say that a task of any party was done, or will not be (operator)', params: shapes.idParams, consumes: ['application/json'], body: taskDecision, response: gives({ 200: json('Written down', taskDecidedShape) }) }
  }, async request => {
    const asked = readTaskDecision(request.body)
    return await decide(parts, taskIn(request.params.id), asked, { by: operator(request).id, reason: asked.reason, now: now() })
  })
}
