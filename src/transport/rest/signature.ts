/** The sender's own signature as it travels: base64 in a header. */
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** @returns the CMS of the header X-Signature, null where there is none @throws Refusal ZP_SIGNATURE when it is empty or no base64, such as two of them */
export function signatureIn ({ headers }: FastifyRequest): Uint8Array | null {
  const text = headers['x-signature']
  if (text === undefined) return null
  if (typeof text !== 'string' || text === '' || !base64.test(text)) throw new Refusal('ZP_SIGNATURE', 'X-Signature: base64 van één losse CMS / base64 of one detached CMS')
  return Buffer.from(text, 'base64')
}
