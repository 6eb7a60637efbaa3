/** Facts: what a message leaves behind for the rules of later ones, written with it, counted from when it is offered until it is rejected. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Fact, Pair } from '../history/history.ts'
import type { Mark, Wrapped } from '../vault/vault.ts'
import type { Db, Row, Session, Values } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import { asking, lotsOf, writeRows, writing, type Asking } from './lots.ts'
import type { Kinds } from './many.ts'
import { inOrder, markKey } from './marks.ts'
import { numbersOf } from './numbers.ts'
import { bytes, text, whole } from './rows.ts'
import type { Columns, Safe } from './safe.ts'
import type { KeptFacts } from './kept.ts'
import { later_facts, laterVerbs, partsOf, type LaterVerbs } from './later.ts'
import type { Acceptance, Envelope } from './verbs.ts'

/** What was imported came before all others, in the order in which it was imported: its place is the number it was counted by, whatever its month, and so much lower. */
const imported_below = 2 ** 40
const imported = (seq: number): number => seq % imported_below - imported_below

/** @returns where a message stands in history */
export const placeOf = (seq: number, origin: Envelope['origin']): number => origin === 'import' ? imported(seq) : seq

/** Under which a fact is bound to its place in the message. */
export const bodyColumn = (position: number): string => `fact.${position}`

/** Values for the two places where a message may stand of which nobody says how it came. */
export const anyPlace = (seq: number): Values => ({ seq, imported: imported(seq) })

/** A person as his facts were closed: under the key of his row, or a new one. */
interface ClosedPerson extends Wrapped { readonly row: number | null, readonly mark: Mark }

/** Facts closed before the transaction begins; or, of a large message, in parts that are written later, see `later.ts`. */
export interface ClosedFacts { readonly id: string, readonly kept: KeptFacts, readonly persons: readonly ClosedPerson[], readonly bodies: readonly Uint8Array[], readonly parts: readonly Uint8Array[] }

/** Facts of a source that is there, from that position in its message on. */
export interface Placed { readonly place: number, readonly pair: number, readonly identificatie: string, readonly from: number, readonly closed: ClosedFacts }

/** Where the message stands, and whether it counts already. */
export interface SourceOf { readonly seq: number, readonly envelope: Pick<Envelope, 'id' | 'type' | 'identificatie' | 'origin'>, readonly dagtekening: string, readonly waits: 0 | 1 | 2, readonly voided_by?: string | null }

/** A large claim brings tens of thousands: after so many others go on meanwhile, also within the transaction, in which nobody else writes. */
const turn_facts = 1_024

const pairKinds: Kinds = { family: 'text', gemeente: 'text', aanbieder: 'text' }
const personKinds: Kinds = { family: 'text', gemeente: 'text', key_id: 'text', hash: 'bytes', data_key: 'bytes', kek_id: 'text' }
const factKinds: Kinds = { source: 'number', position: 'number', pair: 'number', of: 'text', person: 'number', toewijzing: 'text', referentie: 'text', vorige: 'text', day: 'number', body: 'bytes' }

