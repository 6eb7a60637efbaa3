/** Level 2 at the door, over real TLS: who breaks a rule within his message has the retour at once, and his receiver never knows. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { readMessage, textAt, type Tree } from '../../src/standard/standard.ts'
import { within } from '../../src/rules/rules.ts'
import { largeClaim } from '../validate/sample.ts'
import { zipOf } from '../zip/bytes.ts'
import { budgetWithoutEnd } from './broken.ts'
import { aanbieder, fixture, gemeente, makeWorld, message, until, withText, type Told } from './world.ts'

const world = await makeWorld()
await world.judge(aanbieder, { level: 'content' })
const gateway = await world.start()
const [from, to] = [gateway.as('gemeente'), gateway.as('aanbieder')]

const codesOf = (message: Tree): unknown => (Object(message['Header']) as Tree)['RetourCodes']
const inboxOf = async (client = from): Promise<readonly Told[]> => (await client.get('/v1/mailbox')).told.messages

/** @returns the message in these bytes */
function messageIn (bytes: Uint8Array): Tree {
  const reading = readMessage(Buffer.from(bytes))
  assert.equal(reading.kind, 'valid')
  assert.ok('message' in reading)
  return reading.message
}

function * pieces (bytes: Buffer): Generator<Buffer> { for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000) }

describe('a message that breaks a rule within it', () => {
  test('is stored, rejected and answered in one; its receiver sees nothing of it', async () => {
    const bytes = budgetWithoutEnd(1)
    const reply = await from.post(bytes)
    assert.equal(reply.status, 202, reply.bytes.toString())
    const { id, verdict, retour, findings } = reply.told
    assert.equal(verdict, 'rejected')
    assert.deepEqual(findings.map(({ code, level, retourcode, class: at, path }) => ({ code, level, retourcode, at, path })), [
      { code: 'CD075', level: 2, retourcode: '0001', at: 'Client/ToegewezenProducten/ToegewezenProduct[1]', path: 'Client/ToegewezenProducten/ToegewezenProduct[1]/Einddatum' }
    ])
    const told = (await from.get(`/v1/messages/${id}`)).told
    assert.deepEqual([told['verdict'], told['delivery'], told['answer'], told['answered_by']], ['rejected', 'none', 'answered', retour])
    assert.deepEqual(told.findings, findings)
    assert.deepEqual((await from.get(`/v1/messages/${id}/history`)).told.events.map(it => [it.event, it.detail]), [['rejected', 'CD075'], ['answered', retour]])
    const [answer] = await inboxOf()
    assert.deepEqual([answer?.id, answer?.['answers'], answer?.['sender'], answer?.['conversatie']], [retour, id, '42420001', told['conversatie']])
    assert.match(String(answer?.['identificatie']), /^ZP[0-9A-Z]{10}$/)
    const text = messageIn((await from.get(`/v1/messages/${String(retour)}/payload`)).bytes)
    assert.deepEqual([Object.keys(text), codesOf(text)], [['Header'], { RetourCode: ['0001'] }])
    assert.equal(textAt(text, 'Header/BerichtIdentificatie/Identificatie'), told['identificatie'])
    assert.deepEqual([await inboxOf(to), (await to.get(`/v1/messages/${id}`)).status, (await to.get(`/v1/messages/${id}/payload`)).status], [[], 404, 404])
    assert.equal((await from.delete(`/v1/mailbox/${String(retour)}`)).status, 204)
  })

  test('gets the same receipt when it comes again, also when its receiver has it judged otherwise since; its number is burnt', async () => {
    const bytes = budgetWithoutEnd(2)
    const first = await from.post(bytes)
    const before = await inboxOf()
    for (const level of ['content', 'schema'] as const) {
      await world.judge(aanbieder, { level })
      const again = await from.post(bytes)
      assert.deepEqual([again.status, again.headers['duplicate'], again.bytes], [200, 'true', first.bytes])
    }
    await world.judge(aanbieder, { level: 'content' })
    assert.deepEqual(await inboxOf(), before)
    assert.equal((await from.post(message('WMO301', 2))).told.code, 'ZP_IDENTIFICATIE_REUSED')
  })

  test('is found by its verdict, and may be replaced by a better one', async () => {
    const { id } = await from.send(budgetWithoutEnd(3))
    const listed = (await from.get('/v1/messages?verdict=rejected')).told.messages
    assert.ok(listed.some(it => it.id === id) && listed.every(it => it['verdict'] === 'rejected'))
    assert.deepEqual((await to.get('/v1/messages?verdict=rejected')).told.messages, [])
    const better = await from.call('POST', '/v1/messages', message('WMO301', 4), { 'content-type': 'application/xml', replaces: id })
    assert.deepEqual([better.status, better.told['verdict']], [202, 'accepted'])
    assert.equal((await from.get(`/v1/messages/${id}`)).told['replaced_by'], better.told.id)
  })

  test('is a rejected member of its batch, and no obstacle to the others', async () => {
    const zip = zipOf([budgetWithoutEnd(5).toString(), message('WMO301', 6).toString()])
    const { told: { id } } = await from.call('POST', '/v1/batches', zip, { 'content-type': 'application/zip' })
    const batch = await until(async () => {
      const { told } = await from.get(`/v1/batches/${id}`)
      return told['ended'] === null ? undefined : told
    })
    const members = (batch as unknown as { members: readonly Told[] }).members
    assert.deepEqual(members.map(it => it['state']), ['rejected', 'accepted'])
    const told = (await from.get(`/v1/messages/${String(members[0]?.['message'])}`)).told
    assert.deepEqual([told['answer'], told.findings.map(it => it['code'])], ['answered', ['CD075']])
  })

  test('goes its way where its receiver wants no more than its schema judged', async () => {
    for (const [judging, seed, verdict] of [[{ level: 'schema' }, 7, 'accepted'], [{ level: 'content', types: { 301: 'schema' } }, 8, 'accepted'], [{ level: 'schema', types: { 301: 'content' } }, 9, 'rejected']] as const) {
      await world.judge(aanbieder, judging)
      assert.equal((await from.send(budgetWithoutEnd(seed)))['verdict'], verdict)
    }
    await world.judge(aanbieder, { level: 'content' })
  })

  test('is told the same when it is large and another thread judges it, with its length declared or in chunks', async () => {
    await world.judge(gemeente, { level: 'content' })
    const bytes = withText(withText(largeClaim(1_500_000), 'Afzender', aanbieder), 'Ontvanger', gemeente)
    const reading = readMessage(bytes)
    assert.ok(reading.kind === 'valid')
    const { findings, rejected } = within({ ...reading, bytes }, {})
    const first = await to.post(bytes)
    assert.deepEqual([first.status, first.told['verdict'], first.told.findings, rejected], [202, 'rejected', findings, true])
    assert.ok(findings.some(it => it.line !== null))
    assert.ok(bytes.equals((await to.get(`/v1/messages/${first.told.id}/payload`)).bytes))
    const again = await to.call('POST', '/v1/messages', Readable.from(pieces(bytes)), { 'content-type': 'application/xml' })
    assert.deepEqual([again.status, again.bytes], [200, first.bytes])
  })

  test('is answered by nobody else: the receiver cannot, and its sender cannot correct the answer', async () => {
    const { id } = await from.send(budgetWithoutEnd(10))
    const told = (await from.get(`/v1/messages/${id}`)).told
    const retour = withText(fixture('WMO302'), 'Identificatie', String(told['identificatie']))
    assert.equal((await to.post(retour)).told.code, 'ZP_RETOUR_UNKNOWN')
  })
})
