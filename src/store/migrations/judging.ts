/** How far messages to a party are judged for it, and who answers them. */
import type { Knex } from 'knex'

/** The step of `migrations.ts`. */
export const judgingStep = {
  name: '0014-judging',
  up: (schema: Knex.SchemaBuilder): Knex.SchemaBuilder => schema
    .alterTable('party', t => {
      // JSON: level, types (message number to level), answers, rejected
      t.text('judging').notNullable().defaultTo('{"level":"content","types":{},"answers":"own","rejected":"withhold"}')
    })
}
