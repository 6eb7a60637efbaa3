/** The table of what is checked of an envelope, most of it what the schema lets through; and how each is told in either list. */
import { isReferentienummer, partyKind, type PartyKind, type RefusalCode } from '../core/core.ts'
import { modelOf, models, type MessageModel } from '../standard/standard.ts'
import type { Decoded } from './base64.ts'
import { tijdstipKind } from './moment.ts'
import type { CodeList, Objection } from './types.ts'

/** What the checks look at. A text that is not there is empty. */
export interface Seen {
  readonly kind: 'Di01' | 'Du01'
  /** Where the schema stops. */
  readonly schema: 'nowhere' | 'parameters' | 'stuurgegevens'
  readonly referentienummer: string
  readonly crossRefnummer: string
  readonly zender: { readonly organisatie: string, readonly applicatie: string }
  readonly ontvanger: { readonly organisatie: string, readonly applicatie: string }
  readonly tijdstipBericht: string
  readonly functie: string
  readonly functieVersie: string
  readonly functieSubversie: string
  readonly bestand: 'xmlBestand' | 'tekstBestand' | null
  readonly content: Decoded
}

/** One row: what it catches, and what is done about it. */
export interface Check {
  readonly name: string
  /** fault: an Fo03 at once. refuse: an Fo01 to the sender. warn: taken all the same. */
  readonly how: 'fault' | 'refuse' | 'warn'
  /** Whether the published schema lets it through. */
  readonly missed: boolean
  readonly refusal: RefusalCode
  readonly codes: Readonly<Record<CodeList, string>>
  readonly catches: string
  readonly omschrijving: string
  readonly wrong: (it: Seen) => boolean
}

const blank = (text: string): boolean => text.trim() === ''

const other = (kind: 'gemeente' | 'aanbieder'): PartyKind => kind === 'gemeente' ? 'aanbieder' : 'gemeente'
/** A retour travels from its Ontvanger to its Afzender. */
const senderOf = ({ role, afzender }: MessageModel): PartyKind => role === 'retour' ? other(afzender) : afzender

/** Of the answer to a claim it is not published as which it travels: either is taken. */
const travels = (model: MessageModel, kind: Seen['kind']): boolean => model.role === 'answer' || (kind === 'Du01') === (model.role === 'retour')
const sender = (it: Seen, model: MessageModel): boolean => partyKind(it.zender.organisatie) === senderOf(model)
const receiver = (it: Seen, model: MessageModel): boolean =>
  [null, ...senderOf(model) === 'gemeente' ? ['aanbieder'] : ['gemeente']].includes(partyKind(it.ontvanger.organisatie))
/** A row about a functie that is known. */
const ofModel = (wrong: (it: Seen, model: MessageModel) => boolean) => (it: Seen): boolean => {
  const model = modelOf(it.functie)
  return model !== undefined && wrong(it, model)
}

const row = (how: Check['how'], missed: boolean, name: string, refusal: RefusalCode, list2025: string, list2018: string, catches: string, omschrijving: string, wrong: Check['wrong']): Check =>
  ({ how, missed, name, refusal, codes: { 2025: list2025, 2018: list2018 }, catches, omschrijving, wrong })

/**
 * In the order in which they are looked at: the first that refuses is told. StUF055 may not stand in an Fo03, so there the list of
 * 2018 tells an envelope that breaks the schema as RIN001. Who is unknown is StUF's own to tell (010, 013), in both lists and in its order.
 */
