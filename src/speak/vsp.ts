/** Provider software at the VSP door: what it sends, and what it reads of the answers. */
import { randomUUID } from 'node:crypto'
import { partyKind, Unusable } from '../core/core.ts'
import { isZip, openZip } from '../zip/zip.ts'
import type { Head } from './head.ts'
import { asking, type Reply, type Request } from './request.ts'

const prefix = '/berichtenservice'
const [push, pull] = [`${prefix}/berichten/rest-push/v1/berichten`, `${prefix}/berichten/rest-pull/v1/berichten`]

/** One message on its way, by the numbers its sender gives it. */
export interface VspMessage {
  readonly head: Head
  /** XML, or a ZIP with one file. */
  readonly payload: Uint8Array
  /** UUIDs. Null where it begins a conversation: then that is its own traceerId. */
  readonly traceerId: string
  readonly conversatieId: string | null
  readonly alsAntwoordOp: string | null
  /** The sender's own reference. */
  readonly referentieId: string | null
}

/** As which rol parties are told; what a gateway takes besides is its own setting. */
const rolOf = (code: string | null): string => partyKind(code ?? '') === 'gemeente' ? 'Gemeente' : 'Instelling'
/** What a message is for, in the one word that is published; the others are named after what they are. */
const actie = (number: string | undefined): string => number === '315' ? 'VerzoekToewijzing' : 'Indienen'

/** @returns berichtMetadata, in the published shape */
export function berichtMetadata ({ head, traceerId, conversatieId, alsAntwoordOp, referentieId }: VspMessage): Record<string, unknown> {
  const party = (code: string | null): Record<string, string> => ({ rol: rolOf(code), ...(code === null ? {} : { code }) })
  const type = head.model?.type ?? 'WMO301'
  return {
    routeringgegevens: {
      afzender: party(head.sender),
      geadresseerden: [party(head.receiver)],
      berichtstroom: { berichttype: type.slice(0, -3), berichtsubtype: type, berichtversie: head.versie, berichtsubversie: head.subversie, actie: actie(head.model?.number) }
    },
    referentiegegevens: { conversatieId: conversatieId ?? traceerId, traceerId, ...(alsAntwoordOp === null ? {} : { alsAntwoordOp }), ...(referentieId === null ? {} : { referentieId }) },
    verwerkingscontext: [['Applicatie', 'Zorgpoort'], ['ApplicatieVersie', '1'], ['ApplicatieSubversie', '0']].map(([sleutel, waarde]) => ({ sleutel, waarde: [waarde] }))
  }
}

/** @returns the request that pushes a message */
export function pushRequest (message: VspMessage): Request {
  const boundary = `zorgpoort-${randomUUID()}`
  const part = (name: string, type: string): Buffer => Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${name === 'payload' ? '; filename="payload"' : ''}\r\nContent-Type: ${type}\r\n\r\n`)
  const body = Buffer.concat([
    part('berichtMetadata', 'application/json'), Buffer.from(JSON.stringify(berichtMetadata(message))), Buffer.from('\r\n'),
    part('payload', 'application/octet-stream'), message.payload, Buffer.from(`\r\n--${boundary}--\r\n`)
  ])
  return { method: 'POST', path: push, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

const mb = 1_000_000
/** @returns the message itself, whether it came as XML or as a ZIP with one file @throws Unusable for a ZIP that cannot be read */
export async function unzipped (payload: Uint8Array): Promise<Uint8Array> {
  if (!isZip(payload)) return payload
  const opened = openZip(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), { members_max: 1, member_bytes_max: 25 * mb, total_bytes_max: 25 * mb, ratio_max: 1_000 })
  if ('refusal' in opened) throw new Unusable('what was fetched is a ZIP that cannot be read')
  return await opened.zip.content(1)
}

/** What a service found wrong. */
export interface Melding { readonly code: string, readonly omschrijving: string, readonly toelichting: string }
/** How far a message is; `meldingen` say what is wrong. */
export interface Berichtstatus { readonly traceerId: string, readonly status: string, readonly meldingen: readonly Melding[] }

/** @returns the request for how far a message is */
export const statusRequest = (traceerId: string): Request => asking('GET', `${prefix}/berichtstatus/rest-pull/v3/berichtstatussen?traceerId=${traceerId}`)

type Told = Readonly<Record<string, unknown>>
const objectOf = (value: unknown): Told => Object(value) as Told
const objectsIn = (value: unknown): readonly Told[] => Array.isArray(value) ? value.map(objectOf) : []
const text = (of: Told, name: string): string => typeof of[name] === 'string' ? of[name] : ''

/** @returns what is known of the message of this traceerId; null when nothing is */
export function statusIn ({ body }: Reply, traceerId: string): Berichtstatus | null {
  const found = objectsIn(body).find(it => text(it, 'traceerId') === traceerId || text(objectOf(it['referentiegegevens']), 'traceerId') === traceerId)
  if (found === undefined) return null
  const meldingen = objectsIn(found['meldingen']).map(it => ({ code: text(it, 'code'), omschrijving: text(it, 'omschrijving'), toelichting: text(it, 'toelichting') }))
  return { traceerId, status: text(found, 'status'), meldingen }
}

/** A message that waits to be fetched, by the numbers its receiver knows it by. */
export interface Waiting { readonly traceerId: string, readonly conversatieId: string, readonly alsAntwoordOp: string | null }
/** Most that one look shows: the oldest. */
export const waiting_max = 250
/** @returns the request for what waits to be fetched */
export const waitingRequest = (): Request => asking('GET', `${pull}?limit=${waiting_max}`)
/** @returns what an answer to it tells */
export const waitingIn = ({ body }: Reply): readonly Waiting[] => objectsIn(body).map(it => {
  const numbers = objectOf(it['referentiegegevens'])
  return { traceerId: text(numbers, 'traceerId'), conversatieId: text(numbers, 'conversatieId'), alsAntwoordOp: text(numbers, 'alsAntwoordOp') || null }
})
export const payloadRequest = (traceerId: string): Request => asking('GET', `${pull}/${traceerId}/payload`)
/** @returns the request that says it is here; answered by 202 */
export const receivedRequest = (traceerId: string): Request => asking('DELETE', `${pull}/${traceerId}`)
