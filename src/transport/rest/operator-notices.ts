/** `/v1/operator/notices`: what parties are told by Fo01 and how far that is, and putting back what was given up. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { isCode, never, Refusal, rfc3339 } from '../../core/core.ts'
import { toldReason } from '../../here/here.ts'
import { noticeStates, type NoticeState, type StoredNotice } from '../../store/store.ts'
import { askedIn, jsonBody } from './asked.ts'
import { asText, gives, idOf, json, type RouteParts } from './parts.ts'
import { partyIn } from './query.ts'
import { roleIn } from './role.ts'
import * as shapes from './shapes.ts'
import { time } from './views.ts'

const closed = { additionalProperties: false }
const { cursor, limit } = shapes.listQuery.properties
const moment = (description: string) => shapes.orNull(shapes.time(description))
const query = Type.Object({
  state: Type.Optional(Type.Unsafe<NoticeState>({ type: 'string', enum: [...noticeStates], description: 'due: on its way, or waiting for its next try. sent: its endpoint took it. dead: given up. Without it what is dead, then what is due.' })),
  party: Type.Optional(Type.String({ maxLength: 8, description: 'For this party.' })),
  cursor,
  limit
}, closed)
const noticeShape = Type.Object({
  id: Type.String(),
  party: Type.String({ description: 'Whom it is for.' }),
  code: Type.String({ description: 'Of the Fo01, in the list that the party knows.' }),
  about: shapes.orNull(Type.String({ description: 'The message it is about, or the id under which the refused one is kept; null where neither is.' })),
  made: shapes.time('When it was made: its tijdstipBericht.'),
  state: shapes.oneOf(noticeStates, 'due: on its way, or waiting for its next try. sent: its endpoint took it. dead: given up.'),
  attempts: Type.Integer(),
  next: moment('When the next try is planned; null where it is not on its way.'),
  under_way: Type.Boolean({ description: 'A try goes on at this moment.' }),
  reason: shapes.orNull(Type.String({ description: 'Code of the last failure, or of giving up.' })),
  nl: shapes.orNull(Type.String({ description: 'The same in a few words, in Dutch.' })),
  en: shapes.orNull(Type.String({ description: 'The same in English.' })),
  ended: moment('When it was sent or given up.')
}, { $id: 'Notice' })
const pageShape = Type.Object({ notices: Type.Array(noticeShape), next: shapes.listShape.properties.next }, { $id: 'Notices' })
const askedShape = Type.Object({ reason: Type.String({ maxLength: 100, description: 'Why, as a code, such as `endpoint_repaired`: it goes in the audit.' }) }, closed)
const againShape = Type.Object({ id: Type.String(), at: shapes.time('From when on it is tried, as if for the first time and with the same bytes.') }, { $id: 'NoticeAgain' })

const read = askedIn<Static<typeof askedShape>>(askedShape)
const view = ({ target, ...it }: StoredNotice): Record<string, unknown> => {
  const { nl = null, en = null } = toldReason(it.reason) ?? {}
  return { ...it, party: target, made: time(it.made), next: time(it.next), ended: time(it.ended), nl, en }
}

/** The routes, as a plugin: register it under `/v1/operator`. */
export const operatorNoticeRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const [reader, operator] = [roleIn(parts, 'operator', 'auditor'), roleIn(parts, 'operator')]

  app.get('/notices', {
    ...asText,
    schema: { operationId: 'operatorNotices', summary: 'What parties are told by Fo01, and how far that is (operator, auditor)', querystring: query, response: gives({ 200: json('One page', pageShape) }) }
  }, async request => {
    reader(request)
    const { party, limit = 100, ...rest } = request.query
    const { items, next } = await parts.store.notices({ ...rest, limit, ...(party === undefined ? {} : { party: partyIn('party', party) }) })
    return { notices: items.map(view), next }
  })

  app.post('/notices/:id/again', {
    ...asText,
    ...jsonBody,
    onRequest: async request => { operator(request) },
    schema: { operationId: 'noticeAgain', summary: 'Put an Fo01 that was given up back on its way (operator)', params: shapes.idParams, consumes: ['application/json'], body: askedShape, response: gives({ 200: json('Written down', againShape) }) }
  }, async request => {
    const { reason } = read(request.body)
    if (!isCode(reason)) throw new Refusal('ZP_REQUEST', 'reason: een code zoals / a code such as endpoint_repaired')
    const [id, at] = [idOf(request.params.id), parts.now()]
    const outcome = await parts.noticeAgain(id, { by: operator(request).id, reason, now: at })
    switch (outcome) {
      case 'again': return { id, at: rfc3339(at) }
      case 'absent': throw new Refusal('ZP_NOT_FOUND')
      case 'gone': throw new Refusal('ZP_PAYLOAD_GONE')
      case 'not_dead': throw new Refusal('ZP_DECIDED', 'niet opgegeven / not given up')
      case 'replaced': throw new Refusal('ZP_DECIDED', 'het bericht kwam opnieuw / its message came again')
      default: return never(outcome)
    }
  })
}
