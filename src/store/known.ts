/** What earlier messages brought, loaded for one message to be judged: by its persons and numbers, and what hangs on those. */
import { setImmediate as turn } from 'node:timers/promises'
import { messageId, momentOf } from '../core/core.ts'
import { furtherNeeds, type FactName, type KeyName, type Known, type Pair } from '../history/history.ts'
import type { Mark } from '../vault/vault.ts'
import { StoreUnavailable, type Db, type Row, type Session, type Statement, type Value, type Values } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { bodyColumn } from './facts.ts'
import { columnOf, keysIn } from './numbers.ts'
import { bytes, maybe, oneOf, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import type { FactNeeds, FactVerbs, KnownFacts } from './kept.ts'

const classes = [
  '301:ToegewezenProduct', '305:StartProduct', '307:StopProduct', '315:AangevraagdProduct', '317:Verzoek', '319:Antwoord', '323:Declaratie', '323:Prestatie', '325:Prestatie'
] as const satisfies readonly FactName[]

/** So many values go in one question; what is left of one is filled up with its last value. */
const lot = 200
/** So often it is looked when somebody is erased meanwhile. */
const looks_max = 5
const lotPlaces = Array.from({ length: lot }, (_, nth) => at(`it${nth}`))

function lotsOf (all: Iterable<Value>): Values[] {
  const values = [...new Set(all)]
  return Array.from({ length: Math.ceil(values.length / lot) }, (_, n) => {
    const part = values.slice(n * lot, (n + 1) * lot)
    return Object.fromEntries(lotPlaces.map((_, nth) => [`it${nth}`, part[nth] ?? part.at(-1) ?? null]))
  })
}

function statements ({ sql }: Dialect) {
  const columns = ['f.source', 'f.position', 'f.of', 'f.person', 'f.toewijzing', 'f.referentie', 'f.vorige', 'f.body', 's.id', 's.number', 's.identificatie', 's.dagtekening']
  const rows = (of: FactName) => sql('fact as f').join('source as s', 's.place', 'f.source').select(columns).where({ 'f.of': of, 's.waits': 0 }).whereNull('s.voided_by')
  const latest = sql('fact as l').join('source as t', 't.place', 'l.source').where({ 'l.pair': at('pair'), 'l.of': '323:Declaratie', 't.waits': 0 }).whereNull('t.voided_by').max('l.day')
  const made = new Map<string, Statement>()
  return {
    pair: prepared(sql('pair').select(['id', 'version', 'complete_from', 'gapless', 'erased']).where({ family: at('family'), gemeente: at('gemeente'), aanbieder: at('aanbieder') })),
    marked: prepared(sql('person').select(['id', 'key_id', 'hash']).whereIn('hash', lotPlaces)),
    keys: prepared(sql('person').select(['id', 'data_key', 'kek_id']).whereIn('id', lotPlaces)),
    latest: prepared(rows('323:Declaratie').where({ 'f.pair': at('pair') }).where('f.day', latest)),
    /** Facts of a class by one of their keys. */
    by (of: FactName, by: KeyName): Statement {
      const number = by === 'Identificatie' ? { 's.number': of.slice(0, 3) } : {}
      const known = made.get(`${of} ${by}`) ?? prepared(rows(of).where({ [by === 'Identificatie' ? 's.pair' : 'f.pair']: at('pair'), ...number }).whereIn(columnOf[by], lotPlaces))
      made.set(`${of} ${by}`, known)
      return known
    }
  }
}

const keyOf = (row: Row): string => `${whole(row, 'source')}:${whole(row, 'position')}`
const markKey = (key: string, hash: Uint8Array): string => `${key}:${Buffer.from(hash).toString('base64')}`
const textsOf = (row: Row): Record<string, string | undefined> =>
  Object.fromEntries(['toewijzing', 'referentie', 'vorige', 'identificatie'].map(name => [name, maybe(row, name, text) ?? undefined]))
/** What hangs on a fact is told by its keys, also of one whose content was erased. */
const keyed = (row: Row) => ({ of: oneOf(row, 'of', classes), keys: keysIn(textsOf(row)) })

/** Rows gathered for one pair, each once. */
interface Gathered { readonly rows: Map<string, Row>, take (statement: Statement, values: Iterable<Value>): Promise<Row[]> }

function gatherer (session: Session, pair: number): Gathered {
  const rows = new Map<string, Row>()
  return {
    rows,
    async take (statement, values) {
      const news: Row[] = []
      for (const part of lotsOf(values)) {
        for (const row of await session.all(statement, { ...part, pair })) {
          if (!rows.has(keyOf(row))) { rows.set(keyOf(row), row); news.push(row) }
        }
        // A large claim asks for tens of thousands: others go on meanwhile.
        await turn()
      }
      return news
    }
  }
}

/** Who is who: each person asked for, by the rows that bear one of his marks. */
interface Persons { readonly clients: ReadonlyArray<string | null>, readonly rows: ReadonlySet<number>, sameAs (row: number): string }

async function personsOf (session: Session, sql: ReturnType<typeof statements>, clients: ReadonlyArray<readonly Mark[]>): Promise<Persons> {
  const byMark = new Map<string, number[]>()
  for (const part of lotsOf(clients.flat().map(mark => mark.hash))) {
    for (const row of await session.all(sql.marked, part)) {
      const key = markKey(text(row, 'key_id'), bytes(row, 'hash'))
      byMark.set(key, [...new Set([...byMark.get(key) ?? [], whole(row, 'id')])])
    }
  }
  const same = new Map<number, string>()
  const named = clients.map(marks => {
    const rows = marks.flatMap(({ key, hash }) => byMark.get(markKey(key, hash)) ?? [])
    const [first] = rows
    for (const row of rows) same.set(row, String(first))
    return first === undefined ? null : String(first)
  })
  return { clients: named, rows: new Set(same.keys()), sameAs: row => same.get(row) ?? String(row) }
}

/** A person not found, or written after somebody was erased, may be the one who was: what he did before is not known. */
const unsure = (erased: number | null, { clients }: Persons): boolean => erased !== null && clients.some(it => it === null || Number(it) > erased)

function knownOf (row: Row, json: Uint8Array, sameAs: Persons['sameAs']): Known {
  const place = whole(row, 'source')
  // What was imported was received before, nobody knows when.
  const ontvangen = place < 0 ? {} : { ontvangen: momentOf(messageId(text(row, 'id'))) }
  const bron = { seq: place, number: text(row, 'number'), Identificatie: text(row, 'identificatie'), Dagtekening: text(row, 'dagtekening'), ...ontvangen }
  const person = maybe(row, 'person', whole)
  // Written by us from the class it names, and bound to its place by the encryption.
  return { of: oneOf(row, 'of', classes), client: person === null ? null : sameAs(person), it: JSON.parse(Buffer.from(json).toString()) as Known['it'], bron } as Known
}

const inOrder = (a: Row, b: Row): number => whole(a, 'source') - whole(b, 'source') || whole(a, 'position') - whole(b, 'position')

/** @returns the verb that loads facts */
export function knownVerb (db: Db, dialect: Dialect, safe: Safe): Pick<FactVerbs, 'facts'> {
  const sql = statements(dialect)

  async function gather (session: Session, pair: number, needs: FactNeeds, persons: Persons): Promise<Row[]> {
    const { take, rows } = gatherer(session, pair)
    const news: Row[] = []
    for (const of of needs.ofClients) news.push(...await take(sql.by(of, 'client'), persons.rows))
    if (needs.laatsteDeclaratie) for (const row of await session.all(sql.latest, { pair })) rows.set(keyOf(row), row)
    let { lookups } = needs
    do {
      for (const { of, by, values } of lookups) news.push(...await take(sql.by(of, by), values))
      lookups = furtherNeeds(news.splice(0).map(keyed))
    } while (lookups.length > 0)
    return [...rows.values()].sort(inOrder)
  }

  /** @returns the row with the key of each person; null when somebody was erased or forgotten since the rows were read */
  async function keysOf (session: Session, rows: readonly Row[]): Promise<ReadonlyMap<number, Row> | null> {
    const keys = new Map<number, Row>()
    const persons = rows.flatMap(row => maybe(row, 'person', whole) ?? [])
    for (const part of lotsOf(persons)) for (const row of await session.all(sql.keys, part)) if (row['data_key'] !== null) keys.set(whole(row, 'id'), row)
    return persons.every(it => keys.has(it)) ? keys : null
  }

  async function knownIn (rows: readonly Row[], keys: ReadonlyMap<number, Row>, sameAs: Persons['sameAs']): Promise<Known[]> {
    // Each person's key is unwrapped once.
    const open = safe.bundle()
    const known: Known[] = []
    for (const [nth, row] of rows.entries()) {
      const body = bytes(row, 'body')
      const json = row['person'] === null ? body : open(keys.get(whole(row, 'person')) ?? {}, text(row, 'id')).open(bodyColumn(whole(row, 'position')), body)
      known.push(knownOf(row, json, sameAs))
      if (nth % 1_000 === 999) await turn()
    }
    return known
  }

  /** @returns null when it is to be looked anew */
  async function look (session: Session, { family, gemeente, aanbieder }: Pair, needs: FactNeeds): Promise<KnownFacts | null> {
    // The version first: what changes while the rest is read makes it an older one.
    const [pair] = await session.all(sql.pair, { family, gemeente, aanbieder })
    if (pair === undefined) return { known: [], clients: needs.clients.map(() => null), compleetVanaf: null, gaploosVanaf: 0, version: 0 }
    const persons = await personsOf(session, sql, needs.clients)
    const rows = await gather(session, whole(pair, 'id'), needs, persons)
    const [there, erased] = [rows.filter(row => row['body'] !== null), maybe(pair, 'erased', whole)]
    const keys = await keysOf(session, there)
    if (keys === null) return null
    const sure = there.length === rows.length && !unsure(erased, persons)
    return { known: await knownIn(there, keys, persons.sameAs), clients: persons.clients, compleetVanaf: sure ? maybe(pair, 'complete_from', text) : null, gaploosVanaf: sure ? whole(pair, 'gapless') : Infinity, version: whole(pair, 'version') }
  }

  return {
    facts: (pair, needs) => db.read(async session => {
      for (let nth = 1; nth <= looks_max; nth++) {
        const known = await look(session, pair, needs)
        if (known !== null) return known
      }
      throw new StoreUnavailable('what is known of persons cannot be read while they are erased one after the other')
    })
  }
}
