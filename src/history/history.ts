/** The face of history: what earlier messages brought, and the questions rules ask of it. */
import type { Instant } from '../core/core.ts'
import type { Classes, Family } from '../standard/standard.ts'

export { factsOf, pairOf, voids } from './facts.ts'
export { keysOf, sameKey, type KeyName, type Keys } from './keys.ts'
export { furtherNeeds, needsOf, type BringingKey, type Lookup, type Needs } from './needs.ts'
export { openHistory, type HistoryOptions } from './open.ts'
export { lateFindings, lateCodes, type Arrival, type LateCode } from './late.ts'
export { memoryHistory, type MemoryHistory } from './memory.ts'

/** Between whom messages count as earlier ones (the standard: within domain, municipality and provider). */
export interface Pair { readonly family: Family, readonly gemeente: string, readonly aanbieder: string }

/** The message a fact comes from. */
export interface Bron {
  /** Rises with every message; the order of history. */
  readonly seq: number
  /** Message number, such as `301`. */
  readonly number: string
  readonly Identificatie: string
  readonly Dagtekening: string
  /** When it was received; absent where that is not known, as of what was imported. */
  readonly ontvangen?: Instant
}

/** Without free text and personal elements that no rule asks for. */
type Kept<Name extends keyof Classes, Gone extends string = never> = Omit<Classes[Name], 'Commentaar' | 'Verwijzer' | 'BeschikkingNummer' | 'RetourCodes' | Gone>

/** What of each class is kept. */
export interface FactClasses {
  readonly '301:ToegewezenProduct': Kept<'301:ToegewezenProduct'>
  readonly '305:StartProduct': Kept<'305:StartProduct'>
  readonly '307:StopProduct': Kept<'307:StopProduct'>
  readonly '315:AangevraagdProduct': Kept<'315:AangevraagdProduct'>
  /** A 317 is one request, with one reference. */
  readonly '317:Verzoek': Kept<'317:Verzoek', 'OngewijzigdeProducten' | 'TeWijzigenProducten' | 'NieuweProducten'>
  readonly '319:Antwoord': Kept<'319:Antwoord'>
  /** With the XsdVersie its answer must repeat. */
  readonly '323:Declaratie': Kept<'323:Declaratie', 'Clienten'> & { readonly XsdVersie: Classes['323:Header']['XsdVersie'] }
  /** With the DeclaratieNummer of its claim. */
  readonly '323:Prestatie': Kept<'323:Prestatie'> & { readonly DeclaratieNummer: string }
  /** Which Prestatie a 325 rejected, with the identity of the 323 it is of. */
  readonly '325:Prestatie': Kept<'325:Prestatie'> & { readonly DeclaratieIdentificatie: Classes['325:Header']['DeclaratieIdentificatie'] }
}
/** Such as `305:StartProduct`. */
export type FactName = keyof FactClasses

/** One class of one earlier message. `client` stands for the person it is about, and is no Bsn once it is stored; null where it is about none. */
export type Fact = { readonly [Name in keyof FactClasses]: { readonly of: Name, readonly client: string | null, readonly it: FactClasses[Name] } }[keyof FactClasses]
/** A fact and its message. */
export type Known<Name extends FactName = FactName> = Extract<Fact, { readonly of: Name }> & { readonly bron: Bron }

/** A request is open while one of its references has neither a 319 that rejects nor a 301 that carries it. */
export interface Verzoek { readonly of: '315' | '317', readonly client: string, readonly bron: Bron, readonly referenties: ReadonlyArray<{ readonly ReferentieAanbieder: string, readonly open: boolean }> }

/** A claimed Prestatie and what became of it. */
export interface Gedeclareerd { readonly prestatie: Known<'323:Prestatie'>, readonly DeclaratieNummer: string, readonly afgekeurd: boolean }

/**
 * What was accepted before, between one gemeente and one aanbieder in one family. Numbers are compared by value (`007` is `7`).
 * Lists are in the order of the messages. What was deleted (StatusAanlevering 3) or came with a rejected message is not there.
 */
export interface History {
  /** From which date on every message of the pair is here; null: not known. What is not found and may lie before it is "not assessed". */
  readonly compleetVanaf: string | null
  /** From which message on (see Bron) none is missing: what such a one brought can have been taken back only by one that is known too. */
  readonly gaploosVanaf: number
  /** @returns whether a message of this number bore this Identificatie (TR056) */
  heeftIdentificatie (number: string, Identificatie: string): boolean
  /** @returns what stands for that person in facts; null when none is about him */
  client (Bsn: string): string | null
  /** @returns of each ToewijzingNummer of this client the actual version: the one with the latest Toewijzingsdatum and Toewijzingstijd */
  toewijzingen (Bsn: string): ReadonlyArray<Known<'301:ToegewezenProduct'>>
  /** @returns every version of a ToewijzingNummer, whoever's, oldest first: the last is the actual one */
  toewijzing (ToewijzingNummer: string): ReadonlyArray<Known<'301:ToegewezenProduct'>>
  /** @returns whether any 301 carried this ReferentieAanbieder */
  toegewezen (ReferentieAanbieder: string): boolean
  starts (Bsn: string): ReadonlyArray<Known<'305:StartProduct'>>
  stops (Bsn: string): ReadonlyArray<Known<'307:StopProduct'>>
  verzoeken (Bsn: string): readonly Verzoek[]
  verzoek (ReferentieAanbieder: string): Verzoek | null
  antwoorden (ReferentieAanbieder: string): ReadonlyArray<Known<'319:Antwoord'>>
  /** @returns the Prestaties on an assignment, debits and credits, also rejected ones */
  prestaties (ToewijzingNummer: string): readonly Gedeclareerd[]
  /** @returns every Prestatie with that ReferentieNummer (more than one only where a rule was set to warn), also rejected ones */
  prestatie (ReferentieNummer: string): readonly Gedeclareerd[]
  /** @returns the credits that name that ReferentieNummer as VorigReferentieNummer, also rejected ones */
  credits (VorigReferentieNummer: string): readonly Gedeclareerd[]
  declaratie (DeclaratieNummer: string): Known<'323:Declaratie'> | null
  /** @returns the claim with that BerichtIdentificatie */
  declaratieMet (Identificatie: string): Known<'323:Declaratie'> | null
  /** @returns the Prestaties of the claim with that BerichtIdentificatie, also rejected ones */
  gedeclareerd (Identificatie: string): readonly Gedeclareerd[]
  /** @returns the claim whose DeclaratiePeriode is the latest; of several the last sent */
  laatsteDeclaratie (): Known<'323:Declaratie'> | null
}
