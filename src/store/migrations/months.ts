/** On PostgreSQL messages, payloads and audit are cut by month; what must be unique over all months stands in a narrow table beside them. */
import type { Migration } from '../migrations.ts'

/** What came from a database that numbers from 1 keeps its numbers: they are below this, the months above. */
export const month_numbers = 2 ** 40
/** So many numbers lie below the largest one a JavaScript number holds exactly. */
const months_max = 2 ** 13 - 2
/** The clocks of processes and server differ by less: a message may have a number of the month before or after the one of its id when it was made so close to its border. */
export const near = "interval '1 hour'"

/** The table in the place of one that was not cut: same columns and indexes, and what stood in it. Indexes that make unique are its caller's affair. */
const cut_table = `create function cut_table(name text, col text, key text) returns void language plpgsql as $$
declare
  made text[];
  each_one text;
begin
  select coalesce(array_agg(pg_get_indexdef(indexrelid)), '{}') into made from pg_index where indrelid = name::regclass and not indisunique;
  execute format('alter table %I rename to %I', name, name || '_whole');
  execute format('create table %I (like %I including defaults including storage) partition by range (%I)', name, name || '_whole', col);
  execute format('create table %I partition of %I default', name || '_default', name);
  if name <> 'audit' then
    execute format('create table %I partition of %I for values from (minvalue) to (${month_numbers})', name || '_before', name);
  end if;
  execute format('insert into %I select * from %I', name, name || '_whole');
  execute format('drop table %I cascade', name || '_whole');
  execute format('alter table %I add primary key (%s)', name, key);
  foreach each_one in array made loop execute each_one; end loop;
end $$`

/** A part of its own for what is numbered from low up to high, with what of that stood in the default part. Readers of the other parts go on meanwhile. */
const cut_part = `create function cut_part(name text, col text, part text, low bigint, high bigint) returns void language plpgsql as $$
begin
  execute format('create table %I (like %I including defaults including storage)', part, name);
  perform set_config('zorgpoort.moving', 'on', true);
  execute format('with moved as (delete from %I where %I >= %s and %I < %s returning *) insert into %I select * from moved', name || '_default', col, low, col, high, part);
  perform set_config('zorgpoort.moving', '', true);
  if name = 'message' then execute format('create unique index on %I (id)', part); end if;
  execute format('alter table %I attach partition %I for values from (%s) to (%s)', name, part, low, high);
end $$`

/** What goes with a message, and the key under which it was taken. A row that only moves to another part stays what it is. */
const message_gone = `create function message_gone() returns trigger language plpgsql as $$
begin
  if current_setting('zorgpoort.moving', true) = 'on' then return null; end if;
  delete from message_key where sender = old.sender and type = old.type and identificatie = old.identificatie;
  delete from payload where message = old.seq;
  delete from finding where message = old.seq;
  delete from signature where message = old.seq;
  delete from delivery where message = old.seq;
  delete from task where message = old.seq;
  return null;
end $$`

/** Whoever comes second under a key stores nothing. */
const message_taken = `create function message_taken() returns trigger language plpgsql as $$
begin
  insert into message_key (sender, type, identificatie, referentienummer, seq)
    values (new.sender, new.type, new.identificatie, new.referentienummer, new.seq) on conflict (sender, type, identificatie) do nothing;
  if found then return new; end if;
  return null;
end $$`

/** Called immutable so that the months that are not meant are left out when a statement is planned, or begins by a plan that is kept. What it is asked of must be values of the execution, never written in the statement: its answer would be kept with the plan. */
const lookUp = (name: string, takes: string, gives: string, query: string): string =>
  `create function ${name}(${takes}) returns ${gives} language plpgsql immutable as $$ begin return (${query}); end $$`

/** The step of `migrations.ts`. */
export const months: Migration = {
  name: '0021-months',
  postgres: [
    cut_table,
    cut_part,
    // The moment in an id: it begins with the milliseconds since 1970.
    `create function message_moment(id text) returns timestamp language sql immutable parallel safe as $$
      select to_timestamp(('x' || replace(left(id, 13), '-', ''))::bit(48)::bigint / 1000.0) at time zone 'UTC' $$`,
    // Months since 2020.
    `create function month_numbers(at timestamp) returns bigint language sql immutable parallel safe as $$
      select least(${months_max}, greatest(1, (extract(year from at) - 2020) * 12 + extract(month from at) - 1))::bigint * ${month_numbers} $$`,
    `create function message_from(id text) returns bigint language sql immutable parallel safe as $$ select month_numbers(message_moment(id) - ${near}) $$`,
    `create function message_to(id text) returns bigint language sql immutable parallel safe as $$ select month_numbers(message_moment(id) + ${near}) + ${month_numbers - 1} $$`,
    'alter sequence message_seq_seq owned by none',
    'alter sequence message_seq_seq rename to message_number',
    `alter sequence message_number maxvalue ${month_numbers - 1}`,
    'create table message_key (sender text not null, type text not null, identificatie text not null, referentienummer text not null, seq bigint not null, primary key (sender, type, identificatie))',
    'insert into message_key select sender, type, identificatie, referentienummer, seq from message',
    'create unique index message_key_referentienummer on message_key (referentienummer)',
    'alter table message alter column seq drop default',
    // Ciphertext is not made smaller by trying.
    'alter table payload alter column body set storage external',
    "select cut_table('message', 'seq', 'seq')",
    'create unique index on message_default (id)',
    'create unique index on message_before (id)',
    "select cut_table('payload', 'message', 'message')",
    "select cut_table('audit', 'at_ms', 'chain, seq, at_ms')",
    'drop function cut_table',
    'alter table finding drop constraint if exists finding_message_foreign',
    'alter table signature drop constraint if exists signature_message_foreign',
    message_taken,
    message_gone,
    'create trigger message_taken before insert on message for each row execute function message_taken()',
    'create trigger message_gone after delete on message for each row execute function message_gone()',
    lookUp('message_at', 'text, text, text', 'bigint', 'select seq from message_key where sender = $1 and type = $2 and identificatie = $3'),
    lookUp('message_numbered', 'text', 'bigint', 'select seq from message_key where referentienummer = $1'),
    lookUp('message_worked', 'bigint', 'bigint', 'select message from delivery where id = $1'),
    // Asked of a message that is blocked, and only then.
    'create function message_id(bigint) returns text language plpgsql stable as $$ begin return (select id from message where seq = $1); end $$'
  ]
}
