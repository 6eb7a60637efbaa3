/** Giving a payload away: never before it is written down who got it, and why. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import { sendRead, type Reading } from '../door/door.ts'
import { header, raw, type RouteParts } from './parts.ts'
import { contentDigest } from './views.ts'

/** How the answer is described. */
export const payloadAnswer = raw('application/xml', 'The message as it was sent', { 'Content-Digest': header('RFC 9530, SHA-256') })

interface Given extends Reading { readonly sha256: string, readonly bytes: Uint8Array }

/** Sends a message as it was sent, once that is written down. @throws StoreFailure when it cannot be: nothing is sent */
export const sendPayload = async (parts: Pick<RouteParts, 'store' | 'now'>, reply: FastifyReply, { sha256, bytes, ...reading }: Given): Promise<FastifyReply> =>
  await sendRead(parts, reply.header('Content-Digest', contentDigest(sha256)), reading, 'application/xml', bytes)

export const reasons = ['incident', 'question', 'legal', 'test'] as const
const referencePattern = /^(?!.*\d{9})[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

/** @returns why an operator reads what is not his own, as the audit keeps it @throws Refusal ZP_REASON */
export function reasonIn ({ headers }: FastifyRequest): string {
  const reason = reasons.find(it => it === headers['x-reason'])
  if (reason === undefined) throw new Refusal('ZP_REASON', `X-Reason: ${reasons.join(', ')}`)
  const reference = headers['x-reference']
  if (reference === undefined) return reason
  if (typeof reference !== 'string' || !referencePattern.test(reference)) throw new Refusal('ZP_REASON', 'X-Reference: 1-40 letters, cijfers, . _ - (geen negen cijfers achter elkaar)')
  return `${reason}:${reference}`
}
