/** `/v1/operator/messages`: any party's messages, for operators and auditors; payloads for operators, with a reason. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Refusal, rfc3339, type MessageId } from '../../core/core.ts'
import { ownView } from '../../party/party.ts'
import type { Account, OperatorFilter, Served } from '../../store/store.ts'
import { shown, shownOne } from './here.ts'
import { asText, found, gives, idOf, json, type RouteParts } from './parts.ts'
import { payloadAnswer, reasonIn, reasons, sendPayload } from './payload.ts'
import { partyIn, momentIn, typeIn } from './query.ts'
import { roleIn } from './role.ts'
import * as shapes from './shapes.ts'
import { historyView, refusedView, type Links } from './views.ts'

const { party: _, counterpart: __, verdict: ___, corrected: ____, number: _____, ...filters } = shapes.listQuery.properties
const query = Type.Object({
  ...filters,
  party: Type.Optional(Type.String({ maxLength: 8, description: 'Sent by this party, or to it.' })),
  verdict: Type.Optional(Type.Unsafe<'rejected' | 'accepted'>({ type: 'string', enum: ['rejected', 'accepted'] }))
}, { additionalProperties: false })
const detailShape = Type.Object({
  message: Type.Union([shapes.messageShape, shapes.refusedShape]),
  events: shapes.historyShape.properties.events,
  findings: Type.Optional(Type.Array(shapes.findingShape, { description: 'For operators: they may quote the message.' }))
}, { $id: 'OperatorMessage' })
const reasonHeaders = Type.Object({
  'x-reason': Type.Optional(Type.String({ description: `Required: ${reasons.join(', ')}` })),
  'x-reference': Type.Optional(Type.String({ description: 'Where more is written about it, such as a ticket: 1 to 40 letters, digits, `.`, `_` and `-`; no nine digits in a row.' }))
})

type Query = { party?: string, type?: string, overdue?: true, from?: string, to?: string, limit?: number } & Pick<OperatorFilter, 'verdict' | 'delivery' | 'answer' | 'identificatie' | 'cursor'>

function filterOf (parts: RouteParts, { party, type, overdue, from, to, limit, ...rest }: Query): OperatorFilter {
  return {
    ...rest,
    limit: limit ?? 100,
    ...(party === undefined ? {} : { party: partyIn('party', party) }),
    ...(type === undefined ? {} : { type: typeIn(parts, type) }),
    ...(overdue === undefined ? {} : { overdue: parts.now() }),
    ...(from === undefined ? {} : { from: momentIn('from', from) }),
    ...(to === undefined ? {} : { to: momentIn('to', to) })
  }
}

/** A message that was refused, for whoever its sender calls. @throws Refusal ZP_NOT_FOUND */
async function refusedAnswer (store: Served, id: MessageId, role: Account['role'], links: Links): Promise<Record<string, unknown>> {
  const { message, history } = found(await store.inspectRefused(id))
  const why = role === 'operator' ? await store.refused(ownView(message.party), id) : null
  return { message: refusedView(message, links), ...historyView(history), ...(why === null ? {} : { findings: why.findings }) }
}

/** The routes, as a plugin: register it under `/v1/operator`. */
export function operatorMessageRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const { store, links } = parts
  const reader = roleIn(parts, 'operator', 'auditor')
  const operator = roleIn(parts, 'operator')

  return async app => {
    app.get('/messages', {
      schema: { operationId: 'operatorListMessages', summary: 'Messages of any party, newest first (operator, auditor)', querystring: query, response: gives({ 200: json('One page', shapes.listShape) }) },
      ...asText
    }, async request => {
      reader(request)
      const page = await store.listAny(filterOf(parts, request.query))
      return { messages: await shown(parts, null, page.items), next: page.next }
    })

    app.get('/messages/:id', {
      schema: { operationId: 'operatorGetMessage', summary: 'One message of any party and what happened to it, by whom (operator, auditor)', params: shapes.idParams, response: gives({ 200: json('The message', detailShape) }) },
      ...asText
    }, async request => {
      const { role } = reader(request)
      const id = idOf(request.params.id)
      const stored = await store.inspect(id)
      if (stored === null) return await refusedAnswer(store, id, role, links)
      const { message, history } = stored
      const findings = role === 'operator' ? { findings: await store.findings(ownView(message.sender), id) ?? [] } : {}
      return { message: await shownOne(parts, null, message), ...historyView(history), ...findings }
    })

    app.get('/messages/:id/payload', {
      schema: { operationId: 'operatorGetPayload', summary: 'The exact bytes of a message of any party, with a reason, which is audited (operator)', params: shapes.idParams, headers: reasonHeaders, response: gives({ 200: payloadAnswer }) }
    }, async (request, reply) => {
      const { id: account } = operator(request)
      const reason = reasonIn(request)
      const id = idOf(request.params.id)
      const { message: { sender, sha256, payload_gone } } = found(await store.inspect(id))
      if (payload_gone !== null) throw new Refusal('ZP_PAYLOAD_GONE', `${payload_gone.why}, ${rfc3339(payload_gone.at)}`)
      return await sendPayload(parts, reply, { id, account, sha256, reason, bytes: found(await store.payload(ownView(sender), id)) })
    })
  }
}
