/** Municipal software at the GGk door: what it sends, and what it reads of the answers. */
import { instant } from '../core/core.ts'
import { readAntwoord, soapAction, systeem, writeEnvelopCall, type Antwoord } from '../stuf/stuf.ts'
import type { Head } from './head.ts'
import type { Reply, Request } from './request.ts'

/** One message on its way. */
export interface GgkMessage {
  readonly head: Head
  readonly payload: Uint8Array
  /** UUID v4 in lower case. */
  readonly referentienummer: string
  /** Of the message it answers, as its sender knows that; null in a Di01. */
  readonly crossRefnummer: string | null
  /** The same when it is sent again. */
  readonly at: Date
}

const path = '/ggk/OntvangAsynchroon'

/**
 * What a message does not say of itself travels empty: its envelope is then as wrong as it is.
 * @returns the request that sends it, in a Du01 when it answers, else in a Di01. Throws a RangeError that names the number that is not as StUF has it
 */
export function envelopRequest ({ head, payload, referentienummer, crossRefnummer, at }: GgkMessage): Request {
  const kind = crossRefnummer === null ? 'Di01' : 'Du01'
  const body = writeEnvelopCall({
    kind,
    zender: systeem(head.sender ?? '', 'Zorgpoort'),
    ontvanger: systeem(head.receiver ?? '', 'GGk'),
    referentienummer,
    crossRefnummer,
    tijdstip: instant(at.getTime()),
    functie: head.model?.type ?? 'onbekend',
    versie: head.versie,
    subversie: head.subversie,
    applicatieVersie: '0001',
    applicatieSubversie: '0000',
    payload
  })
  return { method: 'POST', path, headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: soapAction(kind) }, body }
}

/** @returns what the gateway answered */
export const antwoordIn = ({ status, bytes }: Pick<Reply, 'status' | 'bytes'>): Antwoord => readAntwoord(status, bytes)
