/** What is said in StUF-GGk 2.1 (ggk0210): the messages as they are read and written, without their XML. */
import type { Instant, RefusalCode, Sha256 } from '../core/core.ts'

/** Of which of the chain's lists a code is: the two number differently. */
export type CodeList = '2025' | '2018'

/** A system as StUF names it. */
export interface Systeem {
  /** Gemeentecode, AGB code or a fixed name; null where an Fo01 or answer leaves it out. */
  readonly organisatie: string | null
  readonly applicatie: string
  readonly administratie: string | null
  readonly gebruiker: string | null
}

/** Who said it to whom, when, under which number. */
export interface Stuurgegevens {
  readonly zender: Systeem & { readonly organisatie: string }
  readonly ontvanger: Systeem & { readonly organisatie: string }
  /** UUID v4 in lower case. */
  readonly referentienummer: string
  /** As sent: `yyyyMMdd[HHmmss[SSS]]`. */
  readonly tijdstipBericht: string
  /** Of the Di01 that a Du01 answers; null in a Di01. */
  readonly crossRefnummer: string | null
  /** Such as `WMO301`. */
  readonly functie: string
}

/** Four digits each. */
export interface Parameters {
  readonly applicatieVersie: string
  readonly applicatieSubversie: string
  readonly functieVersie: string
  readonly functieSubversie: string
}

/** Whose mistake an error is: client of who sent, server of who received. */
export type Plek = 'client' | 'server'

/** What an Fo01 or Fo03 says. */
export interface Fout {
  /** At most 7 characters, of the list that the receiver knows. */
  readonly code: string
  readonly plek: Plek
  /** In Dutch, at most 200 characters, and nothing of a payload in it where it is ours. */
  readonly omschrijving: string
  /** At most 1,000 characters. */
  readonly details: string | null
}

/** Something an envelope has that no schema sees, as a row of the table of checks tells it. */
export interface Objection {
  /** Name of the row. */
  readonly check: string
  /** Under which code it is a refusal at the other doors and in the store. */
  readonly refusal: RefusalCode
  /** Its code in each list. */
  readonly codes: Readonly<Record<CodeList, string>>
  readonly omschrijving: string
}

interface Said {
  /** SHA-256 of all that the message says and holds, however it was written down: tells a repeat from a reuse of its number. */
  readonly digest: Sha256
  /** Of the element itself, without the SOAP around it. */
  readonly size_bytes: number
  /** @returns the element as XML that stands by itself, without XML declaration, to be quoted in an Fo01; null when it is larger than that */
  readonly original: (bytes_max: number) => Buffer | null
}

/** A Di01 or Du01 whose stuurgegevens hold. With an objection it cannot be used: its sender is told by Fo01. */
export type Envelop = Said & {
  readonly kind: 'Di01' | 'Du01'
  readonly stuurgegevens: Stuurgegevens
  /** What is odd about it and no reason to refuse. */
  readonly warnings: readonly Objection[]
} & (
  | { readonly objection: null, readonly parameters: Parameters, readonly payload: Buffer }
  /** parameters: null where they do not hold. */
  | { readonly objection: Objection, readonly parameters: Parameters | null, readonly payload: null }
)

/** An Fo01: whatever could be read of it. Its texts are its sender's own words, and never logged. */
export interface FoutBericht extends Said {
  readonly kind: 'Fo01'
  readonly zender: Systeem
  readonly ontvanger: Systeem
  /** Null where there is none; otherwise any text of at most 40 characters. */
  readonly referentienummer: string | null
  /** Number of the message it refuses, lower case, as given. */
  readonly crossRefnummer: string
  readonly fout: Fout
}

/** What comes in by the door. */
export type Bericht = Envelop | FoutBericht

/** What the caller answered. Texts of an Fo03 are its sender's own words, and never logged. */
export type Antwoord =
  | { readonly kind: 'Bv03' | 'Bv04', readonly crossRefnummer: string | null }
  | { readonly kind: 'Fo03', readonly fout: Fout }
  | { readonly kind: 'unknown' }

/** The stuurgegevens of what we write, besides functie. */
export interface Kop {
  readonly zender: Systeem
  readonly ontvanger: Systeem
  /** UUID v4 in lower case. */
  readonly referentienummer: string
  readonly tijdstip: Instant
  /** The number of the message this is about; null in a Di01. */
  readonly crossRefnummer: string | null
}

/** A Di01 or Du01 to be written. */
export interface Zending extends Kop {
  readonly kind: 'Di01' | 'Du01'
  /** Such as `WMO301`. */
  readonly functie: string
  readonly versie: number
  readonly subversie: number
  /** Four digits. */
  readonly applicatieVersie: string
  readonly applicatieSubversie: string
  readonly payload: Uint8Array
}

/** An Fo01 to be written. */
export interface Afkeuring extends Kop {
  readonly crossRefnummer: string
  readonly code: string
  readonly plek: Plek
  readonly omschrijving: string
  /** What the refused message said it was; null where that is not known. */
  readonly about: { readonly functie: string, readonly applicatieVersie: string, readonly applicatieSubversie: string } | null
  /** The refused message as XML that stands by itself; null: not quoted. */
  readonly original: Uint8Array | null
}
