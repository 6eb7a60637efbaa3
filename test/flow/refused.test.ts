/** Refused and rejected messages in the running gateway: kept, listed, explained, corrected; and what is not kept. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { altered, fixture, makeWorld, message, until, withText, type Client, type Told } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const [gemeente, aanbieder] = [gateway.as('gemeente'), gateway.as('aanbieder')]
const xml = { 'content-type': 'application/xml' }
const refuse = async (bytes: Uint8Array, client: Client = gemeente): Promise<Told> => {
  const { status, told } = await client.post(bytes)
  assert.ok(status >= 400 && status < 500, String(status))
  return told
}
const at = (told: Told): string => String(told['instance'])
const wrong = (seed: number): Buffer => altered(message('WMO301', seed), /<[^>]*:Dagtekening>[^<]*<\/[^>]*>/, '')

describe('a refused message', () => {
  test('is kept, and explains itself to its sender', async () => {
    const bytes = wrong(1)
    const told = await refuse(bytes)
    const kept = (await gemeente.get(at(told))).told
    assert.equal(`/v1/messages/${kept.id}`, at(told))
    assert.deepEqual([kept['verdict'], kept.code, kept['retry'], kept['transportCode'], kept['replaced_by'], kept['type'], kept['payload_kept']], ['refused', 'ZP_SCHEMA', 'mend', 'BRS13', null, 'WMO301', true])
    assert.deepEqual(kept.findings, told.findings)
    assert.deepEqual((await gemeente.get(`${at(told)}/payload`)).bytes, bytes)
    assert.ok((await gemeente.get('/v1/messages?verdict=refused')).told.messages.some(it => it.id === kept.id))
    assert.ok(!(await gemeente.get('/v1/messages')).told.messages.some(it => it.id === kept.id))
    for (const other of [aanbieder, gateway.as('otherGemeente')]) {
      for (const part of ['', '/payload', '/seal', '/receipt']) assert.equal((await other.get(at(told) + part)).status, 404)
    }
  })

  test('is joined to its correction, which names what it replaces', async () => {
    const told = await refuse(wrong(2))
    const { id } = await gemeente.send(message('WMO301', 2))
    const [old, good] = [(await gemeente.get(at(told))).told, (await gemeente.get(`/v1/messages/${id}`)).told]
    assert.deepEqual([old['replaced_by'], good['replaces'], good['replaced_by']], [id, [old.id], null])
    assert.deepEqual((await gemeente.get('/v1/messages?verdict=refused&corrected=true')).told.messages.map(it => it.id), [old.id])
    await aanbieder.receives(id)
    assert.deepEqual((await aanbieder.get(`/v1/messages/${id}`)).told['replaces'], [], 'what was refused is its sender’s own affair')
  })

  test('under another number is replaced by what says so, once', async () => {
    const old = (await refuse(wrong(3))).instance
    const id = String(old).split('/').at(-1) ?? ''
    const [first, second] = [4, 5].map(seed => message('WMO301', seed))
    assert.equal((await gemeente.call('POST', '/v1/messages', first, { ...xml, replaces: id })).status, 202)
    assert.equal((await gemeente.call('POST', '/v1/messages', second, { ...xml, replaces: id })).told.code, 'ZP_REPLACES')
  })

  test('is replaced by the first correction that is not refused itself, whichever of them it names', async () => {
    const kept = async (seed: number, replaces?: string): Promise<string> => at((await gemeente.call('POST', '/v1/messages', wrong(seed), { ...xml, ...(replaces === undefined ? {} : { replaces }) })).told).split('/').at(-1) ?? ''
    const first = await kept(60)
    const other = await kept(61, first)
    const good = await gemeente.call('POST', '/v1/messages', message('WMO301', 61), { ...xml, replaces: first })
    assert.equal(good.status, 202, good.bytes.toString())
    for (const id of [first, other]) assert.equal((await gemeente.get(`/v1/messages/${id}`)).told['replaced_by'], good.told.id)
    assert.equal((await gemeente.call('POST', '/v1/messages', message('WMO301', 62), { ...xml, replaces: first })).told.code, 'ZP_REPLACES')
  })

  test('of a party is kept whatever it was refused for, also a retour', async () => {
    const cases = [
      [gemeente, message('WMO301', 6, { ontvanger: '42429999' }), 'ZP_RECEIVER_UNKNOWN'], [aanbieder, message('WMO302', 7), 'ZP_RETOUR_UNKNOWN'],
      [gateway.as('otherGemeente'), message('WMO301', 8), 'ZP_NOT_SENDER']
    ] as const
    for (const [client, bytes, code] of cases) {
      const told = await refuse(bytes, client)
      assert.deepEqual([told.code, (await client.get(at(told))).told.code], [code, code])
    }
    const again = await refuse(message('WMO302', 7), aanbieder)
    assert.equal((await aanbieder.get('/v1/messages?verdict=refused&type=WMO302')).told.messages.length, 1, 'the same bytes are kept once')
    assert.match(at(again), /^\/v1\/messages\//)
  })

  test('that is no known message, or no message, is not kept', async () => {
    for (const bytes of ['<x/>', 'x', '', fixture('WMO301', 'invalid-namespace-other-release')]) assert.match(at(await refuse(Buffer.from(bytes))), /^urn:uuid:/)
  })

  test('in test mode keeps nothing that may be about a real person', async () => {
    const real = '123456782' // passes the eleven test
    const told = await refuse(withText(message('WMO301', 9), 'Bsn', real))
    const kept = (await gemeente.get(at(told))).told
    assert.deepEqual([kept.code, kept['payload_kept'], (await gemeente.get(`${at(told)}/payload`)).status], ['ZP_TEST_BSN', false, 404])
    const number = (await gemeente.get(at(await refuse(withText(wrong(11), 'Identificatie', real))))).told
    assert.deepEqual([number.code, number['payload_kept'], number['identificatie'] ?? null], ['ZP_SCHEMA', false, null], 'nor as its number')
    const both = (await gemeente.get(at(await refuse(withText(wrong(10), 'Bsn', real))))).told
    assert.deepEqual([both.code, both['payload_kept']], ['ZP_SCHEMA', false])
  })
})

test('no more is kept than a party’s quota, and the refusal stays the same', async () => {
  const small = await makeWorld()
  const tight = await small.start({ refused_day_max: 2, refused_bytes_max: 1_000 })
  const told: Told[] = []
  for (const seed of [1, 2, 3]) told.push(await refuse(wrong(seed), tight.as('gemeente')))
  assert.deepEqual(told.map(it => at(it).startsWith('/v1/')), [true, true, false])
  assert.deepEqual(told.map(it => it.code), ['ZP_SCHEMA', 'ZP_SCHEMA', 'ZP_SCHEMA'])
  assert.equal((await tight.as('gemeente').get(at(told[0] ?? told[1] as Told))).told['payload_kept'], false, 'larger than what is kept')
  const files = ['', '-wal'].map(end => readFileSync(small.path(`zorgpoort.db${end}`)).toString('latin1')).join('')
  assert.ok(!files.includes('ZP_VALUE') && !files.includes('Dagtekening ontbreekt'), 'why it was refused is encrypted')
})

test('a message its receiver’s handler rejected is listed, explained, and replaced by its correction', async () => {
  const other = await makeWorld()
  const finding = { level: 2 as const, code: 'TR006', line: 1, path: 'Client', found: '', expected: '', message: 'fout', message_en: 'wrong' }
  let seen = 0
  const judged = await other.start({}, [{ name: 'judge', on: [{ message: ['WMO301'], answers: false }], handle: async () => seen++ === 0 ? { kind: 'reject', findings: [finding] } : { kind: 'done' } }])
  const client = judged.as('gemeente')
  const { id } = await client.send(message('WMO301', 1))
  await until(async () => (await client.get(`/v1/messages/${id}`)).told['verdict'] === 'rejected' || undefined)
  assert.deepEqual((await client.get('/v1/messages?verdict=rejected')).told.messages.map(it => it.id), [id])
  assert.deepEqual((await client.get(`/v1/messages/${id}`)).told.findings, [finding])
  const { told } = await client.call('POST', '/v1/messages', message('WMO301', 2), { ...xml, replaces: id })
  assert.equal((await client.get(`/v1/messages/${id}`)).told['replaced_by'], told.id)
})
