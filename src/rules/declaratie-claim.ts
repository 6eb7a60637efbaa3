/** A declaratie laid out against what is known outside it: each Prestatie with its assignment, its contract, and what stands on the assignment. */
import { dayOf, type Period } from '../calendar/calendar.ts'
import { pairOf, type History, type Known } from '../history/history.ts'
import type { Contract, Parties } from '../sources/sources.ts'
import { textAt, type Classes } from '../standard/standard.ts'
import { isCredit, standOf, type Stand } from './declaratie-prestatie.ts'
import { inTurns, type Outside, type Pause } from './rule.ts'
import type { Placed, Scene } from './scene.ts'
import { integer } from './value.ts'
import type { Toegewezen } from './volume.ts'

export type Toewijzing = Known<'301:ToegewezenProduct'>

export interface Prestatie {
  readonly placed: Placed<Classes['323:Prestatie']>
  readonly it: Classes['323:Prestatie']
  readonly credit: boolean
  /** The path of the Client it stands in. */
  readonly clientAt: string
  /** What stands for its client in history; null where nothing is known of him. */
  readonly client: string | null
  /** Every version of the assignment it names, whoever's. */
  readonly versies: readonly Toewijzing[]
  /** The actual version for its client; null where none is known. */
  readonly toewijzing: Toewijzing | null
  readonly periode: Period
  /** What stands on the assignment; changes while the claim is judged. */
  readonly stand: Stand
}

export interface Claim {
  readonly scene: Scene
  readonly outside: Outside
  readonly parties: Parties
  /** In the order of the message. */
  readonly prestaties: readonly Prestatie[]
  /** @returns the contract about the product of a Prestatie on the first day of its ProductPeriode; null where none is known */
  contract (it: Classes['323:Prestatie']): Contract | null
}

/** Nothing is asked twice that many Prestaties have in common. */
export function * claimOf (scene: Scene, outside: Outside): Generator<Pause, Claim> {
  const { history, sources } = outside
  const parties = pairOf(scene.model, scene.message)
  const nummers = memo((nummer: number) => opNummer(history, `${nummer}`))
  const clients = memo((bsn: string) => history.client(bsn))
  const contracts = memo((key: string) => {
    const [categorie = '', code = '', date = ''] = key.split('\0')
    return sources.contract(parties, categorie, code, date)
  })
  const prestaties: Prestatie[] = []
  yield * inTurns(scene.all('323:Prestatie'), placed => { prestaties.push(prestatieOf(placed, clients(bsnOf(placed.parent)), nummers(integer(placed.it.ToewijzingNummer)))) })
  return {
    scene,
    outside,
    parties,
    prestaties,
    contract: it => contracts([it.ProductCategorie, it.ProductCode, it.ProductPeriode.Begindatum.trim()].join('\0'))
  }
}

/** @returns the Bsn of the Client a Prestatie stands in */
export const bsnOf = (client: Placed | null): string => client === null ? '' : textAt(client.it, 'Bsn') ?? ''

/** What is known under one ToewijzingNummer. */
interface OpNummer { readonly versies: readonly Toewijzing[], readonly stand: Stand }
const opNummer = (history: History, nummer: string): OpNummer => ({ versies: history.toewijzing(nummer), stand: standOf(history.prestaties(nummer), history) })

function prestatieOf (placed: Placed<Classes['323:Prestatie']>, client: string | null, { versies, stand }: OpNummer): Prestatie {
  const { it, parent } = placed
  return {
    placed,
    it,
    credit: isCredit(it),
    clientAt: parent?.path ?? '',
    client,
    versies,
    toewijzing: versies.findLast(versie => versie.client === client) ?? null,
    periode: { from: dayOf(it.ProductPeriode.Begindatum), to: dayOf(it.ProductPeriode.Einddatum) },
    stand
  }
}

function memo<Key, Value> (make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, { readonly value: Value }>()
  return key => {
    const known = made.get(key) ?? { value: make(key) }
    made.set(key, known)
    return known.value
  }
}

/** @returns the Omvang of the assignment for the volume rules; null where it has none */
export function omvangOf ({ scene: { model } }: Claim, { it, toewijzing }: Prestatie): Toegewezen | null {
  if (toewijzing === null) return null
  const { Omvang, Ingangsdatum, Einddatum, Product } = toewijzing.it
  return Omvang === undefined
    ? null
    : {
        volume: integer(Omvang.Volume),
        eenheid: Omvang.Eenheid,
        frequentie: Omvang.Frequentie,
        van: dayOf(Ingangsdatum),
        tot: Einddatum === undefined ? null : dayOf(Einddatum),
        huishoudelijk: model.family === 'iwmo' && (Product?.Categorie ?? it.ProductCategorie) === '01'
      }
}
