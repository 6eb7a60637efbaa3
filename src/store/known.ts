/** What earlier messages brought, loaded for one message to be judged: by its persons and numbers, and what hangs on those. */
import { setImmediate as turn } from 'node:timers/promises'
import { messageId, momentOf } from '../core/core.ts'
import { furtherNeeds, type Bron, type FactName, type KeyName, type Known, type Pair } from '../history/history.ts'
import type { Mark } from '../vault/vault.ts'
import { StoreUnavailable, type Db, type Row, type Session, type Value } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { bodyColumn } from './facts.ts'
import { asking, lotsOf, type Asking } from './lots.ts'
import { markKey } from './marks.ts'
import { sought } from './migrations/facts.ts'
import { columnOf, keysIn } from './numbers.ts'
import { bytes, maybe, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import type { FactNeeds, FactVerbs, KnownFacts } from './kept.ts'

/** So often it is looked when somebody is erased meanwhile. */
const looks_max = 5
/** @returns what the bytes say, without a copy of them */
const utf8 = ({ buffer, byteOffset, byteLength }: Uint8Array): string => Buffer.from(buffer, byteOffset, byteLength).toString()

function statements ({ sql }: Dialect) {
  const rows = (of: FactName) => sql('fact as f').select(['f.source', 'f.position', 'f.person', 'f.referentie', 'f.body']).where({ 'f.of': of, 'f.pair': at('pair') })
  const latest = sql('fact as l').join('source as t', 't.place', 'l.source').where({ 'l.pair': at('pair'), 'l.of': '323:Declaratie', 't.waits': 0 }).whereNull('t.voided_by').whereNotNull('l.day').max('l.day')
  const made = new Map<string, Asking>()
  return {
    pair: prepared(sql('pair').select(['id', 'version', 'complete_from', 'gapless', 'erased']).where({ family: at('family'), gemeente: at('gemeente'), aanbieder: at('aanbieder') })),
    marked: asking(places => sql('person').select(['id', 'key_id', 'hash']).whereIn('hash', places)),
    keys: asking(places => sql('person').select(['id', 'data_key', 'kek_id']).whereIn('id', places)),
    sources: asking(places => sql('source').select(['place', 'id', 'number', 'identificatie', 'dagtekening']).whereIn('place', places).where('waits', 0).whereNull('voided_by')),
    latest: prepared(rows('323:Declaratie').where('f.day', latest)),
    /** Facts of a class by one of their keys. */
    by (of: FactName, by: KeyName): Asking {
      const ofMessages = (places: readonly string[]) => sql('source as s').select('s.place').where({ 's.pair': at('pair'), 's.number': of.slice(0, 3) }).whereRaw(`s.${sought}`).whereIn(columnOf[by], places)
      const known = made.get(`${of} ${by}`) ?? asking(places => by === 'Identificatie' ? rows(of).whereIn('f.source', ofMessages(places)) : rows(of).whereIn(columnOf[by], places))
      made.set(`${of} ${by}`, known)
      return known
    }
  }
}
type Sql = ReturnType<typeof statements>

interface Found { readonly of: FactName, readonly row: Row }
/** A message that counts, and what of it was found, by its position. */
interface Origin { readonly row: Row, readonly facts: Map<number, Found> }

/** What hangs on a fact is told by its keys, also of one whose content was erased. */
const keyed = ({ of, row }: Found, origin: Origin) =>
  ({ of, keys: keysIn({ referentie: maybe(row, 'referentie', text) ?? undefined, identificatie: text(origin.row, 'identificatie') }) })
type Keyed = ReturnType<typeof keyed>

/** Rows gathered for one pair, each once. */
interface Gathered {
  readonly origins: ReadonlyMap<number, Origin | null>
  /** @returns of what is new by what more is to be looked for */
  take (of: FactName, question: Asking, values: Iterable<Value>): Promise<Keyed[]>
  enter (of: FactName, rows: readonly Row[]): Promise<Keyed[]>
}

function gatherer (session: Session, pair: number, sql: Sql): Gathered {
  // Null: it does not count. Thousands of facts come from few messages, so these are looked up by themselves.
  const origins = new Map<number, Origin | null>()
  async function meet (places: readonly number[]): Promise<void> {
    for (const { size, values } of lotsOf(places.filter(it => !origins.has(it)))) {
      for (const row of await session.all(sql.sources(size), values)) origins.set(whole(row, 'place'), { row, facts: new Map() })
    }
    for (const it of places) if (!origins.has(it)) origins.set(it, null)
  }
  async function enter (of: FactName, rows: readonly Row[]): Promise<Keyed[]> {
    const places = rows.map(row => whole(row, 'source'))
    await meet(places)
    return rows.flatMap((row, nth) => {
      const [origin, position] = [origins.get(places[nth] ?? NaN) ?? null, whole(row, 'position')]
      if (origin === null || origin.facts.has(position)) return []
      const found = { of, row }
      origin.facts.set(position, found)
      return keyed(found, origin)
    })
  }
  return {
    origins,
    enter,
    async take (of, question, values) {
      const news: Keyed[] = []
      for (const { size, values: part } of lotsOf(values)) {
        for (const it of await enter(of, await session.all(question(size), { ...part, pair }))) news.push(it)
        // A large claim asks for tens of thousands: others go on meanwhile.
        await turn()
      }
      return news
    }
  }
}

/** Who is who: each person asked for, by the rows that bear one of his marks. */
interface Persons { readonly clients: ReadonlyArray<string | null>, readonly rows: ReadonlySet<number>, sameAs (row: number): string }

async function personsOf (session: Session, sql: Sql, clients: ReadonlyArray<readonly Mark[]>): Promise<Persons> {
  const byMark = new Map<string, number[]>()
  for (const { size, values } of lotsOf(clients.flat().map(mark => mark.hash))) {
    for (const row of await session.all(sql.marked(size), values)) {
      const key = markKey({ key: text(row, 'key_id'), hash: bytes(row, 'hash') })
      byMark.set(key, [...new Set([...byMark.get(key) ?? [], whole(row, 'id')])])
    }
  }
  const same = new Map<number, string>()
  const named = clients.map(marks => {
    const rows = marks.flatMap(mark => byMark.get(markKey(mark)) ?? [])
    const [first] = rows
    for (const row of rows) same.set(row, String(first))
    return first === undefined ? null : String(first)
  })
  return { clients: named, rows: new Set(same.keys()), sameAs: row => same.get(row) ?? String(row) }
}

/** A person not found, or written after somebody was erased, may be the one who was: what he did before is not known. */
const unsure = (erased: number | null, { clients }: Persons): boolean => erased !== null && clients.some(it => it === null || Number(it) > erased)

function bronOf (row: Row): Bron {
  const place = whole(row, 'place')
  // What was imported was received before, nobody knows when.
  const ontvangen = place < 0 ? {} : { ontvangen: momentOf(messageId(text(row, 'id'))) }
  return { seq: place, number: text(row, 'number'), Identificatie: text(row, 'identificatie'), Dagtekening: text(row, 'dagtekening'), ...ontvangen }
}

/** What was found, in the order of the messages. */
interface Ordered { readonly origin: Row, readonly bron: Bron, readonly facts: ReadonlyArray<Found & { readonly position: number }> }

const inOrder = (origins: Gathered['origins']): Ordered[] => [...origins.values()].flatMap(it => it === null || it.facts.size === 0
  ? []
  : { origin: it.row, bron: bronOf(it.row), facts: [...it.facts].map(([position, found]) => ({ ...found, position })).sort((a, b) => a.position - b.position) })
  .sort((a, b) => a.bron.seq - b.bron.seq)

/** @returns the verb that loads facts */
export function knownVerb (db: Db, dialect: Dialect, safe: Safe): Pick<FactVerbs, 'facts'> {
  const sql = statements(dialect)

  async function gather (session: Session, pair: number, needs: FactNeeds, persons: Persons): Promise<Ordered[]> {
    const { take, enter, origins } = gatherer(session, pair, sql)
    let news: Keyed[] = []
    for (const of of needs.ofClients) news = [...news, ...await take(of, sql.by(of, 'client'), persons.rows)]
    if (needs.laatsteDeclaratie) await enter('323:Declaratie', await session.all(sql.latest, { pair }))
    let { lookups } = needs
    do {
      for (const { of, by, values } of lookups) news = [...news, ...await take(of, sql.by(of, by), values)]
      lookups = furtherNeeds(news)
      news = []
    } while (lookups.length > 0)
    return inOrder(origins)
  }

  /** @returns the row with the key of each person; null when somebody was erased or forgotten since the rows were read */
  async function keysOf (session: Session, persons: ReadonlySet<number>): Promise<ReadonlyMap<number, Row> | null> {
    const keys = new Map<number, Row>()
    for (const { size, values } of lotsOf(persons)) for (const row of await session.all(sql.keys(size), values)) if (row['data_key'] !== null) keys.set(whole(row, 'id'), row)
    return keys.size === persons.size ? keys : null
  }

  async function knownIn (ordered: readonly Ordered[], keys: ReadonlyMap<number, Row>, sameAs: Persons['sameAs']): Promise<Known[]> {
    // Each person's key is unwrapped once.
    const open = safe.bundle()
    const known: Known[] = []
    for (const { origin, bron, facts } of ordered) {
      const id = text(origin, 'id')
      for (const { of, row, position } of facts) {
        if (row['body'] === null) continue
        const [body, person] = [bytes(row, 'body'), maybe(row, 'person', whole)]
        const json = person === null ? body : open(keys.get(person) ?? {}, id).open(bodyColumn(position), body)
        // Written by us from the class it names, and bound to its place by the encryption.
        known.push({ of, client: person === null ? null : sameAs(person), it: JSON.parse(utf8(json)) as Known['it'], bron } as Known)
        if (known.length % 1_000 === 0) await turn()
      }
    }
    return known
  }

  /** @returns null when it is to be looked anew */
  async function look (session: Session, { family, gemeente, aanbieder }: Pair, needs: FactNeeds): Promise<KnownFacts | null> {
    // The version first: what changes while the rest is read makes it an older one.
    const [pair] = await session.all(sql.pair, { family, gemeente, aanbieder })
    if (pair === undefined) return { known: [], clients: needs.clients.map(() => null), compleetVanaf: null, gaploosVanaf: 0, version: 0 }
    const persons = await personsOf(session, sql, needs.clients)
    const ordered = await gather(session, whole(pair, 'id'), needs, persons)
    const rows = ordered.flatMap(it => it.facts.map(({ row }) => row))
    const [there, erased] = [rows.filter(row => row['body'] !== null), maybe(pair, 'erased', whole)]
    const keys = await keysOf(session, new Set(there.flatMap(row => maybe(row, 'person', whole) ?? [])))
    if (keys === null) return null
    const sure = there.length === rows.length && !unsure(erased, persons)
    return { known: await knownIn(ordered, keys, persons.sameAs), clients: persons.clients, compleetVanaf: sure ? maybe(pair, 'complete_from', text) : null, gaploosVanaf: sure ? whole(pair, 'gapless') : Infinity, version: whole(pair, 'version') }
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
