/** The rules within one message about persons: their numbers, names, dates of birth, addresses and contacts. */
import type { CDT_Adres, CDT_Geboortedatum, CDT_VolledigeNaam } from '../standard/standard.ts'
import { within } from './level-2-rule.ts'
import type { Fault, Rule, Within } from './rule.ts'
import { once, type Placed } from './scene.ts'
import { before, dateParts, missing, oneOf, plusYears, sameDate, superfluous, wrong } from './value.ts'

/** An element that must be there exactly when another says so. */
const exactlyWhen = (needed: boolean, there: boolean, it: Placed<object>, element: string): readonly Fault[] =>
  needed === there ? [] : [needed ? missing(it, element) : superfluous(it, element)]

/** Contacts of the client and of every relation, with the address they may have. */
const adressen = once(({ all }): ReadonlyArray<{ readonly at: Placed<object>, readonly Soort: string, readonly Adres: CDT_Adres }> =>
  all('301:Contact').flatMap(at => at.it.Adres === undefined ? [] : [{ at, Soort: at.it.Soort, Adres: at.it.Adres }]))

/** LandCode with a Postcode, and only then. */
const CD005: Within = scene => adressen(scene).flatMap(({ at, Adres }) => exactlyWhen(Adres.Postcode !== undefined, Adres.LandCode !== undefined, at, 'Adres/LandCode'))

/** A language for the interpreter of a language, and only for that one. */
const CD007: Within = ({ all }) => all('301:Client').flatMap(at => {
  const { Communicatie } = at.it
  return Communicatie === undefined ? [] : exactlyWhen(Communicatie.Vorm === '1', Communicatie.Taal !== undefined, at, 'Communicatie/Taal')
})

/** Only a temporary address has a period. */
const CD009: Within = ({ all }) => all('301:Contact').filter(({ it }) => it.Periode !== undefined && it.Soort !== '04').map(at => superfluous(at, 'Periode'))

/** A house in the Netherlands has a number. */
const CD025: Within = scene => adressen(scene).filter(({ Adres }) => Adres.LandCode === 'NL' && Adres.Huis === undefined).map(({ at }) => missing(at, 'Adres/Huis'))

/** An address where somebody lives has a postal code; a contact without an address is not asked for one. */
const CD034: Within = scene => adressen(scene).filter(({ Soort, Adres }) => ['01', '03'].includes(Soort) && Adres.Postcode === undefined).map(({ at }) => missing(at, 'Adres/Postcode'))

/** The form of a Dutch postal code; where there is none, CD005 and CD034 tell of it. */
const CS089: Within = scene => adressen(scene)
  .filter(({ Adres }) => Adres.LandCode === 'NL' && Adres.Postcode !== undefined && !/^[1-9][0-9]{3}[a-zA-Z]{2}$/.test(Adres.Postcode))
  .map(({ at }) => wrong(at, 'Adres/Postcode', { nl: 'vier cijfers en twee letters, zonder spatie', en: 'four digits and two letters, no space' }))

const bsnClasses = ['301:Client', '305:Client', '307:Client', '315:Client', '317:Client', '323:Client', '325:Client'] as const
const weights = [9, 8, 7, 6, 5, 4, 3, 2, -1]

/** The eleven test; nine zeros pass it. */
const CS002: Within = ({ all }) => bsnClasses.flatMap(name => all(name).filter(({ it }) => !passesEleven(it.Bsn))
  .map(at => wrong(at, 'Bsn', { nl: 'negen cijfers die aan de elfproef voldoen', en: 'nine digits that pass the eleven test' })))

function passesEleven (bsn: string): boolean {
  let sum = 0
  for (let nth = 0; nth < weights.length; nth++) sum += (bsn.charCodeAt(nth) - 48) * (weights[nth] ?? 0)
  return sum % 11 === 0
}

