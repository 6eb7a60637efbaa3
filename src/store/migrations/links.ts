/** The step of an audit with many writers: rows that are written down, and chained a moment later. */
import type { Migration } from '../migrations.ts'

const max = Number.MAX_SAFE_INTEGER

/**
 * Rows wait in a table of their own, so that the audit itself only grows at its end. Columns as those of the audit, and `number`:
 * what was committed before an event began has a lower one; `nonce`: random, and kept with the row in the chain, so that a row
 * that was copied is known; `mac`: over the row as it waits.
 */
export const linksStep: Migration = {
  name: '0026-audit-links',
  beside: true,
  postgres: [
    'alter table audit add column nonce bytea',
    `create table audit_new (number bigserial primary key, nonce bytea not null, at_ms bigint not null, event text not null, message text, account text, detail text,
      digest text, key_id text not null, mac bytea not null, check (number between 1 and ${max} and at_ms between 0 and ${max})) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0)`,
    'create index audit_new_message on audit_new (message)'
  ]
}
