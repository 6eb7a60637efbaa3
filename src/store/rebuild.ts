/** Facts out of messages that are here already, or were imported to be known only. */
import { messageId, type PartyCode } from '../core/core.ts'
import type { Pair } from '../history/history.ts'
import { closingAll, type Accept } from './accept.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { factEnd } from './ending.ts'
import { bodyColumn, dagtekeningOf, placeOf, type ClosedFacts, type FactKeeper } from './facts.ts'
import type { FactSource, FactVerbs, KeptFacts, KeptPair, Rederived } from './kept.ts'
import { numbersOf } from './numbers.ts'
import { openPayload } from './packing.ts'
import { bytes, families, maybe, message, messageType, oneOf, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import { weigh } from './queue.ts'

type Verbs = Omit<FactVerbs, 'facts' | 'writeFacts'>
type Item = Parameters<FactVerbs['rederive']>[0][number]

function statements ({ sql, lock, ofId }: Dialect) {
  const columns = ['m.seq', 'm.id', 'm.family', 'm.size_bytes', 'm.data_key', 'm.kek_id']
  const held = () => sql('payload as p').join('message as m', 'm.seq', 'p.message').select(columns).where('p.message', '>', at('after'))
  const ofPair = () => sql('pair').where({ family: at('family'), gemeente: at('gemeente'), aanbieder: at('aanbieder') })
  return {
    held: prepared(held().orderByRaw('p.message limit ?', [at('limit')])),
    ofParty: prepared(held().where(it => it.where('m.sender', at('party')).orWhere('m.receiver', at('party'))).orderByRaw('p.message limit ?', [at('limit')])),
    body: prepared(sql('payload').select('body').where('message', at('seq'))),
    alone: prepared(lock(sql('message').select('seq').where('seq', at('seq')))),
    message: prepared(sql('message as m').join('payload as p', 'p.message', 'm.seq').leftJoin('message as a', 'a.id', 'm.answered_by').where('m.seq', at('seq'))
      .select(['m.seq', 'm.id', 'm.type', 'm.identificatie', 'm.origin', 'm.verdict', 'm.delivery', 'm.header', 'm.answers', 'm.voids', 'm.disowned', 'm.offered_ms', 'm.answered_by', 'a.id as answer', 'a.voids as answer_voids', 'a.verdict as answer_verdict'])),
    answered: prepared(lock(ofId(sql('message').select('seq').where('answered_by', at('by')), 'id', at('id'), 'seq'))),
    voids: prepared(sql('message').where('seq', at('seq')).update({ voids: at('voids') })),
    source: prepared(sql('source as s').join('pair as p', 'p.id', 's.pair').where('s.place', at('place')).select(['s.*', 'p.family', 'p.gemeente', 'p.aanbieder'])),
    facts: prepared(sql('fact as f').leftJoin('person as p', 'p.id', 'f.person').where('f.source', at('place')).orderBy('f.position')
      .select(['f.position', 'f.of', 'f.person', 'f.toewijzing', 'f.referentie', 'f.vorige', 'f.day', 'f.body', 'p.data_key', 'p.kek_id', 'p.key_id', 'p.hash'])),
    newPair: prepared(sql('pair').insert({ family: at('family'), gemeente: at('gemeente'), aanbieder: at('aanbieder'), gapless: sql.raw('coalesce((select max(seq) from message), 0) + 1'), version: 0 }).onConflict(['family', 'gemeente', 'aanbieder']).ignore()),
    complete: prepared(ofPair().update({ complete_from: at('date'), version: sql.raw('version + 1') })),
    pairs: prepared(sql('pair as p').leftJoin('source as s', 's.pair', 'p.id').groupBy(['p.family', 'p.gemeente', 'p.aanbieder', 'p.complete_from']).orderBy(['p.gemeente', 'p.aanbieder', 'p.family'])
      .select(['p.family', 'p.gemeente', 'p.aanbieder', 'p.complete_from']).count({ messages: 's.place' }).select(sql.raw('sum(case when s.waits = 2 then 1 else 0 end) as importing'))),
    importing: prepared(lock(sql('source').select(['place', 'id', 'pair']).where('waits', sql.raw('2')).orderBy('place'))),
    delivered: prepared(ofId(sql('message'), 'id', at('id'), 'seq').update({ delivery: 'delivered', delivered_ms: at('now') })),
    counts: prepared(sql('source').where('place', at('place')).update({ waits: 0 }))
  }
}

const sourceOf = (row: Row, payload: Uint8Array): FactSource => ({ seq: whole(row, 'seq'), id: message(row, 'id'), family: oneOf(row, 'family', families), payload })
const values = ({ family, gemeente, aanbieder }: Pair) => ({ family, gemeente, aanbieder })

/** When a message's facts count: see `source.waits`. */
function waitsOf (row: Row): 0 | 1 | 2 {
  if (row['origin'] === 'import' && row['delivery'] === 'none') return 2
  // What was given up since counts all the same.
  return row['verdict'] === 'accepted' && (row['offered_ms'] !== null || row['delivery'] === 'delivered') ? 0 : 1
}

/** @returns the id of the answer that rejects the message, or its own where its receiver cannot use it; what is said already where that answer is forgotten */
function voidedBy (row: Row, source: Row | undefined): string | null {
  if (row['disowned'] !== null) return text(row, 'id')
  if (row['answered_by'] !== null && row['answer'] === null) return source === undefined ? null : maybe(source, 'voided_by', text)
  return row['answer_voids'] === 1 && row['answer_verdict'] === 'accepted' ? text(row, 'answer') : null
}

/** @returns whether the rows say what the facts do, about the same persons */
function areSame (rows: readonly Row[], { clients, facts }: KeptFacts, identificatie: string, open: (row: Row) => Uint8Array): boolean {
  return rows.length === facts.length && facts.every((fact, nth) => {
    const row = rows[nth]
    if (row === undefined || row['of'] !== fact.of || row['body'] === null) return false
    const mark = fact.client === null ? null : clients[Number(fact.client)]
    if (mark === null ? row['person'] !== null : mark === undefined || row['key_id'] !== mark.key || !Buffer.from(mark.hash).equals(bytes(row, 'hash'))) return false
    const numbers = numbersOf(fact, { Identificatie: identificatie })
    return Object.keys(numbers).every(name => (row[name] ?? null) === (numbers[name] ?? null)) && Buffer.from(open(row)).toString() === JSON.stringify(fact.it)
  })
}

type Outcome = keyof Rederived

/** @returns what makes the facts of one message what they should be, inside a transaction */
function rederiver (dialect: Dialect, facts: FactKeeper, safe: Safe) {
  const sql = statements(dialect)
  const { forget } = factEnd(dialect, facts.rise)

  /** An answer has no facts that could be lost, but says that others do not count. */
  async function say (session: Session, row: Row, voids: boolean): Promise<void> {
    const [id, answers] = [text(row, 'id'), maybe(row, 'answers', text)]
    await session.run(sql.voids, { seq: whole(row, 'seq'), voids: voids ? 1 : null })
    const [answered] = answers === null ? [] : await session.all(sql.answered, { id: answers, by: id })
    if (voids && answered !== undefined && row['verdict'] === 'accepted') await facts.voided(session, whole(answered, 'seq'), id)
    if (!voids) await facts.restored(session, id)
  }

  async function isRight (session: Session, row: Row, source: Row, kept: KeptFacts, dry: boolean): Promise<boolean> {
    const { pair } = kept
    const there = source['family'] === pair.family && source['gemeente'] === pair.gemeente && source['aanbieder'] === pair.aanbieder && whole(source, 'waits') === waitsOf(row) && source['voided_by'] === voidedBy(row, source)
    if (!there) return false
    // They are on their way: who only looks writes none.
    if (source['later'] === 1) {
      if (dry) return true
      await facts.later.rest(session, whole(row, 'seq'))
    }
    const open = (fact: Row): Uint8Array => fact['person'] === null ? bytes(fact, 'body') : safe.of(fact, text(row, 'id')).open(bodyColumn(whole(fact, 'position')), bytes(fact, 'body'))
    return areSame(await session.all(sql.facts, { place: whole(source, 'place') }), kept, text(row, 'identificatie'), open)
  }

  return async (session: Session, { seq, voids, facts: kept }: Item, closed: ClosedFacts | null, dry: boolean): Promise<Outcome> => {
    // Whether it counts is not changed by another until this is done.
    if (!dry) await session.all(sql.alone, { seq })
    const [row] = await session.all(sql.message, { seq })
    if (row === undefined) return 'same'
    const [source] = await session.all(sql.source, { place: placeOf(seq, oneOf(row, 'origin', ['party', 'gateway', 'import'])) })
    if ((row['voids'] === 1) !== voids && !dry) await say(session, row, voids)
    // What was rejected at the door never had any.
    const wanted = kept !== null && kept.facts.length > 0 && (source !== undefined || row['verdict'] !== 'rejected')
    if (wanted ? source !== undefined && await isRight(session, row, source, kept, dry) : source === undefined) return 'same'
    if (dry) return wanted ? 'written' : 'removed'
    const voided_by = voidedBy(row, source)
    const changed = await forget(session, seq)
    if (changed !== null) await facts.rise(session, changed)
    if (!wanted || closed === null) return 'removed'
    const envelope = { id: messageId(text(row, 'id')), type: messageType(row, 'type'), identificatie: text(row, 'identificatie'), origin: oneOf(row, 'origin', ['party', 'gateway', 'import']) }
    await facts.put(session, { seq, envelope, dagtekening: dagtekeningOf(JSON.parse(text(row, 'header')) as Record<string, string>), waits: waitsOf(row), voided_by }, closed)
    return 'written'
  }
}

/** @returns the verbs of imports and of deriving anew */
export function rebuildVerbs (db: Db, dialect: Dialect, accept: Accept, audit: Audit, facts: FactKeeper, safe: Safe): Verbs {
  const sql = statements(dialect)
  const rederive = rederiver(dialect, facts, safe)
  const complete = async (session: Session, pair: Pair, date: string | null): Promise<void> => {
    await session.run(sql.newPair, values(pair))
    await session.run(sql.complete, { ...values(pair), date })
  }

  async function windowOf (session: Session, after: number, party: PartyCode | null, { messages_max, bytes_max }: { readonly messages_max: number, readonly bytes_max: number }) {
    const rows = await session.all(party === null ? sql.held : sql.ofParty, { after, limit: messages_max, ...(party === null ? {} : { party }) })
    const items: FactSource[] = []
    let sum = 0
    for (const row of rows) {
      if (sum > bytes_max) break
      const [body] = await session.all(sql.body, { seq: whole(row, 'seq') })
      // Erased since the rows were read.
      if (body !== undefined) items.push(sourceOf(row, openPayload(safe.of(row, text(row, 'id')), bytes(body, 'body'))))
      sum += whole(row, 'size_bytes')
      after = whole(row, 'seq')
    }
    return rows.length === 0 ? null : { items, after }
  }

  return {
    keptPairs: () => db.read(async session => (await session.all(sql.pairs)).map((row): KeptPair => {
      const pair = { family: oneOf(row, 'family', families), gemeente: text(row, 'gemeente'), aanbieder: text(row, 'aanbieder') }
      const importing = whole(row, 'importing')
      return { pair, complete_from: maybe(row, 'complete_from', text), messages: whole(row, 'messages') - importing, importing }
    })),

    completeFrom: (pair, date, now, by = null) => db.write(async session => {
      await complete(session, pair, date)
      await audit(session, { at: now, event: 'history_complete', message: null, account: by, detail: `${pair.family}:${pair.gemeente}:${pair.aanbieder}:${date ?? 'unknown'}` })
    }),

    async importHistory (items) {
      const all = closingAll(safe, facts, items)
      const closed = Array.isArray(all) ? all : await all
      return await db.write(async session => {
        const results = []
        for (const item of closed) results.push(await accept(session, item))
        return results
      }, weigh(items))
    },

    endImport: (pairs, complete_from, now) => db.write(async session => {
      const rows = await session.all(sql.importing)
      for (const row of rows) {
        const place = whole(row, 'place')
        await session.run(sql.delivered, { id: text(row, 'id'), now })
        await session.run(sql.counts, { place })
      }
      for (const pair of new Set(rows.map(row => whole(row, 'pair')))) await facts.rise(session, pair)
      if (complete_from !== null) for (const pair of pairs) await complete(session, pair, complete_from)
      if (rows.length > 0 || complete_from !== null) await audit(session, { at: now, event: 'history_imported', message: null, detail: `messages:${rows.length},pairs:${pairs.length},from:${complete_from ?? 'unknown'}` })
      return rows.length
    }, { items: 200, bytes: 0 }),

    factSources: (after, party, window) => db.read(session => windowOf(session, after, party, window)),

    async rederive (items, dry) {
      const closed = await Promise.all(items.map(it => it.facts === null ? null : facts.close({ facts: it.facts, envelope: { id: it.id } })))
      const work = async (session: Session): Promise<Rederived> => {
        const done = { same: 0, written: 0, removed: 0 }
        for (const [nth, item] of items.entries()) done[await rederive(session, item, closed[nth] ?? null, dry)]++
        return done
      }
      return dry ? await db.read(work) : await db.write(work, { items: items.length, bytes: 0 })
    },

    recordRebuild: ({ same, written, removed }, now) => db.write(session =>
      audit(session, { at: now, event: 'history_rebuilt', message: null, detail: `same:${same},written:${written},removed:${removed}` }))
  }
}