/** How a name is used, with and without the name of a partner. 6 of a Client is for CS318. */
const CS050: Within = ({ all }) => [...all('301:Client'), ...all('301:Relatie')].flatMap(at => {
  const { NaamGebruik, Partnernaam }: CDT_VolledigeNaam = at.it.Naam
  const allowed = Partnernaam === undefined ? ['1', '6'] : ['1', '2', '3', '4']
  return allowed.includes(NaamGebruik) ? [] : [wrong(at, 'Naam/NaamGebruik', oneOf(...(at.name === 'Client' ? allowed.filter(it => it !== '6') : allowed)))]
})

/** A client is a natural person. */
const CS318: Within = ({ all }) => all('301:Client').filter(({ it }) => it.Naam.NaamGebruik === '6').map(at => wrong(at, 'Naam/NaamGebruik', oneOf('1', '2', '3', '4')))

/** Everybody of whom a message may tell a date of birth. */
const geboren = once(({ all }): ReadonlyArray<{ readonly at: Placed<object>, readonly Geboortedatum: CDT_Geboortedatum }> =>
  [...all('301:Client'), ...all('301:Relatie'), ...all('305:Client'), ...all('307:Client'), ...all('315:Client')]
    .flatMap(at => at.it.Geboortedatum === undefined ? [] : [{ at, Geboortedatum: at.it.Geboortedatum }]))

/** The parts of a date of birth that are said to be unknown stand at their first day and month; wholly unknown is 1900-01-01. */
const CS139: Within = scene => geboren(scene).filter(({ Geboortedatum: { Datum, DatumGebruik } }) => {
  const { month, day } = dateParts(Datum)
  if (DatumGebruik === '1') return day !== 1
  if (DatumGebruik === '2') return day !== 1 || month !== 1
  return DatumGebruik === '3' && !sameDate(Datum, '1900-01-01')
}).map(({ at }) => wrong(at, 'Geboortedatum/DatumGebruik', { nl: 'passend bij Geboortedatum/Datum', en: 'in agreement with Geboortedatum/Datum' }))

const unknown = ({ Datum, DatumGebruik }: CDT_Geboortedatum): boolean => DatumGebruik === '3' && sameDate(Datum, '1900-01-01')

/** Nobody is older than 120 years, but whose date of birth is unknown. */
const TR002: Within = scene => geboren(scene).filter(({ Geboortedatum }) => !unknown(Geboortedatum) && before(plusYears(Geboortedatum.Datum, 120), scene.dagtekening))
  .map(({ at }) => wrong(at, 'Geboortedatum', { nl: 'hoogstens 120 jaar voor de Dagtekening', en: 'at most 120 years before the Dagtekening' }))

/** Who can be reached has a telephone or a whole address. */
const TR006: Within = ({ all }) => all('301:Contact').filter(({ it }) => it.Telefoon === undefined && (it.Adres?.Huis === undefined || it.Adres.Postcode === undefined))
  .map(at => wrong(at, '', { nl: 'Telefoon, of Adres met Huis en Postcode', en: 'Telefoon, or Adres with Huis and Postcode' }))

/** The client has an address of his own; those of his relations do not count. */
const TR061: Within = ({ all }) => all('301:Client').filter(({ it }) => !it.Contactgegevens.Contact.some(({ Soort }) => ['01', '02', '03'].includes(Soort)))
  .map(at => wrong(at, '', { nl: 'een Contact met Soort 01, 02 of 03', en: 'a Contact of Soort 01, 02 or 03' }))

