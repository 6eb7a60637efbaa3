/** What reads bytes or texts of others never breaks on them: it gives its value or its own refusal. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, configSchema, environmentName, readConfig } from '../../src/config.ts'
import { instant } from '../../src/core/core.ts'
import { DerError, integer, octetString, readDer, readTime, sequence } from '../../src/sign/der.ts'
import { generateMessage, models, readMessage, writeMessage } from '../../src/standard/standard.ts'
import { readProlog } from '../../src/standard/prolog.ts'
import { precheck } from '../../src/validate/precheck.ts'
import { statementBytes, verifyByTrust, verifySeal } from '../../src/sign/sign.ts'
import { seed, tries } from './seed.ts'

/** Runs a property; what fails is told with the seed and the path that repeat it. */
const check = <T>(property: fc.IProperty<T> | fc.IAsyncProperty<T>, few: number): void | Promise<void> => fc.assert(property, { seed, numRuns: tries(few) })

const oneOf = (error: unknown, ...kinds: ReadonlyArray<abstract new (...given: never[]) => Error>): boolean => kinds.some(kind => error instanceof kind)

/** Passes when it answers, or throws one of these. */
function answersOr (work: () => unknown, ...kinds: ReadonlyArray<abstract new (...given: never[]) => Error>): void {
  try { work() } catch (error) { assert.ok(oneOf(error, ...kinds), String(error)) }
}

const markup = fc.array(fc.constantFrom('<', '>', '</', '/>', '<?xml', '?>', '<!--', '-->', '<![CDATA[', ']]>', '<!DOCTYPE', '&#', ';', '&lt;', 'xmlns', ':', '="', '"', "'", ' ', '\r', '\n', 'Bericht', 'é', '\u{1f600}', '\ud800'), { maxLength: 60 }).map(it => it.join(''))

describe(`codecs, FUZZ_SEED=${seed}`, () => {
  test('a message that is written reads back as it was', () => check(fc.property(fc.constantFrom(...models), fc.nat(1_000_000), (model, nth) => {
    const message = generateMessage(model, nth, 'random')
    const reading = readMessage(writeMessage(model, message))
    assert.ok(reading.kind === 'valid')
    assert.deepEqual(reading.message, message)
  }), 200))

  test('the pre-checks, the reader and the prolog take any bytes', () => check(fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), markup.map(it => Buffer.from(it))), bytes => {
    precheck(Buffer.from(bytes), 1_000)
    assert.notEqual(readMessage(bytes).kind, 'valid')
    readProlog(Buffer.from(bytes).toString())
  }), 3_000))

  test('DER: any bytes give a value or a DerError, and what was written is read', () => check(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
    answersOr(() => readDer(bytes), DerError)
    answersOr(() => readTime(readDer(Uint8Array.of(0x17, bytes.length & 0x7f, ...bytes.subarray(0, bytes.length & 0x7f)))), DerError)
    const written = sequence(octetString(bytes), integer(bytes))
    const [first] = readDer(written).children
    assert.deepEqual(Buffer.from(first?.content ?? []), Buffer.from(bytes))
    const [cut] = fc.sample(fc.nat(written.length - 1), { numRuns: 1, seed })
    assert.throws(() => readDer(written.subarray(0, cut)), DerError)
  }), 1_000))

  test('a seal of any bytes is refused with a reason', () => check(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
    for (const seal of [bytes, sequence(bytes), sequence(Buffer.from('06092a864886f70d010702', 'hex'), octetString(bytes))]) {
      assert.equal(verifySeal({ seal, payload: bytes, statement: bytes, trusted: [] }).ok, false)
      assert.equal(verifyByTrust({ signature: seal, payload: bytes, trusted: [], at: instant(0) }).ok, false)
    }
  }), 1_000))

  test('a statement is canonical JSON or refuses a lone surrogate', () => check(fc.property(fc.string({ unit: 'binary' }), text => {
    const statement = { id: text, sender: text, receiver: text, certificate_sha256: null, received: text, sha256: text, verdict: 'accepted' }
    answersOr(() => assert.deepEqual(JSON.parse(statementBytes(statement as never).toString()), statement), TypeError)
  }), 500))

  test('a configuration of any values is frozen or refused by name, never half taken', () => check(fc.property(fc.dictionary(fc.constantFrom(...Object.keys(configSchema.properties), 'strange', '__proto__', 'constructor'), fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(fc.integer()))), raw => {
    answersOr(() => readConfig({ env: {}, over: raw }), ConfigError)
    const env = Object.fromEntries(Object.entries(raw).map(([key, value]) => [environmentName(key), String(value)]))
    answersOr(() => readConfig({ env }), ConfigError)
  }), 60))
})
