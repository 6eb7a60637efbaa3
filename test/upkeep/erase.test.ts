/** A person erased from a gateway that runs: his data are gone from the disk, the others' are not, and his Bsn is said nowhere. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openStore, type Store } from '../../src/store/store.ts'
import { erase, type ErasureStatement } from '../../src/upkeep/upkeep.ts'
import { openMarker } from '../../src/vault/vault.ts'
import { ends, zorgpoort } from '../bin/command.ts'
import { environment } from '../fault/child.ts'
import { fixture, makeWorld, message } from '../flow/world.ts'
import { ask, bringing, toegewezen } from '../store/facts.ts'
import { gemeente, later, roots } from '../store/sample.ts'

const bsnOf = (bytes: Buffer): string => /Bsn>([0-9]{9})</.exec(bytes.toString())?.[1] ?? ''

test('what is kept of a person is destroyed, on the disk too, beside a running gateway, and told without his Bsn', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const [from, to] = [gateway.as('gemeente'), gateway.as('aanbieder')]
  const bytes = fixture('WMO301')
  const bsn = bsnOf(bytes)
  const other = message('JW301', 7)
  assert.notEqual(bsnOf(other), bsn)
  const { id } = await from.send(bytes)
  const his = await from.send(message('WMO301', 8, {}).toString().replaceAll(bsnOf(message('WMO301', 8)), bsn))
  const notHis = await from.send(other)
  assert.equal((await to.delete(`/v1/mailbox/${id}`)).status, 204)

  const db = new Database(world.path('zorgpoort.db'))
  const wrapped = db.prepare<[string], Record<'data_key' | 'body' | 'hash', Buffer>>('select data_key, body, hash from message m join payload p on p.message = seq join client c on c.message = seq where id = ?').get(id)
  db.close()
  assert.ok(wrapped)
  const onDisk = (secret: Buffer): boolean => ['', '-wal'].some(end => readFileSync(world.path('zorgpoort.db') + end).includes(secret))
  assert.ok([wrapped.data_key, wrapped.body.subarray(0, 64), wrapped.hash].every(onDisk), 'they are there before')

  const env = environment(world)
  const args = ['erase', '--gemeente', '0344']
  const dry = await zorgpoort(args, { env, input: `${bsn}\n` })
  ends(dry, 0, /^1 messages would be erased; --yes does it\n1 not yet fetched.*--force/)
  assert.equal((await from.get(`/v1/messages/${id}/payload`)).status, 200)
  const path = world.path('statement.json')
  // Somebody reads the database meanwhile: the log is emptied when he has done.
  const reader = new Database(world.path('zorgpoort.db'), { readonly: true })
  reader.exec('begin')
  reader.prepare('select count(*) from message').get()
  const reading = setTimeout(() => { reader.close() }, 3_000)
  const done = await zorgpoort([...args, '--yes', '--statement', path], { env, input: bsn })
  clearTimeout(reading)
  reader.close()
  ends(done, 0, /^1 messages erased\n1 not yet fetched/)
  assert.equal((await from.get(`/v1/messages/${id}/payload`)).told.code, 'ZP_PAYLOAD_GONE')
  assert.ok(![wrapped.data_key, wrapped.body.subarray(0, 64)].some(onDisk), 'wrapped key and payload are gone from the database, its free pages and its log')
  assert.equal((await from.get(`/v1/messages/${his.id}/payload`)).status, 200)
  writeFileSync(world.path('bsn'), bsn)
  const forced = await zorgpoort([...args, '--family', 'iwmo', '--yes', '--force', '--json', '--client-file', world.path('bsn')], { env })
  ends(forced, 0)
  const statement = JSON.parse(forced.out) as ErasureStatement
  assert.deepEqual(statement.erased.map(it => it.id), [his.id])
  assert.ok(!onDisk(wrapped.hash), 'no mark of his is left')
  assert.equal((await to.get('/v1/mailbox')).told.messages.length, 1)
  assert.equal((await from.get(`/v1/messages/${notHis.id}/payload`)).status, 200)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  for (const said of [dry.out, done.out, forced.out, done.err, readFileSync(path, 'utf8'), gateway.lines.join('')]) assert.ok(!said.includes(bsn))
  const audit = new Database(world.path('zorgpoort.db'), { readonly: true })
  const row = audit.prepare<[], { detail: string, digest: string }>("select detail, digest from audit where event = 'erasure' order by seq desc").get()
  assert.deepEqual(row, { detail: 'erased:1,refused:0,shared:0,undelivered:0', digest: statement.request })
  audit.close()
})

test('a message of his that was refused goes too; those of others, of another gemeente and of another standard stay', async () => {
  const world = await makeWorld()
  const from = (await world.start()).as('gemeente')
  const wrong = fixture('WMO301', 'invalid-element-missing')
  const bsn = bsnOf(wrong)
  const [text, iJw] = [wrong, fixture('JW301', 'invalid-element-missing')].map(it => it.toString())
  const sent = [text, text?.replaceAll(bsn, '999990019'), iJw?.replace(/Bsn>[0-9]{9}</, `Bsn>${bsn}<`)]
  const [his, ...kept] = await Promise.all(sent.map(async (it = '') => String((await from.post(Buffer.from(it))).told['instance'])))
  assert.ok(his)
  const env = environment(world)
  ends(await zorgpoort(['erase', '--gemeente', '0363', '--yes'], { env, input: bsn }), 0, /^0 messages erased\nrequest/)
  ends(await zorgpoort(['erase', '--gemeente', '0344', '--family', 'iwmo'], { env, input: bsn }), 0, /1 refused at the door.*they go too/)
  assert.equal((await from.get(his)).status, 200)
  ends(await zorgpoort(['erase', '--gemeente', '0344', '--family', 'iwmo', '--yes'], { env, input: bsn }), 0, /1 refused at the door.*gone too/)
  assert.equal((await from.get(his)).status, 404)
  for (const it of kept) assert.equal((await from.get(it)).status, 200)
})

test('what is known of somebody by a message that was erased for another goes with him', async t => {
  const world = await makeWorld()
  const store: Store = await openStore({ url: `sqlite:${world.path('known.db')}`, mode: 'test', roots })
  t.after(() => store.close())
  const [marker, clock] = [openMarker(roots.index), { now: () => later(9) }]
  const [bsn, other] = ['999900006', '999990019']
  const marks = [bsn, other].map(it => marker.mark({ family: 'iwmo', gemeente, bsn: it }))
  await store.accept([bringing([toegewezen('1'), { ...toegewezen('2'), client: '1' }], marks)])
  const request = (bsn: string) => ({ gemeente, families: ['iwmo'], bsn, shared: true, undelivered: true, dry: false })
  const known = async (): Promise<number> => (await ask(store, { clients: marks.map(it => [it]) })).known.length
  assert.equal((await erase({ store, marker, clock }, request(bsn), null)).erased.length, 1)
  assert.equal(await known(), 1)
  await erase({ store, marker, clock }, { ...request(other), dry: true }, null)
  assert.equal(await known(), 1, 'a look changes nothing')
  assert.equal((await erase({ store, marker, clock }, request(other), null)).erased.length, 0)
  assert.deepEqual([await known(), (await store.keyUse()).index], [0, []])
})

test('what is no Bsn is not repeated, and a gemeente is asked for', async () => {
  const world = await makeWorld()
  const env = environment(world)
  const wrong = await zorgpoort(['erase', '--gemeente', '0344'], { env, input: '12345' })
  ends(wrong, 2, /a Bsn is nine digits/)
  assert.ok(!wrong.err.includes('12345'))
  ends(await zorgpoort(['erase', '--gemeente', '42420001'], { env, input: '999900006' }), 2, /four digits/)
})

test('an operator erases through the API; nobody else does, and no answer or log has the Bsn', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const bytes = fixture('WMO301')
  const { id } = await gateway.as('gemeente').send(bytes)
  assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
  const ask = (who: 'operator' | 'gemeente' | 'auditor', body: object | string) =>
    gateway.as(who).call('POST', '/v1/operator/erasures', typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json' })
  const person = { gemeente: '0344', bsn: bsnOf(bytes) }
  const answers = [await ask('gemeente', person), await ask('auditor', person), await ask('operator', 'x'), await ask('operator', { ...person, bsn: `${person.bsn}0` }), await ask('operator', { ...person, [`x${person.bsn}`]: true }), await ask('operator', { gemeente: '0344' }), await ask('operator', { ...person, confirm: 'yes' }), await ask('operator', []), await ask('operator', person), await ask('operator', { ...person, confirm: true }), await ask('operator', person)]
  assert.deepEqual(answers.map(it => it.status), [403, 403, 400, 400, 400, 400, 400, 400, 200, 200, 200])
  assert.deepEqual(answers.slice(2, 8).map(it => it.told.detail), ['JSON', 'bsn: ^[0-9]{9}$', 'onbekend veld / unknown field; bekend / known: gemeente, bsn, family, confirm, shared, undelivered', 'bsn: ontbreekt / missing', 'confirm: boolean', 'JSON: object'])
  const statements = answers.slice(8).map(it => it.told as unknown as ErasureStatement)
  assert.deepEqual(statements.map(it => [it.dry, it.erased.map(message => message.id)]), [[true, [id]], [false, [id]], [true, []]])
  assert.equal((await gateway.as('gemeente').get(`/v1/messages/${id}/payload`)).status, 410)
  const rows = (await gateway.as('operator').get('/v1/operator/audit?event=erasure')).bytes.toString()
  assert.ok(rows.includes(statements[1]?.request ?? '-') && rows.includes('"account":"operator"'))
  assert.ok(![...answers.map(it => it.bytes.toString()), ...gateway.lines, rows].some(it => it.includes(person.bsn)))
})
