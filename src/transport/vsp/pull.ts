/** What waits for a party at the provider door: the queue, its payloads, receipt confirmed, and looking for something in it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Ajv } from 'ajv'
import { Type } from 'typebox'
import { Refusal } from '../../core/core.ts'
import type { MailboxSearch, View } from '../../store/store.ts'
import { sendRead } from '../door/door.ts'
import { zipped } from '../../zip/zip.ts'
import { receivedAs, viewsIn } from './acting.ts'
import { gives, json, limitParameter, nothing, octets, partyParameter } from './answers.ts'
import { closed } from './metadata.ts'
import type { VspParts } from './parts.ts'
import { searchOf, zoekpadIn, zoekpadShape } from './search.ts'
import { fileName, openShow, pullPath, shownShape, type Show, type Shown } from './shown.ts'
import { openValues } from './values.ts'
import { merged, type Waiting } from './waiting.ts'

const limit_default = 250
const queries = new Ajv({ coerceTypes: true, useDefaults: true })
const listQuery = Type.Object({ limit: limitParameter, party: partyParameter }, closed)
const partyQuery = Type.Object({ party: partyParameter }, closed)
const traceerParams = Type.Object({ traceerId: Type.String({ description: 'As the list gives it; a UUID in upper or lower case.' }) })

/** As its client writes it; nothing but a host and port. */
const hostPattern = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
/** @returns the address of this door as the client that is asking knows it; only its path where it does not say */
const baseOf = ({ headers: { host = '' } }: FastifyRequest): string => `${hostPattern.test(host) ? `https://${host}` : ''}/berichtenservice`

interface Asking { readonly views: readonly View[], readonly search: MailboxSearch | undefined, readonly limit: number, readonly base: string }

/** For one list so many of the largest messages are packed at most: a list is as short as that takes, and the next one goes on. */
const packed_max = 4

/** One queue out of the mailboxes of all parties. */
async function queueOf ({ store, limits }: Pick<VspParts, 'store' | 'limits'>, { show, toPack }: Show, { views, search, limit, base }: Asking): Promise<Shown[]> {
  const mailboxes: Waiting[][] = []
  for (const view of views) mailboxes.push((await store.mailbox(view, limit, search)).map(message => ({ view, message })))
  const queue: Shown[] = []
  let room_bytes = packed_max * limits.payload_bytes_max
  for (const { view, message } of merged(mailboxes, limit)) {
    room_bytes -= toPack(view, message)
    if (room_bytes < 0 && queue.length > 0) break
    const shown = await show(view, message, base)
    if (shown !== null) queue.push(shown)
  }
  return queue
}

/** The routes, as a plugin: register it under the prefix. */
export function pullRoutes (parts: VspParts): FastifyPluginAsyncTypebox {
  const { store, now } = parts
  const views = viewsIn(parts)
  const values = openValues(parts.values, parts.parties, now)
  const show = openShow(parts)

  async function sendPayload (request: FastifyRequest, reply: FastifyReply, traceerId: string): Promise<FastifyReply> {
    const { view, message: { id } } = await receivedAs(store, views(request), traceerId)
    const content = await store.payload(view, id)
    const numbers = (await store.numbers(view.party, [id])).get(id)
    if (content === null || numbers === undefined) throw new Refusal('ZP_NOT_FOUND')
    const body = values.payload(view.party) === 'zip' ? await zipped(content, fileName(numbers)) : content
    return await sendRead(parts, reply, { id, account: parts.who(request).account.id }, 'application/octet-stream', body)
  }

  return async app => {
    app.get(pullPath, {
      schema: { tags: ['vsp'], operationId: 'vspBerichten', summary: 'What waits for your parties, oldest first, until you confirm its receipt', querystring: listQuery, response: gives({ 200: json('The oldest messages', Type.Array(shownShape)) }) }
    }, async request => await queueOf(parts, show, { views: views(request), search: undefined, limit: request.query.limit ?? limit_default, base: baseOf(request) }))

    app.post(`${pullPath}/zoeken`, {
      config: { body: 'json' },
      // The body is checked by `zoekpadIn`, whose words tell no value.
      validatorCompiler: ({ httpPart, schema }) => httpPart === 'body' ? () => true : queries.compile(schema),
      schema: { tags: ['vsp'], operationId: 'vspZoeken', summary: 'Of what waits, that of one berichtstroom or conversation, or in answer to one message', querystring: listQuery, body: zoekpadShape, response: gives({ 200: json('The oldest messages', Type.Array(shownShape)) }) }
    }, async request => await queueOf(parts, show, { views: views(request), search: searchOf(zoekpadIn(request.body), values), limit: request.query.limit ?? limit_default, base: baseOf(request) }))

    app.get(`${pullPath}/:traceerId/payload`, {
      schema: { tags: ['vsp'], operationId: 'vspPayload', summary: 'The message itself, as XML or as a ZIP with one file', params: traceerParams, querystring: partyQuery, response: gives({ 200: octets('The bytes of which the list tells size and checksum') }) }
    }, async (request, reply) => await sendPayload(request, reply, request.params.traceerId))

    app.delete(`${pullPath}/:traceerId`, {
      schema: { tags: ['vsp'], operationId: 'vspOntvangen', summary: 'Confirm receipt: you have stored this message', params: traceerParams, querystring: partyQuery, response: gives({ 202: nothing('Confirmed, now or before') }) }
    }, async (request, reply) => {
      const { view, message: { id } } = await receivedAs(store, views(request), request.params.traceerId)
      if (await store.acknowledge(view, id, parts.who(request).account.id, now()) === 'absent') throw new Refusal('ZP_NOT_FOUND')
      await reply.code(202).send()
    })
  }
}
