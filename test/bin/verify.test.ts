/** `zorgpoort verify` as a judge uses it years later: from files, with everything that could have been tampered with. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { digestOf, fingerprint, instant, messageId, partyCode, sha256Hex, type Instant } from '../../src/core/core.ts'
import { issue, makeAuthority, openSealer, statementBytes, type Authority, type Issued } from '../../src/sign/sign.ts'
import { budgetWithoutEnd } from '../flow/broken.ts'
import { makeWorld, message } from '../flow/world.ts'
import { needTool } from '../tools.ts'
import { examine } from '../../bin/commands/verify.ts'
import { ends, zorgpoort, type Ended } from './command.ts'

const day = 86_400_000
const now = Math.floor(Date.now() / 1000) * 1000
const world = await makeWorld()
const gateway = await world.start()

/** A message as its receiver holds it. */
async function held (seed: number): Promise<{ payload: Buffer, seal: Buffer, receipt: Buffer }> {
  const { id } = await gateway.as('gemeente').send(message('WMO301', seed))
  const part = async (name: string): Promise<Buffer> => (await gateway.as('aanbieder').get(`/v1/messages/${id}/${name}`)).bytes
  return { payload: await part('payload'), seal: await part('seal'), receipt: await part('receipt') }
}

const it = await held(1)
const other = await held(2)
const receipt = JSON.parse(it.receipt.toString()) as Record<string, unknown>
const put = (name: string, content: string | Uint8Array): string => { writeFileSync(world.path(name), content); return name }
put('message.xml', it.payload)
put('seal.p7s', it.seal)
put('receipt.json', it.receipt)

interface Given { readonly message?: string, readonly seal?: string, readonly receipt?: string, readonly trust?: string, readonly signature?: string, readonly signatureTrust?: string }
const run = async ({ message = 'message.xml', seal = 'seal.p7s', receipt = 'receipt.json', trust = 'ca.pem' }: Given, ...more: string[]): Promise<Ended> =>
  await zorgpoort(['verify', message, '--seal', seal, '--receipt', receipt, '--trust', trust, ...more], { cwd: world.dir })

/** @returns the names of the checks that failed */
async function failed ({ message = 'message.xml', seal = 'seal.p7s', receipt = 'receipt.json', trust = 'ca.pem', ...own }: Given): Promise<string[]> {
  const signature = Object.fromEntries(Object.entries(own).map(([name, file]) => [name, world.path(file)]))
  const checks = await examine(world.path(message), { seal: world.path(seal), receipt: world.path(receipt), trust: world.path(trust), ...signature })
  for (const { check, what } of checks) assert.notEqual(what, '', check)
  return checks.filter(check => !check.ok).map(({ check }) => check)
}

const stated = statementBytes({
  id: messageId(String(receipt['id'])), sender: partyCode('0344'), receiver: partyCode('42420001'), certificate_sha256: fingerprint(String(receipt['certificate_sha256'])),
  received: String(receipt['received']), sha256: sha256Hex(String(receipt['sha256'])), verdict: 'accepted'
})
/** The same message sealed with other keys, or at another time. */
const resealed = async ({ key, certificate }: Issued, at: Instant = instant(now)): Promise<Buffer> => await openSealer(key, certificate).seal(digestOf(it.payload), stated, at)
const authority = async (from = -day): Promise<Authority> => await makeAuthority({ name: 'Test CA', algorithm: 'P-256', notBefore: instant(now + from) })
const sealer = async (by: Authority, from = -day, until = day): Promise<Issued> =>
  await issue(by, { subject: 'seal', use: 'seal', algorithm: 'P-256', notBefore: instant(now + from), notAfter: instant(now + until) })

