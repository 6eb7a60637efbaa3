/** The rules against earlier messages (control level 3) of toewijzing (301). */
import type { Words } from '../core/core.ts'
import type { Gedeclareerd, History, Verzoek } from '../history/history.ts'
import type { Classes } from '../standard/standard.ts'
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import type { Against, Fault, Rule } from './rule.ts'
import { bsnOf, type Placed } from './scene.ts'
import { keyOf, missing, superfluous, wrong } from './value.ts'

type Toewijzing = Classes['301:ToegewezenProduct']

/** What never changes under one number. */
const vast = ['Product/Categorie', 'Product/Code', 'Ingangsdatum'] as const

/** One number, one client, product and first day. */
const TR332: Against = (scene, { history }) => {
  const client = history.client(bsnOf(scene))
  const expected: Words = { nl: 'een nummer van deze cliënt, met hetzelfde product en dezelfde Ingangsdatum', en: 'a number of this client, with the same product and the same Ingangsdatum' }
  return scene.all('301:ToegewezenProduct').flatMap(row => {
    const versions = history.toewijzing(row.it.ToewijzingNummer)
    const last = versions.at(-1)
    const fault = wrong(row, 'ToewijzingNummer', expected)
    if (last === undefined) return zeker(history) ? [] : [onbeslist(history, fault)]
    const same = versions.every(it => it.client === client) && keyOf({ type: row.type, it: last.it }, vast) === keyOf(row, vast)
    return same ? [] : [fault]
  })
}

/** The reference of an open request, once. What is open is looked up per reference before any product of the message counts. */
const TR379: Against = (scene, { history }) => {
  const rows = scene.all('301:ToegewezenProduct')
  const verzoeken = new Map(rows.flatMap(({ it: { ReferentieAanbieder: at } }) => at === undefined ? [] : [[at, history.verzoek(at)]]))
  const client = history.client(bsnOf(scene))
  const wijziging = [...verzoeken].find(([at, verzoek]) => verzoek?.of === '317' && isOpen(verzoek, client, at))?.[0]
  return rows.flatMap(row => referentie(history, row, client, verzoeken, wijziging))
}

const isOpen = (verzoek: Verzoek, client: string | null, referentie: string): boolean =>
  verzoek.client === client && verzoek.referenties.some(it => it.ReferentieAanbieder === referentie && it.open)

/** @param wijziging the reference of the 317 this message honours: all its products carry it */
function referentie (history: History, row: Placed<Toewijzing>, client: string | null, verzoeken: ReadonlyMap<string, Verzoek | null>, wijziging: string | undefined): Fault[] {
  const { ReferentieAanbieder } = row.it
  if (ReferentieAanbieder === undefined) return wijziging === undefined ? [] : [missing(row, 'ReferentieAanbieder', { nl: 'de referentie van het verzoek om wijziging', en: 'the reference of the request for change' })]
  const verzoek = verzoeken.get(ReferentieAanbieder) ?? null
  if (verzoek !== null && isOpen(verzoek, client, ReferentieAanbieder)) return []
  const expected: Words = { nl: 'afwezig, of de referentie van een open verzoek voor deze cliënt', en: 'absent, or the reference of an open request for this client' }
  return [mits(verzoek !== null || zeker(history), history, superfluous(row, 'ReferentieAanbieder', expected))]
}

/** What was claimed on cannot be deleted. */
const TR385: Against = (scene, { history }) => scene.all('301:ToegewezenProduct').filter(({ it }) => it.RedenWijziging === '13').flatMap(row => {
  const claimed = history.prestaties(row.it.ToewijzingNummer).filter(it => staat(history, it))
  const fault = wrong(row, 'RedenWijziging', { nl: 'een andere reden dan 13, of eerst alle prestaties gecrediteerd', en: 'another reason than 13, or first all Prestaties credited' })
  if (claimed.length > 0) return [mits(claimed.some(({ prestatie }) => zekerSinds(history, prestatie)), history, fault)]
  return zeker(history, row.it.Ingangsdatum) ? [] : [onbeslist(history, fault)]
})

/** A debit that was neither rejected nor credited. */
const staat = (history: History, { prestatie: { it }, afgekeurd }: Gedeclareerd): boolean =>
  !afgekeurd && it.IngediendBedrag.DebetCredit === 'D' && !history.credits(it.ProductReferentie.ReferentieNummer).some(credit => !credit.afgekeurd)

export const toewijzing: readonly Rule[] = [
  {
    code: 'TR332',
    level: 3,
    retourcode: '9332',
    at: ['301:ToegewezenProduct/ToewijzingNummer'],
    inferred: false,
    text: {
      nl: 'Geef deze toewijzing een nieuw ToewijzingNummer: dit is al gebruikt voor een andere cliënt, een ander product of een andere Ingangsdatum.',
      en: 'Give this assignment a new ToewijzingNummer: this one was used before for another client, another product or another Ingangsdatum.'
    },
    check: TR332
  },
  {
    code: 'TR379',
    level: 3,
    retourcode: '9379',
    at: ['301:ToegewezenProduct/ReferentieAanbieder'],
    inferred: false,
    text: {
      nl: 'Noem ReferentieAanbieder alleen in het eerste bericht dat een open verzoek honoreert, bij een verzoek om wijziging bij elk product, en laat het anders weg.',
      en: 'Name ReferentieAanbieder only in the first message that honours an open request, for a request for change with every product, and leave it out otherwise.'
    },
    check: TR379
  },
  {
    code: 'TR385',
    level: 3,
    retourcode: '9385',
    at: ['301:ToegewezenProduct/RedenWijziging'],
    inferred: true,
    text: {
      nl: 'Verwijder deze toewijzing niet: er is op gedeclareerd en dat is niet gecrediteerd. Beëindig haar met een Einddatum, of laat de aanbieder eerst crediteren.',
      en: 'Do not delete this assignment: it was claimed on and that was not credited. End it with an Einddatum, or let the provider credit first.'
    },
    check: TR385
  }
]
