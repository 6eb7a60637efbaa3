/** Certificates over real TLS: rotated, made known by an authority and an OIN, and revoked while connected. */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { describe, test, type TestContext } from 'node:test'
import { instant, systemClock, type Clock } from '../../src/core/core.ts'
import { issue, makeAuthority, type Authority, type IssueRequest } from '../../src/sign/sign.ts'
import { makeCrl, pemOf } from '../crl.ts'
import { anAccount, aParty, putAccount, putParty } from '../register.ts'
import { certificateOf, makeWorld, until, type Client, type Reply, type Running } from './world.ts'

const hour = 3_600_000
const oin = '00000001234567890000'
const [authority, other, impostor] = await Promise.all(['Trusted CA', 'Other CA', 'Trusted CA'].map(async name => await makeAuthority({ name, algorithm: 'P-256' })))
assert.ok(authority && other && impostor)
const world = await makeWorld()
writeFileSync(world.path('clients.pem'), authority.certificate)
await world.store(async store => {
  await putParty(store, aParty('0518'))
  await putAccount(store, anAccount('gravenhage', { party: aParty('0518').code, oin }))
})

const made = async (from: Authority, over: Partial<IssueRequest> = {}) => await issue(from, { subject: 'software', use: 'client', algorithm: 'P-256', oin, ...over })
const code = ({ status, told }: Reply): string => status < 400 ? String(status) : `${status} ${told.code} ${told.detail ?? ''}`
const asks = async (client: Client): Promise<string> => code(await client.get('/v1/mailbox'))
/** A gateway until the end of the test: a database is served by one at a time. */
async function begin (t: TestContext, over: Record<string, unknown> = {}, clock: Clock = systemClock): Promise<Running> {
  const gateway = await world.start({ crl_poll_ms: 20, ...over }, [], clock)
  t.after(() => gateway.stop())
  return gateway
}
const trusting = { client_ca: world.path('clients.pem') }

/** A folder of lists, whose files are put in place whole. */
function lists (name: string) {
  const dir = world.path(name)
  mkdirSync(dir)
  return {
    dir,
    put: (file: string, content: Uint8Array | string) => { writeFileSync(`${world.path(name)}.part`, content); renameSync(`${world.path(name)}.part`, `${dir}/${file}`) },
    take: (file: string) => { rmSync(`${dir}/${file}`) }
  }
}

describe('a certificate of a trusted authority with a registered OIN', () => {
  test('is the account’s, and any other is refused with what is wrong', async t => {
    const gateway = await begin(t, trusting)
    const good = await made(authority)
    assert.equal(await asks(world.clientWith(good, gateway.rest)), '200')
    const refused: ReadonlyArray<readonly [why: RegExp, certificate: Awaited<ReturnType<typeof made>>]> = [
      [/not registered: SHA-256 [0-9a-f]{64}$/, await made(other)],
      [/not registered: SHA-256 [0-9a-f]{64}$/, await made(impostor)],
      [/no OIN\)$/, await issue(authority, { subject: 'software', use: 'client', algorithm: 'P-256' })],
      [/unknown OIN\)$/, await made(authority, { oin: '9'.repeat(20) })],
      [/not registered: SHA-256 [0-9a-f]{64}$/, await made(authority, { use: 'server', dnsNames: ['software'] })],
      [/not registered: SHA-256 [0-9a-f]{64}$/, await made(authority, { use: 'seal' })],
      [/expired \d{4}/, await made(authority, { notBefore: instant(Date.now() - 2 * hour), notAfter: instant(Date.now() - hour) })],
      [/not valid before/, await made(authority, { notBefore: instant(Date.now() + hour), notAfter: instant(Date.now() + 2 * hour) })]
    ]
    for (const [why, certificate] of refused) {
      const said = await asks(world.clientWith(certificate, gateway.rest))
      assert.match(said, /^401 ZP_CERTIFICATE/)
      assert.match(said, why)
    }
  })

  test('is nobody’s without client_ca, when the account is off, or when it is registered itself to one that is off', async t => {
    const good = await made(authority)
    const before = await begin(t)
    assert.match(await asks(world.clientWith(good, before.rest)), /^401/)
    await before.stop()
    const gateway = await begin(t, trusting)
    const client = world.clientWith(good, gateway.rest)
    assert.equal(await asks(client), '200')
    const change = async (over: Parameters<typeof anAccount>[1]): Promise<void> => { await world.store(async store => { await putAccount(store, anAccount('gravenhage', { party: aParty('0518').code, oin, ...over })) }) }
    await change({ active: false })
    assert.match(await asks(client), /^401 .*unknown OIN/)
    assert.equal(client.connections(), 1)
    await change({})
    assert.equal(await asks(client), '200')
    await world.store(async store => { await putAccount(store, anAccount('gestopt', { active: false, certificates: [certificateOf(good.certificate)] })) })
    assert.match(await asks(client), /^401 .*not registered/)
    await world.store(async store => { await putAccount(store, anAccount('gestopt', { active: false })) })
  })
})

