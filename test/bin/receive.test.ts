/** `zorgpoort receive`: takes what a gateway pushes, once and whole, and nothing that does not hold together. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { Malformed, readParts, type PartName } from '../../bin/receive/parts.ts'
import { openReceiver, type ReceiverSettings } from '../../bin/receive/receiver.ts'
import { issue, makeAuthority } from '../../src/sign/sign.ts'
import { makeWorld, message, until } from '../flow/world.ts'
import { ends, folder, starts, zorgpoort } from './command.ts'

const authority = await makeAuthority({ name: 'Here', algorithm: 'P-256' })
const own = await issue(authority, { subject: 'receiver', use: 'server', algorithm: 'P-256', ipAddresses: ['127.0.0.1'] })
const gateway = await issue(authority, { subject: 'gateway', use: 'client', algorithm: 'P-256' })
const stranger = await issue(await makeAuthority({ name: 'Elsewhere', algorithm: 'P-256' }), { subject: 'x', use: 'client', algorithm: 'P-256' })

type Parcel = Readonly<Record<PartName, Buffer>>

/** A message as a gateway would push it, sealed by a real one. */
const { parcel, id, other, trusted } = await (async () => {
  const world = await makeWorld()
  const running = await world.start()
  const [first, second] = [await running.as('gemeente').send(message('WMO301', 1)), await running.as('gemeente').send(message('WMO301', 2))]
  const part = async (of: string, name: string): Promise<Buffer> => (await running.as('aanbieder').get(`/v1/messages/${of}/${name}`)).bytes
  const whole = async (of: string): Promise<Parcel> => {
    const receipt = await part(of, 'receipt')
    return { metadata: receipt, payload: await part(of, 'payload'), seal: await part(of, 'seal'), receipt }
  }
  const it = { parcel: await whole(first.id), id: first.id, other: await whole(second.id), trusted: readFileSync(world.config().seal_certificate, 'utf8') }
  await running.stop()
  return it
})()

