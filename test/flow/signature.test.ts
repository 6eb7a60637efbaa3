/** A sender's own signature, from his openssl to the receiver's: verified at the door, kept as evidence, a wrong one refused. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fingerprint, instant, messageId } from '../../src/core/core.ts'
import { certificateFacts, issue, makeAuthority, signature_bytes_max, type Issued } from '../../src/sign/sign.ts'
import { needTool } from '../tools.ts'
import { putAccount } from '../register.ts'
import { makeCrl } from '../crl.ts'
import { certificateOf, makeWorld, message, until, type Reply, type Who } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const signers = await makeAuthority({ name: 'Signers', algorithm: 'P-256' })
const day = 86_400_000

/** Makes a certificate for signing, and registers it with an account, beside those it has. */
async function signer (who: Who | null, name: string, registered: { pem?: boolean, days?: number } = {}): Promise<Issued> {
  const it = await issue(signers, { subject: name, use: 'seal', algorithm: name.startsWith('rsa') ? 'RSA-2048' : 'P-256', notBefore: instant(Date.now() - 2 * day), notAfter: instant(Date.now() + (registered.days ?? 9) * day) })
  writeFileSync(world.path(`${name}.pem`), it.certificate)
  writeFileSync(world.path(`${name}.key`), it.key)
  if (who !== null) {
    const { fingerprint: digest, subject, not_after } = certificateFacts(it.certificate)
    await world.store(async store => {
      const account = (await store.register()).accounts.find(({ id }) => id === who.toLowerCase())
      assert.ok(account)
      await putAccount(store, { ...account, certificates: [...account.certificates, { fingerprint: fingerprint(digest), use: 'sign', subject, not_after: instant(Date.parse(not_after)), pem: registered.pem === false ? null : it.certificate }] })
    })
  }
  return it
}

/** What openssl signs over these bytes. */
function cms (payload: Uint8Array, name: string, ...more: readonly string[]): Buffer {
  writeFileSync(world.path('signed.xml'), payload)
  const { stdout, stderr } = spawnSync('openssl', ['cms', '-sign', '-binary', '-outform', 'DER', '-in', 'signed.xml', '-signer', `${name}.pem`, '-inkey', `${name}.key`, ...more], { cwd: world.dir })
  assert.notEqual(stdout.length, 0, stderr.toString())
  return stdout
}

const post = async (who: Who, payload: Uint8Array, signature: string): Promise<Reply> =>
  await gateway.as(who).call('POST', '/v1/messages', payload, { 'content-type': 'application/xml', 'x-signature': signature })
const signedBy = async (payload: Uint8Array, name: string, ...more: readonly string[]): Promise<Reply> => await post('gemeente', payload, cms(payload, name, ...more).toString('base64'))

await signer('gemeente', 'mine')
await signer('gemeente', 'rsa')
await signer('gemeente', 'bare', { pem: false })
await signer('gemeente', 'ended', { days: -1 })
await signer('otherGemeente', 'others')
await signer(null, 'nobodys')