describe('rotation', () => {
  test('a new certificate is added before the old one goes, and no request is refused in between', async t => {
    const gateway = await begin(t)
    const [old, next] = await Promise.all([made(other, { oin: '1'.repeat(20) }), made(other, { oin: '1'.repeat(20) })])
    const put = async (...pems: string[]): Promise<void> => { await world.store(async store => { await putAccount(store, anAccount('wisselt', { party: aParty('0518').code, certificates: pems.map(it => certificateOf(it)) })) }) }
    const [before, after] = [world.clientWith(old, gateway.rest), world.clientWith(next, gateway.rest)]
    await put(old.certificate)
    assert.deepEqual([await asks(before), (await asks(after)).slice(0, 3)], ['200', '401'])
    await put(old.certificate, next.certificate)
    assert.deepEqual([await asks(before), await asks(after)], ['200', '200'])
    await put(next.certificate)
    assert.deepEqual([(await asks(before)).slice(0, 3), await asks(after)], ['401', '200'])
  })
})

describe('revocation', () => {
  const refusedFor = (why: RegExp) => async (client: Client): Promise<true | undefined> => why.test(await asks(client)) || undefined

  test('ends what a live connection may do at its next request, and a broken new list keeps the old one', async t => {
    const folder = lists('live')
    const [mine, another] = await Promise.all([made(authority), made(authority)])
    folder.put('ca.crl', makeCrl(authority))
    const gateway = await begin(t, { ...trusting, crl_dir: folder.dir, crl_missing: 'refuse' })
    const [client, stays] = [world.clientWith(mine, gateway.rest), world.clientWith(another, gateway.rest)]
    assert.deepEqual([await asks(client), await asks(stays)], ['200', '200'])
    folder.put('ca.crl', pemOf(makeCrl(authority, { revoked: [mine.certificate], thisUpdate: instant(Date.now() - 1000) })))
    await until(async () => await refusedFor(/^401 ZP_CERTIFICATE ingetrokken \/ revoked$/)(client), 'the refusal')
    assert.equal(await asks(stays), '200')
    assert.equal(client.connections(), 1)
    folder.put('ca.crl', 'half a li')
    await until(() => gateway.lines.find(it => it.includes('a revocation list cannot be used') && it.includes('ca.crl')), 'the alarm')
    assert.match(await asks(client), /revoked/)
    assert.match(await (await fetch(`${gateway.operations}/metrics`)).text(), /^zorgpoort_revocation_faults 1$/m)
    folder.put('ca.crl', makeCrl(authority))
    await until(async () => await asks(client) === '200' || undefined, 'the new list')
    assert.match(await (await fetch(`${gateway.operations}/metrics`)).text(), /^zorgpoort_revocation_faults 0$/m)
    folder.take('ca.crl')
    await until(async () => await refusedFor(/no revocation list of its issuer/)(stays), 'the missing list')
  })

  test('counts a list only when its issuer signed it, and one that has expired refuses and alarms', async t => {
    const folder = lists('signed')
    const mine = await made(authority)
    let ahead_ms = 0
    const gateway = await begin(t, { ...trusting, crl_dir: folder.dir, crl_missing: 'accept' }, { now: () => instant(Date.now() + ahead_ms) })
    const client = world.clientWith(mine, gateway.rest)
    folder.put('false.crl', makeCrl(impostor, { revoked: [mine.certificate] }))
    await until(() => gateway.lines.find(it => it.includes('a revocation list cannot be used') && it.includes('false.crl')), 'the alarm')
    assert.equal(await asks(client), '200')
    folder.put('true.crl', makeCrl(authority, { nextUpdate: instant(Date.now() + hour) }))
    await until(async () => Number(/^zorgpoort_revocation_next_update_timestamp_seconds (\S+)$/m.exec(await (await fetch(`${gateway.operations}/metrics`)).text())?.[1]) * 1000 < Date.now() + 2 * hour || undefined, 'the list')
    assert.equal(await asks(client), '200')
    ahead_ms = 2 * hour
    await until(async () => await refusedFor(/^401 ZP_CERTIFICATE .*revocation list of its issuer expired$/)(client), 'the refusal')
    await until(() => gateway.lines.find(it => it.includes('true.crl (expired)')), 'the alarm')
  })

  test('is not undone by a list that another signed in the issuer’s name', async t => {
    const folder = lists('forged')
    const [mine, pinned] = await Promise.all([made(authority), made(authority, { oin: '3'.repeat(20) })])
    await world.store(async store => { await putAccount(store, anAccount('vastgezet', { party: aParty('0518').code, certificates: [certificateOf(pinned.certificate)] })) })
    folder.put('ca.crl', makeCrl(authority, { revoked: [mine.certificate, pinned.certificate] }))
    const gateway = await begin(t, { ...trusting, crl_dir: folder.dir, crl_missing: 'accept' })
    const clients = [mine, pinned].map(it => world.clientWith(it, gateway.rest))
    for (const client of clients) assert.match(await asks(client), /revoked$/)
    folder.put('ca.crl', makeCrl(impostor, { thisUpdate: instant(Date.now() - 1000) }))
    await until(() => gateway.lines.find(it => it.includes('a revocation list cannot be used') && it.includes('ca.crl')), 'the alarm')
    for (const client of clients) assert.match(await asks(client), /revoked$/)
    await gateway.stop()
    await assert.rejects(world.start({ ...trusting, crl_dir: folder.dir }), /crl_dir: ca\.crl is no revocation list we can use .*signed by its issuer/)
  })

  test('holds for a pinned certificate when a list of its issuer is there, and says when it cannot be checked', async t => {
    const folder = lists('pinned')
    const pinned = await made(other, { oin: '2'.repeat(20) })
    await world.store(async store => { await putAccount(store, anAccount('vast', { party: aParty('0518').code, certificates: [certificateOf(pinned.certificate)] })) })
    const gateway = await begin(t, { crl_dir: folder.dir, crl_missing: 'refuse' })
    const client = world.clientWith(pinned, gateway.rest)
    assert.equal(await asks(client), '200')
    folder.put('other.crl', makeCrl(other, { revoked: [pinned.certificate] }))
    await until(async () => await refusedFor(/cannot be checked$/)(client), 'the refusal')
    folder.put('other.pem', other.certificate)
    await until(async () => await refusedFor(/revoked$/)(client), 'the refusal')
    folder.put('other.crl', makeCrl(other))
    await until(async () => await asks(client) === '200' || undefined, 'the new list')
  })

  test('does not start with a list it cannot use, or a folder that is not there', async () => {
    const folder = lists('broken')
    folder.put('bad.crl', 'no list')
    await assert.rejects(world.start({ crl_dir: folder.dir }), /crl_dir: bad\.crl is no revocation list we can use/)
    await assert.rejects(world.start({ crl_dir: world.path('nowhere') }), /crl_dir: cannot read the folder/)
    await assert.rejects(world.start({ client_ca: world.path('gemeente.pem') }), /client_ca holds a certificate that is no authority’s/)
    await assert.rejects(world.start({ client_ca: world.path('gemeente.key') }), /client_ca holds no certificate/)
  })
})
