/** The step of cursors that lose nothing where many write: who takes numbers says from which one on, until it ends, and numbers of messages go by the month it is. */
import type { Migration } from '../migrations.ts'
import { takenFrom } from '../settled.ts'
import { near } from './months.ts'

/**
 * A number is taken after a lock is held, until the transaction ends, that is named by the last number before it: so of a number that
 * was taken, each lower one is of a transaction that has ended, or is seen in `pg_locks`. The order of transactions says nothing of
 * numbers: one that began earlier may take them later. One lock a transaction; a part that is undone gives up lock and mark together.
 */
export const cursorsStep: Migration = {
  name: '0022-cursors',
  beside: true,
  postgres: [
    `create function taking(name text) returns void language plpgsql as $$
      declare before bigint; mark text := 'zorgpoort.taking_' || name;
      begin
        if coalesce(current_setting(mark, true), '') <> '' then return; end if;
        before := coalesce(pg_sequence_last_value(name::regclass), 0);
        perform pg_advisory_xact_lock_shared(name::regclass::oid::integer, (before & 2147483647)::integer);
        perform set_config(mark, '1', true);
      end $$`,
    `create function next_known(name text) returns bigint language plpgsql as $$ begin
      perform taking(name);
      return nextval(name::regclass);
    end $$`,
    // Of the last number before theirs locks have the low 31 bits: no open transaction is further behind.
    `create function known_up_to(name text) returns bigint language plpgsql as $$
      declare last bigint := coalesce(pg_sequence_last_value(name::regclass), 0);
      begin
        return least(last, (select min(last - ((last - objid::bigint) & 2147483647)) from pg_locks where locktype = 'advisory' and objsubid = 2
          and database = (select oid from pg_database where datname = current_database()) and classid = name::regclass::oid));
      end $$`,
    `create function month_of(made timestamp, now timestamp) returns bigint language sql immutable parallel safe as $$
      select month_numbers(case when now between made - ${near} and made + ${near} then now else made end) $$`,
    `create function message_seq(id text) returns bigint language plpgsql as $$ begin
      perform taking(${takenFrom('message')});
      return month_of(message_moment(id), clock_timestamp() at time zone 'UTC') + nextval('message_number');
    end $$`,
    ...(['batch', 'notice'] as const).map(table => `alter table ${table} alter column seq set default next_known(${takenFrom(table)})`),
    'alter table refused add column seq bigserial',
    `alter table refused alter column seq set default next_known(${takenFrom('refused')})`,
    'create index refused_party_seq on refused (party, seq)'
  ]
}
