/** The rules of a declaratie-antwoord against the claim that it names (level 3). */
import { same, type Words } from '../core/core.ts'
import type { FactClasses, Gedeclareerd, Known } from '../history/history.ts'
import type { Classes } from '../standard/standard.ts'
import { mits, zeker } from './certain.ts'
import { bsnOf } from './declaratie-claim.ts'
import { isCredit, verschillen } from './declaratie-prestatie.ts'
import type { Against, Fault, Outside } from './rule.ts'
import type { Placed, Scene } from './scene.ts'
import { absent, sameDate, wrong } from './value.ts'

type Header = Placed<Classes['325:Header']>
type Declaratie = Known<'323:Declaratie'>

/** @returns the faults of a check against the claim that the answer names; none where that is not known, which TR337 tells */
const tegenDeclaratie = (check: (declaratie: Declaratie, header: Header, scene: Scene, outside: Outside) => Iterable<Fault>): Against => (scene, outside) =>
  scene.all('325:Header').flatMap(header => {
    const declaratie = outside.history.declaratieMet(header.it.DeclaratieIdentificatie.Identificatie)
    return declaratie === null ? [] : [...check(declaratie, header, scene, outside)]
  })

const genoemd: Words = { nl: 'Identificatie en Dagtekening van een ontvangen declaratie', en: 'Identificatie and Dagtekening of a claim that was received' }

/** The claim exists. */
export const TR337: Against = (scene, { history }) => scene.all('325:Header').flatMap(header => {
  const { Identificatie, Dagtekening } = header.it.DeclaratieIdentificatie
  const known = history.declaratieMet(Identificatie)
  const fault = wrong(header, 'DeclaratieIdentificatie', genoemd, same(`${Identificatie}, ${Dagtekening}`))
  if (known === null) return [mits(zeker(history, Dagtekening), history, fault)]
  return sameDate(known.bron.Dagtekening, Dagtekening) ? [] : [fault]
})

/** The schema versions are those of the claim. */
export const TR371 = tegenDeclaratie(({ it: { XsdVersie } }, header) => {
  const { BasisschemaXsdVersie, BerichtXsdVersie } = header.it.XsdVersieDeclaratie
  return XsdVersie.BasisschemaXsdVersie === BasisschemaXsdVersie && XsdVersie.BerichtXsdVersie === BerichtXsdVersie
    ? []
    : [wrong(header, 'XsdVersieDeclaratie', same(`${XsdVersie.BasisschemaXsdVersie}, ${XsdVersie.BerichtXsdVersie}`), same(`${BasisschemaXsdVersie}, ${BerichtXsdVersie}`))]
})

/** The claim number exists. */
export const TR376: Against = (scene, { history }) => scene.all('325:DeclaratieAntwoord')
  .filter(({ it: { DeclaratieNummer } }) => history.declaratie(DeclaratieNummer) === null)
  .map(antwoord => {
    const [header] = scene.all('325:Header')
    return mits(zeker(history, header?.it.DeclaratieIdentificatie.Dagtekening), history, wrong(antwoord, 'DeclaratieNummer', { nl: 'het nummer van een ontvangen declaratie', en: 'the number of a claim that was received' }))
  })

/** The clients are those of the claim. */
export const TR304: Against = tegenDeclaratie(({ bron }, _, scene, { history }) => {
  const clients = new Set(history.gedeclareerd(bron.Identificatie).map(it => it.prestatie.client))
  return scene.all('325:Client')
    .filter(({ it }) => { const client = history.client(it.Bsn); return client === null || !clients.has(client) })
    .map(client => wrong(client, 'Bsn', { nl: 'het Bsn van een cliënt in de declaratie', en: 'the Bsn of a client in the claim' }))
})

/** @returns the Prestatie that was claimed under both reference numbers; that of the claim that is answered before others, and of the same client before others in it */
function geclaimd ({ it: { ProductReferentie: { ReferentieNummer, VorigReferentieNummer } }, parent }: Placed<Classes['325:Prestatie']>, scene: Scene, { history }: Outside): Gedeclareerd | undefined {
  const [header] = scene.all('325:Header')
  const same = history.prestatie(ReferentieNummer).filter(({ prestatie }) => prestatie.it.ProductReferentie.VorigReferentieNummer === VorigReferentieNummer)
  const answered = same.filter(({ prestatie }) => prestatie.bron.Identificatie === header?.it.DeclaratieIdentificatie.Identificatie)
  const client = history.client(bsnOf(parent))
  return answered.find(({ prestatie }) => prestatie.client === client) ?? answered[0] ?? same.at(-1)
}

/** What is answered was claimed. */
export const TR366: Against = (scene, outside) => scene.all('325:Prestatie')
  .filter(prestatie => geclaimd(prestatie, scene, outside) === undefined)
  .map(prestatie => {
    const { ReferentieNummer, VorigReferentieNummer } = prestatie.it.ProductReferentie
    const found = same([ReferentieNummer, ...VorigReferentieNummer === undefined ? [] : [VorigReferentieNummer]].join(', '))
    return mits(zeker(outside.history, prestatie.it.ProductPeriode.Einddatum), outside.history,
      wrong(prestatie, 'ProductReferentie', { nl: 'de nummers van een gedeclareerde prestatie', en: 'the numbers of a Prestatie that was claimed' }, found))
  })

type Claimed = FactClasses['323:Prestatie']
/** How an element is shown that is more than one text. */
const shown: { readonly [element: string]: (it: Omit<Claimed, 'DeclaratieNummer'>) => string } = {
  ProductPeriode: ({ ProductPeriode: { Begindatum, Einddatum } }) => `${Begindatum} – ${Einddatum}`,
  IngediendBedrag: ({ IngediendBedrag: { Bedrag, DebetCredit } }) => `${Bedrag} ${DebetCredit}`
}

/** What is answered is as it was claimed. */
export const TR367: Against = (scene, outside) => scene.all('325:Prestatie').flatMap(prestatie => {
  const claimed = geclaimd(prestatie, scene, outside)?.prestatie.it
  if (claimed === undefined) return []
  const differ = new Set<keyof Claimed & keyof Classes['325:Prestatie']>(verschillen(prestatie.it, claimed))
  if (isCredit(prestatie.it) !== isCredit(claimed)) differ.add('IngediendBedrag')
  return [...differ].map(element => anders(prestatie, element, claimed))
})

function anders (prestatie: Placed<Classes['325:Prestatie']>, element: keyof Claimed & keyof Classes['325:Prestatie'], claimed: Claimed): Fault {
  const show = shown[element]
  if (show !== undefined) return wrong(prestatie, element, same(show(claimed)), same(show(prestatie.it)))
  const value = claimed[element]
  return wrong(prestatie, element, typeof value === 'string' ? same(value) : absent, prestatie.it[element] === undefined ? absent : undefined)
}