describe('a signature that holds', () => {
  test('is kept, shown to both parties, and given back as it came; openssl verifies it over the payload', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const payload = message('WMO301', 1)
    const signature = cms(payload, 'mine')
    const reply = await post('gemeente', payload, signature.toString('base64'))
    assert.equal(reply.status, 202, reply.bytes.toString())
    const { id } = reply.told
    const signer_sha256 = certificateFacts(readFileSync(world.path('mine.pem'), 'utf8')).fingerprint
    for (const who of ['gemeente', 'aanbieder'] as const) {
      const { told } = await gateway.as(who).get(`/v1/messages/${id}`)
      assert.deepEqual(told['signature'], { signer_sha256 })
      const given = await gateway.as(who).get(String(Object(told['links'])['signature']))
      assert.deepEqual([given.status, given.headers['content-type'], given.bytes], [200, 'application/pkcs7-signature', signature])
      assert.equal(String(given.headers['signer-certificate']).replaceAll(':', ''), readFileSync(world.path('mine.pem'), 'utf8').replace(/-----.*-----|\n/g, ''))
      writeFileSync(world.path('given.p7s'), given.bytes)
    }
    writeFileSync(world.path('payload.xml'), (await gateway.as('aanbieder').get(`/v1/messages/${id}/payload`)).bytes)
    writeFileSync(world.path('signers.pem'), signers.certificate)
    const { status, stderr } = spawnSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'given.p7s', '-content', 'payload.xml', '-CAfile', 'signers.pem', '-out', 'out.xml'], { cwd: world.dir })
    assert.equal(status, 0, stderr.toString())
    assert.deepEqual((await gateway.as('gemeente').get('/v1/messages?limit=1')).told.messages[0]?.['signature'], { signer_sha256 })
  })

  test('stands in the history and the audit: who, when, and the digest of what was kept', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const payload = message('WMO301', 2)
    const signature = cms(payload, 'mine')
    const { told } = await post('gemeente', payload, signature.toString('base64'))
    const events = async (who: Who): Promise<unknown> => (await gateway.as(who).get(`/v1/messages/${told.id}/history`)).told.events.filter(it => it.event === 'signed').map(it => it.account)
    assert.deepEqual([await events('gemeente'), await events('aanbieder')], [['gemeente'], [null]])
    const kept = await world.store(async store => await store.signature({ party: world.account('gemeente').party ?? assert.fail(), send: ['iwmo'], receive: [] }, messageId(told.id)))
    assert.equal(createHash('sha256').update(kept?.cms ?? '').digest('hex'), createHash('sha256').update(signature).digest('hex'))
    assert.equal(new Date(kept?.checked ?? 0).toISOString(), told['received'])
  })

  for (const [name, ...flavour] of [['mine', '-nocerts'], ['rsa', '-keyid', '-nocerts', '-noattr'], ['rsa', '-keyopt', 'rsa_padding_mode:pss'], ['bare']] as const) {
    test(`whatever its form: ${name} ${flavour.join(' ')}`, async t => {
      if (!needTool(t, 'openssl', 'openssl')) return
      const reply = await signedBy(message('WMO301', 10 + `${name}${flavour.join('')}`.length), name, ...flavour)
      assert.equal(reply.status, 202, reply.bytes.toString())
    })
  }

  test('may be as large as is taken: the header fits', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const padding = Array.from({ length: 20 }, async (_, at) => (await issue(signers, { subject: `${at} ${'x'.repeat(60)}`, use: 'seal', algorithm: 'P-256' })).certificate)
    writeFileSync(world.path('more.pem'), (await Promise.all(padding)).slice(0, 14).join(''))
    const payload = message('WMO301', 3)
    const large = cms(payload, 'mine', '-certfile', 'more.pem')
    assert.ok(large.length > 0.85 * signature_bytes_max && large.length <= signature_bytes_max, String(large.length))
    assert.equal((await post('gemeente', payload, large.toString('base64'))).status, 202)
    writeFileSync(world.path('more.pem'), (await Promise.all(padding)).join(''))
    const tooLarge = await signedBy(message('WMO301', 4), 'mine', '-certfile', 'more.pem')
    assert.deepEqual([tooLarge.status, tooLarge.told.code], [422, 'ZP_SIGNATURE'])
    assert.match(tooLarge.told.detail ?? '', /8192/)
  })
})

describe('a message without one', () => {
  test('says so', async () => {
    const { id } = await gateway.as('gemeente').send(message('WMO301', 5))
    const { told } = await gateway.as('gemeente').get(`/v1/messages/${id}`)
    assert.equal(told['signature'], null)
    const none = await gateway.as('gemeente').get(`/v1/messages/${id}/signature`)
    assert.deepEqual([none.status, none.told.code], [404, 'ZP_NOT_FOUND'])
  })
})

