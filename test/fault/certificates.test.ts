/** Certificates that are wrong, pass, change and are revoked while messages come: at every door who may not is refused and nothing of his is stored, who may is not kept out, and every receipt holds. */
import assert from 'node:assert/strict'
import { createPrivateKey, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { instant, type PartyCode } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { issue, keepPair, makeAuthority, readKeyFiles, type Authority, type Issued, type IssueRequest } from '../../src/sign/sign.ts'
import { actions, di01, fo03, ggkPath, makeChain, soap, soapHeaders } from '../chain.ts'
import { makeCrl } from '../crl.ts'
import { aanbieder, gemeente, message, until, type Client } from '../flow/world.ts'
import { dotnet, metadata, pushPath } from '../vsp/pushing.ts'
import { assertAcked } from './acked.ts'
import { lineOf, openLedger } from './ledger.ts'

const hour = 3_600_000
const chain = await makeChain()
const { world } = chain
const own: Authority = { certificate: world.ca, privateKey: createPrivateKey(readFileSync(world.path('ca.key'))) }
const [strange, impostor] = await Promise.all([makeAuthority({ name: 'Strange CA', algorithm: 'P-256' }), makeAuthority({ name: 'Test CA', algorithm: 'P-256' })])
/** Of the accounts that are known by their OIN. */
const oins: Readonly<Record<PartyCode, string>> = { [gemeente]: '00000099000000001000', [aanbieder]: '00000099000000002000' }
const made = async (code: PartyCode, over: Partial<IssueRequest> = {}, by = own): Promise<Issued> => await issue(by, { subject: 'software', use: 'client', algorithm: 'P-256', oin: oins[code] ?? '', ...over })

let seed = 0
/** Each door, who knocks there, and the word by which it refuses a certificate. */
const doors: ReadonlyArray<{ readonly name: string, readonly party: PartyCode, readonly refused: string, readonly knock: (client: Client) => Promise<string> }> = [
  {
    name: 'REST', party: gemeente, refused: '401 ZP_CERTIFICATE',
    async knock (client) {
      const { status, told } = await client.post(message('WMO301', ++seed))
      return status === 202 ? 'taken' : `${status} ${told.code}`
    }
  },
  {
    name: 'municipal', party: gemeente, refused: 'StUF013',
    async knock (client) {
      const reply = await client.call('POST', ggkPath, soap(di01(message('WMO301', ++seed))), soapHeaders(actions.Di01))
      return reply.status === 200 ? 'taken' : fo03(reply).code
    }
  },
  {
    name: 'provider', party: aanbieder, refused: '401 ZP_CERTIFICATE',
    async knock (client) {
      const { type, body } = dotnet(metadata('WMO305', { traceerId: randomUUID() }), message('WMO305', ++seed))
      const { status, told, bytes } = await client.call('POST', pushPath, body, { 'content-type': type })
      return bytes.length === 0 ? 'taken' : `${status} ${told.code}`
    }
  }
]

/** Certificates with the OIN of who they claim to be. */
const wrong: Readonly<Record<string, (party: PartyCode) => Promise<Issued | undefined>>> = {
  'that has expired': party => made(party, { notBefore: instant(Date.now() - 2 * hour), notAfter: instant(Date.now() - hour) }),
  'that is not valid yet': party => made(party, { notBefore: instant(Date.now() + hour), notAfter: instant(Date.now() + 2 * hour) }),
  'of a foreign authority': party => made(party, {}, strange),
  'of an authority that only bears the name of ours': party => made(party, {}, impostor),
  'for a server': party => made(party, { use: 'server', dnsNames: ['software'] }),
  'for sealing': party => made(party, { use: 'seal' }),
  'that a client issued': async party => { const { key, certificate } = await made(party); return await made(party, {}, { certificate, privateKey: createPrivateKey(key) }) },
  'of another organisation': party => made(party, { oin: '00000099000000009000' }),
  'that is not there': async () => undefined
}

/** How many messages he sent are stored; fewer than a page. */
const storedOf = async (party: PartyCode): Promise<number> => await world.store(async store => (await store.list({ view: ownView(party), limit: 250 })).items.filter(it => it.sender === party).length)

describe('a certificate', () => {
  for (const { name, party, refused, knock } of doors) {
    test(`that is wrong in any way is refused at the ${name} door, beside one that is good, and nothing of it is stored`, async t => {
      const gateway = await chain.start()
      t.after(() => gateway.stop())
      const before = await storedOf(party)
      const good = world.clientWith(await made(party), gateway.rest)
      assert.equal(await knock(good), 'taken')
      for (const [what, certificate] of Object.entries(wrong)) {
        assert.equal(await knock(world.clientWith(await certificate(party), gateway.rest)), refused, what)
        assert.equal(await knock(good), 'taken', `beside one ${what}`)
      }
      assert.equal(await storedOf(party), before + 1 + Object.keys(wrong).length)
    })

    test(`that passes while its connection is open is refused at the ${name} door from that moment, and one whose day comes is taken`, async t => {
      let ahead_ms = 0
      const gateway = await chain.start({}, [], { now: () => instant(Date.now() + ahead_ms) })
      t.after(() => gateway.stop())
      const [passing, coming] = [await made(party, { notAfter: instant(Date.now() + hour) }), await made(party, { notBefore: instant(Date.now() + hour) })].map(it => world.clientWith(it, gateway.rest))
      assert.ok(passing && coming)
      assert.deepEqual([await knock(passing), await knock(coming)], ['taken', refused])
      ahead_ms = 2 * hour
      assert.deepEqual([await knock(passing), await knock(coming)], [refused, 'taken'])
      assert.equal(passing.connections(), 1)
    })
  }
})

/** Puts a pair in place as `keys rotate` does. */
async function rotate (use: 'seal' | 'server'): Promise<void> {
  const { key, certificate } = await issue(own, { subject: use, use, algorithm: 'P-256', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] })
  keepPair(world.path('keys'), use, readKeyFiles([{ name: use, bytes: Buffer.from(key + certificate) }], null), null, true)
}

