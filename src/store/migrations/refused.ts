/** Messages that were refused at the door, and what replaces what. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

/** A refused message, kept a short time for the party that must correct it. */
function refused (t: Knex.CreateTableBuilder): void {
  t.text('id').primary() // of the same kind as a message's
  t.bigInteger('at_ms').notNullable()
  t.text('party').notNullable() // in whose name it was sent; who else it names is not believed
  t.text('account')
  t.text('door').notNullable()
  t.text('family').notNullable()
  t.text('type').notNullable()
  t.text('identificatie') // as far as it could be read
  t.text('code').notNullable() // of the refusal
  t.text('sha256').notNullable()
  t.integer('size_bytes').notNullable()
  t.binary('data_key') // wrapped; gone when the payload is
  t.text('kek_id')
  t.binary('why').notNullable() // JSON, encrypted: detail and findings
  t.binary('payload') // encrypted; null where none of it may be kept
  t.index(['party', 'at_ms', 'id'])
  t.index(['party', 'type', 'identificatie'])
}

/** A correction and what it replaces, either of them refused or stored; outlives both. */
function replacement (t: Knex.CreateTableBuilder): void {
  t.text('message').notNullable().index() // the correction
  t.text('replaced').primary() // what it replaces: once
}

export const refusedMessages: Migration = {
  name: '0008-refused',
  up: schema => schema.createTable('refused', refused).createTable('replacement', replacement)
}
