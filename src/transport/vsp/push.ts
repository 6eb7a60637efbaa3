/** `POST …/berichten/rest-push/v1/berichten`: a sender brings one message, under a traceerId of its own. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Refusal, type PartyCode } from '../../core/core.ts'
import { modelOf, supportedTypes } from '../../standard/standard.ts'
import { bytes, gives } from './answers.ts'
import { withContent } from './content.ts'
import { metadataShape, type BerichtMetadata } from './metadata.ts'
import { partsOf } from './multipart.ts'
import type { VspParts } from './parts.ts'
import { readMetadata } from './read.ts'
import { openValues } from './values.ts'
import { senderIn, wireOf } from './wire.ts'

const pushSchema = {
  operationId: 'vspPush',
  tags: ['vsp'],
  summary: 'Send one message; its judgement stands in its berichtstatus',
  description: 'The parts in any order. The payload is the message, or a ZIP with it as its only file. The same request again is answered as before.',
  consumes: ['multipart/form-data'],
  body: Type.Object({ berichtMetadata: metadataShape, payload: Type.Unsafe(bytes('The message')) }),
  response: gives({ 204: { type: 'null', description: 'Stored' } })
}

/** Who can send for nobody is told before his message is read. @throws Refusal ZP_ACCOUNT_ROLE or ZP_NOT_SENDER */
export const mustSend = ({ who, parties, now }: VspParts) => (request: FastifyRequest): void => {
  const { account } = who(request)
  if (account.role !== 'party') throw new Refusal('ZP_ACCOUNT_ROLE', `account ${account.id}: rol / role ${account.role}; nodig / needed: party`)
  const at = now()
  const sends = parties.actsFor(account, at).some(party => (parties.view(account, party, at)?.send.length ?? 0) > 0)
  if (!sends) throw new Refusal('ZP_NOT_SENDER', `account ${account.id}`)
}

/** @returns the sender, for whom this account may send this message @throws Refusal ZP_NOT_SENDER; whether the party exists is not told */
function senderFor ({ who, parties, now }: VspParts, request: FastifyRequest, metadata: BerichtMetadata): PartyCode {
  const sender = senderIn(metadata)
  const { berichtsubtype } = metadata.routeringgegevens.berichtstroom
  const type = supportedTypes().find(it => it === berichtsubtype)
  const send = parties.view(who(request).account, sender, now())?.send ?? []
  const may = type === undefined ? send.length > 0 : send.includes(modelOf(type).family)
  if (!may) throw new Refusal('ZP_NOT_SENDER', type === undefined ? sender : `${sender}: ${modelOf(type).family}`)
  return sender
}

/** The routes, as a plugin: register it under the prefix. */
export const pushRoutes = (parts: VspParts): FastifyPluginAsyncTypebox => async app => {
  const { who, arrivals, inflight, limits } = parts
  const may = mustSend(parts)
  const { faults } = openValues(parts.values, parts.parties, parts.now)
  app.post('/berichten/rest-push/v1/berichten', { config: { body: 'multipart' }, schema: pushSchema, validatorCompiler: () => () => true, onRequest: async request => { may(request) } }, async (request, reply) => {
    if (!Buffer.isBuffer(request.body)) throw new Refusal('ZP_MEDIA_TYPE', 'Content-Type: multipart/form-data')
    const { berichtMetadata, payload } = await partsOf(request.body, request.headers['content-type'] ?? '')
    const metadata = readMetadata(berichtMetadata, faults)
    const party = senderFor(parts, request, metadata)
    if (payload.byteLength > limits.payload_bytes_max) throw new Refusal('ZP_SIZE', `${payload.byteLength} > ${limits.payload_bytes_max} bytes`)
    const { account, certificate } = who(request)
    const { arrival: { outcome } } = await withContent(payload, limits, inflight, async ({ content, wrong }) => await arrivals.take({
      door: 'vsp',
      payload: content,
      by: { account: account.id, party, certificate: certificate.fingerprint, wire: wireOf(metadata, content) },
      wrong,
      notice: () => null // its berichtstatus tells it
    }))
    // Kept for its berichtstatus as any other, and told at once: sending it again is of no use.
    if (outcome.kind === 'refused' && outcome.code === 'ZP_SIZE') throw new Refusal('ZP_SIZE', outcome.detail, outcome.findings, outcome.kept)
    await reply.code(204).send()
  })
}
