/** What becomes of a push to every kind of receiver, over real TLS. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openCourier, type Courier, type CourierOptions, type Pushed } from '../../src/deliver/deliver.ts'
import { certificateFacts } from '../../src/sign/sign.ts'
import type { Parcel, PushConnection } from '../../src/store/store.ts'
import { openReceivers, type Behaviour, type Receiver, type Receivers, type Shown } from '../receivers.ts'
import { aParcel, id } from './parcel.ts'

let world: Receivers
let parcel: Parcel
const couriers: Courier[] = []
before(async () => {
  world = await openReceivers()
  parcel = await aParcel()
})
after(async () => {
  for (const courier of couriers) await courier.close()
  await world.close()
})

const never = new AbortController().signal
const loopback = ['127.0.0.0/8', '::1/128']

/** A courier that may reach these receivers. */
function courierTo (receivers: readonly Receiver[], over: Partial<CourierOptions> = {}): Courier {
  const courier = openCourier({ identity: () => world.own, ca: null, ports: receivers.map(it => it.port), networks: loopback, ms_max: 20_000, connect_ms_max: 5_000, ...over })
  couriers.push(courier)
  return courier
}

const failed = (reason: string, retry_after_ms: number | null = null): Pushed => ({ kind: 'failed', reason, retry_after_ms })
const refused = (reason: string): Pushed => ({ kind: 'refused', reason })
const accepted: Pushed = { kind: 'accepted' }

async function open (behaviour?: Behaviour, over: Partial<CourierOptions> = {}, asks = true): Promise<{ receiver: Receiver, push: (attempt?: number, to?: Partial<PushConnection>) => Promise<Pushed> }> {
  const receiver = await world.open({ asks, ...(behaviour === undefined ? {} : { behaviour }) })
  const courier = courierTo([receiver], over)
  return { receiver, push: (attempt = 1, to = {}) => courier.push(receiver.connection(to), parcel, attempt, never) }
}

test('a push arrives whole: the same bytes at every try, who it is for, and by whom', async () => {
  const { receiver, push } = await open()
  assert.deepEqual(await push(1), accepted)
  assert.deepEqual(await push(2), accepted)
  const [first, second] = receiver.arrived
  assert.ok(first && second)
  assert.deepEqual(receiver.faults, [])
  assert.deepEqual(first.body, second.body)
  assert.deepEqual([first.attempt, second.attempt], [1, 2])
  assert.deepEqual([first.method, first.url, first.id, first.idempotency_key], ['POST', '/zorgpoort', id, id])
  assert.equal(first.certificate, certificateFacts(world.own.cert).fingerprint)
  assert.deepEqual([...first.parts].map(([name, it]) => [name, it.type]), [['metadata', 'application/json'], ['payload', 'application/xml'], ['seal', 'application/pkcs7-signature'], ['receipt', 'application/json']])
  assert.deepEqual(first.parts.get('payload')?.bytes, Buffer.from(parcel.payload))
  assert.deepEqual(first.parts.get('seal')?.bytes, Buffer.from(parcel.seal))
  assert.deepEqual(first.parts.get('receipt')?.bytes, Buffer.from(parcel.receipt))
})

test('connections are kept and used again', async () => {
  const { receiver, push } = await open()
  for (let n = 1; n <= 5; n++) assert.deepEqual(await push(n), accepted)
  assert.equal(receiver.connections(), 1)
  const side = async (): Promise<void> => { for (let n = 0; n < 25; n++) assert.deepEqual(await push(), accepted) }
  await Promise.all([side(), side(), side(), side()])
  assert.ok(receiver.connections() <= 5, `${receiver.connections()} connections for four at once`)
})

