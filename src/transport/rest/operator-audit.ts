/** `/v1/operator/audit` and `/v1/operator/checkpoints`: what happened, for operators and auditors. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { checkpointView } from '../../audit/audit.ts'
import { accountId, Refusal, rfc3339, type AccountId } from '../../core/core.ts'
import { auditEvents, type AuditEvent } from '../../store/store.ts'
import { gives, idOf, json, type RouteParts } from './parts.ts'
import { momentIn } from './query.ts'
import { roleIn } from './role.ts'
import { orNull } from './shapes.ts'

const time = Type.String({ format: 'date-time' })
const next = orNull(Type.String({ description: 'Give as `cursor` for the next page.' }))
const paging = { cursor: Type.Optional(Type.String({ maxLength: 100 })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 250, default: 100 })) }

const rowsShape = Type.Object({
  rows: Type.Array(Type.Object({ chain: Type.String(), seq: Type.Integer(), at: time, event: Type.String(), message: orNull(Type.String()), account: orNull(Type.String()), detail: orNull(Type.String()), digest: orNull(Type.String()) })),
  next
}, { $id: 'AuditRows' })
const checkpointsShape = Type.Object({
  checkpoints: Type.Array(Type.Object({
    id: Type.String(),
    at: time,
    seq: Type.Integer({ description: 'The row it was made at.' }),
    removed: Type.Integer({ description: 'Rows up to this one were removed by retention.' }),
    heads: Type.Array(Type.Object({ chain: Type.String(), seq: Type.Integer(), mac_sha256: Type.String() })),
    body: Type.String({ description: 'The bytes that were signed.' }),
    seal: Type.String({ description: 'Detached CMS over them, DER in base64.' })
  })),
  next
}, { $id: 'Checkpoints' })
const rowsQuery = Type.Object({
  message: Type.Optional(Type.String({ maxLength: 64 })),
  account: Type.Optional(Type.String({ maxLength: 64 })),
  event: Type.Optional(Type.Unsafe<AuditEvent>({ type: 'string', enum: [...auditEvents] })),
  from: Type.Optional(time),
  to: Type.Optional(time),
  ...paging
}, { additionalProperties: false })

function accountIn (text: string): AccountId {
  try { return accountId(text) } catch { throw new Refusal('ZP_QUERY', 'account') }
}

/** The routes, as a plugin: register it under `/v1/operator`. */
export const operatorAuditRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const { store } = parts
  const reader = roleIn(parts, 'operator', 'auditor')

  app.get('/audit', {
    schema: { operationId: 'operatorAudit', summary: 'What happened, newest first (operator, auditor)', querystring: rowsQuery, response: gives({ 200: json('One page', rowsShape) }) }
  }, async request => {
    reader(request)
    const { message, account, event, from, to, cursor, limit = 100 } = request.query
    const page = await store.auditRows({
      limit,
      ...(event === undefined ? {} : { event }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(message === undefined ? {} : { message: idOf(message) }),
      ...(account === undefined ? {} : { account: accountIn(account) }),
      ...(from === undefined ? {} : { from: momentIn('from', from) }),
      ...(to === undefined ? {} : { to: momentIn('to', to) })
    })
    return { rows: page.items.map(row => ({ ...row, at: rfc3339(row.at) })), next: page.next }
  })

  app.get('/checkpoints', {
    schema: { operationId: 'operatorCheckpoints', summary: 'Signed checkpoints of the audit, newest first (operator, auditor)', querystring: Type.Object(paging, { additionalProperties: false }), response: gives({ 200: json('One page', checkpointsShape) }) }
  }, async request => {
    reader(request)
    const { cursor, limit = 100 } = request.query
    const page = await store.checkpoints({ limit, ...(cursor === undefined ? {} : { cursor }) })
    return { checkpoints: page.items.map(it => checkpointView(it) as Record<string, never>), next: page.next }
  })
}
