/** What is kept for how long: payloads go first, then the rest of a message, and what was given a receipt is remembered for ever. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

/** Keys under which messages were taken whose metadata are gone: a repeat still gets its first receipt, other bytes are still refused. */
function spent (t: Knex.CreateTableBuilder): void {
  t.text('sender').notNullable()
  t.text('type').notNullable()
  t.text('identificatie').notNullable()
  t.text('id').notNullable()
  t.text('sha256').notNullable()
  t.binary('receipt').notNullable() // exact bytes
  t.primary(['sender', 'type', 'identificatie'])
}

/** The step of `migrations.ts`. */
export const retention: Migration = {
  name: '0007-retention',
  ordered: ['spent'],
  up: schema => schema
    .createTable('spent', spent)
    .alterTable('message', t => {
      t.bigInteger('payload_gone_ms') // since when payload, findings and their key are gone; null while they are here
      t.text('payload_gone_why') // retention or erased
    })
}

/** Refused messages are found by their age and by the key they are under. */
export const refusedAge: Migration = {
  name: '0011-refused-age',
  up: schema => schema.alterTable('refused', t => { t.index(['at_ms']); t.index(['kek_id']) })
}

/** Batches are found by the key they are under. */
export const batchKeys: Migration = {
  name: '0012-batch-keys',
  up: schema => schema.alterTable('batch', t => { t.index(['kek_id']) })
}

/**
 * SQLite gives a row of over a quarter of a page, in a table in the order of its key, a page of its own for the rest: 4.9 kB for
 * each message of before. With the key in an index beside it three rows share a page. PostgreSQL has no such tables.
 */
export const spentApart: Migration = {
  name: '0027-spent-apart',
  beside: true, // it is written and read as before
  sqlite: [
    `create table spent_apart (sender text not null, type text not null, identificatie text not null, id text not null, sha256 text not null,
      receipt blob not null, primary key (sender, type, identificatie))`,
    'insert into spent_apart select sender, type, identificatie, id, sha256, receipt from spent',
    'drop table spent',
    'alter table spent_apart rename to spent'
  ]
}
