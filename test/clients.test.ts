/** Marks of clients, the order key made of them, and what of them is on disk. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { clientMarks, orderKey } from '../src/clients.ts'
import { partyCode } from '../src/core/core.ts'
import { modelOf, type MessageType } from '../src/standard/standard.ts'
import { newRingLine, openMarker, parseRing } from '../src/vault/vault.ts'
import { fixture, makeWorld, message } from './flow/world.ts'
import { heen, retour } from './store/sample.ts'

const ring = parseRing(newRingLine('new') + newRingLine('old'), 'index')
const marker = openMarker(ring)
const there = { afzender: partyCode('0344'), ontvanger: partyCode('42420001') }
const back = { afzender: there.ontvanger, ontvanger: there.afzender }

test('a mark is an HMAC under the current key, another in another standard, gemeente or key', () => {
  const person = { family: 'iwmo', gemeente: '0344', bsn: '999900006' }
  const { key, hash } = marker.mark(person)
  assert.equal(key, 'new')
  assert.deepEqual(hash, createHmac('sha256', ring.current.bytes).update('iwmo|0344|999900006').digest().subarray(0, 16))
  assert.deepEqual(marker.marks(person).map(it => it.key), ['new', 'old'])
  const all = [...marker.marks(person), marker.mark({ ...person, family: 'ijw' }), marker.mark({ ...person, gemeente: '0363' }), marker.mark({ ...person, bsn: '999990019' })]
  assert.equal(new Set(all.map(it => Buffer.from(it.hash).toString('hex'))).size, all.length)
})

test('a client is marked once, under the gemeente, whichever side it stands on', async () => {
  const marks = await clientMarks(marker, 'iwmo', there, ['999900006', '999990019', '999900006'])
  assert.equal(marks.length, 2)
  assert.deepEqual(await clientMarks(marker, 'iwmo', back, ['999900006', '999990019']), marks)
})

test('messages about one client share an order key, a 319 that of its request, a retour none of its own', async () => {
  const [one, other] = await clientMarks(marker, 'iwmo', there, ['999900006', '999990019'])
  assert.ok(one && other)
  const key = (type: MessageType, way: typeof there, clients = [one]) => orderKey(modelOf(type), way, clients)
  assert.equal(key('WMO301', there), key('WMO305', there))
  assert.notEqual(key('WMO301', there), key('WMO301', there, [other]))
  assert.equal(key('WMO317', back), key('WMO319', there))
  assert.equal(key('WMO302', there), null)
  assert.equal(key('WMO323', back), '42420001|0344|WMO323')
  assert.equal(key('WMO325', there), '0344|42420001|WMO325')
  assert.deepEqual([key('WMO301', there, []), key('WMO301', there, [one, other])], ['0344|42420001|WMO301', '0344|42420001|WMO301'])
})

test('every different person of a message is marked in the transaction that takes it in, and no Bsn is on disk', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const [from, to] = [gateway.as('gemeente'), gateway.as('aanbieder')]
  await from.send(fixture('WMO301'))
  const { id } = await from.send(message('JW301', 7))
  const declaratie = fixture('WMO323', 'full')
  await to.send(declaratie)
  await to.receives(id)
  await gateway.stop()
  const bsns = (bytes: Buffer): Set<string> => new Set([...bytes.toString().matchAll(/Bsn>([0-9]{9})</g)].map(it => it[1] ?? ''))
  const expected = [bsns(fixture('WMO301')).size, bsns(message('JW301', 7)).size, bsns(declaratie).size]
  const db = new Database(world.path('zorgpoort.db'), { readonly: true })
  assert.deepEqual(db.prepare('select count(*) from client group by message order by message').pluck().all(), expected)
  assert.ok(db.prepare('select length(hash) from client').pluck().all().every(it => it === 16))
  const files = readFileSync(world.path('zorgpoort.db')).toString('latin1')
  for (const bsn of [...bsns(declaratie), ...bsns(fixture('WMO301'))]) assert.ok(!files.includes(bsn))
  db.close()
})

test('a retour has the order key of its heenbericht', async () => {
  const world = await makeWorld()
  const asked = heen({ order_key: 'the client', delivery: 'offered' })
  await world.store(async store => { await store.accept([asked, heen({ order_key: null }), retour(asked, { order_key: null })]) })
  const db = new Database(world.path('zorgpoort.db'), { readonly: true })
  assert.deepEqual(db.prepare('select order_key from message order by seq').pluck().all(), ['the client', '0344|12345678|WMO301', 'the client'])
  db.close()
})