/** By code. */
export const persons: readonly Rule[] = [
  within('CD005', '301:Contact/Adres/LandCode', 'Vul LandCode als Postcode gevuld is, en laat LandCode anders weg.', 'Fill LandCode when Postcode is filled, and leave LandCode out otherwise.', CD005),
  within('CD007', '301:Client/Communicatie/Taal', 'Vul Taal als Vorm 1 (tolk taal) is, en laat Taal anders weg.', 'Fill Taal when Vorm is 1 (language interpreter), and leave Taal out otherwise.', CD007),
  within('CD009', '301:Contact/Periode', 'Laat Periode weg: die hoort alleen bij een tijdelijk verblijfadres (Soort 04).', 'Leave Periode out: it belongs to a temporary address (Soort 04) only.', CD009),
  within('CD025', '301:Contact/Adres/Huis', 'Vul Huis: een adres in Nederland (LandCode NL) heeft een huisnummer.', 'Fill Huis: an address in the Netherlands (LandCode NL) has a house number.', CD025),
  within('CD034', '301:Contact/Adres/Postcode', 'Vul Postcode: een adres van Soort 01 of 03 kan niet zonder. Is er geen adres bekend, laat Adres dan weg.', 'Fill Postcode: an address of Soort 01 or 03 cannot do without. Where no address is known, leave Adres out.', CD034),
  within('CS002', bsnClasses.map(name => `${name}/Bsn`).join(' '), 'Controleer het Bsn: het voldoet niet aan de elfproef, dus er is een cijfer verkeerd.', 'Check the Bsn: it fails the eleven test, so one of its digits is wrong.', CS002),
  within('CS050', '301:Client/Naam/NaamGebruik 301:Relatie/Naam/NaamGebruik', 'Kies bij NaamGebruik 1, 2, 3 of 4 als Partnernaam gevuld is. Zonder Partnernaam is het 1, of 6 bij een relatie die een organisatie is.', 'Choose NaamGebruik 1, 2, 3 or 4 when Partnernaam is filled. Without Partnernaam it is 1, or 6 for a relation that is an organisation.', CS050),
  within('CS089', '301:Contact/Adres/Postcode', 'Schrijf een Nederlandse Postcode als vier cijfers en twee letters, zonder spatie en niet beginnend met 0.', 'Write a Dutch Postcode as four digits and two letters, without a space and not beginning with 0.', CS089),
  within('CS139', '301:Client/Geboortedatum/DatumGebruik 301:Relatie/Geboortedatum/DatumGebruik 305:Client/Geboortedatum/DatumGebruik 307:Client/Geboortedatum/DatumGebruik 315:Client/Geboortedatum/DatumGebruik',
    'Laat de geboortedatum passen bij DatumGebruik: bij 1 is de dag 01, bij 2 zijn dag en maand 01, bij 3 is de datum 1900-01-01. Is de datum wel bekend, laat DatumGebruik dan weg.',
    'Make the date of birth agree with DatumGebruik: with 1 the day is 01, with 2 day and month are 01, with 3 the date is 1900-01-01. When the date is known, leave DatumGebruik out.', CS139),
  within('CS318', '301:Client/Naam/NaamGebruik', 'Gebruik voor een cliënt geen NaamGebruik 6: een cliënt is geen organisatie.', 'Do not use NaamGebruik 6 for a client: a client is no organisation.', CS318),
  within('TR002', '301:Client/Geboortedatum 301:Relatie/Geboortedatum 305:Client/Geboortedatum 307:Client/Geboortedatum 315:Client/Geboortedatum',
    'Controleer de geboortedatum: die ligt meer dan 120 jaar voor de Dagtekening. Is hij onbekend, stuur dan 1900-01-01 met DatumGebruik 3.',
    'Check the date of birth: it lies more than 120 years before the Dagtekening. When it is unknown, send 1900-01-01 with DatumGebruik 3.', TR002),
  within('TR006', '301:Contact', 'Vul bij dit Contact een Telefoon, of een Adres met zowel Huis als Postcode.', 'Give this Contact a Telefoon, or an Adres with both Huis and Postcode.', TR006),
  within('TR061', '301:Client', 'Geef de cliënt in Contactgegevens minstens één Contact met Soort 01, 02 of 03. Een Contact van een relatie telt niet mee.', 'Give the client at least one Contact of Soort 01, 02 or 03 in Contactgegevens. A Contact of a relation does not count.', TR061)
]
