/** A batch over real TLS: every type, each member by itself, what became of each told to its sender alone. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { instant, newBatchId, sha256Hex } from '../../src/core/core.ts'
import { modelOf, supportedTypes, type MessageType } from '../../src/standard/standard.ts'
import { putAccount } from '../register.ts'
import { zipBytes, zipOf } from '../zip/bytes.ts'
import { hostileZips } from '../zip/hostile.ts'
import { fixture, gemeente, makeWorld, message, until, withText, type Client, type Reply, type Told } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const from = gateway.as('gemeente')

interface Member extends Record<string, unknown> { readonly index: number, readonly name: string, readonly state: string, readonly message: string | null, readonly code: string | null, readonly findings: ReadonlyArray<Record<string, unknown>>, readonly findings_total: number }
interface Batch extends Record<string, unknown> { readonly id: string, readonly state: string, readonly counts: Record<string, number>, readonly percent: number, readonly members: readonly Member[] }
const batchOf = (reply: Reply): Batch => { assert.ok(reply.status < 300, reply.bytes.toString()); return reply.told as unknown as Batch }

const post = async (client: Client, zip: Buffer, query = ''): Promise<Reply> => await client.call('POST', `/v1/batches${query}`, zip, { 'content-type': 'application/zip' })
const ended = async (client: Client, id: string): Promise<Batch> => await until(async () => {
  const batch = batchOf(await client.get(`/v1/batches/${id}`))
  return batch.state === 'done' ? batch : undefined
}, 'the end of the batch')
/** Posts a ZIP of these and waits for the end. */
const sent = async (client: Client, contents: ReadonlyArray<Buffer | string>): Promise<Batch> => await ended(client, batchOf(await post(client, zipOf(contents))).id)
const states = ({ members }: Batch): string[] => members.map(it => it.code ?? it.state)

