/** Requests nobody would send, with a valid certificate: each is answered, never with a fault of ours, always as a problem, and no nine digits come back. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { precheck } from '../../src/validate/precheck.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { models, modelOf } from '../../src/standard/standard.ts'
import { fixture, makeWorld, message, type Reply } from '../flow/world.ts'
import { codeIn, hear, rawDoor, statuses } from '../hostile/raw.ts'
import { seed, tries } from './seed.ts'

const world = await makeWorld()
const gateway = await world.start({ log_level: 'warn' })
const client = gateway.as('gemeente')
const { id } = await client.send(message('WMO301', 1))
const digits = '999943212'

const words = ['v1', 'messages', 'mailbox', 'codes', 'retour', 'transport', 'payload', 'seal', 'receipt', 'history', 'operator', id, id.toUpperCase(), digits, '..', '.', '%00', '%2e%2e', '%zz', '%ff', '__proto__', '*', ';', 'x'.repeat(300), '']
const segment = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map(encodeURIComponent) })
const path = fc.oneof(fc.constantFrom('/v1/messages', '/v1/mailbox', `/v1/messages/${id}`, '/v1/codes/retour'), fc.array(segment, { maxLength: 6 }).map(it => `/${it.join('/')}`))
const names = ['limit', 'type', 'cursor', 'from', 'to', 'party', 'counterpart', 'identificatie', 'verdict', 'delivery', 'answer', 'family', 'overdue', '__proto__', 'constructor', digits, '']
const value = fc.oneof(fc.constantFrom('1', '250', '-1', '1e9', 'NaN', 'WMO301', '0344', '0363', 'accepted', 'MQ', 'OTk5OTQzMjEy', '2026-01-01T00:00:00Z', '9999-12-31T23:59:60Z', digits, '%00', '%zz', '\'', '[]'), fc.string({ maxLength: 30, unit: 'binary' }).map(it => it.isWellFormed() ? encodeURIComponent(it) : '%ed%a0%80'))
const query = fc.array(fc.tuple(fc.constantFrom(...names), value).map(([name, it]) => `${name}=${it}`), { maxLength: 4 }).map(it => it.length === 0 ? '' : `?${it.join('&')}`)
const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD')
const text = fc.string({ maxLength: 60 }).map(it => it.replace(/[^\x20-\x7e]/g, 'x'))
const headers = fc.dictionary(fc.constantFrom('content-type', 'content-encoding', 'accept', 'if-none-match', 'range', 'x-request-id', 'x-forwarded-for', 'x-signature', 'replaces', 'cookie', 'authorization', 'x-reason'), fc.oneof(text, fc.constantFrom('application/xml', 'application/json', 'text/xml; charset=utf-8', digits, id)), { maxKeys: 5 })
const body = fc.option(fc.oneof(fc.uint8Array({ maxLength: 500 }).map(it => Buffer.from(it)), fc.constant(Buffer.from(`<a>${digits}</a>`))), { nil: null })

/** What every answer must be, whatever was asked. */
function sound (reply: Reply, asked: string): void {
  assert.ok(reply.status < 500, `${asked}: ${reply.status}`)
  const answer = reply.bytes.toString()
  if (reply.status >= 400 && answer !== '') {
    assert.equal(reply.headers['content-type'], 'application/problem+json', asked)
    assert.match(reply.told.code, /^ZP_/, asked)
    assert.doesNotMatch(answer, new RegExp(digits), asked)
  }
}

describe(`routes, FUZZ_SEED=${seed}`, () => {
  test('any method, path, query, headers and body', { timeout: 600_000 }, async () => {
    await fc.assert(fc.asyncProperty(method, path, query, headers, body, async (method, path, query, headers, body) => {
      const reply = await client.call(method, `${path}${query}`, method === 'GET' || method === 'HEAD' ? null : body, headers)
      sound(reply, `${method} ${path}${query}`)
    }), { seed, numRuns: tries(1_200) })
  })

  test('any bytes on the wire: an answer below 500, or the end of the connection', { timeout: 600_000 }, async () => {
    const door = rawDoor(world, gateway.rest)
    const line = fc.tuple(fc.constantFrom('GET', 'POST', 'get', 'G\0T', ''), fc.constantFrom(' ', '\t', '  ', ''), path, fc.constantFrom(' HTTP/1.1', ' HTTP/1.0', ' HTTP/3', '')).map(it => it.join(''))
    const field = fc.constantFrom('Host: a', 'Host:', 'Content-Length: 3', 'Content-Length: x', 'Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'Connection: close', 'Upgrade: h2c', 'Expect: 100-continue', 'Expect: x', ': x', 'X', ' folded', 'Content-Type: application/xml', `X: ${'y'.repeat(500)}`)
    const request = fc.tuple(line, fc.array(field, { maxLength: 6 }), fc.constantFrom('\r\n', '\n', '\r'), fc.string({ maxLength: 30 })).map(([line, fields, end, rest]) => `${[line, ...fields].join(end)}${end}${end}${rest}`)
    await fc.assert(fc.asyncProperty(fc.oneof(request, fc.string({ maxLength: 200, unit: 'binary' })), async bytes => {
      const socket = await door.tls()
      const heard = hear(socket)
      // Half closed: what is not a whole request will never be one.
      socket.end(Buffer.from(bytes, 'latin1'))
      const { text } = await heard
      assert.ok(statuses(text).every(status => status < 500), text)
      if (statuses(text).some(status => status >= 400) && text.includes('{')) assert.match(codeIn(text) ?? '', /^ZP_/)
    }), { seed, numRuns: tries(150) })
  })

  test('fixtures with changed bytes: accepted only what libxml2 accepts too', { timeout: 600_000 }, async () => {
    const types = models.filter(it => it.afzender === 'gemeente' && it.role !== 'retour').map(it => it.type)
    const change = fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('<>&;/"= ]!?0\r\n'))), fc.constantFrom(0, 1))
    await fc.assert(fc.asyncProperty(fc.constantFrom(...types), fc.array(change, { minLength: 1, maxLength: 3 }), async (type, changes) => {
      const bytes = changes.reduce<Buffer>((before, [place, byte, taken]) => {
        const at = Math.floor(place * before.length)
        return Buffer.concat([before.subarray(0, at), Buffer.of(byte), before.subarray(at + taken)])
      }, fixture(type))
      const reply = await client.post(bytes)
      assert.ok(reply.status < 500, reply.bytes.toString())
      if (reply.status >= 300) return
      assert.equal(precheck(bytes, bytes.length), null)
      withDocument(bytes, document => { assert.equal(judgeBySchema(document, modelOf(type)).kind, 'valid') }, () => assert.fail('not well formed'))
    }), { seed, numRuns: tries(600) })
  })

  test('the gateway lives, and nothing failed', async () => {
    assert.equal((await client.post(message('WMO301', 2))).status, 202)
    assert.doesNotMatch(gateway.lines.join(''), /"level":(?:50|60)/)
  })
})
