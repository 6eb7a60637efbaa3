/** The Prestaties of a claim or its answer, and the periods they are about. */
import type { CDT_GeslotenPeriode } from '../standard/standard.ts'
import type { Fault } from './rule.ts'
import { once, type Placed, type Scene } from './scene.ts'

/** Prestaties of a claim or of its answer. */
export const prestaties = ({ all }: Scene): ReturnType<typeof all<'323:Prestatie'>> => {
  const claimed = all('323:Prestatie')
  return claimed.length > 0 ? claimed : all('325:Prestatie')
}

interface Periode { readonly periode: CDT_GeslotenPeriode, readonly rows: Array<Placed<object>> }

/** A claim of thousands has but few periods: each with its Prestaties, so that what is asked of a period is asked once. */
const perioden = once((scene): readonly Periode[] => {
  const found = new Map<string, Map<string, Periode>>()
  for (const at of prestaties(scene)) {
    const { Begindatum, Einddatum } = at.it.ProductPeriode
    const begun = found.get(Begindatum) ?? new Map<string, Periode>()
    const known = begun.get(Einddatum)
    if (known !== undefined) known.rows.push(at)
    else found.set(Begindatum, begun.set(Einddatum, { periode: at.it.ProductPeriode, rows: [at] }))
  }
  return [...found.values()].flatMap(it => [...it.values()])
})

/**
 * @param breaks whether a period breaks the rule @param faults what then is told of a Prestatie in it
 * @returns the faults of every Prestatie in such a period
 */
export const inPerioden = (scene: Scene, breaks: (periode: CDT_GeslotenPeriode) => boolean, faults: (at: Placed<object>, periode: CDT_GeslotenPeriode) => readonly Fault[]): readonly Fault[] =>
  perioden(scene).filter(it => breaks(it.periode)).flatMap(({ periode, rows }) => rows.flatMap(at => faults(at, periode)))