function statements ({ sql, lock, stay, many, giving }: Dialect) {
  const here = () => sql('source').whereIn('place', [at('seq'), at('imported')])
  const people = (places: readonly string[]) => sql('person').select(['id', 'key_id', 'hash', 'data_key', 'kek_id']).whereIn('hash', places)
  const ofPair = () => sql('pair').where({ family: at('family'), gemeente: at('gemeente'), aanbieder: at('aanbieder') })
  return {
    persons: asking(people),
    newPersons: writing(Object.keys(personKinds), rows => sql('person').insert(rows).returning(['id', 'key_id', 'hash']), one => many(one, personKinds, { by: 'hash' })),
    // He stays as long as something is written about him: who is erased, or about whom there is nothing any more, goes before or after that.
    personsHere: asking(places => stay(people(places)), one => many(one, { it0: 'bytes' })),
    pair: many(prepared(ofPair().select(['id', 'version'])), pairKinds),
    // What would change what counts between the two waits until this is recorded.
    pairAlone: prepared(lock(ofPair().select(['id', 'version']))),
    newPair: prepared(sql('pair').insert({ ...places(['family', 'gemeente', 'aanbieder', 'gapless']), version: 0 }).onConflict(['family', 'gemeente', 'aanbieder']).ignore().returning('id')),
    rise: many(prepared(sql('pair').where('id', at('id')).update({ version: sql.raw('version + 1') })), { id: 'number' }, { alike: ['id'] }),
    passed: many(prepared(ofPair().update({ complete_from: sql.raw('case when complete_from <= ? then ? else complete_from end', [at('day'), at('next')]), gapless: at('seq'), version: sql.raw('version + 1') })), { ...pairKinds, day: 'text', next: 'text', seq: 'number' }, { alike: ['family', 'gemeente', 'aanbieder'] }),
    source: many(prepared(sql('source').insert(places(['place', 'id', 'pair', 'number', 'identificatie', 'dagtekening', 'waits', 'voided_by', 'later']))), { place: 'number', id: 'text', pair: 'number', number: 'text', identificatie: 'text', dagtekening: 'text', waits: 'number', voided_by: 'text', later: 'number' }),
    part: prepared(sql('fact_later').insert(places(['source', 'nth', 'body']))),
    facts: writing(Object.keys(factKinds), rows => sql('fact').insert(rows), one => many(one, factKinds)),
    counted: many(giving(here().where('waits', 1), { waits: 0 }, ['pair', 'voided_by', 'later']), { seq: 'number', imported: 'number' }),
    voided: prepared(here().whereNull('voided_by').update({ voided_by: at('by') }).returning(['pair', 'waits'])),
    restored: prepared(sql('source').where('voided_by', at('by')).update({ voided_by: null }).returning(['pair', 'waits']))
  }
}

/** A closed person as the transaction found him: his row, and how to close for him where that is another key than was used. */
interface Found { readonly row: number, readonly again: Columns | null }

/** What the other parts of the store do with facts; all but `close` inside a transaction. */
export interface FactKeeper {
  /**
   * @param apart closes columns of the message, where most of a large one may be written later
   * @param from position of the first of these in their message
   * @returns the facts of a message closed under the keys of its persons; null where it has none, or no history is kept
   */
  close (item: Pick<Acceptance, 'facts'> & { readonly envelope: Pick<Envelope, 'id'> }, apart?: Pick<Columns, 'close'> | null, from?: number): Promise<ClosedFacts | null>
  put (session: Session, source: SourceOf, closed: ClosedFacts): Promise<void>
  /** Facts of a source that is there. */
  write (session: Session, placed: Placed): Promise<void>
  /** What writes the facts that were left for later; of these only `rest` inside a transaction. */
  readonly later: LaterVerbs
  /** The message is offered: what it brought counts, all of it. */
  counted (session: Session, seq: number): Promise<void>
  /** The answer `by` rejects the message. */
  voided (session: Session, seq: number, by: string): Promise<void>
  /** The answer `by` is none any more. */
  restored (session: Session, by: string): Promise<void>
  /** A message was taken of which nothing is kept: where history was complete, it is so from the next day on only, and without a gap from the next message on. */
  passed (session: Session, seq: number, envelope: Envelope): Promise<void>
  /** @returns whether history is still of this version */
  isOf (session: Session, history: { readonly pair: Pair, readonly version: number }): Promise<boolean>
  /** What counts between two parties has changed. */
  rise (session: Session, pair: number): Promise<void>
}

const bringing: ReadonlySet<string> = new Set(['301', '305', '307', '315', '317', '319', '323', '325'])
const day_ms = 86_400_000
/** No clock in the Netherlands is further ahead. */
const ahead_ms = 2 * 3_600_000
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** @returns the parties of a message as history names them */
export function pairOfParties ({ family, afzender, ontvanger }: Pick<Envelope, 'family' | 'afzender' | 'ontvanger'>): Pair {
  const [gemeente, aanbieder] = afzender.length === 4 ? [afzender, ontvanger] : [ontvanger, afzender]
  return { family, gemeente, aanbieder }
}

