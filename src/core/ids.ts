/** Branded identifiers: made only by the checking constructors below, so that a wrong string is a type error. */
import { hash, randomBytes, randomInt } from 'node:crypto'
import { v7, validate, version } from 'uuid'

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A message's id: UUIDv7, lower case. */
export type MessageId = Brand<string, 'MessageId'>
/** A batch's id: UUIDv7, lower case. */
export type BatchId = Brand<string, 'BatchId'>
/** A task's id: UUIDv7, lower case. */
export type TaskId = Brand<string, 'TaskId'>
/** The number a message carries through the chain (GGk referentienummer, VSP traceerId): UUIDv4, lower case. */
export type Referentienummer = Brand<string, 'Referentienummer'>
/** A party: CBS code of a gemeente (4 digits), AGB code of an aanbieder (8 digits), or an instantie such as `SVB`. */
export type PartyCode = Brand<string, 'PartyCode'>
/** An account: lower-case letters, digits, dots and dashes, 1 to 64 characters. */
export type AccountId = Brand<string, 'AccountId'>
/** SHA-256 of a certificate's DER: 64 lower-case hexadecimal digits. */
export type Fingerprint = Brand<string, 'Fingerprint'>
/** SHA-256 of some bytes: 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>
/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>

export type PartyKind = 'gemeente' | 'aanbieder' | 'instantie'
const instanties = ['SVB', 'CAK', 'CBS', 'UWV', 'VWS']

/** @returns the kind a party code belongs to by its shape, or null when it is no party code at all */
export function partyKind (text: string): PartyKind | null {
  if (/^[0-9]{4}$/.test(text)) return 'gemeente'
  if (/^[0-9]{8}$/.test(text)) return 'aanbieder'
  return instanties.includes(text) ? 'instantie' : null
}

function checked<T> (what: string, ok: boolean, text: unknown): T {
  if (!ok) throw new TypeError(`not a ${what}`)
  return text as T
}

/** Each throws a TypeError that names the kind, never the value: a value may be personal. */
export const partyCode = (text: string): PartyCode => checked('party code', partyKind(text) !== null, text)
export const accountId = (text: string): AccountId => checked('account id', /^[a-z0-9][a-z0-9.-]{0,63}$/.test(text), text)
export const fingerprint = (text: string): Fingerprint => checked('fingerprint', /^[0-9a-f]{64}$/.test(text), text)
export const sha256Hex = (text: string): Sha256 => checked('SHA-256', /^[0-9a-f]{64}$/.test(text), text)
/** @returns the SHA-256 of these bytes; 25 MB take some 20 ms */
export const digestOf = (bytes: Uint8Array): Sha256 => sha256Hex(hash('sha256', bytes, 'hex'))
export const messageId = (text: string): MessageId => checked('message id', isMessageId(text), text)
export const batchId = (text: string): BatchId => checked('batch id', isMessageId(text), text)
export const taskId = (text: string): TaskId => checked('task id', isMessageId(text), text)
export const referentienummer = (text: string): Referentienummer => checked('referentienummer', isReferentienummer(text), text)
export const instant = (ms: number): Instant => checked('instant', Number.isSafeInteger(ms) && ms >= 0, ms)

/** @returns whether the text has the shape of a referentienummer */
export function isReferentienummer (text: string): text is Referentienummer {
  return validate(text) && version(text) === 4 && text === text.toLowerCase()
}

/** @returns whether the text has the shape of a message's or batch's id */
export function isMessageId (text: string): boolean {
  return validate(text) && version(text) === 7 && text === text.toLowerCase()
}

/** Random bytes are drawn for many ids at once: a call for each costs more than the id. */
const pool = { bytes: Buffer.alloc(0), at: 0 }

function random16 (): Uint8Array {
  if (pool.at + 16 > pool.bytes.length) Object.assign(pool, { bytes: randomBytes(4096), at: 0 })
  pool.at += 16
  return pool.bytes.subarray(pool.at - 16, pool.at)
}

export const newMessageId = (at: Instant): MessageId => messageId(v7({ msecs: at, random: random16() }))
/** @returns the moment at which an id was made, which is when its message was received */
export const momentOf = (id: MessageId): Instant => instant(parseInt(id.replaceAll('-', '').slice(0, 12), 16))
export const newBatchId = (at: Instant): BatchId => batchId(newMessageId(at))
export const newTaskId = (at: Instant): TaskId => taskId(newMessageId(at))
/** Of the form the chain asks, a UUIDv4; it begins with the moment, so that an index has those of one time side by side, and 74 bits of it are drawn. */
export const newReferentienummer = (): Referentienummer => referentienummer(v7({ msecs: Date.now(), random: random16() }).replace(/^(.{14})7/, '$14'))

/** @returns an Identificatie for a message the gateway makes: `ZP` and 10 characters drawn from 36, so that it need not ask which are used */
export const newIdentificatie = (): string => `ZP${Array.from({ length: 10 }, () => randomInt(36).toString(36)).join('').toUpperCase()}`
