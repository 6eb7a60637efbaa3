/** `/v1/batches`: send a ZIP of messages, and see what became of each. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { batchId, isMessageId, Refusal, refusals, rfc3339, type BatchId } from '../../core/core.ts'
import type { BatchMember, BatchReader, StoredBatch } from '../../store/store.ts'
import { mustSend, viewIn } from './acting.ts'
import { bytes, found, gives, header, json, type RouteParts } from './parts.ts'
import * as shapes from './shapes.ts'
import { time, type Links } from './views.ts'

/** @throws Refusal ZP_NOT_FOUND for what is no id: a stranger learns nothing from the difference */
function idOf (text: string): BatchId {
  if (!isMessageId(text)) throw new Refusal('ZP_NOT_FOUND')
  return batchId(text)
}

const pathOf = (id: string): string => `/v1/batches/${id}`

function batchView (it: StoredBatch): Record<string, unknown> {
  const { id, party, sha256, size_bytes, members, counts, last_reason } = it
  const state = it.ended !== null ? 'done' : it.started === null ? 'waiting' : 'working'
  return {
    id, party, sha256, size_bytes, received: rfc3339(it.received), state, started: time(it.started), ended: time(it.ended), total: members, counts,
    percent: Math.floor(100 * (members - counts.waiting) / members), next_try: time(it.next_try), last_reason, links: { self: pathOf(id) }
  }
}

function memberView (id: BatchId, { ended, code, message, ...it }: BatchMember, links: Links): Record<string, unknown> {
  const { transportCode = null, retry = null, nl = null, en = null } = code === null ? {} : refusals[code]
  const self = `${pathOf(id)}/members/${it.index}`
  return {
    ...it, message, code, transportCode, retry, title: nl, title_en: en,
    ended: time(ended), links: { self, message: message === null ? null : links(message)['self'] ?? null }
  }
}

const location = header('Where the batch is')
const sendSchema = {
  operationId: 'sendBatch',
  summary: 'Send a ZIP of messages: each is taken in by itself, in the order of the archive',
  querystring: shapes.partyQuery,
  consumes: ['application/zip'],
  body: bytes('The ZIP: no folders, no password, only stored or deflated members'),
  response: gives({
    202: json('Stored; its messages are taken in from now on', shapes.batchShape, { Location: location }),
    200: json('The same ZIP came before: that batch', shapes.batchShape, { Location: location, Duplicate: header('true') })
  })
}

/** The routes, as a plugin: register it under `/v1`. */
export function batchRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const { store, links } = parts
  const view = viewIn(parts)
  /** The accounts of a party itself see all its batches; one that acts by mandate what it sent, while it may send. */
  const reader = (request: FastifyRequest): BatchReader => {
    const { account } = parts.who(request)
    const { party } = mustSend(view(request))
    return { party, account: account.party === party ? null : account.id }
  }

  return async app => {
    app.post('/batches', { schema: sendSchema, config: { body: 'batch' }, validatorCompiler: () => () => true, onRequest: async request => { mustSend(view(request)) } }, async (request, reply) => {
      const { account, certificate } = parts.who(request)
      const { party } = view(request)
      if (!Buffer.isBuffer(request.body)) throw new Refusal('ZP_MEDIA_TYPE', 'Content-Type')
      const { id, duplicate } = await parts.receiveBatch(request.body, { account: account.id, party, certificate: certificate.fingerprint })
      if (duplicate) reply.header('Duplicate', 'true')
      reply.code(duplicate ? 200 : 202).header('Location', pathOf(id))
      return batchView(found(await store.batch(reader(request), id)))
    })

    app.get('/batches', {
      schema: { operationId: 'listBatches', summary: 'List your batches, newest first', querystring: shapes.batchesQuery, response: gives({ 200: json('One page', shapes.batchListShape) }) }
    }, async request => {
      const { cursor, limit = 100 } = request.query
      const page = await store.batches({ ...reader(request), limit, ...(cursor === undefined ? {} : { cursor }) })
      return { batches: page.items.map(batchView), next: page.next }
    })

    app.get('/batches/:id', {
      schema: { operationId: 'getBatch', summary: 'How far a batch is, and what became of each member', params: shapes.idParams, querystring: shapes.partyQuery, response: gives({ 200: json('The batch', shapes.batchDetailShape) }) }
    }, async request => {
      const id = idOf(request.params.id)
      const by = reader(request)
      const members = found(await store.batchMembers(by, id))
      return { ...batchView(found(await store.batch(by, id))), members: members.map(it => memberView(id, it, links)) }
    })

    app.get('/batches/:id/members/:index', {
      schema: { operationId: 'getBatchMember', summary: 'One member with everything that was found wrong with it', params: shapes.memberParams, querystring: shapes.partyQuery, response: gives({ 200: json('The member', shapes.memberShape) }) }
    }, async request => {
      const id = idOf(request.params.id)
      return memberView(id, found(await store.batchMember(reader(request), id, request.params.index)), links)
    })
  }
}