const pairValues = ({ family, gemeente, aanbieder }: Pair): Values => ({ family, gemeente, aanbieder })
const clientOf = ({ client }: Fact): number | null => client === null ? null : Number(client)
const jsonOf = ({ it }: Fact): Uint8Array => Buffer.from(JSON.stringify(it))

type Sql = ReturnType<typeof statements>

function unwritten (): never { throw new TypeError('a person was not written') }

const markOf = (row: Row): string => markKey({ key: text(row, 'key_id'), hash: bytes(row, 'hash') })

/** @returns by mark the first row that bears it */
async function personsOf (session: Session, question: Asking, marks: readonly Mark[]): Promise<Map<string, Row>> {
  const found = new Map<string, Row>()
  for (const { size, values } of lotsOf(marks.map(it => it.hash))) {
    for (const row of await session.all(question(size), values)) {
      const mark = markOf(row)
      const known = found.get(mark)
      if (known === undefined || whole(row, 'id') < whole(known, 'id')) found.set(mark, row)
    }
  }
  return found
}

/** @returns what is made of each, one after the other; others go on meanwhile */
async function inTurns<From, To> (all: readonly From[], make: (one: From, nth: number) => Promise<To>): Promise<To[]> {
  const made: To[] = []
  for (const [nth, one] of all.entries()) {
    made.push(await make(one, nth))
    if (nth % turn_facts === turn_facts - 1) await turn()
  }
  return made
}

/** @returns what closes the facts of a message before the transaction begins */
const closer = (db: Db, sql: Sql, safe: Safe): FactKeeper['close'] => async ({ facts: kept = null, envelope: { id } }, apart = null, from = 0) => {
  if (kept === null || kept.facts.length === 0) return null
  if (apart !== null && kept.facts.length >= later_facts) return { id, kept, persons: [], bodies: [], parts: await partsOf(kept, apart) }
  const rows = await db.read(session => personsOf(session, sql.persons, kept.clients))
  const opened = await inTurns(kept.clients, async (mark): Promise<{ person: ClosedPerson, columns: Columns }> => {
    const row = rows.get(markKey(mark))
    if (row !== undefined) return { person: { row: whole(row, 'id'), mark, data_key: Buffer.alloc(0), kek_id: '' }, columns: safe.of(row, id) }
    const { data_key, kek_id, ...columns } = safe.fresh(id)
    return { person: { row: null, mark, data_key, kek_id }, columns }
  })
  const bodies = await inTurns(kept.facts, async (fact, position) => {
    const client = clientOf(fact)
    const columns = client === null ? null : opened[client]?.columns
    if (columns === undefined) throw new TypeError('a fact is about a client that is not among those of its message')
    return columns === null ? jsonOf(fact) : columns.close(bodyColumn(from + position), jsonOf(fact))
  })
  return { id, kept, persons: opened.map(it => it.person), bodies, parts: [] }
}