const boundary = 'zorgpoort-1'
const bodyOf = (parts: Partial<Parcel>): Buffer => Buffer.concat([
  ...Object.entries(parts).flatMap(([name, bytes]) => [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`), bytes, Buffer.from('\r\n')]),
  Buffer.from(`--${boundary}--\r\n`)
])
const type = `multipart/form-data; boundary=${boundary}`

interface Reply { readonly status: number, readonly code: string | null }
interface Sent { readonly body?: Buffer, readonly method?: string, readonly headers?: Record<string, string>, readonly by?: { readonly key: string, readonly certificate: string } | null }

/** A receiver and what it said, and a way to push to it. */
async function here (over: Partial<ReceiverSettings> = {}) {
  const dir = folder()
  const lines: string[] = []
  const receiver = await openReceiver({ host: '127.0.0.1', port: 0, key: own.key, cert: own.certificate, ca: authority.certificate, trusted, dir, odd: { status: null, times: 0, slow_ms: 0 }, say: line => { lines.push(line) }, ...over })
  after(() => receiver.close())
  const push = async ({ body = bodyOf(parcel), method = 'POST', headers = {}, by = gateway }: Sent = {}): Promise<Reply> => {
    const call = request({ host: '127.0.0.1', port: receiver.port, method, agent: false, ca: authority.certificate, ...(by === null ? {} : { key: by.key, cert: by.certificate }), headers: { 'Content-Type': type, 'Content-Length': body.length, 'Zorgpoort-Message': id, 'Idempotency-Key': id, 'Zorgpoort-Attempt': '1', ...headers } })
    call.end(method === 'POST' ? body : undefined)
    const [answer] = await once(call, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    return { status: answer.statusCode, code: text === '' ? null : String(JSON.parse(text).code) }
  }
  return { dir, lines, push }
}
const json = (bytes: Buffer, over: object): Buffer => Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), ...over }))

describe('receive', () => {
  test('answers 2xx when the message is kept whole, and a second time without writing it again', async () => {
    const { dir, lines, push } = await here()
    assert.deepEqual(await push(), { status: 204, code: null })
    assert.deepEqual(readdirSync(dir), [id])
    assert.deepEqual(readFileSync(join(dir, id, 'payload.xml')), parcel.payload)
    assert.deepEqual(readdirSync(join(dir, id)).toSorted(), ['metadata.json', 'payload.xml', 'receipt.json', 'seal.p7s'])
    // Had it been written again, what stands there would be the first bytes again.
    writeFileSync(join(dir, id, 'payload.xml'), 'x')
    assert.deepEqual(await push({ headers: { 'Zorgpoort-Attempt': '2' } }), { status: 204, code: null })
    assert.equal(readFileSync(join(dir, id, 'payload.xml'), 'utf8'), 'x')
    assert.equal(lines.length, 2)
    assert.match(lines[0] ?? '', new RegExp(`^${id} {2}WMO301 {2}0344 → 42420001 {2}${parcel.payload.length} bytes {2}verified {2}\\(attempt 1\\)$`))
    assert.match(lines[1] ?? '', /verified {2}again: was kept already {2}\(attempt 2\)$/)
  })

  test('refuses by a code what does not hold together, and keeps nothing of it', async () => {
    const { dir, push } = await here()
    const strange = Buffer.concat([parcel.payload.subarray(0, -1), Buffer.from(' ')])
    const cases: ReadonlyArray<readonly [code: string, parts: Partial<Parcel>]> = [
      ['wrong_size', { ...parcel, payload: Buffer.concat([parcel.payload, Buffer.from(' ')]) }],
      ['wrong_sha256', { ...parcel, payload: strange }],
      ['wrong_id', other],
      ['wrong_metadata', { ...parcel, metadata: json(parcel.metadata, { type: 'x'.repeat(10) }) }],
      ['wrong_metadata', { ...parcel, metadata: Buffer.from('[]') }],
      ['wrong_receipt', { ...parcel, receipt: other.receipt }],
      ['seal_digest', { ...parcel, seal: other.seal }],
      ['seal_form', { ...parcel, seal: Buffer.from('x') }],
      ['seal_statement', { ...parcel, metadata: json(parcel.metadata, { verdict: 'rejected' }), receipt: json(parcel.receipt, { verdict: 'rejected' }) }],
      ['parts_missing', { metadata: parcel.metadata, payload: parcel.payload, seal: parcel.seal }],
      ['parts_missing', { payload: parcel.payload, metadata: parcel.metadata, seal: parcel.seal, receipt: parcel.receipt }],
      ['too_many_parts', { ...parcel, ...{ more: Buffer.from('x') } }]
    ]
    for (const [code, parts] of cases) assert.deepEqual(await push({ body: bodyOf(parts) }), { status: 422, code }, code)
    assert.deepEqual(await push({ headers: { 'Content-Type': 'application/xml' } }), { status: 422, code: 'no_multipart' })
    assert.deepEqual(readdirSync(dir), [])
  })

  test('takes the seal of a trusted authority only, unless it is told not to look', async () => {
    const { push } = await here({ trusted: authority.certificate })
    assert.deepEqual(await push(), { status: 422, code: 'seal_chain' })
    assert.deepEqual(await (await here({ trusted: null })).push(), { status: 204, code: null })
  })

  test('takes an id that is one and nothing else as a name, and bodies that are announced and not too large', async () => {
    const { dir, push } = await here()
    for (const name of ['../../etc', '', `${id}/..`, id.toUpperCase()]) assert.deepEqual(await push({ headers: { 'Zorgpoort-Message': name, 'Idempotency-Key': name } }), { status: 400, code: 'no_id' })
    assert.deepEqual(await push({ headers: { 'Idempotency-Key': 'x' } }), { status: 400, code: 'no_id' })
    assert.deepEqual(await push({ method: 'GET' }), { status: 405, code: 'post_only' })
    assert.deepEqual(await push({ headers: { 'Content-Length': '27000001' }, body: Buffer.alloc(0) }), { status: 413, code: 'too_large' })
    assert.deepEqual(readdirSync(dir), [])
  })

  test('turns away who shows no certificate of its authority', async () => {
    const { lines, push } = await here()
    for (const by of [null, stranger]) await assert.rejects(push({ by }))
    assert.ok(lines.every(line => line.includes('was turned away')) && lines.length === 2)
  })

  test('answers as asked so many times, then takes it', async () => {
    const { dir, lines, push } = await here({ odd: { status: 503, times: 2, slow_ms: 1 } })
    assert.deepEqual([(await push()).status, (await push()).status, (await push()).status], [503, 503, 204])
    assert.match(lines[0] ?? '', /answered 503 as_asked/)
    assert.deepEqual(readdirSync(dir), [id])
  })
})

describe('parts of a push', () => {
  test('come back as they went in', () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map(it => Buffer.from(it))
    fc.assert(fc.property(bytes, bytes, bytes, bytes, (metadata, payload, seal, receipt) => {
      const parts = { metadata, payload, seal, receipt }
      fc.pre(!Object.values(parts).some(it => it.includes(boundary)))
      assert.deepEqual(readParts(type, bodyOf(parts)), parts)
    }))
  })

  test('any other bytes are malformed, and nothing worse', () => {
    const whole = bodyOf(parcel)
    const spoiled = fc.tuple(fc.nat(whole.length), fc.nat(20), fc.uint8Array({ maxLength: 20 })).map(([at, gone, put]) => Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + gone)]))
    const pieces = fc.array(fc.constantFrom('--', boundary, '\r\n', '\r\n\r\n', 'Content-Disposition: form-data; name="metadata"', 'x'), { maxLength: 30 }).map(it => Buffer.from(it.join('')))
    fc.assert(fc.property(fc.oneof(spoiled, pieces, fc.uint8Array().map(it => Buffer.from(it))), body => {
      try { readParts(type, body) } catch (error) { assert.ok(error instanceof Malformed) }
    }), { numRuns: 300 })
    const cut = (at: number): Buffer => whole.subarray(0, at)
    for (const at of [0, 5, 200, whole.length - 5]) assert.throws(() => readParts(type, cut(at)), Malformed)
    assert.throws(() => readParts(type, Buffer.concat([whole, Buffer.from('x')])), { code: 'bytes_after_the_end' })
    for (const wrong of [undefined, 'multipart/form-data', 'multipart/mixed; boundary=x', `${type}; charset=utf-8`]) assert.throws(() => readParts(wrong, whole), { code: 'no_multipart' })
  })
})

describe('the command', () => {
  test('uses the development certificates of the folder, and ends with 0 when it is stopped', async () => {
    const cwd = folder()
    ends(await zorgpoort(['receive'], { cwd }), 1, /cannot read \.zorgpoort\/server\.pem: no such file/)
    ends(await zorgpoort(['keys', 'make'], { cwd }), 0)
    const { child, said, ended } = starts(['receive', '--port', '0', '--to', 'in'], { cwd })
    await until(() => said.out.includes('Takes what is pushed to https://127.0.0.1:') || undefined, said.err)
    assert.ok(existsSync(join(cwd, 'in')))
    child.kill('SIGTERM')
    ends(await ended, 0)
  })
})