describe('verify says', () => {
  test('what it looked at, one line each, when all is well', async () => {
    const all = await run({})
    ends(all, 0, /^ok {6}receipt/, /ok {6}sha256/, /ok {6}size/, /ok {6}content .*WMO301/, /ok {6}seal signature/, /ok {6}seal statement/, /ok {6}seal chain/, /valid at the signing time, 20/, /retour.* not part of the seal/)
    assert.doesNotMatch(all.out, /FAILED/)
    assert.deepEqual(await failed({}), [])
  })

  test('that one byte was changed', async () => {
    for (const at of [0, 200, it.payload.length - 1]) {
      const wrong = await failed({ message: put('changed.xml', it.payload.with(at, 0x21)) })
      for (const name of ['sha256', 'seal digest']) assert.ok(wrong.includes(name), `byte ${at}: ${wrong.join(' ')}`)
    }
    const { code, out } = await run({ message: 'changed.xml' }, '--json')
    assert.equal(code, 1)
    assert.deepEqual(Object.keys(JSON.parse(out) as object), ['file', 'ok', 'checks', 'unsealed'])
  })

  test('that the seal, the receipt or both are another message’s', async () => {
    put('other.p7s', other.seal)
    put('other.json', other.receipt)
    assert.deepEqual(await failed({ seal: 'other.p7s' }), ['seal digest', 'seal statement'])
    assert.deepEqual((await failed({ receipt: 'other.json' })).filter(name => name !== 'size'), ['sha256', 'content', 'seal statement'])
    assert.deepEqual((await failed({ seal: 'other.p7s', receipt: 'other.json' })).filter(name => name !== 'size'), ['sha256', 'content', 'seal digest'])
  })

  const changes: Readonly<Record<string, readonly [unknown, ...string[]]>> = {
    id: ['019a5c1e-7d00-7000-8000-000000000001', 'seal statement'],
    sender: ['0363', 'content', 'seal statement'],
    receiver: ['42420002', 'content', 'seal statement'],
    certificate_sha256: [null, 'seal statement'],
    received: ['2026-11-21T09:30:00.000Z', 'seal statement'],
    sha256: ['0'.repeat(64), 'sha256', 'seal statement'],
    verdict: ['rejected', 'seal statement'],
    family: ['ijw', 'content'],
    type: ['WMO302', 'content'],
    afzender: ['0363', 'content'],
    ontvanger: ['42420002', 'content'],
    identificatie: ['ANDERS', 'content'],
    size_bytes: [1, 'size'],
    findings: [[{ code: 'CD075' }], 'seal statement']
  }
  const notSealed = ['referentienummer', 'retour', 'links']
  for (const [name, [value, ...checks]] of Object.entries(changes)) {
    test(`that ${name} of the receipt was changed`, async () => {
      assert.deepEqual(await failed({ receipt: put(`${name}.json`, JSON.stringify({ ...receipt, [name]: value })) }), checks)
    })
  }
  test('of every other member of the receipt that it is not part of the seal', async () => {
    assert.deepEqual(Object.keys(receipt).toSorted(), [...Object.keys(changes), ...notSealed].toSorted())
    const { out } = await run({})
    for (const name of notSealed) assert.ok(out.includes(name), name)
  })

  test('that what a receipt says is wrong with a message was changed, left out or put in', async () => {
    await world.judge(partyCode('42420001'), { level: 'content' })
    const { id } = await gateway.as('gemeente').send(budgetWithoutEnd(3))
    const part = async (name: string): Promise<Buffer> => (await gateway.as('gemeente').get(`/v1/messages/${id}/${name}`)).bytes
    const given: Given = { message: put('rejected.xml', await part('payload')), seal: put('rejected.p7s', await part('seal')) }
    const said = JSON.parse((await part('receipt')).toString()) as { verdict: string, findings: Array<Record<string, unknown>> }
    assert.deepEqual([said.verdict, said.findings.map(it => it['code'])], ['rejected', ['CD075']])
    const of = async (findings: unknown): Promise<string[]> => await failed({ ...given, receipt: put('rejected.json', JSON.stringify({ ...said, findings })) })
    assert.deepEqual(await of(said.findings), [])
    assert.deepEqual(await of(said.findings.map(it => Object.fromEntries(Object.entries(it).toReversed()))), [])
    const [first = {}] = said.findings
    for (const forged of [[], [{ ...first, code: 'CD005' }], [{ ...first, found: 'x' }], [{ ...first, warning: true }], [first, first]]) assert.deepEqual(await of(forged), ['seal statement'])
    for (const none of [undefined, null, {}]) assert.deepEqual(await of(none), ['receipt', 'seal statement'])
  })

  test('that the receipt is none', async () => {
    for (const [name, value] of [['id', '1'], ['sender', 'x'], ['received', 'yesterday'], ['received', '2026-11-21'], ['verdict', 'refused'], ['sha256', '']] as const) {
      const wrong = await failed({ receipt: put('none.json', JSON.stringify({ ...receipt, [name]: value })) })
      assert.ok(wrong.includes('receipt') && wrong.includes('seal statement'), name)
    }
    for (const text of ['', '[]', '7', '{']) await assert.rejects(failed({ receipt: put('none.json', text) }), /none\.json holds no receipt/)
  })

  test('that another signed: of another authority, of one by the same name, or for something else', async () => {
    const twin = await authority()
    put('twin.p7s', await resealed(await sealer(twin)))
    put('twin.pem', twin.certificate)
    assert.deepEqual(await failed({ seal: 'twin.p7s' }), ['seal chain', 'seal validity'])
    assert.deepEqual(await failed({ trust: 'twin.pem' }), ['seal chain', 'seal validity'])
    assert.deepEqual(await failed({ seal: 'twin.p7s', trust: 'twin.pem' }), [])
  })

  test('that a seal holds after its certificate expired, and not when it was made after that', async () => {
    const old = await authority(-900 * day)
    put('old.pem', old.certificate)
    const expired = await sealer(old, -800 * day, -400 * day)
    assert.deepEqual(await failed({ trust: 'old.pem', seal: put('old.p7s', await resealed(expired, instant(now - 500 * day))) }), [])
    assert.deepEqual(await failed({ trust: 'old.pem', seal: put('late.p7s', await resealed(expired)) }), ['seal validity'])
  })

  test('that a seal is none, and what remains of the others', async () => {
    assert.deepEqual(await failed({ seal: put('none.p7s', 'none') }), ['seal form'])
    assert.deepEqual(await failed({ seal: put('cut.p7s', it.seal.subarray(0, -1)) }), ['seal form'])
  })

  test('which file it cannot use, and how it is called', async () => {
    ends(await run({ message: 'gone.xml' }), 1, /^zorgpoort: cannot read gone\.xml: no such file\n$/)
    ends(await run({ trust: 'message.xml' }), 1, /^zorgpoort: message\.xml holds no certificate in PEM\n$/)
    put('half.pem', `${world.ca}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`)
    ends(await run({ trust: 'half.pem' }), 1, /^zorgpoort: half\.pem holds a certificate that is not well formed\n$/)
    ends(await zorgpoort(['verify', 'message.xml', '--seal', 'seal.p7s'], { cwd: world.dir }), 2, /required option '--receipt <file>'/)
    assert.deepEqual(await failed({ message: put('text.xml', 'text') }), ['sha256', 'size', 'content', 'seal digest'])
  })
})

