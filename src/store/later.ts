/**
 * Facts of a large message that is not offered yet are written after it, part by part, as all of them at once hold up whoever writes
 * for a second. Until then each part lies beside, under the key of its message. What counts is written to the last: who offers the
 * message, erases it or turns its marks, writes first what is left.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { MessageId } from '../core/core.ts'
import { Unopened, type Mark } from '../vault/vault.ts'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper, Placed } from './facts.ts'
import type { FactVerbs, KeptFacts } from './kept.ts'
import { asking, lotsOf } from './lots.ts'
import { closeLarge, openLarge } from './packing.ts'
import { bytes, families, message, oneOf, text, whole } from './rows.ts'
import type { Columns, Safe } from './safe.ts'

/** So many facts are in a part: as long as it is written nobody else writes. */
const part_facts = 512
/** From so many on most are written later. */
export const later_facts = 2 * part_facts

const columnOf = (nth: number): string => `facts.${nth}`

/** A part as it is kept: persons by their marks, each once, and the place of its first fact in the message. */
interface Part { readonly from: number, readonly clients: ReadonlyArray<readonly [key: string, hash: string]>, readonly facts: KeptFacts['facts'] }

function partOf ({ clients, facts }: KeptFacts, from: number): Part {
  const named = new Map<string, number>()
  const own = facts.slice(from, from + part_facts).map(fact => {
    if (fact.client === null) return fact
    const nth = named.get(fact.client) ?? named.size
    named.set(fact.client, nth)
    return { ...fact, client: String(nth) }
  })
  const marks = [...named.keys()].map(it => clients[Number(it)]).filter(it => it !== undefined)
  return { from, clients: marks.map(({ key, hash }) => [key, Buffer.from(hash).toString('base64')]), facts: own }
}

/** @returns the facts of a message in closed parts; others go on meanwhile */
export async function partsOf (kept: KeptFacts, { close }: Pick<Columns, 'close'>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for (let from = 0; from < kept.facts.length; from += part_facts) {
    parts.push(closeLarge({ close }, columnOf(parts.length), Buffer.from(JSON.stringify(partOf(kept, from)))))
    await turn()
  }
  return parts
}

function statements ({ sql, ofId }: Dialect) {
  const parts = () => sql('fact_later as l').join('source as s', 's.place', 'l.source').join('pair as p', 'p.id', 's.pair')
    .select(['l.source', 'l.nth', 'l.body', 's.identificatie', 's.pair', 'p.family', 'p.gemeente', 'p.aanbieder']).where('l.source', at('place')).orderBy('l.nth')
  return {
    key: prepared(ofId(sql('message').select(['seq', 'id', 'data_key', 'kek_id']), 'id', at('id'), 'seq')),
    keyAt: prepared(sql('message').select(['seq', 'id', 'data_key', 'kek_id']).where('seq', at('seq'))),
    next: prepared(parts().limit(1)),
    all: prepared(parts()),
    waiting: asking(places => sql('fact_later').distinct('source').whereIn('source', places)),
    taken: prepared(sql('fact_later').where({ source: at('place'), nth: at('nth') }).delete()),
    none: prepared(sql('source').where('place', at('place')).whereNotExists(sql('fact_later').select('nth').where('source', at('place'))).update({ later: null }))
  }
}

/** A part that was opened, its facts closed as their rows keep them. */
interface Opened extends Placed { readonly nth: number }

export interface LaterVerbs extends Pick<FactVerbs, 'writeFacts'> {
  /** What is left of the facts of a message, inside a transaction. */
  rest (session: Session, seq: number): Promise<void>
  /** The same as `writeFacts`, of the messages with those numbers. What was damaged nobody can read any more: it stays as it is, and holds up none. */
  all (seqs: readonly number[]): Promise<void>
}

/** @returns what writes the facts that were left for later */
export function laterVerbs (db: Db, dialect: Dialect, safe: Safe, facts: Pick<FactKeeper, 'close' | 'write'>): LaterVerbs {
  const sql = statements(dialect)

  async function opened (row: Row, key: Row): Promise<Opened> {
    const [id, nth] = [message(key, 'id'), whole(row, 'nth')]
    // Written by us, and bound to its place by the encryption.
    const part = JSON.parse(Buffer.from(openLarge(safe.of(key, id), columnOf(nth), bytes(row, 'body'))).toString()) as Part
    const clients = part.clients.map(([key, hash]): Mark => ({ key, hash: Buffer.from(hash, 'base64') }))
    const pair = { family: oneOf(row, 'family', families), gemeente: text(row, 'gemeente'), aanbieder: text(row, 'aanbieder') }
    const closed = await facts.close({ facts: { pair, clients, facts: part.facts }, envelope: { id } }, null, part.from)
    if (closed === null) throw new TypeError('a part without facts')
    return { place: whole(row, 'source'), nth, pair: whole(row, 'pair'), identificatie: text(row, 'identificatie'), from: part.from, closed }
  }

  /** Who finds it taken comes after another who wrote it, or took the message away. */
  async function write (session: Session, { place, nth, ...part }: Opened): Promise<void> {
    if (await session.run(sql.taken, { place, nth }) === 0) return
    await facts.write(session, { place, ...part })
    await session.run(sql.none, { place })
  }

  async function each (key: Row): Promise<void> {
    for (;;) {
      const [row] = await db.read(session => session.all(sql.next, { place: whole(key, 'seq') }))
      if (row === undefined) return
      const part = await opened(row, key)
      await db.write(session => write(session, part), { items: 1, bytes: 0 })
    }
  }

  return {
    async writeFacts (id: MessageId) {
      const [key] = await db.read(session => session.all(sql.key, { id }))
      if (key !== undefined) await each(key)
    },
    async all (seqs) {
      for (const { size, values } of lotsOf(seqs)) {
        for (const row of await db.read(session => session.all(sql.waiting(size), values))) {
          const [key] = await db.read(session => session.all(sql.keyAt, { seq: whole(row, 'source') }))
          if (key !== undefined) await each(key).catch((error: unknown) => { if (!(error instanceof Unopened)) throw error })
        }
      }
    },
    async rest (session, seq) {
      const [key] = await session.all(sql.keyAt, { seq })
      if (key !== undefined) for (const row of await session.all(sql.all, { place: seq })) await write(session, await opened(row, key))
    }
  }
}
