/** What a party with a connection of the municipal door is told by Fo01: why its message was refused, or that its receiver cannot use it. */
import { mayBeRealPerson } from './admit.ts'
import { retryPolicy, type Config } from './config.ts'
import { isChainCode, isRejecting, newMessageId, newReferentienummer, partyKind, type Finding, type Instant, type PartyCode, type Refusal, type RetryPolicy } from './core/core.ts'
import { ggkConnection, retryOf } from './route/route.ts'
import { isXmlText } from './standard/standard.ts'
import type { ArrivalVerbs, Notice, Party, StoredMessage } from './store/store.ts'
import { foutOf, systeem, writeFo01, type Afkeuring, type CodeList, type Envelop, type Fout, type FoutBericht, type Systeem } from './stuf/stuf.ts'

/** What holds for every Fo01, by the settings. */
export interface NoticeSettings {
  readonly mode: 'test' | 'production'
  /** As whom the gateway itself speaks: ggk_organisatie and ggk_applicatie. */
  readonly speaker: Pick<Systeem, 'applicatie'> & { readonly organisatie: string }
  /** Where the register says nothing else. */
  readonly codes: CodeList
  /** Largest refused message that is quoted, in bytes; 0: none is. */
  readonly original_bytes_max: number
  /** Where the register says nothing else. */
  readonly retry: RetryPolicy
}

export const noticeSettings = (config: Config): NoticeSettings => ({
  mode: config.mode,
  speaker: { organisatie: config.ggk_organisatie, applicatie: config.ggk_applicatie },
  codes: config.ggk_codes,
  original_bytes_max: config.ggk_original_bytes_max,
  retry: retryPolicy(config)
})

const omschrijving_max = 200

/** What the message said it was, as an Fo01 repeats it. */
type About = Afkeuring['about']

interface Said { readonly zender: Systeem, readonly crossRefnummer: string, readonly fout: Omit<Fout, 'details'>, readonly about: About, readonly original: Uint8Array | null }

function noticeTo (party: Party, { retry }: NoticeSettings, { zender, crossRefnummer, fout: { code, plek, omschrijving }, about, original }: Said, now: Instant): Notice {
  const body = writeFo01({
    zender, ontvanger: systeem(party.code, 'GGk'), referentienummer: newReferentienummer(), tijdstip: now, crossRefnummer, code, plek, omschrijving, about, original
  })
  // What is told on may have a word of somebody's own for a code; its body is encrypted, this is not.
  return { id: newMessageId(now), target: party.code, code: isChainCode(code) ? code : 'fo01', made: now, body, policy: retryOf(party, retry) }
}

