/** `/v1/messages`: send one, list, and look at one and its parts. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Refusal, rfc3339 } from '../../core/core.ts'
import type { ListFilter, View } from '../../store/store.ts'
import { mustSend, viewIn } from './acting.ts'
import { shown, shownOne } from './here.ts'
import { sendBytes } from '../door/door.ts'
import { asText, bytes, found, gives, header, idOf, json, raw, type RouteParts } from './parts.ts'
import { numbered, numberIn } from './number.ts'
import { payloadAnswer, sendPayload } from './payload.ts'
import { momentIn, partyIn, typeIn } from './query.ts'
import { signatureIn } from './signature.ts'
import * as shapes from './shapes.ts'
import { refusedDetail, refusedFilter, refusedPage, replacesIn } from './refused.ts'
import { historyView } from './views.ts'

type ListQuery = { number?: string, corrected?: boolean, party?: string, type?: string, counterpart?: string, overdue?: true, from?: string, to?: string, cursor?: string, limit?: number } & Pick<ListFilter, 'verdict' | 'delivery' | 'answer' | 'identificatie'>

function filterOf (view: View, parts: RouteParts, { party: _, corrected: _corrected, number: _number, type, counterpart: other, overdue, from, to, limit, ...rest }: ListQuery): ListFilter {
  return {
    ...rest,
    view,
    limit: limit ?? 100,
    ...(type === undefined ? {} : { type: typeIn(parts, type) }),
    ...(other === undefined ? {} : { counterpart: partyIn('counterpart', other) }),
    ...(overdue === undefined ? {} : { overdue: parts.now() }),
    ...(from === undefined ? {} : { from: momentIn('from', from) }),
    ...(to === undefined ? {} : { to: momentIn('to', to) })
  }
}

const location = header('Where the message is')

const sendSchema = {
  operationId: 'sendMessage',
  summary: 'Send one message',
  querystring: shapes.partyQuery,
  consumes: ['application/xml', 'text/xml'],
  headers: shapes.sendHeaders,
  body: bytes('The message, UTF-8 XML'),
  response: gives({
    202: json('Stored and judged: the receipt', shapes.receiptShape, { Location: location }),
    200: json('The same bytes came before: their first receipt', shapes.receiptShape, { Location: location, Duplicate: header('true') })
  })
}

/** The routes, as a plugin: register it under `/v1`. */
export function messageRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const { store, links } = parts
  const view = viewIn(parts)

  return async app => {
    // Who may send nothing, and a signature that cannot be one, are refused before the body is read.
    app.post('/messages', { schema: sendSchema, validatorCompiler: () => () => true, onRequest: async request => { mustSend(view(request)); signatureIn(request) }, ...asText }, async (request, reply) => {
      const { account, certificate } = parts.who(request)
      if (!(request.body instanceof Uint8Array)) throw new Refusal('ZP_MEDIA_TYPE', 'Content-Type')
      const stored = await parts.receive(request.body, { account: account.id, party: view(request).party, certificate: certificate.fingerprint, door: 'rest', signature: signatureIn(request), ...replacesIn(request) })
      if (stored.duplicate) reply.header('Duplicate', 'true')
      return await sendBytes(reply.code(stored.duplicate ? 200 : 202).header('Location', links(stored.id)['self']), 'application/json; charset=utf-8', stored.receipt)
    })

    app.get('/messages', {
      schema: { operationId: 'listMessages', summary: 'List messages you sent, or that were offered to you; newest first', querystring: shapes.listQuery, response: gives({ 200: json('One page', shapes.listShape) }) },
      ...asText
    }, async request => {
      const { corrected, verdict } = request.query
      const number = numberIn(request.query)
      if (number !== null) return await numbered(parts, view(request), number)
      const filter = filterOf(view(request), parts, request.query)
      if (verdict === 'refused') return refusedPage(await store.listRefused(refusedFilter(filter, corrected)), links)
      if (corrected !== undefined) throw new Refusal('ZP_QUERY', 'corrected: alleen samen met verdict=refused')
      const page = await store.list(filter)
      return { messages: await shown(parts, filter.view, page.items), next: page.next }
    })

    app.get('/messages/:id', {
      schema: { operationId: 'getMessage', summary: 'One message and where it is', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: json('The message; or one of yours that was refused, and why', shapes.messageOrRefusedShape) }) },
      ...asText
    }, async request => {
      const id = idOf(request.params.id)
      const seen = view(request)
      const message = await store.message(seen, id)
      if (message === null) return await refusedDetail(store, seen, id, links)
      const replacements = message.sender === seen.party ? await store.replacements(id) : { replaces: [], replaced_by: null }
      return { ...await shownOne(parts, seen, message), ...replacements, findings: await store.findings(seen, id) ?? [] }
    })

    app.get('/messages/:id/history', {
      schema: { operationId: 'getHistory', summary: 'What happened to the message', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: json('Events, oldest first', shapes.historyShape) }) }
    }, async request => historyView(found(await store.history(view(request), idOf(request.params.id)))))
  }
}

/** The parts of a message that are bytes, as a plugin: register it under `/v1`. */
export function byteRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const { store } = parts
  const view = viewIn(parts)

  return async app => {
    app.get('/messages/:id/payload', {
      schema: { operationId: 'getPayload', summary: 'The exact bytes of the message', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: payloadAnswer }) }
    }, async (request, reply) => {
      const id = idOf(request.params.id)
      const seen = view(request)
      const bytes = await store.payload(seen, id) ?? await store.refusedPayload(seen, id)
      const { sha256, payload_gone } = await store.message(seen, id) ?? { ...found(await store.refused(seen, id)), payload_gone: null }
      if (payload_gone !== null) throw new Refusal('ZP_PAYLOAD_GONE', `${payload_gone.why}, ${rfc3339(payload_gone.at)}`)
      return await sendPayload(parts, reply, { id, account: parts.who(request).account.id, sha256, bytes: found(bytes) })
    })

    app.get('/messages/:id/seal', {
      schema: { operationId: 'getSeal', summary: 'The gateway’s seal: detached CMS (DER) over the exact bytes', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: raw('application/pkcs7-signature', 'CMS SignedData') }) }
    }, async (request, reply) => await sendBytes(reply, 'application/pkcs7-signature', found(await store.seal(view(request), idOf(request.params.id)))))

    app.get('/messages/:id/signature', {
      schema: { operationId: 'getSignature', summary: 'The sender’s own signature, as it came: detached CMS (DER) over the exact bytes', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: raw('application/pkcs7-signature', 'CMS SignedData', { 'Signer-Certificate': header('The signer’s certificate, which need not stand in the CMS: DER in base64 between colons (RFC 8941)') }) }) }
    }, async (request, reply) => {
      const { cms, certificate } = found(await store.signature(view(request), idOf(request.params.id)))
      return await sendBytes(reply.header('Signer-Certificate', `:${Buffer.from(certificate).toString('base64')}:`), 'application/pkcs7-signature', cms)
    })

    app.get('/messages/:id/receipt', {
      schema: { operationId: 'getReceipt', summary: 'The receipt, byte for byte as it was first given', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: json('The receipt', shapes.receiptShape) }) },
      ...asText
    }, async (request, reply) => await sendBytes(reply, 'application/json; charset=utf-8', found(await store.receipt(view(request), idOf(request.params.id)))))
  }
}
