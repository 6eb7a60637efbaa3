/** Bytes go out as they are, and a payload never before it is written down who got it. */
import type { FastifyReply } from 'fastify'
import type { AccountId, Instant, MessageId } from '../../core/core.ts'
import type { Store } from '../../store/store.ts'

/** Sends bytes as they are, past any serializer. */
export async function sendBytes (reply: FastifyReply, type: string, body: Uint8Array): Promise<FastifyReply> {
  return await reply.type(type).serializer((it: unknown) => it as string).send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}

/** Who reads which message's payload; `reason` where one is due. */
export interface Reading { readonly id: MessageId, readonly account: AccountId, readonly reason?: string }

/** Commits the reading to the audit and sends the bytes then. @throws StoreFailure when it cannot be written down: nothing is sent */
export async function sendRead ({ store, now }: { readonly store: Pick<Store, 'note'>, readonly now: () => Instant }, reply: FastifyReply, { id, account, reason }: Reading, type: string, bytes: Uint8Array): Promise<FastifyReply> {
  await store.note({ at: now(), event: 'payload_read', message: id, account, detail: reason ?? null })
  return await sendBytes(reply, type, bytes)
}
