/** The "no" that is said at once, about the hop: a SOAP Fault, with an Fo03 in it where SOAP lets it hold one. */
import type { RefusalCode } from '../core/core.ts'
import type { Fout, Plek, Systeem } from './types.ts'

/** What of the refused message could be read, for the answer to name. */
export interface About { readonly zender: Systeem | null, readonly referentienummer: string | null }

/** SOAP 1.1, 4.4.1: why nothing of the message was looked at. */
export type SoapFault = 'VersionMismatch' | 'MustUnderstand'

/** A message that is refused at once. Its message holds the code alone. */
export class StufFault extends Error implements Fout {
  readonly code: string
  readonly plek: Plek
  readonly omschrijving: string
  readonly details: string | null
  readonly about: About
  /** Set where the SOAP itself is refused: then the Fault holds no Fo03. */
  readonly soap: SoapFault | null
  /** Under which code it is counted and logged. */
  readonly refusal: RefusalCode
  constructor (fout: Fout, about: About = { zender: null, referentienummer: null }, soap: SoapFault | null = null, refusal: RefusalCode = 'ZP_ENVELOPE') {
    super(fout.code)
    this.code = fout.code
    this.plek = fout.plek
    this.omschrijving = fout.omschrijving
    this.details = fout.details
    this.about = about
    this.soap = soap
    this.refusal = refusal
  }
}