const cut = (text: string, most: number): string => {
  const letters = Array.from(text)
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`
}

/** The sentence of a finding with where it stands, as much of that as there is room for. */
function sentence ({ line, path, message }: Finding, others: number): string {
  const more = others === 0 ? '' : ` (en nog ${others})`
  const at = [line === null ? null : `regel ${line}`, path === '' ? null : path].filter(it => it !== null)
  const long = [at.join(', '), message].filter(it => it !== '').join(': ')
  const short = line === null ? message : `regel ${line}: ${message}`
  const room = omschrijving_max - more.length
  return cut(Array.from(long).length <= room ? long : short, room) + more
}

/** What is most to the point: what is wrong and where; else what in particular, behind what kind of refusal it is. */
function particular ({ detail, findings }: Refusal, title: string): string {
  const wrong = findings.filter(it => isRejecting(it) && it.code !== 'ZP_SCHEMA_MORE')
  const [first] = wrong
  if (first !== undefined) return sentence(first, wrong.length - 1)
  return cut(detail === null ? title : `${title} (${detail})`, omschrijving_max)
}

/** What a message that may be about a real person said, a test gateway repeats nowhere. */
const harmless = ({ mode }: NoticeSettings, text: Uint8Array | string): boolean => mode !== 'test' || !mayBeRealPerson(typeof text === 'string' ? Buffer.from(text) : text)

function foutFor (settings: NoticeSettings, list: CodeList, refusal: Refusal, { objection, stuurgegevens }: Envelop): Omit<Fout, 'details'> {
  const fout = foutOf(refusal.code, list, partyKind(stuurgegevens.ontvanger.organisatie))
  if (objection?.refusal === refusal.code) return { ...fout, code: objection.codes[list], omschrijving: objection.omschrijving }
  const told = particular(refusal, fout.omschrijving)
  return { ...fout, omschrijving: isXmlText(told) && harmless(settings, told) ? told : fout.omschrijving }
}

function originalOf (settings: NoticeSettings, { code, kept }: Refusal, { payload, original }: Envelop): Uint8Array | null {
  const { mode, original_bytes_max } = settings
  // Who is erased is looked for in what is kept: what is not must not stand here either.
  if (kept === null) return null
  // Of what could not be read nobody knows about whom it is.
  if (original_bytes_max === 0 || code === 'ZP_TEST_BSN' || (mode === 'test' && payload === null)) return null
  if (payload !== null && !harmless(settings, payload)) return null
  const text = original(original_bytes_max)
  return text !== null && harmless(settings, text) ? text : null
}

/** A refused Di01 or Du01, and who sent it, as the register knows that party; null: it does not. */
export interface Refused { readonly refusal: Refusal, readonly envelop: Envelop, readonly party: Party | null, readonly now: Instant }

/** @returns the Fo01 that tells its sender; null where that takes none, and looks it up */
export function refusalNotice (settings: NoticeSettings, { refusal, envelop, party, now }: Refused): Notice | null {
  const connection = party === null ? null : ggkConnection(party)
  if (party === null || connection === null) return null
  const { stuurgegevens: { referentienummer, functie }, parameters } = envelop
  return noticeTo(party, settings, {
    zender: systeem(settings.speaker.organisatie, settings.speaker.applicatie),
    crossRefnummer: referentienummer,
    fout: foutFor(settings, connection.codes ?? settings.codes, refusal, envelop),
    about: parameters === null ? null : { functie, ...parameters },
    original: originalOf(settings, refusal, envelop)
  }, now)
}

const fits = (text: string, least: number, most: number): boolean => { const { length } = Array.from(text); return length >= least && length <= most && isXmlText(text) }

/** @returns an Fo01 as it is kept and told on: in test mode without a text that may be a real person's */
export function heardFo01 (settings: NoticeSettings, fo01: FoutBericht): FoutBericht {
  const { zender, fout: { code, plek, omschrijving, details } } = fo01
  const own = (text: string): string => harmless(settings, text) ? text : ''
  return { ...fo01, zender: { ...zender, applicatie: own(zender.applicatie) }, fout: { code, plek, omschrijving: own(omschrijving), details: details === null ? null : own(details) } }
}

/** Only municipalities and the chain itself say Fo01; of others it is told on in the gateway's own name. */
const sayerOf = ({ speaker }: NoticeSettings, by: PartyCode, applicatie: string): Systeem =>
  partyKind(by) === 'gemeente' ? systeem(by, fits(applicatie, 3, 50) ? applicatie : speaker.applicatie) : systeem(speaker.organisatie, speaker.applicatie)

/** What was said may be odd; what is told on is not. */
function toldOn ({ code, plek, omschrijving }: Fout): Omit<Fout, 'details'> {
  const fout = foutOf('ZP_SCHEMA', '2018')
  return { code: fits(code, 1, 7) ? code : 'StUF055', plek, omschrijving: fits(omschrijving, 1, Infinity) ? cut(omschrijving, omschrijving_max) : fout.omschrijving }
}

/** An Fo01 of the message's receiver, and who sent that message, as the register knows that party; null: it does not. */
export interface Disowned { readonly message: Pick<StoredMessage, 'id' | 'type' | 'sender' | 'receiver' | 'origin'>, readonly said: Pick<FoutBericht, 'zender' | 'fout'>, readonly party: Party | null, readonly now: Instant }

/** @returns an Fo01 that tells it on under the number the sender knows; null where the sender takes none, and sees the finding */
export async function disownedNotice (settings: NoticeSettings, store: Pick<ArrivalVerbs, 'numbers' | 'wireTold'>, { message: { id, type, sender, receiver, origin }, said, party, now }: Disowned): Promise<Notice | null> {
  // What the gateway said in somebody's name he never sent.
  if (origin !== 'party' || party === null || ggkConnection(party) === null) return null
  const numbers = (await store.numbers(sender, [id])).get(id)
  if (numbers === undefined) return null
  const told = await store.wireTold(id)
  const { applicatieVersie = null, applicatieSubversie = null } = told ?? {}
  return noticeTo(party, settings, {
    zender: sayerOf(settings, receiver, said.zender.applicatie),
    crossRefnummer: numbers.number,
    fout: toldOn(said.fout),
    about: applicatieVersie === null || applicatieSubversie === null ? null : { functie: type, applicatieVersie, applicatieSubversie },
    original: null
  }, now)
}
