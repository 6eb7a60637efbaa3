/** External sources: municipalities, product lists and contracts, imported part by part. */
import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder
const part = ['list', 'family', 'gemeente', 'aanbieder'] as const

/** Every import takes a number; so no number of rows that were left behind is used again. */
function edition (t: Table): void {
  t.increments('edition')
  t.text('list').notNullable() // municipalities, products or contracts
  t.text('sha256').notNullable() // of the file
  t.integer('rows').notNullable()
  t.bigInteger('at_ms').notNullable()
}

/** Which edition of a part counts; what the list does not go by is empty. */
function current (t: Table): void {
  for (const column of part) t.text(column).notNullable()
  t.integer('edition').notNullable().references('edition').inTable('source_edition')
  t.primary([...part])
}

/** Rows are written before their edition counts, and removed after another does. */
function row (t: Table): void {
  for (const column of part) t.text(column).notNullable()
  t.integer('edition').notNullable()
  t.integer('position').notNullable()
  t.text('categorie')
  t.text('code')
  t.text('naam') // of a gemeente or product
  t.text('variant')
  t.text('eenheid')
  t.integer('tarief_cents')
  t.integer('per_uur').notNullable() // 0 or 1
  t.text('van').notNullable() // YYYY-MM-DD, both days included
  t.text('tot') // null: no end
  t.primary([...part, 'edition', 'position'])
}

/** The step of `migrations.ts`. */
export const sourcesStep = {
  name: '0015-sources',
  ordered: ['source_part', 'source_row'],
  up: (schema: Knex.SchemaBuilder): Knex.SchemaBuilder => schema
    .createTable('source_edition', edition)
    .createTable('source_part', current)
    .createTable('source_row', row)
}
