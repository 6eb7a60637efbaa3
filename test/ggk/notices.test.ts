/** An Fo01 from end to end: a message refused at the municipal door, and what arrives at the endpoint of its sender, however often that or the gateway fails. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { partyCode } from '../../src/core/core.ts'
import type { GgkConnection } from '../../src/store/store.ts'
import { home } from '../../src/version.ts'
import { actions, bv03, di01, makeChain, soap, soapHeaders, ggkPath } from '../chain.ts'
import { startChild } from '../fault/child.ts'
import { altered, gemeente, message, until } from '../flow/world.ts'
import { openMunicipalities, type Municipality } from '../municipality.ts'
import { reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { needTool, publishedGgk } from '../tools.ts'

const chain = await makeChain()
const { world } = chain
const municipalities = await openMunicipalities()
after(() => municipalities.close())
const endpoint = await municipalities.open()
const calling = { ...reaching(world, municipalities, [endpoint]), retry_first_ms: 200, retry_longest_ms: 400, retry_total_ms: 60_000, poll_ms: 50 }
const connect = (over: Partial<GgkConnection> = {}): Promise<void> => world.store(store => putParty(store, aParty(gemeente, { connections: [{ door: 'mailbox', direction: 'both' }, endpoint.connection(over)] })))

let seed = 0
const invalid = (): Buffer => altered(message('WMO301', ++seed), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, '')
const callAbout = (it: Municipality, number: string) => until(() => it.calls.find(({ operation, stuurgegevens }) => operation === 'Fo01' && stuurgegevens['crossRefnummer'] === number), 'an Fo01')
const notices = async (state: 'due' | 'sent' | 'dead'): Promise<number> => (await world.store(store => store.notices({ state, limit: 99 }))).items.length

/** @returns what xmllint says of one StUF message; empty when it is valid */
function linted (text: string, schema: string): string {
  const file = world.path('fo01.xml')
  writeFileSync(file, text)
  const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, file], { encoding: 'utf8' })
  return status === 0 ? '' : stderr
}

describe('a message that is not valid', () => {
  for (const [codes, code] of [['2025', 'IB014'], ['2018', 'CC02']] as const) {
    test(`is told to its sender by an Fo01 that the published schema takes, with ${code} of the list of ${codes}`, async t => {
      await connect({ codes })
      const gateway = await chain.start(calling)
      const number = randomUUID()
      bv03(await gateway.ggk('gemeente', di01(invalid(), { referentienummer: number }), actions.Di01))
      const { rest, message: fo01, stuurgegevens } = await callAbout(endpoint, number)
      assert.deepEqual([rest['code'], rest['plek'], rest['details']], [code, 'client', 'WMO301-00040002'])
      assert.match(String(rest['omschrijving']), /^regel \d+, .*: Ingangsdatum ontbreekt\.$/)
      assert.deepEqual([stuurgegevens['zender'], stuurgegevens['ontvanger']], [{ organisatie: 'IB', applicatie: 'GGKWebservice' }, { organisatie: gemeente, applicatie: 'GGk' }])
      assert.match(fo01, /<s:detailsXML><[^>]*envelopHeenbericht-ggk_Di01/)
      await until(async () => await notices('due') === 0 || undefined, 'nothing on its way')
      await gateway.stop()
      if (!needTool(t, 'xmllint', 'libxml2-utils')) return
      assert.equal(linted(fo01, join(home, 'schemas', 'ggk0210', 'stuf0301.xsd')), '')
      const published = publishedGgk()
      if (published !== null) assert.equal(linted(fo01, join(published, '0301', 'stuf0301.xsd')), '')
    })
  }

  test('is told once the endpoint is back, once, with the same bytes', async () => {
    await connect()
    const gateway = await chain.start(calling)
    const [number, before] = [randomUUID(), endpoint.arrived.length]
    endpoint.answer(() => endpoint.arrived.length < before + 2 ? { kind: 'answer', status: 503 } : { kind: 'Bv03' })
    bv03(await gateway.ggk('gemeente', di01(invalid(), { referentienummer: number }), actions.Di01))
    await callAbout(endpoint, number)
    await until(async () => await notices('due') === 0 || undefined, 'nothing on its way')
    await gateway.stop()
    const tries = endpoint.arrived.slice(before)
    assert.ok(tries.length >= 2)
    assert.equal(new Set(tries.map(it => it.body.toString())).size, 1)
    assert.equal(endpoint.calls.filter(it => it.stuurgegevens['crossRefnummer'] === number).length, 1)
  })

  test('is told again with the same bytes where the gateway is killed before it knows that it was taken', async () => {
    await connect()
    const [number, before] = [randomUUID(), endpoint.arrived.length]
    const child = await startChild(world, { client_ca: world.path('ca.pem'), ...calling })
    endpoint.answer({ kind: 'call', at: 'body', call: () => { child.process.kill('SIGKILL') } })
    const client = world.clientWith(chain.issued.gemeente, child.rest)
    await client.call('POST', ggkPath, soap(di01(invalid(), { referentienummer: number })), soapHeaders(actions.Di01)).catch(() => {})
    await until(() => endpoint.arrived[before], 'the first try')
    await child.end('SIGKILL')
    assert.equal(await notices('due'), 1)
    endpoint.answer({ kind: 'Bv03' })
    const gateway = await chain.start(calling)
    await callAbout(endpoint, number)
    await until(async () => await notices('due') === 0 || undefined, 'nothing on its way')
    await gateway.stop()
    const tries = endpoint.arrived.slice(before)
    assert.equal(tries.length, 2)
    assert.equal(tries[0]?.body.toString(), tries[1]?.body.toString())
  })
})

test('an operator sees who was not told, and has it told after all', async () => {
  await connect()
  endpoint.answer({ kind: 'Fo03', fo03: { code: 'StUF022', plek: 'client' } })
  const gateway = await chain.start(calling)
  const number = randomUUID()
  bv03(await gateway.ggk('gemeente', di01(invalid(), { referentienummer: number }), actions.Di01))
  const operator = gateway.as('operator')
  interface Seen { readonly id: string, readonly party: string, readonly code: string, readonly reason: string, readonly about: string | null }
  const dead = await until(async () => {
    const { notices: [it] } = JSON.parse((await operator.get('/v1/operator/notices?state=dead')).bytes.toString()) as { notices: Seen[] }
    return it
  }, 'a dead notice')
  assert.deepEqual([dead.party, dead.code, dead.reason], [partyCode(gemeente), 'IB014', 'fo03.StUF022'])
  assert.ok(dead.about !== null)
  const again = (id: string, body: object) => operator.call('POST', `/v1/operator/notices/${id}/again`, JSON.stringify(body), { 'content-type': 'application/json' })
  assert.equal((await again(dead.id, { reason: 'not a code' })).told.code, 'ZP_REQUEST')
  assert.equal((await again(randomUUID(), { reason: 'mended' })).status, 404)
  endpoint.answer({ kind: 'Bv03' })
  assert.equal((await again(dead.id, { reason: 'mended' })).status, 200)
  await until(async () => (await notices('due')) + (await notices('dead')) === 0 || undefined, 'a notice that was sent')
  assert.equal((await again(dead.id, { reason: 'mended' })).told.code, 'ZP_DECIDED')
  await gateway.stop()
})
