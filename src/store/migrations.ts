/** What the tables are and what each column means; a list of steps that only ever grows at its end. */
import type { Knex } from 'knex'
import { auditChain, auditCheckpoints } from './migrations/audit.ts'
import { batchStep } from './migrations/batch.ts'
import { clientStep } from './migrations/client.ts'
import { counting } from './migrations/counting.ts'
import { countsStep } from './migrations/counts.ts'
import { cursorsStep } from './migrations/cursors.ts'
import { doorsStep } from './migrations/doors.ts'
import { facts, soughtStep } from './migrations/facts.ts'
import { judgingStep } from './migrations/judging.ts'
import { months } from './migrations/months.ts'
import { movedStep } from './migrations/moved.ts'
import { receipts } from './migrations/receipts.ts'
import { refusedMessages } from './migrations/refused.ts'
import { batchKeys, refusedAge, retention, spentApart } from './migrations/retention.ts'
import { pushing } from './migrations/pushing.ts'
import { queueStep } from './migrations/queue.ts'
import { register } from './migrations/register.ts'
import { laterStep } from './migrations/later.ts'
import { linksStep } from './migrations/links.ts'
import { signatures } from './migrations/signature.ts'
import { sourcesStep } from './migrations/sources.ts'
import { tenures } from './migrations/tenure.ts'

/** One step forward. The name is remembered in the database: never change a step that was released. */
export interface Migration {
  readonly name: string
  /**
   * The version before may go on beside it, and be started again: the step only adds tables, indexes, and columns that may be left out
   * of an insert; what that version writes is all this one needs. Without it all processes of before must have ended.
   */
  readonly beside?: true
  /** Tables kept in the order of their primary key and found by nothing else, where a database can do that. */
  readonly ordered?: readonly string[]
  /** What this step cannot do with: ids of two messages, and what is the matter with them. */
  readonly blocked?: { readonly sql: string, readonly why: string }
  up? (schema: Knex.SchemaBuilder): Knex.SchemaBuilder
  /** Statements for one database alone, after those. */
  readonly postgres?: readonly string[]
  readonly sqlite?: readonly string[]
}

type Table = Knex.CreateTableBuilder

/** Facts about the database itself: `mode` (test or production), `register_version` and `sources_version`. */
function meta (t: Table): void {
  t.text('name').primary()
  t.text('value').notNullable()
}

/** Who sends and receives. */
function party (t: Table): void {
  t.text('code').primary()
  t.text('kind').notNullable() // gemeente, aanbieder or instantie
  t.text('name').notNullable()
  t.text('families').notNullable() // JSON list of the standards the party takes part in
  t.text('connections').notNullable() // JSON list of doors and directions
}

/** Who may call. */
function account (t: Table): void {
  t.text('id').primary()
  t.text('role').notNullable() // party, operator or auditor
  t.text('party').references('code').inTable('party') // its own party; null for a supplier or an operator
  t.integer('active').notNullable() // 1 or 0
}

/** By what an account is known. */
function certificate (t: Table): void {
  t.text('fingerprint').primary() // SHA-256 of the DER, hexadecimal: of one account only
  t.text('account').notNullable().references('id').inTable('account').onDelete('cascade').index()
  t.text('use').notNullable() // tls or sign
  t.text('subject').notNullable()
  t.bigInteger('not_after_ms').notNullable()
}

/** Every message that was taken in or made, without its payload. The large columns stand last: a list does not read them. */
function message (t: Table): void {
  t.increments('seq') // order of acceptance; never used again; other tables and cursors refer to it
  t.text('id').notNullable().unique()
  t.text('family').notNullable()
  t.text('type').notNullable()
  t.text('release').notNullable()
  t.text('afzender').notNullable() // as in the Header; a retour keeps those of its heenbericht
  t.text('ontvanger').notNullable()
  t.text('sender').notNullable() // who sends this message
  t.text('receiver').notNullable() // who gets it
  t.text('identificatie').notNullable() // with sender and type the key under which a message is taken once
  t.text('sha256').notNullable() // of the payload: tells a repeat from a reuse of the key
  t.integer('size_bytes').notNullable()
  t.bigInteger('received_ms').notNullable()
  t.text('account') // who handed it in; null when the gateway made it
  t.text('door').notNullable() // by which it came
  t.text('origin').notNullable() // party, gateway or import
  t.text('referentienummer').notNullable() // goes with the message through the chain
  t.text('conversatie').notNullable() // shared by a message and what answers it
  t.text('answers') // id of the message this one answers
  t.text('verdict').notNullable() // first of the three states
  t.text('delivery').notNullable() // second
  t.text('answer').notNullable() // third
  t.text('answered_by') // id of the message that answered this one
  t.bigInteger('answer_due_ms') // until when the answer is in time; null as long as no term runs
  t.bigInteger('offered_ms') // when the receiver could first see it
  t.bigInteger('delivered_ms') // when the receiver acknowledged it
  t.text('order_key').notNullable() // messages with one key are pushed in order
  t.binary('data_key') // key of payload and findings, wrapped; null while they are stored in the clear
  t.text('kek_id') // what wrapped it
  t.text('header').notNullable() // JSON, path to text: an answer must repeat these unchanged
  t.binary('receipt').notNullable() // exact bytes, given again to a repeat
  t.binary('seal').notNullable() // detached CMS, DER
  t.unique(['sender', 'type', 'identificatie'])
  t.index(['sender', 'seq'])
  t.index(['receiver', 'seq'])
  t.index(['delivery', 'receiver', 'seq']) // the mailbox, and the counts per state
}

