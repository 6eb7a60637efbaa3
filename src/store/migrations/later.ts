/** The step of facts that are written after their message: a large claim brings tens of thousands, and nobody is to wait for all of them. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

/** Some hundreds of facts each, in their order. */
function factLater (t: Knex.CreateTableBuilder): void {
  t.bigInteger('source').notNullable() // place
  t.integer('nth').notNullable()
  t.binary('body').notNullable() // JSON of the facts and whom they are about, deflated where large, under the key of their message
  t.primary(['source', 'nth'])
}

/** The step of `migrations.ts`. */
export const laterStep: Migration = {
  name: '0028-later',
  up: schema => schema
    .createTable('fact_later', factLater)
    .alterTable('source', t => {
      t.integer('later') // 1: some of its facts are in fact_later yet
    })
}
