/** `/v1/tasks`: what handlers ask the people of a party to do about what it got, and their decisions. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { viewIn } from './acting.ts'
import { jsonBody } from './asked.ts'
import { decide, readTaskDecision, taskDecidedShape, taskDecision, taskFilterOf, taskFilters, taskIn, tasksShape, taskView } from './deciding.ts'
import { asText, gives, json, type RouteParts } from './parts.ts'
import * as shapes from './shapes.ts'

const query = Type.Object({ ...shapes.partyQuery.properties, ...taskFilters }, { additionalProperties: false })

/** The routes, as a plugin: register it under `/v1`. */
export const taskRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const { store, parties, links, now } = parts
  const view = viewIn(parts)

  app.get('/tasks', {
    ...asText,
    schema: { operationId: 'listTasks', summary: 'What your people are asked to do about messages you got, oldest first', querystring: query, response: gives({ 200: json('One page', tasksShape) }) }
  }, async request => {
    const seen = view(request)
    const { items, next } = await store.tasks({ ...taskFilterOf(request.query), view: seen })
    const at = now()
    return { tasks: items.map(it => taskView(it, links(it.message)['self'] ?? '', at, by => parties.acts(by, seen.party, at))), next }
  })

  app.post('/tasks/:id', {
    ...asText,
    ...jsonBody,
    onRequest: async request => { view(request) },
    schema: { operationId: 'decideTask', summary: 'Say that a task was done, or will not be', params: shapes.idParams, querystring: shapes.partyQuery, consumes: ['application/json'], body: taskDecision, response: gives({ 200: json('Written down', taskDecidedShape) }) }
  }, async request => {
    const asked = readTaskDecision(request.body)
    return await decide(parts, taskIn(request.params.id), asked, { by: parts.who(request).account.id, reason: asked.reason, now: now() }, view(request))
  })
}