function revoke (...pems: readonly string[]): void {
  writeFileSync(world.path('list.part'), makeCrl(own, { revoked: pems, thisUpdate: instant(Date.now() - 1_000) }))
  renameSync(world.path('list.part'), world.path('lists/ca.crl'))
}

test('seal, server and clients’ certificates change under load, and the old ones are revoked: nobody who may is refused, nobody who may not is taken, and every seal holds', async t => {
  const lanes = 4
  mkdirSync(world.path('lists'))
  revoke()
  await rotate('seal')
  await rotate('server')
  const pairs = { seal_key: world.path('keys/seal.key'), seal_certificate: world.path('keys/seal.pem'), tls_key: world.path('keys/server.key'), tls_certificate: world.path('keys/server.pem'), pairs_poll_ms: 20 }
  const gateway = await chain.start({ ...pairs, crl_dir: world.path('lists'), crl_missing: 'refuse', crl_poll_ms: 20 })
  t.after(() => gateway.stop())
  const ledger = openLedger(world.path('receipts'))
  const refusals: string[] = []
  const enough = new AbortController()
  let [mine, sent] = [await made(gemeente), 0]

  /** Sends until it is enough; refused for its certificate, it goes on with the newest one over a new connection. */
  async function lane (): Promise<void> {
    for (let [issued, client] = [mine, world.clientWith(mine, gateway.rest)]; !enough.signal.aborted;) {
      const bytes = message('WMO301', ++seed, { identificatie: `R${seed}` })
      const reply = await client.post(bytes)
      if (reply.status === 202) { ledger.write(lineOf(reply.bytes, bytes)); sent++; continue }
      assert.equal(`${reply.status} ${reply.told.code}`, '401 ZP_CERTIFICATE', reply.bytes.toString())
      assert.notEqual(issued, mine, 'who has the newest certificate is not refused')
      refusals.push(reply.told.detail ?? '');
      [issued, client] = [mine, world.clientWith(mine, gateway.rest)]
    }
  }
  const lines = Promise.all(Array.from({ length: lanes }, lane))
  const revoked: string[] = []
  for (let round = 1; round <= 3; round++) {
    const before = { sent, used: gateway.lines.filter(it => it.includes('a new key pair is in use')).length }
    await Promise.race([lines, until(() => sent > before.sent + 3 * lanes || undefined, 'messages')])
    await rotate('seal')
    await rotate('server')
    await Promise.race([lines, until(() => gateway.lines.filter(it => it.includes('a new key pair is in use')).length >= before.used + 2 || undefined, 'the new pairs')])
    const last = mine
    mine = await made(gemeente)
    revoked.push(last.certificate)
    revoke(...revoked)
    await Promise.race([lines, until(() => refusals.length >= round * lanes || undefined, 'all with the old one are refused')])
    await Promise.race([lines, until(async () => (await world.clientWith(last, gateway.rest).post(message('WMO301', ++seed))).status === 401 || undefined, 'who comes with it anew too')])
  }
  enough.abort()
  await lines
  assert.ok(refusals.every(it => it.includes('revoked')), refusals.join('; '))
  assert.equal(gateway.lines.some(it => it.includes('cannot be used')), false)
  await gateway.stop()
  const tally = await assertAcked(world, ledger.lines(), { under_way: true })
  assert.deepEqual([tally.promised, tally.seals], [sent, sent])
  ledger.close()
})
