/** A conversation between one gemeente and one aanbieder about one client: messages judged against what was taken before them. */
import assert from 'node:assert/strict'
import { memoryHistory, type MemoryHistory, pairOf } from '../../src/history/history.ts'
import { judgeAgainst, judgeWithin } from '../../src/rules/rules.ts'
import { noSources, type Sources } from '../../src/sources/sources.ts'
import { answerTo, generateMessage, modelOf, readMessage, writeMessage, type Family, type MessageModel, type MessageNumber, type Node, type Tree } from '../../src/standard/standard.ts'

/** A message with its model. */
export interface Bericht { readonly model: MessageModel, readonly message: Tree }
/** What may differ per message: its date, its own number, whom it is about. */
export interface Anders { readonly dag?: string, readonly id?: string, readonly wie?: number, readonly aanbieder?: string }

export interface Gesprek {
  readonly family: Family
  readonly history: MemoryHistory
  /** The products of a 301; each is given whole but for what every one has. */
  toewijzing (rows: readonly Tree[], anders?: Anders): Bericht
  start (rows: readonly Tree[], anders?: Anders): Bericht
  stop (rows: readonly Tree[], anders?: Anders): Bericht
  verzoek (rows: readonly Tree[], anders?: Anders): Bericht
  wijziging (verzoek: Wijziging, anders?: Anders): Bericht
  antwoord (antwoord: Tree, anders?: Anders): Bericht
  /** @returns broken rules as `TR019 class element`; after `? ` those not assessed */
  oordeel (bericht: Bericht, sources?: Sources): string[]
  /** The message is judged, found without fault, and counts from then on. */
  neem (bericht: Bericht, sources?: Sources): void
  /** It counts, whatever is wrong with it: an imported message was not judged. */
  importeer (bericht: Bericht): void
  /** It was sent and rejected: as a whole, so that it counts as not sent, or a Prestatie of a claim. */
  keurAf (bericht: Bericht, at?: string): void
}
export interface Wijziging { readonly ref: string, readonly gelijk?: readonly string[], readonly anders?: readonly Tree[], readonly nieuw?: readonly Tree[] }

export const product = (family: Family, code: string | null = null, categorie?: string): Tree =>
  ({ Categorie: categorie ?? (family === 'iwmo' ? '02' : '45'), ...(code === null ? {} : { Code: code }) })

