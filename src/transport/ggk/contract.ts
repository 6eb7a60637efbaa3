/** The contract of the municipal door: the WSDL, for suppliers who make their client from it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import { wsdl } from '../../stuf/stuf.ts'
import { sendBytes } from '../door/door.ts'

/** A name or address with its port, and nothing else: it goes into the WSDL. */
const host = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/

/** `?wsdl`, in any case of its letters. @throws Refusal for any other question, and for a Host that is none */
export async function sendContract (request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> {
  const asked = Object.keys(Object(request.query))
  if (asked.length !== 1 || asked[0]?.toLowerCase() !== 'wsdl') throw new Refusal('ZP_QUERY', 'POST, of / or ?wsdl')
  if (!host.test(request.headers.host ?? '')) throw new Refusal('ZP_REQUEST', 'Host')
  return await sendBytes(reply, 'text/xml; charset=utf-8', Buffer.from(wsdl(`https://${request.headers.host ?? ''}${path}`)))
}
