/** The routes of REST v1: each asks one verb and shows its answer. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { instant, isMessageId, messageId, partyKind, partyCode, Refusal, type MessageId, type PartyCode } from '../../core/core.ts'
import type { Who } from '../../party/party.ts'
import type { ListFilter, Store } from '../../store/store.ts'
import { ownParty } from './identity.ts'
import * as shapes from './shapes.ts'
import { contentDigest, historyView, messageView, type Links } from './views.ts'
import type { Submitter } from '../../pipeline.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What the routes need; the gateway brings it. */
export interface RouteParts {
  readonly store: Store
  readonly now: () => ReturnType<typeof instant>
  readonly receive: (bytes: Uint8Array, by: Submitter) => Promise<{ readonly id: string, readonly duplicate: boolean, readonly receipt: Uint8Array }>
  readonly who: (request: FastifyRequest) => Who
  readonly links: Links
  readonly codes: { readonly retour: (family: 'iwmo' | 'ijw') => readonly object[], readonly transport: () => readonly object[] }
  readonly supported: (type: string) => ListFilter['type']
}

const problems = { description: 'Problem details (RFC 9457)', content: { 'application/problem+json': { schema: shapes.problemShape } } }
/** The answers of a route: what is given, and the problems it may give. Checked by tests against what is sent. */
const gives = (answers: Record<number, unknown>): Record<string, unknown> => ({ ...answers, '4xx': problems, '5xx': problems })
const bytes = (description: string) => ({ description, type: 'string', format: 'binary' })
/** Routes that send stored bytes describe them for OpenAPI, and must not have them run through a JSON serializer. */
const rawResponse = (type: string, description: string) => ({ 200: { description, content: { [type]: { schema: bytes(description) } } } })

/** @throws Refusal ZP_NOT_FOUND for what is no id: a stranger learns nothing from the difference */
const idOf = (text: string): MessageId => {
  if (!isMessageId(text)) throw new Refusal('ZP_NOT_FOUND')
  return messageId(text)
}

function found<T> (it: T | null): T {
  if (it === null) throw new Refusal('ZP_NOT_FOUND')
  return it
}

function counterpart (text: string): PartyCode {
  if (partyKind(text) === null) throw new Refusal('ZP_QUERY', 'counterpart')
  return partyCode(text)
}

type ListQuery = { type?: string, counterpart?: string, from?: string, to?: string, cursor?: string, limit?: number } & Pick<ListFilter, 'verdict' | 'delivery' | 'answer' | 'identificatie'>

function filterOf (party: PartyCode, parts: RouteParts, { type, counterpart: other, from, to, limit, ...rest }: ListQuery): ListFilter {
  return {
    ...rest,
    party,
    limit: limit ?? 100,
    ...(type === undefined ? {} : { type: parts.supported(type) ?? refuseType() }),
    ...(other === undefined ? {} : { counterpart: counterpart(other) }),
    ...(from === undefined ? {} : { from: instant(Date.parse(from)) }),
    ...(to === undefined ? {} : { to: instant(Date.parse(to)) })
  }
}

function refuseType (): never { throw new Refusal('ZP_QUERY', 'type') }

