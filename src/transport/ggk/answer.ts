/** What the municipal door answers: a Bv03 that is the same at every repeat, or a SOAP Fault with an Fo03. */
import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { newReferentienummer, Refusal, refusals, type Instant } from '../../core/core.ts'
import type { StufFault } from '../../stuf/stuf.ts'
import { faultOf, writeBv03, writeFault, type About, type Systeem } from '../../stuf/stuf.ts'
import { sendBytes } from '../door/door.ts'
import type { GgkParts } from './parts.ts'

const xml = 'text/xml; charset=utf-8'

/** What a Bv03 confirms. `mark`: tells it from every other that is confirmed; it gives the Bv03 its number. */
export interface Confirmed { readonly zender: Systeem, readonly referentienummer: string, readonly at: Instant, readonly mark: string }

/** @returns a UUID in the form of version 4 that follows from the text: the same answer again has the same number */
function numberOf (text: string): string {
  const hex = hash('sha256', text, 'hex')
  const variant = '89ab'[parseInt(hex.charAt(16), 16) % 4] ?? '8'
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

export async function sendBv03 (reply: FastifyReply, self: Systeem, { zender, referentienummer, at, mark }: Confirmed): Promise<FastifyReply> {
  return await sendBytes(reply, xml, writeBv03({ zender: self, ontvanger: zender, referentienummer: numberOf(`${mark} ${at}`), tijdstip: at, crossRefnummer: referentienummer }))
}

/** What was read of a message before it was refused, and in which words of StUF it is. */
const refusedBy = new WeakMap<FastifyRequest, StufFault>()
const about = new WeakMap<FastifyRequest, About>()

/** From here on a refusal names this message. */
export function remember (request: FastifyRequest, it: About): void { about.set(request, it) }

/** @returns the refusal that stands for a fault, which is then answered in its own words */
export function refusalFor (request: FastifyRequest, fault: StufFault): Refusal {
  refusedBy.set(request, fault)
  return new Refusal(fault.refusal, fault.details)
}

/** Says no in the words of StUF: HTTP 500, as SOAP 1.1 asks, whatever the reason. */
export const sendFault = ({ self, reading, now }: Pick<GgkParts, 'self' | 'reading' | 'now'>) => async (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<void> => {
  const fault = refusedBy.get(request) ?? faultOf(refusal, reading.codes, about.get(request))
  if (refusals[refusal.code].retry === 'later' && !reply.hasHeader('Retry-After')) reply.header('Retry-After', '5')
  await sendBytes(reply.code(500), xml, writeFault(fault, { zender: self, referentienummer: newReferentienummer(), tijdstip: now() }))
}
