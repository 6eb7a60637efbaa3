/** The rules against earlier messages (control level 3) of declaratie and declaratie-antwoord. */
import { TR304 as TR304van325, TR337, TR366, TR367, TR371, TR376 } from './declaratie-antwoord.ts'
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import { zonderToewijzing } from './levering-verzoek.ts'
import { uitOordeel } from './declaratie-oordeel.ts'
import type { Against, Rule } from './rule.ts'
import { before, wrong } from './value.ts'

/** Not before what was claimed last. A claim over a later month was sent after the end of this one (TR137). */
const TR318: Against = (scene, { history }) => scene.all('323:Declaratie').flatMap(declaratie => {
  const { Begindatum, Einddatum } = declaratie.it.DeclaratiePeriode
  const last = history.laatsteDeclaratie()
  const found = { nl: `${Begindatum} – ${Einddatum}`, en: `${Begindatum} – ${Einddatum}` }
  if (last !== null && before(Begindatum, last.it.DeclaratiePeriode.Begindatum)) {
    const maand = last.it.DeclaratiePeriode.Begindatum
    return [mits(zekerSinds(history, last), history, wrong(declaratie, 'DeclaratiePeriode', { nl: `de maand van ${maand} of later`, en: `the month of ${maand} or later` }, found))]
  }
  const fault = wrong(declaratie, 'DeclaratiePeriode', { nl: 'niet voor de laatst gedeclareerde maand', en: 'not before the month claimed last' }, found)
  return zeker(history, Einddatum) ? [] : [onbeslist(history, fault)]
})

/** A number of its own. */
const TR333: Against = (scene, { history }) => scene.all('323:Declaratie').flatMap(declaratie => {
  const known = history.declaratie(declaratie.it.DeclaratieNummer)
  const fault = wrong(declaratie, 'DeclaratieNummer', { nl: 'een nummer dat niet eerder is gebruikt', en: 'a number that was not used before' })
  if (known !== null) return [mits(zekerSinds(history, known), history, fault)]
  return zeker(history) ? [] : [onbeslist(history, fault)]
})

/** A client with an assignment; in an answer, one of the claim. */
const TR304: Against = function * (scene, outside) {
  yield * zonderToewijzing(scene.all('317:Client'), outside.history)
  yield * uitOordeel('TR304')(scene, outside)
  yield * TR304van325(scene, outside)
}

/** A rule with one place, or several elements of one class. */
const rule = (code: string, retourcode: string | null, at: string | readonly string[], nl: string, en: string, check: Against, inferred = false): Rule =>
  ({ code, level: 3, retourcode, at: typeof at === 'string' ? [at] : at, inferred, text: { nl, en }, check })
/** A rule over Prestaties of a claim, part of the verdict over all of them. */
const overPrestatie = (code: string, retourcode: string, element: string, nl: string, en: string, inferred = false): Rule =>
  rule(code, retourcode, element === '' ? '323:Prestatie' : `323:Prestatie/${element}`, nl, en, uitOordeel(code), inferred)

const antwoordElementen = ['ToewijzingNummer', 'ProductCategorie', 'ProductCode', 'ProductPeriode', 'GeleverdVolume', 'Eenheid', 'ProductTarief', 'IngediendBedrag']

