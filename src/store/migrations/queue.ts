/** On PostgreSQL what is deleted stays in every index until nobody can see it any more: what claiming needs to pass that by. */

/**
 * Leases are found by when they end, whoever they are about. Targets of pushes are kept apart, so that they are known without
 * looking through pushes that are done. `delivery` is vacuumed after so many rows, however large it once was.
 */
export const queueStep = {
  name: '0024-queue',
  beside: true as const,
  postgres: [
    'drop index delivery_leased',
    'create index delivery_leased on delivery (kind, lease_until_ms) where lease_until_ms > 0',
    'create table push_target (target text primary key)',
    "insert into push_target select distinct target from delivery where kind = 'push'",
    `create function push_target_kept() returns trigger language plpgsql as $$ begin
      insert into push_target values (new.target) on conflict do nothing;
      return null;
    end $$`,
    "create trigger push_target_kept after insert or update of kind, target on delivery for each row when (new.kind = 'push') execute function push_target_kept()",
    ...['delivery', 'notice'].map(table => `alter table ${table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0)`)
  ]
}
