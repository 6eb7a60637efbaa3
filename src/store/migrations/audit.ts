/** The steps of the audit: rows are chained, and checkpoints say so over a signature. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

/** Rows of before this step stay as they are, without mac. */
export const auditChain: Migration = {
  name: '0003-audit-chain',
  up: schema => schema
    .alterTable('audit', t => { t.text('key_id') }) // key of the ring under which the mac is made
}

/** Signed statements of what the chain was. */
function checkpoint (t: Knex.CreateTableBuilder): void {
  t.increments('number') // in the order in which they were made
  t.text('id').notNullable().unique()
  t.bigInteger('at_ms').notNullable().index()
  t.bigInteger('seq').notNullable() // the row of the chain it was made at
  t.bigInteger('removed').notNullable() // rows up to this one may be gone: the body says what the next one follows
  t.binary('body').notNullable() // JSON, the exact bytes that were signed
  t.binary('seal').notNullable() // detached CMS, DER
}

/** What is signed cannot be made anew without the seal's key, also by who has the audit's. */
export const auditCheckpoints: Migration = {
  name: '0009-audit-checkpoints',
  up: schema => schema.createTable('checkpoint', checkpoint)
}
