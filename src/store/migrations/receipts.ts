/** Receipts that say what was found in a message: under a key of their own, because they are given again after the message is forgotten. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

/** Its row in `message` or `spent` has an empty receipt then. */
function receipt (t: Knex.CreateTableBuilder): void {
  t.text('id').primary() // of the message
  t.binary('body').notNullable() // exact bytes, encrypted
  t.binary('data_key').notNullable() // wrapped
  t.text('kek_id').notNullable().index()
}

/** The step of `migrations.ts`. */
export const receipts: Migration = {
  name: '0016-receipts',
  up: schema => schema.createTable('receipt', receipt)
}