/** Everything since both laws began is known, unless said otherwise. */
export function gesprek (family: Family, { vanaf = '2015-01-01' }: { readonly vanaf?: string | null } = {}): Gesprek {
  const history = memoryHistory({ compleetVanaf: vanaf })
  let nth = 0
  const make = (number: MessageNumber, fill: (whole: Tree) => Tree, { dag = '2026-04-01', id, wie = 1, aanbieder }: Anders = {}): Bericht => {
    const model = modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number}`)
    const party = aanbieder === undefined ? {} : model.afzender === 'gemeente' ? { ontvanger: aanbieder } : { afzender: aanbieder }
    const whole = generateMessage(model, wie, 'small', { identificatie: id ?? `N${++nth}`, ...party })
    return { model, message: fill(put(whole, 'Header/BerichtIdentificatie/Dagtekening', dag)) }
  }
  const within = ({ model, message }: Bericht, sources: Sources): string[] => {
    assert.equal(readMessage(writeMessage(model, message), model).kind, 'valid', 'the message agrees with its schema')
    assert.deepEqual(judgeWithin(model, message).map(it => `${it.code} ${it.path}`), [], 'the message breaks no rule within it')
    const outside = { history: history.of(pairOf(model, message)), sources, today: '2027-01-01' }
    return judgeAgainst(model, message, outside).filter(it => it.level === 3)
      .map(it => `${it.assessed === false ? '? ' : ''}${it.code} ${it.class ?? ''} ${it.path.slice((it.class ?? '').length + 1)}`.trimEnd())
  }
  const of: Gesprek = {
    family,
    history,
    toewijzing: (rows, anders) => make('301', it => put(it, 'Client/ToegewezenProducten', {
      ToegewezenProduct: rows.map(row => ordered(['ToewijzingNummer', 'ReferentieAanbieder', 'Product', 'Toewijzingsdatum', 'Toewijzingstijd', 'Ingangsdatum', 'Einddatum', 'RedenWijziging', 'Omvang', 'Budget'],
        { Product: product(family), Toewijzingsdatum: anders?.dag ?? '2026-04-01', Toewijzingstijd: '09:30:00', Ingangsdatum: '2026-01-01', ...row }))
    }), anders),
    start: (rows, anders) => make('305', it => put(it, 'Client/StartProducten', { StartProduct: rows.map(row => ordered(delivered, { StatusAanlevering: '1', ...row })) }), anders),
    stop: (rows, anders) => make('307', it => put(it, 'Client/StopProducten', {
      StopProduct: rows.map(row => ordered(delivered, { StatusAanlevering: '1', RedenBeeindiging: family === 'iwmo' ? '19' : '31', ...row }))
    }), anders),
    verzoek: (rows, anders) => make('315', it => put(it, 'Client/AangevraagdeProducten', {
      AangevraagdProduct: rows.map(row => ordered(['ReferentieAanbieder', 'Product', 'ToewijzingIngangsdatum', 'ToewijzingEinddatum', 'Omvang', 'Budget', 'Verwijzer'],
        { Product: product(family), ToewijzingIngangsdatum: '2026-05-01', Verwijzer: { Type: '01' }, ...row }))
    }), anders),
    wijziging: ({ ref, gelijk = [], anders: changed = [], nieuw = [] }, anders) => make('317', it => put(it, 'Client/Verzoek', {
      ReferentieAanbieder: ref,
      RedenVerzoek: String(textOf(it, 'Client/Verzoek/RedenVerzoek')),
      ...(gelijk.length === 0 ? {} : { OngewijzigdeProducten: { OngewijzigdProduct: gelijk.map(ToewijzingNummer => ({ ToewijzingNummer })) } }),
      ...(changed.length === 0 ? {} : { TeWijzigenProducten: { TeWijzigenProduct: changed.map(row => ordered(['ToewijzingNummer', 'GewensteIngangsdatum', 'Einddatum', 'Omvang', 'Budget'], row)) } }),
      ...(nieuw.length === 0 ? {} : { NieuweProducten: { NieuwProduct: nieuw.map(row => ordered(['Product', 'GewensteIngangsdatum', 'Einddatum', 'Omvang', 'Budget'], row)) } })
    }), anders),
    antwoord: (answer, anders) => make('319', it => put(it, 'Antwoord', ordered(['ReferentieAanbieder', 'VerzoekAntwoord', 'RedenAfwijzingVerzoek'], answer)), anders),
    oordeel: (bericht, sources = noSources) => within(bericht, sources),
    neem (bericht, sources = noSources) {
      assert.deepEqual(within(bericht, sources), [])
      history.take(bericht.model, bericht.message)
    },
    importeer: ({ model, message }) => history.take(model, message),
    keurAf ({ model, message }, at = 'Header') {
      history.take(model, message)
      const answer = answerTo(model, message, [at === 'Header' ? { code: 'TR101', class: at, retourcode: '0001', level: 2 } : { code: 'TR338', class: at, retourcode: '9338', level: 3 }], { identificatie: `R${++nth}`, dagtekening: '2026-04-02' })
      history.take(answer.model, answer.message)
    }
  }
  return of
}

const delivered = ['ToewijzingNummer', 'Product', 'ToewijzingIngangsdatum', 'Begindatum', 'RedenBeeindiging', 'Einddatum', 'StatusAanlevering']
const ordered = (names: readonly string[], row: Tree): Tree => Object.fromEntries(names.flatMap(name => row[name] === undefined ? [] : [[name, row[name]]]))

function textOf (tree: Tree, path: string): Node | undefined {
  return path.split('/').reduce<Node | undefined>((at, step) => at === undefined || typeof at === 'string' ? undefined : (at as Tree)[step], tree)
}

/** @returns the tree with another node at a path */
export function put (tree: Tree, path: string, node: Node): Tree {
  const [step = '', ...rest] = path.split('/')
  const below = tree[step]
  return { ...tree, [step]: rest.length === 0 ? node : put(typeof below === 'object' ? below as Tree : {}, rest.join('/'), node) }
}

/** Both families, for tests that hold in either. */
export const families: readonly Family[] = ['iwmo', 'ijw']

export const perWeek: Tree = { Volume: '120', Eenheid: '01', Frequentie: '2' }
export const totaal: Tree = { Volume: '600', Eenheid: '01', Frequentie: '6' }

/** @returns the conversation, in which are assigned for all of 2026: 7 by budget, 8 by total, 9 per week */
export function toegewezen (of: Gesprek): Gesprek {
  of.neem(of.toewijzing([
    { ToewijzingNummer: '7', Einddatum: '2026-12-31', Budget: '1000' },
    { ToewijzingNummer: '8', Product: product(of.family, '20A0X', of.family === 'iwmo' ? '03' : '41'), Einddatum: '2026-12-31', Omvang: totaal },
    { ToewijzingNummer: '9', Product: product(of.family, '30A0X', of.family === 'iwmo' ? '07' : '54'), Einddatum: '2026-12-31', Omvang: perWeek }
  ], { dag: '2026-01-01' }))
  return of
}
