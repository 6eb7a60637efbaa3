/** The routes of REST v1 together: messages and their parts, batches, the mailbox, the code lists. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Refusal } from '../../core/core.ts'
import { viewIn } from './acting.ts'
import { batchRoutes } from './batches.ts'
import { deadlineRoutes } from './deadlines.ts'
import { byteRoutes, messageRoutes } from './messages.ts'
import { gives, idOf, json, type RouteParts } from './parts.ts'
import { operatorAuditRoutes } from './operator-audit.ts'
import { operatorDeadRoutes } from './operator-dead.ts'
import { operatorHeldRoutes, operatorTaskRoutes } from './operator-deciding.ts'
import { operatorNoticeRoutes } from './operator-notices.ts'
import { operatorDestinationRoutes } from './operator-destinations.ts'
import { operatorErasureRoutes } from './operator-erasures.ts'
import { operatorHistoryRoutes } from './operator-history.ts'
import { operatorMessageRoutes } from './operator-messages.ts'
import { registerChangeRoutes, registerReadRoutes } from './operator-register.ts'
import { shown } from './here.ts'
import * as shapes from './shapes.ts'
import { taskRoutes } from './tasks.ts'

/** The routes, as a plugin: register it under `/v1`. */
export const routes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  for (const plugin of [messageRoutes, byteRoutes, batchRoutes, mailboxRoutes, deadlineRoutes, taskRoutes, codeRoutes]) await app.register(plugin(parts))
  for (const plugin of [operatorMessageRoutes, operatorDeadRoutes, operatorNoticeRoutes, operatorDestinationRoutes, operatorAuditRoutes, operatorErasureRoutes, operatorHistoryRoutes, operatorHeldRoutes, operatorTaskRoutes, registerReadRoutes, registerChangeRoutes]) await app.register(plugin(parts), { prefix: '/operator' })
}

const mailboxRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const view = viewIn(parts)

  app.get('/mailbox', {
    schema: { operationId: 'readMailbox', summary: 'What waits for you, oldest first, until you acknowledge it', querystring: shapes.mailboxQuery, response: gives({ 200: json('The oldest messages', shapes.mailboxShape) }) }
  }, async request => {
    const own = view(request)
    return { messages: await shown(parts, own, await parts.store.mailbox(own, request.query.limit ?? 100)) }
  })

  app.delete('/mailbox/:id', {
    schema: { operationId: 'acknowledge', summary: 'Acknowledge: you have stored this message', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 204: { type: 'null', description: 'Acknowledged, now or before' } }) }
  }, async (request, reply) => {
    const done = await parts.store.acknowledge(view(request), idOf(request.params.id), parts.who(request).account.id, parts.now())
    if (done === 'absent') throw new Refusal('ZP_NOT_FOUND')
    await reply.code(204).send()
  })
}

const codeRoutes = ({ codes }: RouteParts): FastifyPluginAsyncTypebox => async app => {
  app.get('/codes/retour', {
    schema: { operationId: 'retourCodes', summary: 'The standard’s RetourCodes with their labels', querystring: shapes.codesQuery, response: gives({ 200: json('Codes', shapes.codesShape) }) }
  }, async request => ({ codes: codes.retour(request.query.family ?? 'iwmo') }))

  app.get('/codes/rules', {
    schema: { operationId: 'ruleCodes', summary: 'The standard’s rules: control level, RetourCode, where each applies, and what it asks', response: gives({ 200: json('Codes', shapes.codesShape) }) }
  }, async () => ({ codes: codes.rules() }))

  app.get('/codes/transport', {
    schema: { operationId: 'transportCodes', summary: 'Every refusal of this gateway, with the chain’s own code beside it', response: gives({ 200: json('Codes', shapes.codesShape) }) }
  }, async () => ({ codes: codes.transport() }))
}
