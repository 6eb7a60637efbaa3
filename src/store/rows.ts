/** Rows of the database as typed values: the one place where what was stored is believed after a check. */
import {
  accountId, answers, deadClasses, deliveries, doors, fingerprint, instant, messageId, partyCode, referentienummer, sha256Hex, verdicts,
  type AccountId, type DeadClass, type Finding, type Instant, type MessageId, type PartyCode, type Sha256
} from '../core/core.ts'
import type { Family, MessageType } from '../standard/model.ts'
import type { Row } from './db.ts'
import type { Claimed, Envelope, HistoryRow, StoredMessage, Work } from './verbs.ts'

export function text (row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`)
  return value
}

/** Some drivers give large integers as text. */
export function whole (row: Row, column: string): number {
  const value = Number(row[column] ?? NaN)
  if (!Number.isSafeInteger(value)) throw new TypeError(`column ${column} holds no integer`)
  return value
}

export function bytes (row: Row, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${column} holds no bytes`)
  return value
}

/** @returns null where the column is null, else what `read` makes of it */
export function maybe<T> (row: Row, column: string, read: (row: Row, column: string) => T): T | null {
  return row[column] === null ? null : read(row, column)
}

export function oneOf<T extends string> (row: Row, column: string, table: readonly T[]): T {
  const found = table.find(entry => entry === row[column])
  if (found === undefined) throw new TypeError(`column ${column} holds a value outside its table`)
  return found
}

/** @returns the list that the JSON text holds, each entry as a row of its own; an entry that is no object stands in column `entry` */
export function entries (json: string): Row[] {
  const list: unknown = JSON.parse(json)
  if (!Array.isArray(list)) throw new TypeError('a column holds no list')
  return list.map((entry: unknown) => Object.fromEntries(Object.entries(typeof entry === 'object' ? entry ?? {} : { entry })))
}

const levels: ReadonlyArray<Finding['level']> = [1, 2, 3, 4]

function finding (row: Row): Finding {
  const level = levels.find(known => known === row['level'])
  if (level === undefined) throw new TypeError('a finding has no level')
  const { retourcode, class: at, assessed, warning, found_en, expected_en } = row
  return {
    level,
    code: text(row, 'code'),
    ...(retourcode === undefined ? {} : { retourcode: text(row, 'retourcode') }),
    ...(at === undefined ? {} : { class: text(row, 'class') }),
    ...(found_en === undefined ? {} : { found_en: text(row, 'found_en') }),
    ...(expected_en === undefined ? {} : { expected_en: text(row, 'expected_en') }),
    // Each is there only where it says something.
    ...(assessed === false ? { assessed } : {}),
    ...(warning === true ? { warning } : {}),
    line: maybe(row, 'line', whole),
    path: text(row, 'path'),
    found: text(row, 'found'),
    expected: text(row, 'expected'),
    message: text(row, 'message'),
    message_en: text(row, 'message_en')
  }
}

export const families = ['iwmo', 'ijw'] as const satisfies readonly Family[]

export function messageType (row: Row, column: string): MessageType {
  const value = text(row, column)
  if (!/^(WMO|JW)3[0-9][0-9]$/.test(value)) throw new TypeError(`column ${column} holds no message type`)
  return value as MessageType
}

export const at = (row: Row, column: string): Instant => instant(whole(row, column))
export const account = (row: Row, column: string): AccountId => accountId(text(row, column))
export const partyOf = (row: Row, column: string): PartyCode => partyCode(text(row, column))
export const sha256 = (row: Row, column: string): Sha256 => sha256Hex(text(row, column))
export const message = (row: Row, column: string): MessageId => messageId(text(row, column))

/** @returns what was found wrong with a message, kept as JSON in UTF-8 */
export const findings = (json: Uint8Array): Finding[] => entries(Buffer.from(json).toString()).map(finding)

/** The columns of an envelope, all of the table `message`. */
export const envelopeColumns = [
  'id', 'family', 'type', 'release', 'afzender', 'ontvanger', 'sender', 'receiver', 'identificatie', 'sha256', 'size_bytes',
  'received_ms', 'account', 'door', 'origin', 'referentienummer', 'conversatie', 'answers', 'verdict'
] as const

