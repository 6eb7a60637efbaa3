/** What somebody was promised, on disk before he does anything else: a file of lines, which outlives who writes it. */
import assert from 'node:assert/strict'
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { digestOf, messageId, partyCode, sha256Hex, type MessageId, type PartyCode, type Sha256 } from '../../src/core/core.ts'
import { supportedTypes, type MessageType } from '../../src/standard/standard.ts'

export interface Ledger {
  /** Returns when the line is on disk. @param line without line end */
  write (line: string): void
  /** How many lines there are. */
  count (): number
  lines (): readonly string[]
  close (): void
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)

/** Opens or begins it. A last line that was not written whole was promised to nobody yet, and is cut off. @param lasting whether a line outlives the machine too, and not only who writes it */
export function openLedger (path: string, lasting = true): Ledger {
  const file = openSync(path, 'a')
  const whole = readFileSync(path).lastIndexOf('\n') + 1
  ftruncateSync(file, whole)
  let count = linesOf(readFileSync(path, 'latin1')).length
  return {
    write (line) {
      writeSync(file, `${line}\n`)
      if (lasting) fsyncSync(file)
      count++
    },
    count: () => count,
    lines: () => linesOf(readFileSync(path, 'latin1')),
    close: () => { closeSync(file) }
  }
}

/** A receipt as a line of a ledger tells it: enough to ask for it again and to know it by. */
export interface Promised {
  readonly id: MessageId
  readonly sender: PartyCode
  readonly type: MessageType
  readonly identificatie: string
  /** Of the message. */
  readonly sha256: Sha256
  /** Of the receipt's bytes. */
  readonly receipt: Sha256
}

/** @param receipt its exact bytes, as they were given @param sent what it is for @returns the line that stands for it @throws AssertionError where it is a receipt of something else */
export function lineOf (receipt: Buffer, sent: Uint8Array): string {
  const it = JSON.parse(receipt.toString()) as Record<string, unknown>
  assert.equal(it['sha256'], digestOf(sent), `the receipt of ${String(it['id'])} is not of what was sent`)
  return [it['id'], it['sender'], it['type'], it['identificatie'], it['sha256'], digestOf(receipt)].join(' ')
}

/** @throws Error where it is no line that `lineOf` makes */
export function promisedIn (line: string): Promised {
  const [id = '', sender = '', named = '', identificatie = '', sha256 = '', receipt = ''] = line.split(' ')
  const type = supportedTypes().find(it => it === named)
  assert.ok(type !== undefined, `no line of a ledger: ${line}`)
  return { id: messageId(id), sender: partyCode(sender), type, identificatie, sha256: sha256Hex(sha256), receipt: sha256Hex(receipt) }
}
