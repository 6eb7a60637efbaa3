/** The register grows: who may act for whom, from when until when, and what else is known of parties, accounts and certificates. */
import type { Knex } from 'knex'

/** An account may act for a party: one row per family, direction and beginning. */
function mandate (t: Knex.CreateTableBuilder): void {
  t.text('account').notNullable().references('id').inTable('account').onDelete('cascade')
  t.text('party').notNullable().references('code').inTable('party').onDelete('cascade').index()
  t.text('family').notNullable()
  t.text('direction').notNullable() // send or receive
  t.bigInteger('from_ms').notNullable() // holds from this moment
  t.bigInteger('until_ms') // and before this one; null while it has no end
  t.primary(['account', 'party', 'family', 'direction', 'from_ms'])
}

/** The step of the register. */
export const register = {
  name: '0002-register',
  up: (schema: Knex.SchemaBuilder) => schema
    .createTable('mandate', mandate)
    .alterTable('party', t => {
      t.text('rol') // of an aanbieder: its AGB rol; null for others
      t.bigInteger('from_ms') // connected from; null: always
      t.bigInteger('until_ms') // connected until; null: no end
    })
    .alterTable('account', t => {
      t.text('oin').unique() // 20 digits: known by a certificate of a trusted authority that bears it; null: by its own certificates only
      t.integer('requests_per_minute_max') // null: as configured
      t.integer('requests_at_once_max') // null: as configured
    })
    .alterTable('certificate', t => {
      t.text('pem') // the certificate itself; null where only its fingerprint was kept
    })
}
