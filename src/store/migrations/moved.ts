/** How far a move from another database into this one has come. */
import type { Migration } from '../migrations.ts'

/** The step of `migrations.ts`. A database that is not moved into has no rows there. */
export const movedStep: Migration = {
  name: '0025-moved',
  beside: true,
  postgres: ['create table moved (name text primary key, through text not null)'] // a table; JSON of the key up to which it was copied
}
