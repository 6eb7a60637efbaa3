/** The sender's own signature over a message, where it gave one. */
import type { Knex } from 'knex'

function signature (t: Knex.CreateTableBuilder): void {
  t.integer('message').primary().references('seq').inTable('message').onDelete('cascade')
  t.text('signer').notNullable() // SHA-256 of the certificate it was verified with
  t.bigInteger('checked_ms').notNullable() // when that certificate was valid and registered
  t.binary('cms').notNullable() // detached CMS, DER, as it came
  t.binary('certificate').notNullable() // that certificate, DER: it need not stand in the CMS, and the register forgets
}

/** The step of signatures. */
export const signatures = { name: '0005-signature', up: (schema: Knex.SchemaBuilder) => schema.createTable('signature', signature) }
