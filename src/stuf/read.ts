/** Reads what comes in by the municipal door, and what it answers to us. */
import { faultOf } from './codes.ts'
import type { Antwoord, Bericht, CodeList } from './types.ts'

export interface ReadOptions {
  /** Of which list the codes of a refusal at once are. */
  readonly codes: CodeList
  /** Largest Di01 or Du01, in bytes, without the SOAP around it. */
  readonly bytes_max: number
  /** Whether white space may stand in base64. */
  readonly base64: 'strict' | 'wrapped'
}

/**
 * @param body of the request, at most some 65 kB longer than the largest message
 * @param action the SOAPAction header as it came; undefined where there is none
 * @throws StufFault for what is refused at once
 */
export function readBericht (_body: Uint8Array, _action: string | undefined, options: ReadOptions): Bericht {
  throw faultOf({ code: 'ZP_INTERNAL', detail: null }, options.codes)
}

/** @param status of HTTP @param body what was read of the answer */
export function readAntwoord (_status: number, _body: Uint8Array): Antwoord {
  return { kind: 'unknown' }
}
