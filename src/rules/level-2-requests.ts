/** The rules within one message about starts and stops, requests and what the gemeente answers to them. */
import { doubles } from './double.ts'
import { within } from './level-2-rule.ts'
import type { Rule, Within } from './rule.ts'
import { before, laterThan, missing, oneOf, onOrAfter, superfluous, wrong } from './value.ts'

/** The number and the date of a decision come together. */
const CD043: Within = ({ all }) => all('315:AangevraagdProduct').filter(({ it }) => (it.BeschikkingNummer === undefined) !== (it.BeschikkingIngangsdatum === undefined))
  .map(at => at.it.BeschikkingNummer === undefined ? superfluous(at, 'BeschikkingIngangsdatum') : missing(at, 'BeschikkingIngangsdatum'))

/** Referrers with a code in the register of care providers. */
const coded = (type: string): boolean => ['02', '03', '04', '05'].includes(type)

/** A referrer known by his code needs no name. */
const CD066: Within = ({ all }) => all('315:AangevraagdProduct').filter(({ it: { Verwijzer } }) => coded(Verwijzer.Type) && Verwijzer.ZorgverlenerCode !== undefined && Verwijzer.Naam !== undefined)
  .map(at => superfluous(at, 'Verwijzer/Naam'))

/** A referrer without his code is known by his name. */
const CD067: Within = ({ all }) => all('315:AangevraagdProduct').filter(({ it: { Verwijzer } }) => coded(Verwijzer.Type) && Verwijzer.ZorgverlenerCode === undefined && Verwijzer.Naam === undefined)
  .map(at => missing(at, 'Verwijzer/Naam'))

/** Other referrers have no code. */
const CD068: Within = ({ all }) => all('315:AangevraagdProduct').filter(({ it: { Verwijzer } }) => !coded(Verwijzer.Type) && Verwijzer.ZorgverlenerCode !== undefined)
  .map(at => superfluous(at, 'Verwijzer/ZorgverlenerCode'))

/** A refusal has its reason. */
const CD085: Within = ({ all }) => all('319:Antwoord').filter(({ it }) => it.VerzoekAntwoord === '1' && it.RedenAfwijzingVerzoek === undefined).map(at => missing(at, 'RedenAfwijzingVerzoek'))

/** What is still looked into is not refused. */
const CD086: Within = ({ all }) => all('319:Antwoord').filter(({ it }) => it.VerzoekAntwoord === '2' && it.RedenAfwijzingVerzoek !== undefined).map(at => superfluous(at, 'RedenAfwijzingVerzoek'))

/** A delivery is made or removed, never changed. */
const CS058: Within = ({ all }) => [...all('305:StartProduct'), ...all('307:StopProduct')].filter(({ it }) => !['1', '3'].includes(it.StatusAanlevering))
  .map(at => wrong(at, 'StatusAanlevering', oneOf('1', '3')))

/** Nothing stops before it begins. */
const TR018: Within = ({ all }) => all('307:StopProduct').filter(({ it }) => before(it.Einddatum, it.Begindatum)).map(at => wrong(at, 'Einddatum', onOrAfter(at.it.Begindatum)))

/** Who asks for a change has something that stays or changes: without it, it is a new request. */
const TR352: Within = ({ all }) => all('317:Verzoek').filter(({ it }) => it.OngewijzigdeProducten === undefined && it.TeWijzigenProducten === undefined)
  .map(at => wrong(at, '', { nl: 'een OngewijzigdProduct of TeWijzigenProduct', en: 'an OngewijzigdProduct or TeWijzigenProduct' }))

/** Who asks for a change changes something. */
const TR353: Within = ({ all }) => all('317:Verzoek').filter(({ it }) => it.TeWijzigenProducten === undefined && it.NieuweProducten === undefined)
  .map(at => wrong(at, '', { nl: 'een TeWijzigenProduct of NieuwProduct', en: 'a TeWijzigenProduct or NieuwProduct' }))

/** A refusal because of the place of residence names the other gemeente. */
const TR377: Within = ({ all }) => all('319:Antwoord').filter(({ it }) => it.RedenAfwijzingVerzoek === '8' && it.Woonplaatsbeginsel === undefined).map(at => missing(at, 'Woonplaatsbeginsel'))

/** Only such a refusal does. */
const TR409: Within = ({ all }) => all('319:Antwoord').filter(({ it }) => it.RedenAfwijzingVerzoek !== '8' && it.Woonplaatsbeginsel !== undefined).map(at => superfluous(at, 'Woonplaatsbeginsel'))