describe('a signature that does not hold', () => {
  const refused = async (reply: Promise<Reply>, code: string, detail: RegExp): Promise<void> => {
    const { status, told } = await reply
    assert.deepEqual([status, told.code], [code === 'ZP_SIGNER' ? 403 : 422, code])
    assert.match(told.detail ?? '', detail)
  }

  test('of another message, or changed, is refused, and nothing is stored', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const payload = message('WMO301', 6)
    await refused(post('gemeente', payload, cms(message('WMO301', 7), 'mine').toString('base64')), 'ZP_SIGNATURE', /made over other bytes/)
    await refused(signedBy(payload, 'mine', '-md', 'sha1'), 'ZP_SIGNATURE', /SHA-256/)
    await refused(signedBy(payload, 'mine', '-nodetach'), 'ZP_SIGNATURE', /sign detached/)
    assert.equal((await gateway.as('gemeente').post(payload)).status, 202, 'the Identificatie was not burnt')
  })

  test('by somebody who may not sign for this party tells which certificate', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const payload = message('WMO301', 8)
    for (const name of ['nobodys', 'others']) {
      await refused(signedBy(payload, name), 'ZP_SIGNER', new RegExp(`not registered for signing: SHA-256 ${certificateFacts(readFileSync(world.path(`${name}.pem`), 'utf8')).fingerprint}`))
    }
    await refused(signedBy(payload, 'gemeente'), 'ZP_SIGNER', /not registered for signing/)
    await refused(signedBy(payload, 'ended'), 'ZP_SIGNER', /not valid now/)
    await refused(signedBy(payload, 'bare', '-nocerts'), 'ZP_SIGNER', /not registered/)
  })

  test('as no base64, empty, or twice, is refused before the body', async () => {
    for (const text of ['', '!', 'AAA', 'AAAA, AAAA', 'AA-_', '=']) await refused(post('gemeente', message('WMO301', 9), text), 'ZP_SIGNATURE', /base64/)
    await refused(post('gemeente', message('WMO301', 9), Buffer.from('no CMS').toString('base64')), 'ZP_SIGNATURE', /DER/)
  })

  test('by a certificate that its authority revoked is refused from the next message on', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const own = await makeWorld()
    const [dir, key] = [own.path('lists'), await issue(signers, { subject: 'revoked', use: 'seal', algorithm: 'P-256' })]
    mkdirSync(dir)
    writeFileSync(own.path('lists/signers.pem'), signers.certificate)
    writeFileSync(own.path('lists/signers.crl'), makeCrl(signers))
    for (const [end, text] of [['pem', key.certificate], ['key', key.key]] as const) writeFileSync(world.path(`revoked.${end}`), text)
    await own.store(async store => { await putAccount(store, { ...own.account('gemeente'), certificates: [own.certificate('gemeente'), certificateOf(key.certificate, 'sign')] }) })
    const running = await own.start({ crl_dir: dir, crl_poll_ms: 20 })
    const sent = async (seed: number): Promise<string> => {
      const bytes = message('WMO301', seed)
      const { status, told } = await running.as('gemeente').call('POST', '/v1/messages', bytes, { 'content-type': 'application/xml', 'x-signature': cms(bytes, 'revoked').toString('base64') })
      return `${status} ${told.code ?? ''} ${told.detail ?? ''}`
    }
    assert.match(await sent(40), /^202/)
    writeFileSync(own.path('next'), makeCrl(signers, { revoked: [key.certificate], thisUpdate: instant(Date.now() - 1000) }))
    renameSync(own.path('next'), own.path('lists/signers.crl'))
    let seed = 41
    assert.match(await until(async () => { const said = await sent(seed++); return said.startsWith('202') ? undefined : said }, 'the refusal'), /^403 ZP_SIGNER .*revoked/)
  })

  test('stops a certificate that was taken from the register at the next message', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    await signer('aanbieder', 'short-lived')
    const heen = await gateway.as('gemeente').send(message('WMO301', 20))
    await gateway.as('aanbieder').receives(heen.id)
    const retour = message('WMO302', 20)
    const signature = cms(retour, 'short-lived').toString('base64')
    await world.store(async store => { await putAccount(store, world.account('aanbieder')) })
    await refused(post('aanbieder', retour, signature), 'ZP_SIGNER', /not registered/)
    assert.equal((await gateway.as('aanbieder').post(retour)).status, 202)
  })
})

describe('the same bytes again', () => {
  test('get the first receipt, whatever signature comes with them; the first signature stands', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const payload = message('WMO301', 30)
    const first = await signedBy(payload, 'mine')
    assert.equal(first.status, 202)
    for (const again of [gateway.as('gemeente').post(payload), signedBy(payload, 'rsa'), signedBy(payload, 'nobodys')]) {
      const { status, headers, bytes } = await again
      assert.deepEqual([status, headers['duplicate'], bytes], [200, 'true', first.bytes])
    }
    const { told } = await gateway.as('gemeente').get(`/v1/messages/${first.told.id}`)
    assert.deepEqual(told['signature'], { signer_sha256: certificateFacts(readFileSync(world.path('mine.pem'), 'utf8')).fingerprint })
    const unsigned = message('WMO301', 31)
    const { id } = await gateway.as('gemeente').send(unsigned)
    assert.equal((await signedBy(unsigned, 'mine')).status, 200)
    assert.equal((await gateway.as('gemeente').get(`/v1/messages/${id}`)).told['signature'], null)
  })
})
