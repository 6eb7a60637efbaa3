/** The end of facts: how long what they come from is kept, and how they go, by age or for one person. */
import type { Mark } from '../vault/vault.ts'
import type { Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { anyPlace, type FactKeeper } from './facts.ts'
import type { FactTerms } from './keeping.ts'
import { dayOf } from './numbers.ts'
import { maybe, text, whole } from './rows.ts'

/** What has no end yet may have one so many days later; what has one may get an earlier one. */
const look_again_days = 30

function statements ({ sql, lockAway, many }: Dialect) {
  const here = () => sql('source').whereIn('place', [at('seq'), at('imported')])
  const counting = () => sql('fact as f').join('source as s', 's.place', 'f.source').where({ 's.waits': 0 }).whereNull('s.voided_by')
  const ofSource = () => sql('fact').where('source', at('place'))
  return {
    source: many(prepared(here().select(['place', 'pair', 'number', 'dagtekening', 'waits', 'voided_by', 'keep_until'])), { seq: 'number', imported: 'number' }),
    facts: many(prepared(ofSource().select(['of', 'toewijzing', 'day']).whereIn('of', ['301:ToegewezenProduct', '305:StartProduct', '307:StopProduct', '323:Declaratie'])), { place: 'number' }),
    version: many(prepared(counting().select('f.day').where({ 'f.pair': at('pair'), 'f.toewijzing': at('toewijzing'), 'f.of': '301:ToegewezenProduct' }).orderByRaw('f.source desc, f.position desc limit 1')), { pair: 'number', toewijzing: 'text' }),
    keep: many(prepared(sql('source').where('place', at('place')).update({ keep_until: at('until') })), { place: 'number', until: 'number' }),
    persons: many(prepared(ofSource().distinct('person').whereNotNull('person').orderBy('person')), { place: 'number' }),
    noParts: many(prepared(sql('fact_later').where('source', at('place')).delete()), { place: 'number' }),
    noFacts: many(prepared(ofSource().delete()), { place: 'number' }),
    noSource: many(prepared(sql('source').where('place', at('place')).delete()), { place: 'number' }),
    lone: many(prepared(sql('person').where('id', at('person')).whereNotExists(sql('fact').select('source').where('person', at('person'))).delete()), { person: 'number' }),
    // Before it is looked what there is about him: nobody writes more about him until this is done.
    his: prepared(lockAway(sql('person').select('id').where({ key_id: at('key'), hash: at('hash') }).orderBy('id'))),
    alone: many(prepared(lockAway(sql('person').select('id').where('id', at('person')))), { person: 'number' }),
    emptied: prepared(sql('fact').where('person', at('person')).whereIn('source', [at('seq'), at('imported')]).update({ body: null }).returning('pair')),
    // By messages that were erased, for whomever: no mark leads from him to those any more.
    rest: prepared(sql('fact').where('person', at('person')).whereNotNull('body').whereRaw("(select s.gone from source as s where s.place = fact.source) = 'erased'").update({ body: null }).returning('pair')),
    gone: prepared(here().update({ gone: 'erased' })),
    forgotten: prepared(sql('person').where('id', at('person')).whereNotExists(sql('fact').select('source').where('person', at('person')).whereNotNull('body')).update({ key_id: null, hash: null, data_key: null, kek_id: null })),
    erased: prepared(sql('pair').where('id', at('pair')).update({ erased: sql('person').max('id') }))
  }
}

/** @returns the last day of that year */
const yearEnd = (day: number | null): number | null => day === null ? null : dayOf(`${new Date(day * 86_400_000).getUTCFullYear()}-12-31`)

/** All inside a transaction; `keeps` also while only reading, when `dry`. */
export interface FactEnd {
  /** @param today in days since 1970 @returns whether the message feeds facts whose end has not come */
  keeps (session: Session, seq: number, today: number, terms: FactTerms | null, dry: boolean): Promise<boolean>
  /** Takes away the facts of a message, and persons about whom there is nothing any more. @returns the pair of which what counts has changed by it, which the caller is to let rise; null for none */
  forget (session: Session, seq: number): Promise<number | null>
  /** Destroys what the facts of a message say of a person; that they were there stays. With the last of them goes his key. */
  erase (session: Session, seq: number, person: readonly Mark[]): Promise<void>
  /** The same, of all messages about him that were erased for another before. */
  eraseRest (session: Session, person: readonly Mark[]): Promise<void>
}

export function factEnd (dialect: Dialect, rise: FactKeeper['rise']): FactEnd {
  const sql = statements(dialect)

  /** An assignment ends as its last version says; a start or stop with its assignment. Null: there is no end yet. */
  async function assignmentEnd (session: Session, pair: number, row: Row, otherwise: number | null): Promise<number | null> {
    const toewijzing = maybe(row, 'toewijzing', text)
    const [version] = toewijzing === null ? [] : await session.all(sql.version, { pair, toewijzing })
    return version === undefined ? otherwise : maybe(version, 'day', whole)
  }

  async function endOf (session: Session, source: Row, terms: FactTerms): Promise<number | null> {
    const [pair, sent] = [whole(source, 'pair'), dayOf(text(source, 'dagtekening'))]
    const ends: Array<number | null> = []
    for (const row of await session.all(sql.facts, { place: whole(source, 'place') })) {
      if (row['of'] === '323:Declaratie') { ends.push(yearEnd(maybe(row, 'day', whole) ?? sent)); continue }
      ends.push(await assignmentEnd(session, pair, row, row['of'] === '301:ToegewezenProduct' ? maybe(row, 'day', whole) : sent))
    }
    const claim = ['323', '325'].includes(text(source, 'number'))
    if (ends.length === 0) ends.push(claim ? yearEnd(sent) : sent)
    const last = ends.reduce((latest, it) => latest === null || it === null ? null : Math.max(latest, it), 0)
    return last === null ? null : last + (claim ? terms.claim_days : terms.assignment_days)
  }

  /** Of everyone who bears one of the marks something is emptied; with the last of it goes his key. @param empty gives the pairs of what it emptied */
  async function each (session: Session, marks: readonly Mark[], empty: (person: number) => Promise<Row[]>): Promise<void> {
    for (const { key, hash } of marks) {
      for (const row of await session.all(sql.his, { key, hash })) {
        const person = whole(row, 'id')
        const pairs = new Set((await empty(person)).map(it => whole(it, 'pair')))
        if (pairs.size > 0) await session.run(sql.forgotten, { person })
        for (const pair of pairs) {
          await session.run(sql.erased, { pair })
          await rise(session, pair)
        }
      }
    }
  }

  return {
    async keeps (session, seq, today, terms, dry) {
      const [source] = await session.all(sql.source, anyPlace(seq))
      if (source === undefined || source['voided_by'] !== null || source['waits'] === 1) return false
      if (terms === null || source['waits'] === 2 || (maybe(source, 'keep_until', whole) ?? 0) > today) return true
      const end = await endOf(session, source, terms)
      if (end !== null && end < today) return false
      if (!dry) await session.run(sql.keep, { place: whole(source, 'place'), until: Math.min(end ?? Infinity, today + look_again_days) })
      return true
    },
    async forget (session, seq) {
      const [source] = await session.all(sql.source, anyPlace(seq))
      if (source === undefined) return null
      const place = whole(source, 'place')
      // First: who writes one of them now is done then.
      await session.run(sql.noParts, { place })
      const persons = await session.all(sql.persons, { place })
      await session.run(sql.noFacts, { place })
      await session.run(sql.noSource, { place })
      for (const row of persons) {
        const person = whole(row, 'person')
        if (dialect.alone !== null) await session.all(sql.alone, { person })
        await session.run(sql.lone, { person })
      }
      return source['waits'] === 0 && source['voided_by'] === null ? whole(source, 'pair') : null
    },
    erase: async (session, seq, marks) => {
      await session.run(sql.gone, anyPlace(seq))
      // What was damaged was not written, and nobody can read it any more.
      await session.run(sql.noParts, { place: seq })
      await each(session, marks, person => session.all(sql.emptied, { person, ...anyPlace(seq) }))
    },
    eraseRest: async (session, marks) => { await each(session, marks, person => session.all(sql.rest, { person })) }
  }
}