/** @returns what writes closed facts */
function putter (sql: Sql, safe: Safe, rise: FactKeeper['rise']): Pick<FactKeeper, 'put' | 'write'> {
  /** What came before its first message may not have been kept. */
  async function pairId (session: Session, pair: Pair, seq: number): Promise<number> {
    const [row] = await session.all(sql.pair, pairValues(pair))
    const [it = row] = row === undefined ? await session.all(sql.newPair, { ...pairValues(pair), gapless: seq }) : []
    // Another wrote it between the look and this.
    return whole(it ?? (await session.all(sql.pair, pairValues(pair)))[0] ?? {}, 'id')
  }

  /** Since the facts were closed each may have been written by another, or erased. */
  async function personsIn (session: Session, { id, kept: { pair: { family, gemeente } }, persons }: ClosedFacts): Promise<Found[]> {
    const here = await personsOf(session, sql.personsHere, persons.map(it => it.mark))
    const missing = persons.filter(it => !here.has(markKey(it.mark))).map(it => ({ ...it, fresh: it.row === null ? null : safe.fresh(id) }))
    const made = new Map<string, Found>()
    const freshOf = new Map(missing.map(({ mark, fresh }) => [markKey(mark), fresh]))
    await writeRows(sql.newPersons, inOrder(missing, it => it.mark),
      ({ mark, fresh, data_key, kek_id }) => ({ family, gemeente, key_id: mark.key, hash: mark.hash, data_key: fresh?.data_key ?? data_key, kek_id: fresh?.kek_id ?? kek_id }),
      async (statement, values) => {
        for (const row of await session.all(statement, values)) made.set(markOf(row), { row: whole(row, 'id'), again: freshOf.get(markOf(row)) ?? null })
      })
    return await inTurns(persons, async ({ row: was, mark }) => {
      const row = here.get(markKey(mark))
      return row === undefined ? made.get(markKey(mark)) ?? unwritten() : { row: whole(row, 'id'), again: whole(row, 'id') === was ? null : safe.of(row, id) }
    })
  }

  async function write (session: Session, { place, pair, identificatie, from, closed }: Placed): Promise<void> {
    const { kept: { facts }, bodies } = closed
    const found = await personsIn(session, closed)
    await writeRows(sql.facts, facts, (fact, nth) => {
      const [about, position] = [found[clientOf(fact) ?? -1], from + nth]
      const body = about?.again?.close(bodyColumn(position), jsonOf(fact)) ?? bodies[nth] ?? null
      return { source: place, position, pair, of: fact.of, person: about?.row ?? null, ...numbersOf(fact, { Identificatie: identificatie }), body }
    }, async (statement, values, written) => {
      await session.run(statement, values)
      if (written > 0 && written % turn_facts === 0) await turn()
    })
  }

  return {
    write,
    async put (session, { seq, envelope: { id, type, identificatie, origin }, dagtekening, waits, voided_by = null }, closed) {
      const { kept: { pair: of }, parts } = closed
      const [place, pair] = [placeOf(seq, origin), await pairId(session, of, seq)]
      await session.run(sql.source, { place, id, pair, number: type.slice(-3), identificatie, dagtekening, waits, voided_by, later: parts.length > 0 ? 1 : null })
      for (const [nth, body] of parts.entries()) await session.run(sql.part, { source: place, nth, body })
      if (parts.length > 0) return
      await write(session, { place, pair, identificatie, from: 0, closed })
      if (waits === 0 && voided_by === null) await rise(session, pair)
    }
  }
}

/** @returns what writes facts and says when they count */
export function factKeeper (db: Db, dialect: Dialect, safe: Safe): FactKeeper {
  const sql = statements(dialect)
  const rise = async (session: Session, pair: number): Promise<void> => { await session.run(sql.rise, { id: pair }) }
  const riseEach = async (session: Session, rows: readonly Row[], counts: (row: Row) => boolean): Promise<void> => {
    for (const row of rows) if (counts(row)) await rise(session, whole(row, 'pair'))
  }
  const [close, written] = [closer(db, sql, safe), putter(sql, safe, rise)]
  const later = laterVerbs(db, dialect, safe, { close, write: written.write })
  return {
    rise,
    close,
    later,
    ...written,
    async counted (session, seq) {
      const rows = await session.all(sql.counted, anyPlace(seq))
      if (rows.some(row => row['later'] === 1)) await later.rest(session, seq)
      await riseEach(session, rows, row => row['voided_by'] === null)
    },
    voided: async (session, seq, by) => await riseEach(session, await session.all(sql.voided, { ...anyPlace(seq), by }), row => row['waits'] === 0),
    restored: async (session, by) => await riseEach(session, await session.all(sql.restored, { by }), row => row['waits'] === 0),
    async passed (session, seq, envelope) {
      if (!bringing.has(envelope.type.slice(-3))) return
      const local = envelope.received + ahead_ms
      await session.run(sql.passed, { ...pairValues(pairOfParties(envelope)), seq: seq + 1, day: dateOf(local), next: dateOf(local + day_ms) })
    },
    async isOf (session, { pair, version }) {
      const [row] = await session.all(sql.pairAlone, pairValues(pair))
      return (row === undefined ? 0 : whole(row, 'version')) === version
    }
  }
}

/** @returns the Dagtekening of a message by the leaves of its Header */
export const dagtekeningOf = (header: Readonly<Record<string, string>>): string => header['BerichtIdentificatie/Dagtekening'] ?? ''
