/** The tables of batches. */
import type { Knex } from 'knex'
import type { Migration } from '../migrations.ts'

type Table = Knex.CreateTableBuilder

/** A ZIP of messages that somebody handed in, and the work that is left on it. */
function batch (t: Table): void {
  t.increments('seq') // order of arrival; cursors refer to it
  t.text('id').notNullable().unique()
  t.text('account').notNullable() // who handed it in
  t.text('party').notNullable() // for whom
  t.text('certificate') // with which
  t.text('sha256').notNullable() // of the ZIP: with account and party the key under which it is taken once
  t.integer('size_bytes').notNullable()
  t.integer('members').notNullable() // how many
  t.bigInteger('received_ms').notNullable()
  t.text('state').notNullable() // due: for the gateway; done
  t.bigInteger('due_ms').notNullable() // not before
  t.bigInteger('lease_until_ms').notNullable() // a gateway has it until then; 0 when none has
  t.integer('fence').notNullable() // rises whenever the work changes hands
  t.integer('attempts').notNullable() // claims since the last member ended, without those handed back
  t.integer('tried').notNullable() // at which member that was
  t.bigInteger('first_failed_ms') // since when that member keeps failing; null while it does not
  t.text('last_reason') // code of the last failure
  t.bigInteger('started_ms') // when its first member was taken up
  t.bigInteger('ended_ms') // when its last member ended
  t.binary('data_key').notNullable() // key of its list, body and refusals, wrapped
  t.text('kek_id').notNullable() // what wrapped it
  t.binary('list').notNullable() // encrypted JSON: name and size of each member
  t.unique(['account', 'party', 'sha256'])
  t.index(['state', 'due_ms', 'seq'])
  t.index(['party', 'seq'])
  t.index(['received_ms']) // what is too old
}

/** The ZIP as it came, encrypted; it goes when the batch is done, for its members are messages by then. */
function batchBody (t: Table): void {
  t.text('batch').primary().references('id').inTable('batch').onDelete('cascade')
  t.binary('body').notNullable()
}

/** What became of a member; it has no row while it waits. */
function batchMember (t: Table): void {
  t.text('batch').notNullable().references('id').inTable('batch').onDelete('cascade')
  t.integer('position').notNullable() // from 1, in the order of the archive
  t.text('state').notNullable() // accepted, duplicate, rejected, refused or failed
  t.text('message') // id: of the message, or of the refused one that is kept
  t.text('code') // of a refusal
  t.binary('told') // encrypted JSON: of a refusal its detail, the number of findings and the first of them
  t.bigInteger('ended_ms').notNullable()
  t.binary('findings') // encrypted JSON: all of them, where they are more; it stands last, a list does not read it
  t.primary(['batch', 'position'])
  t.index(['batch', 'state']) // counted at every look, without reading what was told
}

export const batchStep: Migration = {
  name: '0010-batch',
  up: schema => schema
    .createTable('batch', batch)
    .createTable('batch_body', batchBody)
    .createTable('batch_member', batchMember)
}
