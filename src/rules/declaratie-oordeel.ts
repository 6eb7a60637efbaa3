/**
 * The verdict over every Prestatie of a declaratie, in the one order in which they bear on each other:
 *
 * 1. Clients (TR304). What stands under a refused Client is not assessed at all.
 * 2. Reference numbers (TR314) in the order of the message: a number was used also by a Prestatie that is refused.
 * 3. Credits, wherever they stand: only TR314, TR323 and TR390. One that passes takes its debit back.
 * 4. Debits, in the order of the message: each rule that looks at one by itself; then the sums (TR322, TR369) over what stands and this one.
 *    One that no rule refuses is taken in, so the next one is held against it; one that is refused for anything, level 4 included, leaves its room to the next.
 *
 * What could not be assessed refuses nothing, and so does a rule that is set to warn or off.
 */
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import { claimOf, type Claim, type Prestatie } from './declaratie-claim.ts'
import { somtoetsen, toetsen, type Toets, type Toetsen } from './declaratie-debet.ts'
import { zonderToewijzing } from './levering-verzoek.ts'
import { isCredit, verschillen } from './declaratie-prestatie.ts'
import { inTurns, type Against, type Fault, type Outside, type Pause } from './rule.ts'
import type { Scene } from './scene.ts'
import { wrong } from './value.ts'

type Faults = ReadonlyMap<string, readonly Fault[]>
const made = new WeakMap<Scene, { readonly outside: Outside, readonly faults: Faults }>()

/** @returns the check of a rule over Clients and Prestaties of a declaratie: its part of the verdict, which is made once per message */
export const uitOordeel = (code: string): Against => function * (scene, outside) {
  if (scene.model.number !== '323') return
  const known = made.get(scene)
  const verdict = known?.outside === outside ? known : { outside, faults: yield * oordeel(scene, outside) }
  made.set(scene, verdict)
  yield * verdict.faults.get(code) ?? []
}

function * oordeel (scene: Scene, outside: Outside): Generator<Pause, Faults> {
  const claim = yield * claimOf(scene, outside)
  const told = new Map<string, Fault[]>()
  /** @returns whether a rule refuses; none is left out, so that every fault is told */
  const refuses = (code: string, fault: Fault | null): boolean => {
    if (fault === null) return false
    const faults = told.get(code)
    if (faults === undefined) told.set(code, [fault])
    else faults.push(fault)
    return fault.unassessed === undefined && (outside.weights?.[code] ?? 'reject') === 'reject'
  }
  const anyRefuses = (rules: Toetsen, it: Prestatie): boolean =>
    rules.reduce((refused, [code, toets]) => refuses(code, toets(it, claim)) || refused, false)

  const refused = new Set(scene.all('323:Client').filter(client => refuses('TR304', zonderToewijzing([client], outside.history)[0] ?? null)).map(it => it.path))
  const dubbel = eerderInBericht(claim.prestaties)
  const assessed = claim.prestaties.filter(it => !refused.has(it.clientAt))
  const used = new Set<Prestatie>()
  yield * inTurns(assessed, it => { if (refuses('TR314', uniek(it, claim, dubbel))) used.add(it) })
  yield * inTurns(assessed.filter(it => it.credit), it => {
    if (!anyRefuses(credittoetsen, it) && !used.has(it)) it.stand.crediteer(it.it.ProductReferentie.VorigReferentieNummer ?? '')
  })
  yield * inTurns(assessed.filter(it => !it.credit), it => {
    const alone = anyRefuses(toetsen, it)
    if (!anyRefuses(somtoetsen, it) && !alone && !used.has(it)) it.stand.tel(it.it)
  })
  return told
}

/** @returns the Prestaties whose ReferentieNummer an earlier one of the message has */
function eerderInBericht (prestaties: readonly Prestatie[]): ReadonlySet<Prestatie> {
  const seen = new Set<string>()
  return new Set(prestaties.filter(({ it: { ProductReferentie: { ReferentieNummer } } }) => {
    const before = seen.has(ReferentieNummer)
    seen.add(ReferentieNummer)
    return before
  }))
}

/** A ReferentieNummer of its own (TR314). */
function uniek (prestatie: Prestatie, { outside: { history } }: Claim, dubbel: ReadonlySet<Prestatie>): Fault | null {
  const fault = wrong(prestatie.placed, 'ProductReferentie/ReferentieNummer', { nl: 'een nummer dat niet eerder is gebruikt', en: 'a number that was not used before' })
  if (dubbel.has(prestatie)) return fault
  const uses = history.prestatie(prestatie.it.ProductReferentie.ReferentieNummer)
  if (uses.length > 0) return mits(uses.some(it => zekerSinds(history, it.prestatie)), history, fault)
  return zeker(history) ? null : onbeslist(history, fault)
}

/** Of an approved debit, the same but for its references. */
const TR323: Toets = ({ it, placed, client }, { outside: { history } }) => {
  const named = history.prestatie(it.ProductReferentie.VorigReferentieNummer ?? '').filter(({ prestatie }) => !isCredit(prestatie.it))
  const approved = named.filter(debet => !debet.afgekeurd)
  const differences = approved.map(({ prestatie }) => [...prestatie.client === client ? [] : ['Bsn'], ...verschillen(it, prestatie.it)])
  if (differences.some(it => it.length === 0)) return null
  const [first] = differences
  const fault = wrong(placed, 'ProductReferentie/VorigReferentieNummer', goedgekeurd)
  if (named.length === 0) return mits(zeker(history, it.ProductPeriode.Einddatum), history, fault)
  return { ...fault, found: first === undefined ? afgekeurd : { nl: `anders in ${first.join(', ')}`, en: `different in ${first.join(', ')}` } }
}

const goedgekeurd = { nl: 'een eerdere goedgekeurde debetprestatie, gelijk op de nummers na', en: 'an earlier approved debit, the same but for the numbers' }
const afgekeurd = { nl: 'een debetprestatie die is afgekeurd', en: 'a debit that was rejected' }

/** Credited once. */
const TR390: Toets = ({ it, placed }, { outside: { history } }) => {
  const credits = history.credits(it.ProductReferentie.VorigReferentieNummer ?? '').filter(credit => !credit.afgekeurd)
  const fault = wrong(placed, 'ProductReferentie/VorigReferentieNummer', { nl: 'een debetprestatie waarop nog geen credit is gedeclareerd', en: 'a debit that was not credited yet' })
  if (credits.length > 0) return mits(credits.some(({ prestatie }) => zekerSinds(history, prestatie)), history, fault)
  return zeker(history, it.ProductPeriode.Einddatum) ? null : onbeslist(history, fault)
}

const credittoetsen: Toetsen = Object.entries({ TR323, TR390 })
