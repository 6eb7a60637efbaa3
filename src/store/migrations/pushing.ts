/** Work that is left, now also pushing to destinations and what waits for a person; what is known of each destination; tasks. */
import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

/** What is known of a party's endpoint. */
function destination (t: Table): void {
  t.text('party').primary()
  t.text('state').notNullable() // closed, open or half_open
  t.integer('failures').notNullable() // in a row
  t.bigInteger('failing_since_ms') // null while it answers
  t.bigInteger('open_until_ms') // left alone until then; null when it is not
  t.text('reason') // code of the last failure
}

/** Something a handler asks a person to do. */
function task (t: Table): void {
  t.text('id').primary() // UUIDv7: in order of opening
  t.integer('message').notNullable().references('seq').inTable('message').onDelete('cascade').index()
  t.text('party').notNullable() // in whose name
  t.text('handler').notNullable()
  t.text('code').notNullable()
  t.bigInteger('opened_ms').notNullable()
  t.bigInteger('due_ms')
  t.text('state').notNullable() // open, done or refused
  t.text('decided_by') // account; null: the command line, or nobody yet
  t.text('decided_reason') // code
  t.bigInteger('decided_ms')
  t.index(['state', 'id'])
  t.index(['party', 'state', 'id'])
}

/** Columns added to `delivery`. */
function work (t: Knex.AlterTableBuilder): void {
  t.text('order_key').notNullable().defaultTo('') // of its message: one push of a key at a time, in order of acceptance
  t.text('class') // why it is dead: functional, transient or partner_down
  t.text('released') // why a person released it; null: nobody did
  t.bigInteger('since_ms') // since when it is in this state; null for what was due before this step
  t.bigInteger('first_ms') // the policy of a push, as it was when it became work
  t.bigInteger('longest_ms')
  t.bigInteger('total_ms')
  t.bigInteger('give_up_ms') // of a push: its first failure, or else since when it could be pushed, and total_ms
}

/**
 * The step of `migrations.ts`. `kind` is now handle (shown to handlers) or push; `state` also blocked (behind another of its key);
 * `due_ms` of what is held: when handlers look again by themselves.
 */
export const pushing = {
  name: '0017-pushing',
  up: (schema: Knex.SchemaBuilder): Knex.SchemaBuilder => schema
    .createTable('destination', destination)
    .createTable('task', task)
    .alterTable('delivery', work)
    .raw("update delivery set kind = 'handle', order_key = (select order_key from message where seq = delivery.message)")
    .raw("update delivery set class = case when last_reason like 'exhausted%' then 'transient' else 'functional' end where state = 'dead'")
    .raw("update delivery set due_ms = 9007199254740991 where state = 'held'")
    // Since when they stopped stands in the audit, as long as that is kept.
    .raw(`update delivery set since_ms = (select coalesce((select max(a.at_ms) from audit as a where a.message = m.id and a.event in (delivery.state, 'erased')), m.received_ms) from message as m where m.seq = delivery.message)
      where state in ('held', 'dead')`)
    .alterTable('delivery', t => { t.dropIndex(['state', 'due_ms', 'id']); t.dropIndex(['state', 'target', 'id']) })
    .raw("create index delivery_handle on delivery (state, due_ms, id) where kind = 'handle'")
    .raw("create index delivery_push on delivery (state, target, due_ms, id) where kind = 'push'")
    .raw("create unique index delivery_pushing on delivery (target, order_key) where kind = 'push' and state = 'due'")
    .raw("create index delivery_handling on delivery (state, target, order_key, message) where kind = 'handle' and state = 'due'")
    .raw("create index delivery_blocked on delivery (target, order_key, message) where state = 'blocked'")
    .raw('create index delivery_leased on delivery (kind, target, lease_until_ms) where lease_until_ms > 0')
    .raw("create index delivery_give_up on delivery (target, total_ms, give_up_ms) where kind = 'push' and state in ('due', 'blocked')")
    .raw("create index delivery_stopped on delivery (state, since_ms, id, class) where state in ('held', 'dead')")
}
