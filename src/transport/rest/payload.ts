/** Giving a payload away: never before it is written down who got it, and why. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, type AccountId, type MessageId } from '../../core/core.ts'
import { sendBytes } from '../door/door.ts'
import { header, raw, type RouteParts } from './parts.ts'
import { contentDigest } from './views.ts'

/** How the answer is described. */
export const payloadAnswer = raw('application/xml', 'The message as it was sent', { 'Content-Digest': header('RFC 9530, SHA-256') })

/** Who reads what; `reason` where one is due. */
export interface Reading { readonly id: MessageId, readonly account: AccountId, readonly sha256: string, readonly bytes: Uint8Array, readonly reason?: string }

/** Commits the reading to the audit and sends the bytes then. @throws StoreFailure when it cannot be written down: nothing is sent */
export async function sendPayload ({ store, now }: Pick<RouteParts, 'store' | 'now'>, reply: FastifyReply, { id, account, sha256, bytes, reason }: Reading): Promise<FastifyReply> {
  await store.note({ at: now(), event: 'payload_read', message: id, account, detail: reason ?? null })
  return await sendBytes(reply.header('Content-Digest', contentDigest(sha256)), 'application/xml', bytes)
}

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
