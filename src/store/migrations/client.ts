/** Whom messages are about: a mark of each client, by which his messages are found and nobody is recognised. */
import type { Knex } from 'knex'

/** Marks of one key stand together in order of acceptance; the index finds a person. No foreign key: it would cost an index more, so who deletes a message deletes its marks. */
function client (t: Knex.CreateTableBuilder): void {
  t.text('key_id').notNullable() // of the index ring
  t.integer('message').notNullable() // its seq
  t.binary('hash').notNullable() // HMAC of standard, gemeente and Bsn
  t.primary(['key_id', 'message', 'hash'])
  t.index(['hash'])
}

/** The step of `migrations.ts`. */
export const clientStep = {
  name: '0004-client',
  ordered: ['client'],
  up: (schema: Knex.SchemaBuilder): Knex.SchemaBuilder => schema
    .createTable('client', client)
    .alterTable('message', t => { t.index(['kek_id']) }) // what is still under an old key
}