/** What it does, and what becomes of the push. */
const behaviours: ReadonlyArray<readonly [Behaviour, Pushed]> = [
  [{ kind: 'answer', status: 200, body: 'thank you' }, accepted],
  [{ kind: 'answer', status: 201 }, accepted],
  [{ kind: 'answer', status: 204 }, accepted],
  [{ kind: 'answer', status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"code":' }, accepted],
  [{ kind: 'late', ms: 50 }, accepted],
  [{ kind: 'huge', bytes: 10_000_000 }, accepted],
  [{ kind: 'endless' }, accepted],
  [{ kind: 'cut', at: 'answer' }, accepted],
  [{ kind: 'drip', ms: 5 }, accepted],
  [{ kind: 'answer', status: 400 }, refused('http_400')],
  [{ kind: 'answer', status: 401 }, refused('http_401')],
  [{ kind: 'answer', status: 404, headers: { 'Content-Type': 'text/html' }, body: '{"code":"X"}' }, refused('http_404')],
  [{ kind: 'answer', status: 422, headers: { 'Content-Type': 'application/problem+json; charset=utf-8' }, body: '{"code":"ONBEKENDE_CLIENT","detail":"…"}' }, refused('http_422.ONBEKENDE_CLIENT')],
  [{ kind: 'answer', status: 422, headers: { 'Content-Type': 'application/json' }, body: '["code"]' }, refused('http_422')],
  [{ kind: 'answer', status: 422, headers: { 'Content-Type': 'application/json' }, body: '{"code":7}' }, refused('http_422')],
  [{ kind: 'huge', status: 422, bytes: 10_000_000 }, refused('http_422')],
  [{ kind: 'endless', status: 410 }, refused('http_410')],
  [{ kind: 'answer', status: 408 }, failed('http_408')],
  [{ kind: 'answer', status: 425, headers: { 'Retry-After': '3' } }, failed('http_425', 3_000)],
  [{ kind: 'answer', status: 429 }, { kind: 'busy', reason: 'http_429', retry_after_ms: null }],
  [{ kind: 'answer', status: 429, headers: { 'Retry-After': '120' } }, { kind: 'busy', reason: 'http_429', retry_after_ms: 120_000 }],
  [{ kind: 'answer', status: 500 }, failed('http_500')],
  [{ kind: 'answer', status: 500, headers: { 'Retry-After': '120' } }, failed('http_500')],
  [{ kind: 'answer', status: 503, headers: { 'Retry-After': '120' } }, failed('http_503', 120_000)],
  [{ kind: 'answer', status: 503, headers: { 'Retry-After': 'soon' } }, failed('http_503')],
  [{ kind: 'answer', status: 599 }, failed('http_599')],
  [{ kind: 'answer', status: 304 }, failed('http_304')],
  [{ kind: 'garbage' }, failed('no_http')],
  [{ kind: 'cut', at: 'head' }, failed('cut')],
  [{ kind: 'cut', at: 'half' }, failed('cut')],
  [{ kind: 'cut', at: 'body' }, failed('cut')],
  [{ kind: 'cut', at: 'status' }, failed('cut')],
  [{ kind: 'cut', at: 'connect' }, failed('tls')],
  [{ kind: 'plain' }, failed('tls')]
]
for (const [behaviour, result] of behaviours) {
  const { kind, ...rest } = behaviour
  test(`a receiver that does this: ${kind} ${JSON.stringify(rest)}`, async () => {
    const { receiver, push } = await open(behaviour)
    assert.deepEqual(await push(), result)
    receiver.behave({ kind: 'answer' })
    assert.deepEqual(await push(2), accepted, 'and the next push is not touched by it')
    assert.deepEqual(receiver.faults, [])
  })
}

test('nothing that listens, and listens again', async () => {
  const { receiver, push } = await open()
  await receiver.stop()
  assert.deepEqual(await push(), failed('refused_connection'))
  await receiver.start()
  assert.deepEqual(await push(), accepted)
  await receiver.stop()
  assert.deepEqual(await push(), failed('refused_connection'), 'a connection that broke while it was kept is not used')
})

test('who never answers has his time, and no more', async () => {
  const silent = await open({ kind: 'silent' }, { ms_max: 2_000 })
  assert.deepEqual(await silent.push(), failed('timeout'))
  assert.deepEqual(await silent.push(1, { ms_max: 3_000 }), failed('timeout'))
  assert.equal(silent.receiver.arrived.length, 2)
  const mute = await open({ kind: 'mute' }, { connect_ms_max: 200 })
  assert.deepEqual(await mute.push(), failed('timeout'), 'no TLS')
  const late = await open({ kind: 'late', ms: 5_000 }, { ms_max: 60_000 })
  assert.deepEqual(await late.push(1, { ms_max: 200 }), failed('timeout'), 'its connection says less')
})

const shown: ReadonlyArray<readonly [Shown, string]> = [
  ['foreign', 'certificate.authority'], ['self_signed', 'certificate.authority'], ['other_name', 'certificate.name'], ['expired', 'certificate.dates'], ['not_yet', 'certificate.dates']
]
for (const [which, reason] of shown) {
  test(`a receiver that shows a certificate that is ${which} gets nothing`, async () => {
    const { receiver, push } = await open()
    receiver.show(which)
    assert.deepEqual(await push(), failed(reason))
    assert.equal(receiver.heads(), 0)
    receiver.show('good')
    assert.deepEqual(await push(), accepted)
  })
}

test('a pinned certificate is the only one', async () => {
  const { receiver, push } = await open()
  const pin = receiver.pin()
  assert.deepEqual(await push(1, { pin }), accepted)
  receiver.show('renewed')
  await receiver.stop()
  await receiver.start()
  assert.deepEqual(await push(2, { pin }), failed('certificate.pin'))
  assert.equal(receiver.heads(), 1, 'not a byte of the message was sent')
  assert.deepEqual(await push(3, { pin: receiver.pin() }), accepted)
  assert.deepEqual(await push(4), accepted)
})

test('a pin does not make a certificate believed', async () => {
  const { receiver, push } = await open()
  receiver.show('self_signed')
  assert.deepEqual(await push(1, { pin: receiver.pin() }), failed('certificate.authority'))
})

test('a connection that names no authority has that of the options, or else those of Node', async () => {
  const own = await open(undefined, { ca: world.ca })
  assert.deepEqual(await own.push(1, { ca: null }), accepted)
  const nodes = await open()
  assert.deepEqual(await nodes.push(1, { ca: null }), failed('certificate.authority'))
})

test('a receiver that does not believe our certificate', async () => {
  const { receiver, push } = await open(undefined, { identity: () => world.stranger })
  assert.deepEqual(await push(), failed('cut'), 'Node ends the connection without a word')
  assert.equal(receiver.heads(), 0)
  const easy = await open(undefined, { identity: () => world.stranger }, false)
  assert.deepEqual(await easy.push(), accepted, 'and one that does not ask for it')
  assert.equal(easy.receiver.arrived[0]?.certificate, null)
})

test('nobody is called who would not know by what', async () => {
  const { receiver, push } = await open(undefined, { identity: () => null })
  assert.deepEqual(await push(), failed('no_certificate'))
  assert.equal(receiver.heads(), 0)
})

test('a kept connection that the receiver closes unseen costs no try', async () => {
  const { receiver, push } = await open({ kind: 'cut', at: 'reused' })
  assert.deepEqual(await push(1), accepted)
  assert.deepEqual(await push(2), accepted)
  assert.deepEqual(receiver.arrived.map(it => it.attempt), [1, 2])
  assert.equal(receiver.connections(), 2)
  receiver.behave({ kind: 'answer', then: 'close' })
  for (let n = 3; n <= 6; n++) assert.deepEqual(await push(n), accepted)
  assert.deepEqual(receiver.arrived.map(it => it.attempt), [1, 2, 3, 4, 5, 6])
})

test('what breaks on a new connection is not sent twice', async () => {
  const { receiver, push } = await open({ kind: 'cut', at: 'body' })
  assert.deepEqual(await push(), failed('cut'))
  assert.equal(receiver.arrived.length, 1)
})

test('redirects are not followed, wherever to', async () => {
  const other = await world.open()
  for (const to of [other.url, 'https://10.0.0.1/', 'http://localhost/', '/elsewhere', '']) {
    for (const status of [301, 302, 303, 307, 308]) {
      const { receiver, push } = await open({ kind: 'answer', status, headers: { Location: to } })
      assert.deepEqual(await push(), failed(`http_${status}`))
      assert.equal(receiver.heads(), 1)
    }
  }
  assert.equal(other.connections(), 0)
})

test('25 MB go there, are answered early or cut, and are the same bytes', async () => {
  const large = await aParcel(undefined, Buffer.alloc(25_000_000, 'zorgpoort '))
  const { receiver } = await open()
  const courier = courierTo([receiver])
  const push = (): Promise<Pushed> => courier.push(receiver.connection(), large, 1, never)
  assert.deepEqual(await push(), accepted)
  assert.equal(createHash('sha256').update(receiver.arrived[0]?.parts.get('payload')?.bytes ?? '').digest('hex'), large.message.sha256)
  receiver.behave({ kind: 'cut', at: 'half' })
  assert.deepEqual(await push(), failed('cut'))
  receiver.behave({ kind: 'answer' })
  assert.deepEqual(await push(), accepted)
  assert.deepEqual(receiver.arrived[1]?.body, receiver.arrived[0]?.body)
  receiver.behave({ kind: 'early', status: 413 })
  const early = await push()
  assert.ok(early.kind !== 'accepted' && ['http_413', 'cut'].includes(early.reason), 'what is closed over the answer is lost with it')
  assert.deepEqual(receiver.faults, [])
})

test('aborting ends the push and its connection at once', async () => {
  const { receiver } = await open({ kind: 'silent' })
  const courier = courierTo([receiver])
  const control = new AbortController()
  const pushing = courier.push(receiver.connection(), parcel, 1, control.signal)
  await receiver.until(1)
  const reason = new Error('stop')
  control.abort(reason)
  await assert.rejects(pushing, reason)
  await assert.rejects(courier.push(receiver.connection(), parcel, 1, control.signal), reason)
  const mute = await open({ kind: 'mute' })
  const connecting = new AbortController()
  const beginning = courierTo([mute.receiver]).push(mute.receiver.connection(), parcel, 1, connecting.signal)
  while (mute.receiver.connections() === 0) await new Promise(resolve => setImmediate(resolve))
  connecting.abort(reason)
  await assert.rejects(beginning, reason)
  for (const it of [receiver, mute.receiver]) while (it.open() > 0) await new Promise(resolve => setImmediate(resolve))
})

test('closing ends what is under way and what is kept', async () => {
  const receiver = await world.open()
  const courier = courierTo([receiver])
  assert.deepEqual(await courier.push(receiver.connection(), parcel, 1, never), accepted)
  receiver.behave({ kind: 'silent' })
  const pushing = courier.push(receiver.connection(), parcel, 2, never)
  await receiver.until(2)
  await courier.close()
  assert.equal((await pushing).kind, 'failed')
  while (receiver.open() > 0) await new Promise(resolve => setImmediate(resolve))
})

test('a new pair of ours is shown from the next push on', async () => {
  let own = world.own
  const { receiver, push } = await open(undefined, { identity: () => own }, true)
  assert.deepEqual(await push(), accepted)
  own = await world.pair()
  assert.deepEqual(await push(), accepted)
  assert.deepEqual(receiver.arrived.map(it => it.certificate), [world.own, own].map(it => certificateFacts(it.cert).fingerprint))
})

test('many at once, each with its own answer', async () => {
  const { receiver, push } = await open()
  receiver.behave(n => ({ kind: 'answer', status: n % 2 === 0 ? 204 : 503 }))
  const results = await Promise.all(Array.from({ length: 40 }, (_it, n) => push(n)))
  assert.equal(results.filter(it => it.kind === 'accepted').length, 20)
  assert.equal(results.filter(it => it.kind === 'failed').length, 20)
  assert.deepEqual(new Set(receiver.arrived.map(it => it.attempt)).size, 40)
})
