/** The reader's "valid" is final, so it must never call valid what the schema refuses: tried on thousands of broken messages of every type. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { generateMessage, models, mutantOf, readMessage, writeMessage, type MessageModel } from '../../src/standard/standard.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { precheck } from '../../src/validate/precheck.ts'

/** FUZZ_SEED repeats a run; FUZZ_PER_TYPE makes it longer. 28 types × 720 are over 20,000 documents. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000)
const perType = Number(process.env['FUZZ_PER_TYPE'] ?? 720)

/** Numbers from a seed (mulberry32). */
function dice (start: number): (below: number) => number {
  let state = start
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const spice = ['<', '>', '&', '/', '"', ' ', '\r', '\n', '-', '0', '9', 'x', '&#13;', '&#x41;', '&lt;', ']]>', '<!---->', '<a/>', 'é', '\u{1f600}', 'xmlns=""', ':']

/** One to three places of a valid message changed, dropped or doubled. */
function edited (model: MessageModel, roll: (below: number) => number): Buffer {
  let bytes = Buffer.from(writeMessage(model, generateMessage(model, roll(1_000_000), 'random')))
  for (let n = roll(3); n >= 0; n--) {
    const at = roll(bytes.length)
    const length = roll(4)
    const insert = [Buffer.alloc(0), Buffer.from(spice[roll(spice.length)] ?? ''), bytes.subarray(at, at + length), Buffer.from([roll(256)])][roll(4)]
    bytes = Buffer.concat([bytes.subarray(0, at), insert ?? Buffer.alloc(0), bytes.subarray(at + roll(2) * length)])
  }
  return bytes
}

const schemaSaysValid = (bytes: Buffer, model: MessageModel): boolean => withDocument(bytes, document => judgeBySchema(document, model).kind === 'valid', () => false)

describe(`the reader against libxml2, FUZZ_SEED=${seed}`, () => {
  for (const [nth, model] of models.entries()) {
    it(`${model.type}: ${perType} broken messages`, async () => {
      const roll = dice(seed + nth)
      const counts = { valid: 0, refused: 0 }
      for (let n = 0; n < perType; n++) {
        const bytes = n % 2 === 0 ? Buffer.from(mutantOf(model, seed + n).bytes) : edited(model, roll)
        const reading = precheck(bytes, bytes.length) === null ? readMessage(bytes) : null
        counts[reading?.kind === 'valid' ? 'valid' : 'refused']++
        if (reading?.kind === 'valid') assert.ok(schemaSaysValid(bytes, reading.model), `document ${n} is valid to the reader alone`)
        if (n % 32 === 0) await turn()
      }
      assert.ok(counts.valid > perType / 50 && counts.refused > perType / 10, `the mix tells nothing: ${JSON.stringify(counts)}`)
    })
  }
})
