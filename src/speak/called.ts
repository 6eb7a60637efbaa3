/** Municipal software that is called: what it reads of a call to its own endpoint (OntvangAsynchroon), and what it answers. */
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { systemClock } from '../core/core.ts'
import { readBericht, kopOf, writeBv03, writeFault, type Bericht, type ReadOptions, type StufFault, type Systeem } from '../stuf/stuf.ts'

/** Of the largest Di01 or Du01. */
const envelop_bytes_max = 25_000_000
/** The Content-Type of every answer. */
export const answered_as = 'text/xml; charset=utf-8'

export interface Called {
  /** @throws StufFault when it is none */
  read (body: Uint8Array, headers: IncomingHttpHeaders): Bericht
  /** @returns the Bv03, for HTTP status 200: it is here */
  taken (it: Bericht): Uint8Array
  /** @returns the SOAP Fault, for HTTP status 500 */
  refused (fault: StufFault): Uint8Array
}

/** @param applicatie as which it answers @param base64 whether white space is taken in a payload */
export function openCalled (applicatie: string, base64: ReadOptions['base64']): Called {
  const zender: Systeem = { organisatie: null, applicatie, administratie: null, gebruiker: null }
  const head = () => ({ zender, referentienummer: randomUUID(), tijdstip: systemClock.now() })
  return {
    read: (body, { soapaction }) => readBericht(body, typeof soapaction === 'string' ? soapaction : undefined, { codes: '2025', bytes_max: envelop_bytes_max, base64 }),
    taken (it) {
      const { zender: ontvanger, referentienummer } = kopOf(it)
      return writeBv03({ ...head(), ontvanger, crossRefnummer: referentienummer ?? '' })
    },
    refused: fault => writeFault(fault, head())
  }
}