/** The bytes as they came. */
function payload (t: Table): void {
  t.integer('message').primary().references('seq').inTable('message').onDelete('cascade')
  t.binary('body').notNullable()
}

/** What was found wrong; only for messages that have findings. */
function finding (t: Table): void {
  t.integer('message').primary().references('seq').inTable('message').onDelete('cascade')
  t.binary('body').notNullable() // JSON list
}

/** Work that is left, and nothing else: a row goes with its work, so claiming stays quick. */
function delivery (t: Table): void {
  t.increments('id') // never used again
  t.integer('message').notNullable().references('seq').inTable('message').onDelete('cascade').index()
  t.text('kind').notNullable() // message, or a notice about it
  t.text('target').notNullable() // party it goes to
  t.text('state').notNullable() // due: for the worker; held: for a handler or a person; dead: given up
  t.bigInteger('due_ms').notNullable() // not before
  t.bigInteger('lease_until_ms').notNullable() // a worker has it until then; 0 when none has
  t.integer('fence').notNullable() // rises whenever the work changes hands
  t.integer('attempts').notNullable() // that count
  t.bigInteger('first_failed_ms') // since when it keeps failing; null while it does not
  t.text('last_reason') // code of the last failure, of the holding, or of giving up
  t.index(['state', 'due_ms', 'id'])
}

/** Numbers a message bears at each door. */
function correlation (t: Table): void {
  t.text('door').notNullable()
  t.text('party').notNullable() // the other side at that door
  t.text('kind').notNullable() // which number
  t.text('number').notNullable()
  t.integer('message').notNullable().references('seq').inTable('message').onDelete('cascade').index()
  t.primary(['door', 'party', 'kind', 'number'])
}

/** What happened, in ids, codes and digests only; outlives the message. */
function audit (t: Table): void {
  t.text('chain').notNullable() // one for all that write to this database
  t.bigInteger('seq').notNullable() // without gaps in its chain
  t.binary('prev') // mac of the row before; null for the first that is chained, and those before it
  t.bigInteger('at_ms').notNullable()
  t.text('event').notNullable()
  t.text('message') // id
  t.text('account') // who did it; null for the gateway itself
  t.text('detail') // code, or id of another message
  t.text('digest') // SHA-256 of the bytes it is about
  t.binary('mac') // HMAC over all other columns; null for rows of before the chain
  t.primary(['chain', 'seq'])
  t.index(['message', 'at_ms'])
}

export const migrations: readonly Migration[] = [
  {
    name: '0001-spine',
    up: schema => schema
      .createTable('meta', meta)
      .createTable('party', party)
      .createTable('account', account)
      .createTable('certificate', certificate)
      .createTable('message', message)
      .createTable('payload', payload)
      .createTable('finding', finding)
      .createTable('delivery', delivery)
      .createTable('correlation', correlation)
      .createTable('audit', audit)
  },
  register,
  auditChain,
  clientStep,
  signatures,
  counting,
  retention,
  refusedMessages,
  auditCheckpoints,
  batchStep,
  refusedAge,
  batchKeys,
  judgingStep,
  facts,
  sourcesStep,
  receipts,
  pushing,
  doorsStep,
  tenures,
  months,
  countsStep,
  queueStep,
  movedStep,
  linksStep,
  cursorsStep,
  soughtStep,
  spentApart,
  laterStep
]