describe('a batch', () => {
  test('is stored before it is answered, and each of its messages is a message like any other', async () => {
    const messages = [message('WMO301', 1), message('JW301', 2), message('WMO305', 3)]
    const zip = zipOf(messages)
    const reply = await post(from, zip)
    const told = batchOf(reply)
    assert.deepEqual([reply.status, reply.headers['location'], told['party'], told['sha256'], told['size_bytes'], told['total']], [202, `/v1/batches/${told.id}`, '0344', createHash('sha256').update(zip).digest('hex'), zip.length, 3])
    const batch = await ended(from, told.id)
    assert.deepEqual([states(batch), batch.percent, batch.counts], [['accepted', 'accepted', 'ZP_NOT_SENDER'], 100, { waiting: 0, accepted: 2, duplicate: 0, rejected: 0, refused: 1, failed: 0 }])
    assert.deepEqual(batch.members.map(it => [it.index, it.name, it['size_bytes']]), messages.map((it, n) => [n + 1, `${n + 1}.xml`, it.length]))
    const [first] = batch.members
    await gateway.as('aanbieder').receives(first?.message ?? '')
    assert.deepEqual((await gateway.as('aanbieder').get(`/v1/messages/${first?.message}/payload`)).bytes, messages[0])
    const { account } = (await from.get(`/v1/messages/${first?.message}/history`)).told.events[0] ?? {}
    assert.equal(account, 'gemeente')
  })

  test('that comes again is the same batch; its messages alone are duplicates', async () => {
    const [one, two] = [message('WMO301', 10), message('WMO301', 11)]
    const zip = zipOf([one, two, one])
    const first = await post(from, zip)
    const batch = await ended(from, batchOf(first).id)
    assert.deepEqual(states(batch), ['accepted', 'accepted', 'duplicate'])
    assert.equal(batch.members[2]?.message, batch.members[0]?.message)
    const again = await post(from, zip)
    assert.deepEqual([again.status, again.headers['duplicate'], batchOf(again).id], [200, 'true', batch.id])
    const other = await sent(from, [two])
    assert.deepEqual([states(other), other.members[0]?.message], [['duplicate'], batch.members[1]?.message])
  })

  test('tells of a refused message what a message alone is told', async () => {
    const wrong = fixture('WMO301', 'invalid-element-missing')
    const alone = (await from.post(wrong)).told
    const batch = await sent(from, [wrong, 'no XML', withText(message('WMO301', 12), 'Bsn', '123456789'), message('WMO301', 13, { ontvanger: '42429999' }), zipOf(['<a/>'])])
    assert.deepEqual(states(batch), ['ZP_SCHEMA', 'ZP_XML', 'ZP_TEST_BSN', 'ZP_RECEIVER_UNKNOWN', 'ZP_XML'])
    const [member] = batch.members
    assert.deepEqual([member?.findings, member?.['detail'], member?.['transportCode'], member?.['title']], [alone.findings, alone.detail, alone['transportCode'], alone['title']])
    assert.equal((await from.get(`/v1/messages/${member?.message}`)).told.code, 'ZP_SCHEMA')
    const own = (await from.get(`/v1/batches/${batch.id}/members/1`)).told
    assert.deepEqual(own.findings, alone.findings)
    assert.equal((await from.get(`/v1/batches/${batch.id}/members/6`)).status, 404)
  })

  test('with a Bsn that may be a real person’s is refused whole in test mode: not even the ZIP is stored', async () => {
    const [good, real] = [message('WMO301', 70), withText(message('WMO301', 71), 'Bsn', '123456782')]
    const { status, told } = await post(from, zipOf([good, real, '<x:Bsn>\n123456782 </x']))
    assert.deepEqual([status, told.code, told.findings.map(it => it['path'])], [422, 'ZP_TEST_BSN', ['ZIP[2]/Bsn', 'ZIP[3]/Bsn']])
    assert.equal((await from.post(good)).status, 202, 'nothing of it was taken')
  })

  test('is its sender’s alone', async () => {
    const { id } = await sent(from, [message('WMO301', 14)])
    for (const who of ['aanbieder', 'otherGemeente'] as const) {
      for (const path of [`/v1/batches/${id}`, `/v1/batches/${id}/members/1`]) assert.equal((await gateway.as(who).get(path)).status, 404)
      assert.deepEqual((await gateway.as(who).get('/v1/batches')).told['batches'], [])
    }
    assert.equal((await gateway.as('nobody').get(`/v1/batches/${id}`)).status, 401)
    assert.equal((await gateway.as('pinned').get(`/v1/batches/${id}`)).status, 200, 'another account of the same party')
  })

  test('is listed newest first, in pages', async () => {
    const ids = async (query: string): Promise<string[]> => ((await from.get(`/v1/batches?${query}`)).told as unknown as { batches: Told[] }).batches.map(it => it.id)
    const all = await ids('')
    assert.ok(all.length > 3)
    const first = (await from.get('/v1/batches?limit=2')).told
    assert.deepEqual(await ids(`limit=2&cursor=${String(first['next'])}`), all.slice(2, 4))
  })

  test('of every type: what has its heenbericht is taken, in the order of the archive', async () => {
    const own = await makeWorld()
    const running = await own.start()
    const types = supportedTypes()
    const bySide = (side: 'gemeente' | 'aanbieder'): MessageType[] => types.filter(type => {
      const { role, afzender } = modelOf(type)
      return (role === 'retour' ? afzender !== side : afzender === side)
    })
    const zip = zipOf(types.map(type => fixture(type)))
    const expected = (mine: readonly MessageType[], known: boolean) => types.map(type =>
      !mine.includes(type) ? 'ZP_NOT_SENDER' : types.some(it => modelOf(it).answeredBy === type) && !known ? 'ZP_RETOUR_UNKNOWN' : 'accepted')
    const told: Batch[] = []
    for (const who of ['gemeente', 'aanbieder'] as const) {
      const client = running.as(who)
      const batch = await ended(client, batchOf(await post(client, zip)).id)
      assert.deepEqual(states(batch), expected(bySide(who), who === 'aanbieder'))
      told.push(batch)
    }
    const answers = types.filter(type => bySide('gemeente').includes(type) && types.some(it => modelOf(it).answeredBy === type))
    const rest = await ended(running.as('gemeente'), batchOf(await post(running.as('gemeente'), zipOf(answers.map(type => fixture(type))))).id)
    assert.deepEqual(states(rest), answers.map(() => 'accepted'))
    assert.equal(told.flatMap(it => it.members).concat(rest.members).filter(it => it.state === 'accepted').length, types.length)
  })

  test('is done beside messages at the door: those do not wait for its end', async () => {
    const many = Array.from({ length: 300 }, (_, n) => message('WMO301', 1_000 + n, { identificatie: `B${n}` }))
    const { id } = batchOf(await post(from, zipOf(many)))
    const done: number[] = []
    for (let seed = 2_000; done.length < 2 || (done.at(-1) ?? 0) < 300; seed++) {
      assert.equal((await from.post(message('WMO301', seed, { identificatie: `E${seed}` }))).status, 202)
      done.push(300 - (batchOf(await from.get(`/v1/batches/${id}`)).counts['waiting'] ?? 0))
    }
    const between = done.map((count, n) => count - (done[n - 1] ?? 0))
    assert.ok(Math.max(...between) < 150, `at most so many members between two messages: ${String(between)}`)
    assert.ok(done.length > 4, `${done.length} messages beside the batch`)
    assert.equal((await ended(from, id)).counts['accepted'], 300)
  })

  test('gives way to another batch after a hundred members', async () => {
    const long = batchOf(await post(from, zipOf(Array.from({ length: 250 }, (_, n) => message('WMO301', 3_000 + n, { identificatie: `L${n}` })))))
    const short = await sent(gateway.as('aanbieder'), [message('WMO305', 40)])
    const now = batchOf(await from.get(`/v1/batches/${long.id}`))
    assert.ok(Number(short.counts['accepted']) === 1 && now.state !== 'done', `${now.percent} %`)
    assert.deepEqual((await ended(from, long.id)).counts['accepted'], 250)
  })

  test('of an account that is switched off meanwhile takes nothing more', async () => {
    const own = await makeWorld()
    const running = await own.start()
    const client = running.as('gemeente')
    const { id } = batchOf(await post(client, zipOf(Array.from({ length: 200 }, (_, n) => message('WMO301', n + 1, { identificatie: `S${n}` })))))
    await own.store(store => putAccount(store, { ...own.account('gemeente'), active: false }))
    const batch = await ended(running.as('pinned'), id)
    assert.equal(batch.counts['refused'], batch.members.filter(it => it.code === 'ZP_NOT_SENDER').length)
    assert.ok((batch.counts['refused'] ?? 0) > 0, JSON.stringify(batch.counts))
  })

  test('that cannot be read any more says so and stops no other', async () => {
    const own = await makeWorld()
    const zip = zipOf([message('WMO301', 1)])
    const received = instant(Date.now())
    const id = newBatchId(received)
    await own.store(store => store.createBatch({ id, account: own.account('gemeente').id, party: gemeente, certificate: null, received, sha256: sha256Hex('0'.repeat(64)), zip, members: [{ name: 'a.xml', size_bytes: 1 }] }))
    const db = new Database(own.path('zorgpoort.db'))
    db.exec('update batch_body set body = zeroblob(100)')
    db.close()
    const client = (await own.start()).as('gemeente')
    assert.deepEqual(states(await sent(client, [message('WMO301', 2)])), ['accepted'])
    const broken = batchOf(await client.get(`/v1/batches/${id}`))
    assert.deepEqual([broken['last_reason'], broken.counts['waiting'], typeof broken['next_try']], ['ZP_INTERNAL', 1, 'string'])
  })

  test('leaves no name, and nothing of its messages, in the log or in the database as it stands on disk', async () => {
    const secret = 'Geheimhouder.xml'
    const zip = zipBytes({ members: [{ name: secret, content: message('WMO301', 50) }, { name: `2${secret}`, content: 'Vertrouwelijk' }] })
    const batch = await ended(from, batchOf(await post(from, zip)).id)
    assert.deepEqual(batch.members.map(it => it.name), [secret, `2${secret}`])
    assert.doesNotMatch(gateway.lines.join(''), /Geheimhouder|Vertrouwelijk/)
    for (const end of ['', '-wal']) assert.doesNotMatch(readFileSync(world.path(`zorgpoort.db${end}`)).toString('latin1'), /Geheimhouder|Vertrouwelijk/)
  })
})

describe('a hostile ZIP', () => {
  test('is refused, memory stays bounded, and the next good batch is taken', async () => {
    const before = process.memoryUsage().rss
    for (const [why, code, bytes] of hostileZips) {
      const { status, told } = await post(from, bytes)
      assert.deepEqual([status >= 400 && status < 500, told.code, told.findings.length > 0], [true, code, true], why)
    }
    assert.ok(process.memoryUsage().rss - before < 300_000_000)
    assert.deepEqual(states(await sent(from, [message('WMO301', 60)])), ['accepted'])
  })
})
