/** The doors of the chain: what came in by them under which number, and what senders are still to be told. */
import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

/** One number of a party by one door. */
function arrival (t: Table): void {
  t.increments('seq')
  t.text('door').notNullable() // ggk or vsp
  t.text('party').notNullable() // who sent it
  t.text('number').notNullable() // referentienummer or traceerId
  t.text('digest').notNullable() // of the whole envelope with its payload: tells a repeat from a reuse
  t.text('conversatie') // conversatieId, where its sender gave one of its own
  t.text('answers') // crossRefnummer or alsAntwoordOp, as its sender knows it
  t.bigInteger('received_ms').notNullable()
  t.text('message').index() // id of what it became; null when refused
  t.text('code') // why it was refused; null when stored
  t.text('kept').index() // id under which the refused message is kept
  t.binary('told').notNullable() // JSON: what the envelope told, and of what was refused detail and findings; encrypted
  t.binary('data_key') // wrapped; null once what it told is erased
  t.text('kek_id').index()
  t.unique(['door', 'party', 'number'])
  t.index(['party', 'conversatie'])
}

/** An Fo01 on its way. */
function notice (t: Table): void {
  t.increments('seq')
  t.text('id').notNullable().unique()
  t.text('target').notNullable() // party
  t.text('code').notNullable() // of the Fo01
  t.integer('arrival').references('seq').inTable('arrival').onDelete('set null').index() // what it is about, where that came in
  t.text('message').index() // or the message it is about
  t.bigInteger('made_ms').notNullable()
  t.text('state').notNullable() // due, sent or dead
  t.bigInteger('due_ms').notNullable()
  t.bigInteger('lease_until_ms').notNullable()
  t.integer('fence').notNullable()
  t.integer('attempts').notNullable()
  t.bigInteger('failed_ms') // first failure; null while none failed
  t.text('reason') // code of the last failure
  t.bigInteger('first_ms').notNullable() // the policy it was made with
  t.bigInteger('longest_ms').notNullable()
  t.bigInteger('total_ms').notNullable()
  t.bigInteger('ended_ms')
  t.binary('body') // the Fo01, encrypted; null once it is sent
  t.binary('data_key') // wrapped; gone with the body
  t.text('kek_id').index()
  t.index(['state', 'seq'])
  t.index(['ended_ms'])
}

/** The step of `migrations.ts`. */
export const doorsStep = {
  name: '0018-doors',
  blocked: {
    sql: 'select min(id) as one, max(id) as other from message group by referentienummer having count(*) > 1 limit 1',
    why: 'bear the same referentienummer, which the gateway never gives twice: somebody wrote in this database. Nothing was changed. Go on with the version you had or with a backup, and see which of the two was not received by this gateway'
  },
  up: (schema: Knex.SchemaBuilder): Knex.SchemaBuilder => schema
    .createTable('arrival', arrival)
    .createTable('notice', notice)
    .dropTable('correlation') // nothing was ever written there
    .raw('create index arrival_refused on arrival (received_ms) where message is null')
    .raw("create index notice_due on notice (target, due_ms, seq) where state = 'due'")
    .raw("create index notice_leased on notice (target, lease_until_ms) where state = 'due' and lease_until_ms > 0")
    .alterTable('message', t => {
      t.text('disowned') // of what its receiver says with an Fo01 that it cannot use: what its answer was before; null while it does not say so
    })
    .raw('create unique index message_referentienummer on message (referentienummer)')
    .raw('create index message_conversatie on message (conversatie)')
    .raw("create index message_offered_type on message (receiver, type, seq) where delivery = 'offered'")
}