describe('a sender’s own signature beside it', () => {
  test('holds by its own trust, and not over other bytes or by another', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const own = await authority()
    const signer = await sealer(own)
    put('own.pem', own.certificate)
    put('signer.pem', signer.certificate)
    put('signer.key', signer.key)
    put('other.xml', other.payload)
    const sign = (content: string, ...more: string[]): string => {
      const { stdout } = spawnSync('openssl', ['cms', '-sign', '-binary', '-outform', 'DER', '-in', content, '-signer', 'signer.pem', '-inkey', 'signer.key', ...more], { cwd: world.dir })
      return put(`${content}.p7s`, stdout)
    }
    const judged = async (signature: string, trust: string): Promise<string[]> => await failed({ signature, signatureTrust: trust })
    assert.deepEqual(await judged(sign('message.xml'), 'own.pem'), [])
    assert.deepEqual(await judged('message.xml.p7s', 'ca.pem'), ['signature'])
    assert.deepEqual(await failed({ signature: 'message.xml.p7s' }), ['signature'])
    assert.deepEqual(await judged(sign('message.xml', '-nocerts', '-noattr'), 'signer.pem'), [])
    assert.deepEqual(await judged(sign('other.xml'), 'own.pem'), ['signature'])
    ends(await run({}, '--signature', 'other.xml.p7s', '--signature-trust', 'own.pem'), 1)
  })
})
