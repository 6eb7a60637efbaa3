/** Who of several processes at one database does what. */
import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

/** A process that lives, as long as it says so now and then. */
function process (t: Table): void {
  t.text('id').primary()
  t.text('version') // of the gateway it runs, so that a person knows what is still there
  t.integer('shares').notNullable() // 1: destinations are shared out to it; 0: it only does what it has
  t.bigInteger('until_ms').notNullable() // dead from then on, if nothing is heard of it; by the clock of the database
}

/** What one process at a time does. It is free when that process is not alive. */
function tenure (t: Table): void {
  t.text('name').primary()
  t.text('process').notNullable().index() // who has it; empty: nobody
  t.integer('fence').notNullable() // rises whenever it changes hands
}

/** The step of `migrations.ts`. */
export const tenures = {
  name: '0019-tenure',
  up: (schema: Knex.SchemaBuilder): Knex.SchemaBuilder => schema.createTable('process', process).createTable('tenure', tenure)
}
