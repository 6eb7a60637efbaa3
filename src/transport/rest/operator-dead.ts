/** `/v1/operator/dead` and `/v1/operator/redrive`: what was given up and why, and putting it back to work. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { deadClasses, isCode, isMessageId, messageId, Refusal, type DeadClass, type MessageId } from '../../core/core.ts'
import type { StoppedFilter } from '../../store/store.ts'
import { redriveCounts, redriveOutcomes } from '../../upkeep/upkeep.ts'
import { askedIn, jsonBody } from './asked.ts'
import { shown } from './here.ts'
import { asText, gives, json, type RouteParts } from './parts.ts'
import { momentIn, partyIn, typeIn } from './query.ts'
import { roleIn } from './role.ts'
import * as shapes from './shapes.ts'
import { time } from './views.ts'

const closed = { additionalProperties: false }
/** So many messages are dealt with by one call. */
const redrive_max = 1_000

const filters = {
  party: Type.Optional(Type.String({ maxLength: 8, description: 'Sent by this party, or to it.' })),
  type: shapes.listQuery.properties.type,
  class: Type.Optional(Type.Unsafe<DeadClass>({ type: 'string', enum: [...deadClasses], description: 'Why it was given up, in kind.' })),
  code: Type.Optional(Type.String({ maxLength: 200, description: 'Its reason, or a part of it: `exhausted: http_503` is found by `exhausted` and by `http_503`, `http_422.CODE` by `http_422` and by `CODE`.' })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Given up at or after.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Given up before.' }))
}
const { cursor, limit } = shapes.listQuery.properties
const query = Type.Object({ ...filters, cursor, limit }, closed)
const deadShape = Type.Object({ ...shapes.messageShape.properties, dead_since: Type.String({ format: 'date-time', description: 'When it was given up.' }) }, { $id: 'DeadLetter' })
const pageShape = Type.Object({ messages: Type.Array(deadShape), next: shapes.listShape.properties.next }, { $id: 'DeadLetters' })

const askedShape = Type.Object({
  ids: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: redrive_max, description: 'These messages; then nothing else is a filter.' })),
  ...filters,
  all: Type.Optional(Type.Boolean({ description: 'Every dead letter there is: without `ids` or a filter this must be said.' })),
  reason: Type.Optional(Type.String({ description: 'Why, as a code (a letter, then letters, digits, `_`, `-` and `.`; no nine digits in a row), such as `endpoint_repaired`: it goes in the audit and in the history of each message. Needed unless `dry_run`.' })),
  dry_run: Type.Optional(Type.Boolean({ default: false, description: 'Change nothing, only tell what would be done.' })),
  cursor: Type.Optional(Type.String({ maxLength: 120, description: 'From the previous call with the same filter.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: redrive_max, default: redrive_max, description: 'No more than these at this call.' }))
}, closed)
const outcome = Type.Unsafe<typeof redriveOutcomes[number]>({ type: 'string', enum: [...redriveOutcomes], description: 'redriven: it is tried again as if for the first time, or would be. absent: there is no such message. not_dead: it is on its way, or arrived. answered: its receiver has it. replaced: its sender sent another instead, or as an answer that a person refused it counts no more. payload_gone: what would be sent is not kept any more.' })
const doneShape = Type.Object({
  dry_run: Type.Boolean({ description: 'Nothing was changed.' }),
  counts: Type.Object(Object.fromEntries(redriveOutcomes.map(it => [it, Type.Integer()])), { description: 'Of this call.' }),
  messages: Type.Array(Type.Object({ id: Type.String(), outcome }), { description: 'Longest dead first, or as they were named.' }),
  more: Type.Boolean({ description: 'There may be more: ask again with `cursor`.' }),
  cursor: Type.Union([Type.String(), Type.Null()])
}, { $id: 'Redriven' })

type Filters = Partial<Record<'party' | 'type' | 'code' | 'from' | 'to', string>> & { class?: DeadClass }

function filterOf (parts: RouteParts, { party, type, code, from, to, class: dead }: Filters): Omit<StoppedFilter, 'limit'> {
  return {
    ...(party === undefined ? {} : { party: partyIn('party', party) }),
    ...(type === undefined ? {} : { type: typeIn(parts, type) }),
    ...(code === undefined ? {} : { code }),
    ...(dead === undefined ? {} : { class: dead }),
    ...(from === undefined ? {} : { from: momentIn('from', from) }),
    ...(to === undefined ? {} : { to: momentIn('to', to) })
  }
}

type Asked = Static<typeof askedShape>
const read = askedIn<Asked>(askedShape)

/** @throws Refusal ZP_REQUEST for what is no id: it may be anything, so it is not repeated */
function messageIn (text: string, at: number): MessageId {
  if (!isMessageId(text)) throw new Refusal('ZP_REQUEST', `ids/${at}: een bericht-id / a message id`)
  return messageId(text)
}

/** @throws Refusal ZP_REQUEST when it does not say which, or says it twice */
function whichOf (parts: RouteParts, { ids, all = false, ...rest }: Asked): Omit<StoppedFilter, 'limit'> {
  const filter = filterOf(parts, rest)
  const said = [ids !== undefined, Object.keys(filter).length > 0, all].filter(it => it).length
  if (said !== 1) throw new Refusal('ZP_REQUEST', `zeg welke / say which: ids, of een filter / or a filter (${Object.keys(filters).join(', ')}), of / or all`)
  return ids === undefined ? filter : { ids: [...new Set(ids.map(messageIn))] }
}

/** @throws Refusal ZP_REQUEST when there is no reason, or it is no code */
function reasonOf ({ reason, dry_run: dry = false }: Asked): string {
  if (reason === undefined && dry) return 'dry_run'
  if (reason === undefined || !isCode(reason)) throw new Refusal('ZP_REQUEST', 'reason: een code zoals / a code such as endpoint_repaired')
  return reason
}

/** The routes, as a plugin: register it under `/v1/operator`. */
export const operatorDeadRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const { store, now } = parts
  const reader = roleIn(parts, 'operator', 'auditor')
  const operator = roleIn(parts, 'operator')

  app.get('/dead', {
    schema: { operationId: 'operatorDead', summary: 'Messages that were given up, longest ago first, with why (operator, auditor)', querystring: query, response: gives({ 200: json('One page', pageShape) }) },
    ...asText
  }, async request => {
    reader(request)
    const { cursor, limit, ...rest } = request.query
    const page = await store.deadLetters({ ...filterOf(parts, rest), limit: limit ?? 100, ...(cursor === undefined ? {} : { cursor }) })
    const messages = await shown(parts, null, page.items)
    return { messages: messages.map((it, nth) => ({ ...it, dead_since: time(page.items[nth]?.work?.since ?? null) })), next: page.next }
  })

  app.post('/redrive', {
    ...jsonBody,
    onRequest: async request => { operator(request) },
    schema: { operationId: 'redrive', summary: 'Try dead letters again, as if for the first time (operator)', consumes: ['application/json'], body: askedShape, response: gives({ 200: json('What was done, or would be', doneShape) }) },
    ...asText
  }, async request => {
    const asked = read(request.body)
    const { dry_run: dry = false, limit = redrive_max, cursor } = asked
    const decided = { by: operator(request).id, reason: reasonOf(asked), now: now() }
    const { messages, next } = await parts.redrive({ filter: whichOf(parts, asked), decided, dry, limit, cursor })
    return { dry_run: dry, counts: redriveCounts(messages), messages, more: next !== null, cursor: next }
  })
}
