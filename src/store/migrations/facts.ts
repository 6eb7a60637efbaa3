/** What earlier messages brought, for the rules that ask of it: facts between two parties, about persons under a key of their own. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

type Table = Knex.CreateTableBuilder

/** Between whom messages count as earlier ones. */
function pair (t: Table): void {
  t.increments('id')
  t.text('family').notNullable()
  t.text('gemeente').notNullable()
  t.text('aanbieder').notNullable()
  t.text('complete_from') // date from which on every message is here; null: not known
  t.integer('gapless').notNullable() // place from which on no message is missing
  t.bigInteger('version').notNullable() // rises with every change of what counts
  t.integer('erased') // the last person there was when one was erased: a later one may be him again; null: none was
  t.unique(['family', 'gemeente', 'aanbieder'])
}

/** Whom facts are about: one key for all that is kept of him. A person marked under two keys of the ring may stand here twice. */
function person (t: Table): void {
  t.increments('id')
  t.text('family').notNullable()
  t.text('gemeente').notNullable()
  t.text('key_id') // of the index ring; null once he was erased
  t.binary('hash') // his mark; null once he was erased
  t.binary('data_key') // wrapped; null once he was erased
  t.text('kek_id')
  t.index(['hash', 'key_id']) // both: else SQLite looks through everyone of one key
  t.index(['key_id'])
  t.index(['kek_id'])
}

/** The messages that facts come from. */
function source (t: Table): void {
  t.bigInteger('place').primary() // seq of the message; an imported one stands before all others, at seq - 2^40
  t.text('id').notNullable() // of the message: what is encrypted is bound to it
  t.integer('pair').notNullable().references('id').inTable('pair')
  t.text('number').notNullable() // such as 301
  t.text('identificatie').notNullable()
  t.text('dagtekening').notNullable()
  t.integer('waits').notNullable() // 0: it counts; 1: not (yet) offered, or rejected; 2: an import under way
  t.text('voided_by') // id of the answer that rejects it: then it does not count either
  t.text('gone') // why its payload is not here any more: erased
  t.integer('keep_until') // day (since 1970) before which its payload need not be looked at again
  t.index(['pair', 'number', 'identificatie'])
}

/** One class of such a message. */
function fact (t: Table): void {
  t.bigInteger('source').notNullable() // place
  t.integer('position').notNullable() // in the message
  t.integer('pair').notNullable()
  t.text('of').notNullable() // such as 301:ToegewezenProduct
  t.integer('person') // null where it is about nobody
  t.text('toewijzing') // ToewijzingNummer; numbers stand here without leading zeros
  t.text('referentie') // ReferentieAanbieder, DeclaratieNummer or ReferentieNummer
  t.text('vorige') // VorigReferentieNummer
  t.integer('day') // Einddatum of an assignment or of a DeclaratiePeriode, in days since 1970
  t.binary('body') // JSON of the class, encrypted where it is about a person; null once that was erased
  t.primary(['source', 'position'])
}

const index = (column: string): string => `create index fact_${column} on fact (pair, ${column}) where ${column} is not null`

/** The step of `migrations.ts`. */
export const facts: Migration = {
  name: '0013-facts',
  ordered: ['fact'],
  up: schema => schema
    .createTable('pair', pair)
    .createTable('person', person)
    .createTable('source', source)
    .createTable('fact', fact)
    .raw(index('toewijzing')).raw('create index fact_referentie on fact (pair, referentie, of) where referentie is not null').raw(index('vorige')).raw('create index fact_person on fact (person, pair) where person is not null')
    .raw('create index fact_day on fact (pair, of, day) where day is not null')
    .raw('create index source_voided on source (voided_by) where voided_by is not null')
    .raw('create index source_import on source (place) where waits = 2')
    .alterTable('message', t => {
      t.integer('voids') // 1: an answer that rejects what it answers; null: not, or not known
    })
}

/** Messages whose facts are looked for by their Identificatie. A condition of the index below: who looks by it says the same. */
export const sought = "number in ('315', '323')"

/** The index of all others was written to at any place for each message, and never read. */
export const soughtStep: Migration = {
  name: '0026-sought',
  beside: true,
  up: schema => schema
    .raw(`create index source_sought on source (pair, number, identificatie) where ${sought}`)
    .alterTable('source', t => { t.dropIndex(['pair', 'number', 'identificatie']) })
}