/** The routes, as a plugin: register it under `/v1`. */
export function routes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const { store, links } = parts
  const party = (request: FastifyRequest): PartyCode => ownParty(parts.who(request))

  return async app => {
    app.post('/messages', {
      schema: { summary: 'Send one message', consumes: ['application/xml'], body: bytes('The message, UTF-8 XML'), response: gives({ 200: shapes.receiptShape, 202: shapes.receiptShape }) },
      validatorCompiler: () => () => true,
      serializerCompiler: () => body => JSON.stringify(body)
    }, async (request, reply) => {
      const { account, certificate } = parts.who(request)
      if (!(request.body instanceof Uint8Array)) throw new Refusal('ZP_MEDIA_TYPE', 'Content-Type')
      const stored = await parts.receive(request.body, { account: account.id, party: party(request), certificate: certificate.fingerprint, door: 'rest' })
      if (stored.duplicate) reply.header('Duplicate', 'true')
      return await sendBytes(reply.code(stored.duplicate ? 200 : 202).header('Location', links(stored.id)['self']), 'application/json; charset=utf-8', stored.receipt)
    })

    app.get('/messages', {
      schema: { summary: 'List messages you sent, or that were offered to you; newest first', querystring: shapes.listQuery, response: gives({ 200: shapes.listShape }) }
    }, async request => {
      const page = await store.list(filterOf(party(request), parts, request.query))
      return { messages: page.items.map(it => messageView(it, links)), next: page.next }
    })

    app.get('/messages/:id', {
      schema: { summary: 'One message and where it is', params: shapes.idParams, response: gives({ 200: shapes.messageShape }) }
    }, async request => messageView(found(await store.message(party(request), idOf(request.params.id))), links))

    app.get('/messages/:id/payload', {
      schema: { summary: 'The exact bytes of the message', params: shapes.idParams, response: gives(rawResponse('application/xml', 'The message as it was sent')) }
    }, async (request, reply) => {
      const id = idOf(request.params.id)
      const { sha256 } = found(await store.message(party(request), id))
      return await sendBytes(reply.header('Content-Digest', contentDigest(sha256)), 'application/xml', found(await store.payload(party(request), id)))
    })

    app.get('/messages/:id/seal', {
      schema: { summary: 'The gateway’s seal: detached CMS (DER) over the exact bytes', params: shapes.idParams, response: gives(rawResponse('application/pkcs7-signature', 'CMS SignedData')) }
    }, async (request, reply) => await sendBytes(reply, 'application/pkcs7-signature', found(await store.seal(party(request), idOf(request.params.id)))))

    app.get('/messages/:id/receipt', {
      schema: { summary: 'The receipt, byte for byte as it was first given', params: shapes.idParams, response: gives({ 200: shapes.receiptShape }) },
      serializerCompiler: () => body => JSON.stringify(body)
    }, async (request, reply) => await sendBytes(reply, 'application/json; charset=utf-8', found(await store.receipt(party(request), idOf(request.params.id)))))

    app.get('/messages/:id/history', {
      schema: { summary: 'What happened to the message', params: shapes.idParams, response: gives({ 200: shapes.historyShape }) }
    }, async request => historyView(found(await store.history(party(request), idOf(request.params.id)))))

    app.get('/mailbox', {
      schema: { summary: 'What waits for you, oldest first, until you acknowledge it', querystring: shapes.mailboxQuery, response: gives({ 200: shapes.mailboxShape }) }
    }, async request => {
      const messages = await store.mailbox(party(request), request.query.limit ?? 100)
      return { messages: messages.map(it => messageView(it, links)) }
    })

    app.delete('/mailbox/:id', {
      schema: { summary: 'Acknowledge: you have stored this message', params: shapes.idParams, response: gives({ 204: { type: 'null', description: 'Acknowledged, now or before' } }) }
    }, async (request, reply) => {
      const done = await store.acknowledge(party(request), idOf(request.params.id), parts.who(request).account.id, parts.now())
      if (done === 'absent') throw new Refusal('ZP_NOT_FOUND')
      await reply.code(204).send()
    })

    app.get('/codes/retour', {
      schema: { summary: 'The standard’s RetourCodes with their labels', querystring: shapes.codesQuery, response: gives({ 200: shapes.codesShape }) }
    }, async request => ({ codes: parts.codes.retour(request.query.family ?? 'iwmo') }))

    app.get('/codes/transport', {
      schema: { summary: 'Every refusal of this gateway, with the chain’s own code beside it', response: gives({ 200: shapes.codesShape }) }
    }, async () => ({ codes: parts.codes.transport() }))
  }
}

/** Sends bytes as they are, past any serializer. */
async function sendBytes (reply: FastifyReply, type: string, body: Uint8Array): Promise<FastifyReply> {
  return await reply.type(type).serializer((it: unknown) => it as string).send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}
