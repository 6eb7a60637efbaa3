/** The rules against earlier messages (control level 3) of declaratie and declaratie-antwoord. */
import { TR304, TR337, TR366, TR367, TR371, TR376 } from './antwoord.ts'
import { zeker, mits, onbeslist, zekerSinds } from './certain.ts'
import { uitOordeel } from './oordeel.ts'
import type { Against, Rule } from './rule.ts'
import { before, orderOf, wrong } from './value.ts'

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

/** A number of its own. Of one that is not known it is not said that it may be used: none is old enough to be certain. */
const TR333: Against = (scene, { history }) => scene.all('323:Declaratie').flatMap(declaratie => {
  const known = history.declaratie(declaratie.it.DeclaratieNummer)
  const fault = wrong(declaratie, 'DeclaratieNummer', { nl: 'een nummer dat niet eerder is gebruikt', en: 'a number that was not used before' })
  return known === null ? [] : [mits(zekerSinds(history, known), history, fault)]
})

type Told = readonly [code: string, retourcode: string | null, at: string, nl: string, en: string]
const told: readonly Told[] = [
]
