/** Bytes go out as they are. */
import type { FastifyReply } from 'fastify'

/** Sends bytes as they are, past any serializer. */
export async function sendBytes (reply: FastifyReply, type: string, body: Uint8Array): Promise<FastifyReply> {
  return await reply.type(type).serializer((it: unknown) => it as string).send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}
