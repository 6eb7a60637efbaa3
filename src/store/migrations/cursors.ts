/** The step of cursors that lose nothing where many write: each row of a list that is paged says in which transaction it was written. */
import type { Migration } from '../migrations.ts'

/** Paged in the order of their numbers. */
const numbered = ['batch', 'notice'] as const

/**
 * A number is taken only when the transaction has its own: so whoever got a lower number is known to be under way still, and
 * what has no number of a transaction was there before this step.
 */
export const cursorsStep: Migration = {
  name: '0022-cursors',
  beside: true,
  postgres: [
    `create or replace function message_seq(id text) returns bigint language plpgsql as $$ begin
      perform pg_current_xact_id();
      return message_from(id) + nextval('message_number');
    end $$`,
    `create function next_known(name text) returns bigint language plpgsql as $$ begin
      perform pg_current_xact_id();
      return nextval(name::regclass);
    end $$`,
    ...['message', ...numbered].flatMap(name => [`alter table ${name} add column xact xid8`, `alter table ${name} alter column xact set default pg_current_xact_id()`]),
    ...numbered.map(name => `alter table ${name} alter column seq set default next_known('${name}_seq_seq')`)
  ]
}