export const checks: readonly Check[] = [
  row('fault', false, 'referentienummer', 'ZP_ENVELOPE', 'IB001', 'IB009', 'referentienummer or crossRefnummer that is no UUID v4 in lower case', 'Referentienummer of crossRefnummer is geen UUID versie 4 in kleine letters.',
    it => it.schema === 'stuurgegevens' && [it.referentienummer, it.crossRefnummer].some(text => text !== '' && !isReferentienummer(text))),
  row('fault', false, 'stuurgegevens', 'ZP_ENVELOPE', 'IB001', 'RIN001', 'stuurgegevens that break the schema', 'De stuurgegevens voldoen niet aan het schema.', it => it.schema === 'stuurgegevens'),
  row('fault', true, 'ontvanger', 'ZP_ENVELOPE', 'StUF010', 'StUF010', 'an empty organisatie of the ontvanger', 'De organisatie van de ontvanger is leeg.', it => blank(it.ontvanger.organisatie)),
  row('fault', true, 'zender', 'ZP_ENVELOPE', 'StUF013', 'StUF013', 'an organisatie of the zender that is empty, or no code of a party (`XYZ`)', 'De organisatie van de zender is leeg of onbekend.', it => partyKind(it.zender.organisatie) === null),
  row('fault', true, 'tijdstip', 'ZP_ENVELOPE', 'IB001', 'RIN001', 'a tijdstipBericht that no calendar or clock has (`99999999`)', 'Het tijdstipBericht bestaat niet.', it => tijdstipKind(it.tijdstipBericht) === 'impossible'),
  row('refuse', false, 'parameters', 'ZP_ENVELOPE', 'IB001', 'StUF055', 'parameters or bericht that break the schema', 'De parameters of het bericht erin voldoen niet aan het schema.', it => it.schema === 'parameters'),
  row('refuse', true, 'applicatie', 'ZP_ENVELOPE', 'IB017', 'CC06', 'an applicatie of the zender that is white space', 'De applicatie van de zender is niet gevuld.', it => blank(it.zender.applicatie)),
  row('refuse', true, 'ontvanger-onbekend', 'ZP_RECEIVER_UNKNOWN', 'IB010', 'BRS04', 'an organisatie of the ontvanger that is no code of a party (`XYZ`)', 'De organisatie van de ontvanger is geen gemeentecode, AGB-code of vaste naam.', it => partyKind(it.ontvanger.organisatie) === null),
  row('refuse', true, 'functie', 'ZP_TYPE', 'IB004', 'IB240', 'a functie that is none (`WMO399`)', 'Deze functie wordt niet ondersteund.', it => modelOf(it.functie) === undefined),
  row('refuse', true, 'berichtcode', 'ZP_ENVELOPE', 'IB006', 'IB240', 'a retour as Di01, a heenbericht as Du01', 'Deze functie past niet bij deze berichtcode (Di01 of Du01).', ofModel((it, model) => !travels(model, it.kind))),
  row('refuse', true, 'partijen', 'ZP_ENVELOPE', 'IB007', 'IB234', 'a functie that parties of that kind do not send, or get', 'Deze functie past niet bij de organisatie van zender of ontvanger.', ofModel((it, model) => !sender(it, model) || !receiver(it, model))),
  row('refuse', true, 'versie', 'ZP_TYPE', 'IB004', 'CC02', 'a functieVersie and functieSubversie in which the functie is not taken', 'Deze versie van de functie wordt niet ondersteund.',
    ofModel(it => !models.some(({ type, versie, subversie }) => type === it.functie && versie === Number(it.functieVersie) && subversie === Number(it.functieSubversie)))),
  row('refuse', true, 'tekstBestand', 'ZP_ENVELOPE', 'IB014', 'CC02', 'a functie of iWmo or iJw as tekstBestand', 'Dit bericht hoort in xmlBestand, niet in tekstBestand.', it => it.bestand === 'tekstBestand'),
  row('refuse', true, 'leeg', 'ZP_XML', 'IB014', 'CC02', 'an empty xmlBestand', 'Het bericht in xmlBestand is leeg.', it => it.content.kind === 'empty'),
  row('refuse', true, 'base64', 'ZP_ENVELOPE', 'IB001', 'StUF055', 'what is no base64 (`@@@@`)', 'Het bericht in xmlBestand is geen geldige base64.', it => it.content.kind === 'bad'),
  row('refuse', true, 'base64-witruimte', 'ZP_ENVELOPE', 'IB001', 'StUF055', 'white space in base64, unless it is set to be taken', 'In de base64 van xmlBestand staat witruimte.', it => it.content.kind === 'wrapped'),
  row('warn', true, 'base64-witruimte-genomen', 'ZP_ENVELOPE', 'IB001', 'StUF055', 'white space in base64 that is taken', 'In de base64 van xmlBestand staat witruimte.', it => it.content.kind === 'good' && it.content.wrapped),
  row('warn', true, 'ontvanger-applicatie', 'ZP_ENVELOPE', 'IB001', 'StUF055', 'an applicatie of the ontvanger other than `GGk`', 'De applicatie van de ontvanger is niet GGk.', it => it.ontvanger.applicatie !== 'GGk'),
  row('warn', true, 'tijdstip-onvolledig', 'ZP_ENVELOPE', 'IB001', 'StUF055', 'a tijdstipBericht that is a date alone, not to the second, or in the hour that summer time leaves out', 'Het tijdstipBericht is onvolledig.', it => ['day', 'odd'].includes(tijdstipKind(it.tijdstipBericht)))
]

/** What the checks find: the first that refuses, and all that warn. */
export interface Found { readonly refuses: Check | null, readonly warns: readonly Check[] }

export function look (it: Seen): Found {
  const refuses = checks.find(check => check.how !== 'warn' && check.wrong(it)) ?? null
  return { refuses, warns: refuses === null ? checks.filter(check => check.how === 'warn' && check.wrong(it)) : [] }
}

export const objectionOf = ({ name, refusal, codes, omschrijving }: Check): Objection => ({ check: name, refusal, codes, omschrijving })
