/** What operators and auditors see: any party's messages and the audit; and that no payload leaves without a row that says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { aanbieder, gemeente, makeWorld, message, type Reply, type Told } from '../flow/world.ts'

const world = await makeWorld()
const gateway = await world.start({ checkpoint_ms: 20 })
const bytes = message('WMO301', 1)
const { id } = await gateway.as('gemeente').send(bytes)
await gateway.as('aanbieder').receives(id)

const operator = gateway.as('operator')
const read = async (headers: Record<string, string>): Promise<Reply> => await operator.call('GET', `/v1/operator/messages/${id}/payload`, null, headers)
interface Row { readonly seq: number, readonly event: string, readonly message: string | null, readonly account: string | null, readonly detail: string | null }
const rows = async (query: string): Promise<Row[]> => (await gateway.as('auditor').get(`/v1/operator/audit?${query}`)).told['rows'] as Row[]

test('a party’s reading of a payload is written down, and told to operators only', async () => {
  assert.deepEqual((await gateway.as('aanbieder').get(`/v1/messages/${id}/payload`)).bytes, bytes)
  assert.deepEqual((await rows(`event=payload_read&message=${id}`)).map(row => [row.account, row.detail]), [['aanbieder', null]])
  for (const who of ['gemeente', 'aanbieder'] as const) assert.ok((await gateway.as(who).get(`/v1/messages/${id}/history`)).told.events.every(({ event }) => event !== 'payload_read'))
  assert.ok((await operator.get(`/v1/operator/messages/${id}`)).told.events.some(it => it.event === 'payload_read' && it.account === 'aanbieder'))
})

test('an operator reads a payload with a reason, which is written down', async () => {
  assert.deepEqual((await read({ 'x-reason': 'incident', 'x-reference': 'INC-2026.1' })).bytes, bytes)
  assert.deepEqual((await read({ 'x-reason': 'test' })).bytes, bytes)
  assert.deepEqual((await rows('event=payload_read&account=operator')).map(row => row.detail), ['test', 'incident:INC-2026.1'])
  const refused: Array<Record<string, string>> = [{}, { 'x-reason': 'curious' }, { 'x-reason': '' }, ...['Jan Jansen', '999900006', 'a999900006b', '-x', 'x'.repeat(41), ''].map(it => ({ 'x-reason': 'test', 'x-reference': it }))]
  for (const headers of refused) assert.deepEqual([(await read(headers)).status, (await read(headers)).told.code], [400, 'ZP_REASON'], JSON.stringify(headers))
  assert.equal((await rows('event=payload_read&account=operator')).length, 2)
})

test('what cannot be written down is not given away', async () => {
  const db = new Database(world.path('zorgpoort.db'))
  db.exec("create trigger full before insert on audit when new.event = 'payload_read' begin select raise(abort, 'no'); end")
  try {
    for (const reply of [await gateway.as('aanbieder').get(`/v1/messages/${id}/payload`), await read({ 'x-reason': 'test' })]) {
      assert.ok(reply.status >= 500, String(reply.status))
      assert.ok(!reply.bytes.includes('Bericht'))
    }
  } finally {
    db.exec('drop trigger full')
    db.close()
  }
  assert.equal((await read({ 'x-reason': 'test' })).status, 200)
})

test('messages of any party are listed by every filter', async () => {
  const other = await gateway.as('otherGemeente').send(message('JW301', 2, { afzender: '0363' }))
  const ids = async (query: string): Promise<string[]> => (await gateway.as('auditor').get(`/v1/operator/messages?${query}`)).told.messages.map(it => it.id)
  assert.deepEqual(await ids(''), [other.id, id])
  for (const query of [`party=${gemeente}`, 'type=WMO301', `to=${String(other['received'])}`, `identificatie=${String((await operator.get(`/v1/operator/messages/${id}`)).told['message'] && ((await operator.get(`/v1/operator/messages/${id}`)).told['message'] as Record<string, unknown>)['identificatie'])}`]) assert.deepEqual(await ids(query), [id], query)
  assert.deepEqual(await ids('party=42420002'), [])
  assert.deepEqual(new Set(await ids(`party=${aanbieder}`)), new Set([other.id, id]))
  const first = (await operator.get('/v1/operator/messages?limit=1')).told
  assert.deepEqual([first.messages.map(it => it.id), await ids(`limit=1&cursor=${String(first['next'])}`)], [[other.id], [id]])
  for (const query of ['party=x', 'verdict=refused', 'counterpart=0344', 'cursor=x', 'limit=251']) assert.equal((await operator.get(`/v1/operator/messages?${query}`)).told.code, 'ZP_QUERY', query)
})

test('an auditor sees no findings; an operator does', async () => {
  assert.ok('findings' in (await operator.get(`/v1/operator/messages/${id}`)).told)
  assert.ok(!('findings' in (await gateway.as('auditor').get(`/v1/operator/messages/${id}`)).told))
})

test('the audit is read in pages, and by every filter', async () => {
  const all = await rows('limit=250')
  assert.deepEqual(all.map(row => row.seq), all.map((_, n) => (all[0]?.seq ?? 0) - n))
  const seqs: number[] = []
  for (let cursor = ''; ;) {
    const { told } = await operator.get(`/v1/operator/audit?limit=2&to=${new Date(Date.now() + 1000).toISOString()}${cursor}`)
    seqs.push(...(told['rows'] as Row[]).map(row => row.seq))
    if (told['next'] === null) break
    cursor = `&cursor=${String(told['next'])}`
  }
  assert.deepEqual(seqs.filter(seq => seq <= (all[0]?.seq ?? 0)), all.map(row => row.seq))
  assert.deepEqual(await rows('from=2100-01-01T00:00:00Z'), [])
  for (const query of ['event=gossip', 'account=Jan%20Jansen', 'cursor=x', 'strange=1', 'from=x']) assert.equal((await operator.get(`/v1/operator/audit?${query}`)).told.code, 'ZP_QUERY', query)
})

test('checkpoints are made while it runs, listed, and told to the log', async () => {
  const { told } = await operator.get('/v1/operator/checkpoints?limit=1')
  const [last] = told['checkpoints'] as Array<{ id: string, heads: Array<{ seq: number, mac_sha256: string }> }>
  assert.ok(last)
  const logged = gateway.lines.map(line => JSON.parse(line) as { checkpoint?: string, heads?: string[] }).find(it => it.checkpoint === last.id)
  assert.deepEqual(logged?.heads, last.heads.map(it => `main-${it.seq}-${it.mac_sha256}`))
})

test('a refused message is looked up by its id: why by operators, that and when by auditors', async () => {
  const { told } = await gateway.as('gemeente').post(message('WMO301', 40, { ontvanger: '42429999' }))
  const refused = String(told['instance']).split('/').at(-1) ?? ''
  const [seen, audited] = [(await operator.get(`/v1/operator/messages/${refused}`)).told, (await gateway.as('auditor').get(`/v1/operator/messages/${refused}`)).told]
  for (const it of [seen, audited]) assert.deepEqual([(it['message'] as Told).code, it.events.map(row => [row.event, row.account])], ['ZP_RECEIVER_UNKNOWN', [['refused', 'gemeente']]])
  assert.deepEqual([seen.findings, audited.findings], [told.findings, undefined])
  assert.equal((await operator.call('GET', `/v1/operator/messages/${refused}/payload`, null, { 'x-reason': 'test' })).status, 404, 'its bytes are its sender’s')
})
