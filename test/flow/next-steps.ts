/** The steps of the database as a next version would have them: one that only adds, and, where NEXT is `takes`, one that takes away. */
import { migrations as present, type Migration } from '../../src/store/migrations.ts'

export type { Migration } from '../../src/store/migrations.ts'

/** A table, an index, and columns that may be left out, also of a table that is cut by month. */
export const adds: Migration = {
  name: '9998-adds',
  beside: true,
  up: schema => schema
    .createTable('later', t => { t.text('name').primary() })
    .alterTable('message', t => { t.text('later').nullable().index() })
    .alterTable('delivery', t => { t.integer('later').notNullable().defaultTo(1) })
}
/** What the version before cannot do without. */
export const takes: Migration = { name: '9999-takes', up: schema => schema.alterTable('task', t => { t.dropColumn('code') }) }

export const migrations: readonly Migration[] = [...present, adds, ...process.env['NEXT'] === 'takes' ? [takes] : []]