export function envelope (row: Row): Envelope {
  return {
    id: message(row, 'id'),
    family: oneOf(row, 'family', families),
    type: messageType(row, 'type'),
    release: text(row, 'release'),
    afzender: partyOf(row, 'afzender'),
    ontvanger: partyOf(row, 'ontvanger'),
    sender: partyOf(row, 'sender'),
    receiver: partyOf(row, 'receiver'),
    identificatie: text(row, 'identificatie'),
    sha256: sha256(row, 'sha256'),
    size_bytes: whole(row, 'size_bytes'),
    received: at(row, 'received_ms'),
    account: maybe(row, 'account', account),
    door: oneOf(row, 'door', doors),
    origin: oneOf(row, 'origin', ['party', 'gateway', 'import']),
    referentienummer: referentienummer(text(row, 'referentienummer')),
    conversatie: referentienummer(text(row, 'conversatie')),
    answers: maybe(row, 'answers', message),
    verdict: oneOf(row, 'verdict', verdicts)
  }
}

const classOf = (row: Row, column: string): DeadClass => oneOf(row, column, deadClasses)

/** What is held until a person decides is due at no moment that comes. */
export const never_ms = Number.MAX_SAFE_INTEGER

function workOf (row: Row): Work {
  const due = whole(row, 'work_due_ms')
  const state = oneOf(row, 'work_state', ['due', 'blocked', 'held', 'dead'])
  return {
    kind: oneOf(row, 'work_kind', ['handle', 'push']),
    state,
    since: maybe(row, 'work_since_ms', at),
    attempts: whole(row, 'work_attempts'),
    next: state === 'due' || (state === 'held' && due < never_ms) ? instant(due) : null,
    under_way: state === 'due' && whole(row, 'work_lease_ms') > 0,
    reason: maybe(row, 'work_reason', text),
    behind: maybe(row, 'work_behind', message)
  }
}

/** The row has the columns of an envelope, the states, and `work_…` of the delivery still to do, null where there is none. */
export function stored (row: Row): StoredMessage {
  const work = maybe(row, 'work_state', text)
  return {
    ...envelope(row),
    delivery: oneOf(row, 'delivery', deliveries),
    answer: oneOf(row, 'answer', answers),
    answered_by: maybe(row, 'answered_by', message),
    answer_due: maybe(row, 'answer_due_ms', at),
    offered: maybe(row, 'offered_ms', at),
    delivered: maybe(row, 'delivered_ms', at),
    payload_gone: row['payload_gone_ms'] === null ? null : { at: at(row, 'payload_gone_ms'), why: oneOf(row, 'payload_gone_why', ['retention', 'erased']) },
    dead_class: work === 'dead' ? maybe(row, 'work_class', classOf) : null,
    dead_reason: work === 'dead' ? maybe(row, 'work_reason', text) : null,
    work: work === null ? null : workOf(row),
    next_try: work === 'due' ? at(row, 'work_due_ms') : null,
    attempts: work === null ? 0 : whole(row, 'work_attempts'),
    signer: maybe(row, 'signer', (row, column) => fingerprint(text(row, column)))
  }
}

/** The row has the columns of an envelope; `lease` those of the delivery. */
export function claimed (lease: Row, row: Row): Claimed {
  return {
    delivery: whole(lease, 'id'),
    fence: whole(lease, 'fence'),
    attempt: whole(lease, 'attempts'),
    failing_since: maybe(lease, 'first_failed_ms', at),
    lease_until: at(lease, 'lease_until_ms'),
    released: maybe(lease, 'released', text),
    envelope: envelope(row)
  }
}

/** One row says both where a message was offered in the moment it was accepted; a reader is told the two. */
export function historyRows (row: Row): HistoryRow[] {
  const told: HistoryRow = { at: at(row, 'at_ms'), event: text(row, 'event'), account: maybe(row, 'account', account), detail: maybe(row, 'detail', text) }
  const both = told.event === 'accepted' && told.detail === 'offered'
  return both ? [{ ...told, detail: null }, { ...told, event: 'offered', account: null, detail: null }] : [told]
}
