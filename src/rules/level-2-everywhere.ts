/** The rules within one message that hold for most message types: keys that may stand once, dates that may not lie ahead. */
import type { CDT_Geboortedatum } from '../standard/standard.ts'
import { doubles } from './double.ts'
import { within } from './level-2-rule.ts'
import { inPerioden } from './perioden.ts'
import type { Fault, Rule, Within } from './rule.ts'
import type { ClassName, Placed } from './scene.ts'
import { before, onOrBefore, wrong } from './value.ts'

const keyed = ['301:Contact', '301:Relatie', '301:ToegewezenProduct', '305:StartProduct', '307:StopProduct', '315:AangevraagdProduct', '317:OngewijzigdProduct', '317:TeWijzigenProduct',
  '317:NieuwProduct', '323:Client', '323:Prestatie', '325:Client', '325:Prestatie'] as const satisfies readonly ClassName[]

/** Within one class no two of a kind have the same logical key. */
const TR101: Within = ({ all, model }) => keyed.flatMap(name => {
  const paths = model.keys[name.slice(name.indexOf(':') + 1)] ?? []
  return families(all(name)).flatMap(it => doubles(it, paths)).map(({ one, met: { path } }) =>
    wrong(one, '', { nl: 'een eigen sleutel', en: 'a key of its own' }, { nl: `dezelfde ${paths.join(', ')} als ${path}`, en: `the same ${paths.join(', ')} as ${path}` }))
})

/** @returns those that stand in one and the same parent; one that stands alone is left out */
function families<T extends object> (all: ReadonlyArray<Placed<T>>): ReadonlyArray<ReadonlyArray<Placed<T>>> {
  const found: Array<ReadonlyArray<Placed<T>>> = []
  for (let from = 0, to = 1; from < all.length; from = to++) {
    while (to < all.length && all[to]?.parent === all[from]?.parent) to++
    if (to - from > 1) found.push(from === 0 && to === all.length ? all : all.slice(from, to))
  }
  return found
}

/** What has already happened did not happen after the message was dated. */
const TR134: Within = scene => {
  const { all, dagtekening } = scene
  const ahead = <T>(rows: ReadonlyArray<Placed<T & object>>, element: string, date: (it: T) => string | undefined): readonly Fault[] => rows
    .filter(({ it }) => { const day = date(it); return day !== undefined && before(dagtekening, day) }).map(at => wrong(at, element, onOrBefore(dagtekening)))
  const born = ({ Geboortedatum }: { readonly Geboortedatum?: CDT_Geboortedatum }): string | undefined => Geboortedatum?.Datum
  return [
    ...ahead(all('301:Client'), 'Geboortedatum', born),
    ...ahead(all('301:Relatie'), 'Geboortedatum', born),
    ...ahead(all('301:ToegewezenProduct'), 'Toewijzingsdatum', it => it.Toewijzingsdatum),
    ...ahead(all('305:Client'), 'Geboortedatum', born),
    ...ahead(all('305:StartProduct'), 'Begindatum', it => it.Begindatum),
    ...ahead(all('307:Client'), 'Geboortedatum', born),
    ...ahead(all('307:StopProduct'), 'Einddatum', it => it.Einddatum),
    ...ahead(all('315:Client'), 'Geboortedatum', born),
    ...ahead(all('323:Declaratie'), 'DeclaratiePeriode/Begindatum', it => it.DeclaratiePeriode.Begindatum),
    ...inPerioden(scene, it => before(dagtekening, it.Begindatum), at => [wrong(at, 'ProductPeriode/Begindatum', onOrBefore(dagtekening))])
  ]
}

/** By code. */
export const everywhere: readonly Rule[] = [
  within('TR101', keyed.join(' '), 'Laat dit maar één keer voorkomen: er staat er al een met dezelfde sleutel.', 'Let this stand only once: there is one with the same key already.', TR101),
  within('TR134', '301:Client/Geboortedatum 301:Relatie/Geboortedatum 301:ToegewezenProduct/Toewijzingsdatum 305:Client/Geboortedatum 305:StartProduct/Begindatum 307:Client/Geboortedatum 307:StopProduct/Einddatum 315:Client/Geboortedatum ' +
    '323:Declaratie/DeclaratiePeriode/Begindatum 323:Prestatie/ProductPeriode/Begindatum 325:Prestatie/ProductPeriode/Begindatum',
  'Deze datum ligt na de Dagtekening van het bericht: corrigeer hem, of stuur het bericht op of na die dag.', 'This date lies after the Dagtekening of the message: correct it, or send the message on or after that day.', TR134)
]