export const declaratie: readonly Rule[] = [
  rule('TR304', '8187', ['317:Client/Bsn', '323:Client/Bsn', '325:Client/Bsn'],
    'Deze cliënt heeft geen toewijzing van deze gemeente aan deze aanbieder, of stond niet in de declaratie waarop dit het antwoord is.',
    'This client has no assignment of this municipality to this provider, or was not in the claim that this answers.', TR304, true),
  overPrestatie('TR307', '9307', 'ProductPeriode/Begindatum',
    'De periode van een prestatie begint niet voor de ingangsdatum van de toewijzing.',
    'The period of a Prestatie does not begin before the assignment does.'),
  overPrestatie('TR308', '9308', 'ProductPeriode/Einddatum',
    'De periode van een prestatie eindigt niet na de einddatum van de toewijzing.',
    'The period of a Prestatie does not end after the assignment does.'),
  overPrestatie('TR314', '8021', 'ProductReferentie/ReferentieNummer',
    'Elke prestatie van een aanbieder heeft een eigen ReferentieNummer; ook dat van een afgekeurde prestatie is gebruikt.',
    'Every Prestatie of a provider has a ReferentieNummer of its own; that of a rejected one is used too.', true),
  rule('TR318', '8214', '323:Declaratie/DeclaratiePeriode',
    'Een declaratie gaat niet over een maand voor de maand die het laatst is gedeclareerd; wat nog van een eerdere maand is, gaat met een latere declaratie mee.',
    'A claim is not over a month before the one claimed last; what is left of an earlier month goes with a later claim.', TR318),
  overPrestatie('TR319', '9319', 'ProductPeriode',
    'De periode van een prestatie ligt in de maand van de declaratie of daarvoor.',
    'The period of a Prestatie lies in the month of the claim or before it.'),
  overPrestatie('TR321', '9321', 'GeleverdVolume',
    'Er is in deze periode meer geleverd dan de toewijzing per periode toestaat.',
    'More was delivered in this period than the assignment allows for one.'),
  overPrestatie('TR322', '9322', 'GeleverdVolume',
    'Samen met wat eerder is gedeclareerd is er meer geleverd dan de toewijzing over haar hele duur toestaat.',
    'Together with what was claimed before, more was delivered than the assignment allows as a whole.', true),
  overPrestatie('TR323', '8017', 'ProductReferentie/VorigReferentieNummer',
    'Een credit verwijst naar een eerdere debetprestatie die is goedgekeurd en waarvan hij alleen in de nummers verschilt.',
    'A credit names an earlier debit that was approved and from which it differs only in its numbers.'),
  rule('TR333', '9333', '323:Declaratie/DeclaratieNummer',
    'Elke declaratie van een aanbieder heeft een eigen DeclaratieNummer.',
    'Every claim of a provider has a DeclaratieNummer of its own.', TR333),
  rule('TR337', null, '325:Header/DeclaratieIdentificatie',
    'Een declaratie-antwoord noemt Identificatie en Dagtekening van een declaratie die is ontvangen.',
    'The answer to a claim names Identificatie and Dagtekening of a claim that was received.', TR337),
  overPrestatie('TR338', '9338', 'ToewijzingNummer',
    'Een prestatie noemt een toewijzing van deze gemeente aan deze aanbieder voor deze cliënt.',
    'A Prestatie names an assignment of this municipality to this provider for this client.'),
  overPrestatie('TR339', '9339', 'ProductCategorie',
    'De productcategorie is die van de toewijzing.',
    'The product category is that of the assignment.'),
  overPrestatie('TR340', '9340', 'ProductCode',
    'De productcode is die van de toewijzing.',
    'The product code is that of the assignment.'),
  overPrestatie('TR341', '9341', 'Eenheid',
    'De eenheid past bij die van de toewijzing, en zonder omvang bij die van het contract; alleen minuten passen bij uren.',
    'The unit fits that of the assignment, and without Omvang that of the contract; only minutes fit hours.'),
  rule('TR366', '9366', '325:Prestatie/ProductReferentie',
    'Elke prestatie in een declaratie-antwoord is er een uit een declaratie.',
    'Every Prestatie in the answer to a claim is one of a claim.', TR366),
  rule('TR367', '9367', antwoordElementen.map(element => `325:Prestatie/${element}`),
    'Een prestatie staat in het declaratie-antwoord zoals zij is gedeclareerd.',
    'A Prestatie stands in the answer as it was claimed.', TR367),
  overPrestatie('TR369', '9369', 'GeleverdVolume',
    'Samen met wat eerder is gedeclareerd is het bedrag hoger dan het budget van de toewijzing.',
    'Together with what was claimed before, the amount is more than the Budget of the assignment.', true),
  rule('TR371', null, '325:Header/XsdVersieDeclaratie',
    'Een declaratie-antwoord noemt de schemaversies van de declaratie waarop het antwoordt.',
    'The answer to a claim names the schema versions of the claim that it answers.', TR371),
  rule('TR376', null, '325:DeclaratieAntwoord/DeclaratieNummer',
    'Een declaratie-antwoord noemt het nummer van een declaratie die is ontvangen.',
    'The answer to a claim names the number of a claim that was received.', TR376),
  overPrestatie('TR384', '9384', 'ToewijzingNummer',
    'Op een verwijderde toewijzing wordt niet gedeclareerd.',
    'Nothing is claimed on an assignment that was deleted.', true),
  overPrestatie('TR387', '9387', 'ProductPeriode/Begindatum',
    'De periode van een prestatie begint op de eerste van de maand, of op de ingangsdatum van de toewijzing als die later in de maand ligt.',
    'The period of a Prestatie begins on the first of the month, or with the assignment when that is later in the month.'),
  overPrestatie('TR388', '9388', 'ProductPeriode/Einddatum',
    'De periode van een prestatie eindigt op de laatste dag van de maand, of op de einddatum van de toewijzing als die eerder in de maand ligt.',
    'The period of a Prestatie ends on the last of the month, or with the assignment when that is earlier in the month.'),
  overPrestatie('TR389', '9389', '',
    'Over dezelfde toewijzing, periode en productcode is al gedeclareerd, en daarop is geen credit gekomen.',
    'The same assignment, period and product code were claimed before, and that was not credited.'),
  overPrestatie('TR390', '9390', 'ProductReferentie/VorigReferentieNummer',
    'Op deze debetprestatie is al een credit gedeclareerd.',
    'This debit was credited before.', true),
  overPrestatie('TR418', '0611', 'ProductTarief',
    'Het tarief is dat van het contract; van minuten op een uurtarief een zestigste, afgerond op hele centen.',
    'The tariff is that of the contract; of minutes at an hour tariff a sixtieth, rounded to whole cents.')
]
