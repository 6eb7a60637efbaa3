/** Small messages between one gemeente and one aanbieder, with what a test says in them and nothing else of interest. */
import { answerTo, generateMessage, modelOf, type Ground, type MessageModel, type MessageNumber, type Tree } from '../../src/standard/standard.ts'
import { pairOf, type MemoryHistory } from '../../src/history/history.ts'

/** Two synthetic persons. */
export const anna = '999900006'; export const bram = '999900018'

export interface Made { readonly model: MessageModel, readonly message: Tree }

const wrappers: Readonly<Record<string, readonly [wrapper: string, name: string]>> = {
  301: ['ToegewezenProducten', 'ToegewezenProduct'], 305: ['StartProducten', 'StartProduct'], 307: ['StopProducten', 'StopProduct'], 315: ['AangevraagdeProducten', 'AangevraagdProduct']
}
const usual: Readonly<Record<string, Tree>> = {
  301: { ToewijzingNummer: '7', Toewijzingsdatum: '2026-01-01', Toewijzingstijd: '10:00:00', Ingangsdatum: '2026-01-01' },
  305: { ToewijzingNummer: '7', Begindatum: '2026-01-01', StatusAanlevering: '1' },
  307: { ToewijzingNummer: '7', Begindatum: '2026-01-01', RedenBeeindiging: '19', Einddatum: '2026-06-30', StatusAanlevering: '1' },
  315: { ReferentieAanbieder: 'V1', ToewijzingIngangsdatum: '2026-02-01', Verwijzer: { Type: '01' } }
}

function blank (number: MessageNumber, identificatie: string): Made {
  const model = modelOf(`JW${number}`)
  return { model, message: generateMessage(model, 1, 'small', { identificatie }) }
}

/** @returns a 301, 305, 307 or 315 about a client with these products, each over the usual one */
export function about (number: '301' | '305' | '307' | '315', identificatie: string, Bsn: string, ...products: readonly Tree[]): Made {
  const { model, message } = blank(number, identificatie)
  const [wrapper = '', name = ''] = wrappers[number] ?? []
  const { Client, ...rest } = message
  return { model, message: { ...rest, Client: { ...(Client as Tree), Bsn, [wrapper]: { [name]: products.map(it => ({ ...usual[number], ...it })) } } } }
}

/** @returns a 317 with that reference */
export function wijziging (identificatie: string, Bsn: string, ReferentieAanbieder: string): Made {
  const { model, message } = blank('317', identificatie)
  return { model, message: { ...message, Client: { Bsn, Verzoek: { ReferentieAanbieder, RedenVerzoek: '2' } } } }
}

/** @returns a 319 */
export function antwoord (identificatie: string, ReferentieAanbieder: string, VerzoekAntwoord: string): Made {
  const { model, message } = blank('319', identificatie)
  return { model, message: { ...message, Antwoord: { ReferentieAanbieder, VerzoekAntwoord } } }
}

/** One claimed: reference numbers, assignment, and whether a credit. */
export interface Line { readonly ref: string, readonly vorig?: string, readonly nummer?: string, readonly Bsn?: string }

/** @returns a 323 over a month such as `2026-03` */
export function claim (identificatie: string, DeclaratieNummer: string, maand: string, ...lines: readonly Line[]): Made {
  const { model, message } = blank('323', identificatie)
  const DeclaratiePeriode = { Begindatum: `${maand}-01`, Einddatum: `${maand}-28` }
  const Client = lines.map(({ ref, vorig, nummer = '7', Bsn = anna }): Tree => ({
    Bsn,
    Prestaties: {
      Prestatie: [{
        ProductReferentie: { ReferentieNummer: ref, ...(vorig === undefined ? {} : { VorigReferentieNummer: vorig }) },
        ToewijzingNummer: nummer,
        ProductCategorie: '45',
        ProductCode: '45A01',
        ProductPeriode: DeclaratiePeriode,
        GeleverdVolume: '100',
        Eenheid: '83',
        IngediendBedrag: { Bedrag: '100', DebetCredit: vorig === undefined ? 'D' : 'C' }
      }]
    }
  }))
  return { model, message: { ...message, Declaratie: { DeclaratieNummer, DeclaratiePeriode, DeclaratieDagtekening: '2026-04-01', TotaalIngediendBedrag: { TotaalBedrag: '100', DebetCredit: 'D' }, Clienten: { Client } } } }
}

let answers = 0
const signed = () => ({ identificatie: `A${++answers}`, dagtekening: '2026-04-02' })

/** @returns the answer to a message with these codes at these classes; none: all is well */
export function answer ({ model, message }: Made, ...codes: ReadonlyArray<readonly [at: string, retourcode: string]>): Made {
  const grounds = codes.map(([at, retourcode]): Ground => ({ level: 3, code: 'TR000', retourcode, class: at }))
  return answerTo(model, message, grounds, signed())
}

/** @returns the retour or 325 of a message that breaks a rule of level 2 */
export const technical = ({ model, message }: Made): Made => answerTo(model, message, [{ level: 2, code: 'TR000', retourcode: '0001', class: 'Header' }], signed())

/** Takes messages in order. @returns the history of their pair */
export function after (memory: MemoryHistory, ...messages: readonly Made[]) {
  for (const { model, message } of messages) memory.take(model, message)
  const { model, message } = about('301', 'PAIR', anna, {})
  return memory.of(pairOf(model, message))
}