/** What is new begins in time to come. */
const TR380: Within = ({ all, dagtekening }) => all('317:NieuwProduct').filter(({ it }) => !before(dagtekening, it.GewensteIngangsdatum))
  .map(at => wrong(at, 'GewensteIngangsdatum', laterThan(dagtekening)))

const reference = ['ReferentieAanbieder'] as const

/** Every product asked for is answered under a reference of its own. */
const TR383: Within = ({ all }) => doubles(all('315:AangevraagdProduct'), reference)
  .map(({ one }) => wrong(one, 'ReferentieAanbieder', { nl: 'in dit bericht nog niet gebruikt', en: 'not used before in this message' }))

/** By code. */
export const requests: readonly Rule[] = [
  within('CD043', '315:AangevraagdProduct/BeschikkingIngangsdatum', 'Vul BeschikkingIngangsdatum als er een BeschikkingNummer is, en laat het anders weg.', 'Fill BeschikkingIngangsdatum when there is a BeschikkingNummer, and leave it out otherwise.', CD043),
  within('CD066', '315:AangevraagdProduct/Verwijzer/Naam', 'Laat de Naam van deze verwijzer weg: zijn ZorgverlenerCode zegt al wie het is.', 'Leave the Naam of this referrer out: the ZorgverlenerCode already says who it is.', CD066),
  within('CD067', '315:AangevraagdProduct/Verwijzer/Naam', 'Vul van deze verwijzer de ZorgverlenerCode, of als die niet bekend is de Naam.', 'Fill the ZorgverlenerCode of this referrer, or the Naam when it is not known.', CD067),
  within('CD068', '315:AangevraagdProduct/Verwijzer/ZorgverlenerCode', 'Laat ZorgverlenerCode weg: die hoort alleen bij een verwijzer van Type 02, 03, 04 of 05.', 'Leave ZorgverlenerCode out: it belongs to a referrer of Type 02, 03, 04 or 05 only.', CD068),
  within('CD085', '319:Antwoord/RedenAfwijzingVerzoek', 'Vul RedenAfwijzingVerzoek: wie een verzoek afwijst, zegt waarom.', 'Fill RedenAfwijzingVerzoek: who refuses a request says why.', CD085),
  within('CD086', '319:Antwoord/RedenAfwijzingVerzoek', 'Laat RedenAfwijzingVerzoek weg: een aanvraag in onderzoek is niet afgewezen.', 'Leave RedenAfwijzingVerzoek out: a request under investigation is not refused.', CD086),
  within('CS058', '305:StartProduct/StatusAanlevering 307:StopProduct/StatusAanlevering', 'Gebruik StatusAanlevering 1 (aanleveren) of 3 (verwijderen). Wijzigen gaat door verwijderen en opnieuw aanleveren.', 'Use StatusAanlevering 1 (deliver) or 3 (remove). To change something, remove it and deliver it anew.', CS058),
  within('TR018', '307:StopProduct/Einddatum', 'Zet de Einddatum van de stop op of na de Begindatum.', 'Put the Einddatum of the stop on or after its Begindatum.', TR018),
  within('TR352', '317:Verzoek', 'Neem ten minste één OngewijzigdProduct of TeWijzigenProduct op. Heeft de cliënt nog niets, stuur dan een verzoek om toewijzing (315).', 'Take in at least one OngewijzigdProduct or TeWijzigenProduct. When the client has nothing yet, send a request for assignment (315).', TR352),
  within('TR353', '317:Verzoek', 'Neem ten minste één TeWijzigenProduct of NieuwProduct op: anders verandert er niets.', 'Take in at least one TeWijzigenProduct or NieuwProduct: otherwise nothing changes.', TR353),
  within('TR377', '319:Antwoord/Woonplaatsbeginsel', 'Noem in Woonplaatsbeginsel de gemeente die wel verantwoordelijk is: dat hoort bij afwijzing met reden 8.', 'Name in Woonplaatsbeginsel the gemeente that is responsible: a refusal for reason 8 needs it.', TR377, { only: 'ijw' }),
  within('TR380', '317:NieuwProduct/GewensteIngangsdatum', 'Laat een nieuw product ingaan na de Dagtekening van het bericht.', 'Let a new product begin after the Dagtekening of the message.', TR380),
  within('TR383', '315:AangevraagdProduct/ReferentieAanbieder', 'Geef elk aangevraagd product een eigen ReferentieAanbieder.', 'Give every product that is requested a ReferentieAanbieder of its own.', TR383),
  within('TR409', '319:Antwoord/Woonplaatsbeginsel', 'Laat Woonplaatsbeginsel weg: dat hoort alleen bij afwijzing met reden 8.', 'Leave Woonplaatsbeginsel out: it belongs to a refusal for reason 8 only.', TR409, { only: 'ijw' })
]
