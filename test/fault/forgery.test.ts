/** Forgeries wherever one can be shown: by who receives, to the gateway's doors, and by who writes on its disk. Each is found out by those who verify, and nothing forged is taken, pushed or given out as good. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { digestOf, fingerprint, instant } from '../../src/core/core.ts'
import { certificateFacts, issue, makeAuthority, openSealer, verifySeal, type Issued, type SealFault } from '../../src/sign/sign.ts'
import { context, octetString, readDer, sequence } from '../../src/sign/der.ts'
import { statementBytes } from '../../src/sign/statement.ts'
import { statementOf } from '../../bin/statement.ts'
import { altered, certificateOf, makeWorld, message, withText, type Client } from '../flow/world.ts'
import { putAccount } from '../register.ts'
import { needTool } from '../tools.ts'

const world = await makeWorld()
const { rest, stop } = await world.start()
const [from, to] = [world.client('gemeente', rest), world.client('aanbieder', rest)]

/** A message as its receiver holds it. */
interface Held { readonly id: string, readonly payload: Buffer, readonly seal: Buffer, readonly receipt: Buffer }
async function held (seed: number): Promise<Held> {
  const { id } = await from.send(message('WMO301', seed, { identificatie: `F${seed}` }))
  await to.receives(id)
  const part = async (name: string): Promise<Buffer> => (await to.get(`/v1/messages/${id}/${name}`)).bytes
  return { id, payload: await part('payload'), seal: await part('seal'), receipt: await part('receipt') }
}
const [mine, other] = [await held(1), await held(2)]

/** @returns `ok`, or the first thing that is wrong, as who holds the three finds it */
function judged ({ payload, seal, receipt }: Omit<Held, 'id'>): string {
  const told = statementOf(JSON.parse(receipt.toString()) as Record<string, unknown>)
  if (told === null) return 'receipt'
  const verdict = verifySeal({ seal, payload, statement: statementBytes(told.statement), trusted: [world.ca] })
  return verdict.ok ? 'ok' : verdict.reason
}

const openssl = (input: Uint8Array, ...args: readonly string[]): Buffer => {
  const { stdout, stderr } = spawnSync('openssl', args, { cwd: world.dir, input })
  assert.notEqual(stdout.length, 0, stderr.toString())
  return stdout
}
/** What openssl makes of bytes that somebody else keeps. */
const cms = (bytes: Uint8Array, ...more: readonly string[]): Buffer => openssl(bytes, 'cms', '-sign', '-binary', '-outform', 'DER', ...more)

const strangers = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
/** Of an authority that bears our authority's name, to seal with; and one of ours that belongs to a party. */
const stranger = await issue(strangers, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
writeFileSync(world.path('stranger.pem'), stranger.certificate)
writeFileSync(world.path('stranger.key'), stranger.key)

async function resealed ({ key, certificate }: Issued): Promise<Buffer> {
  const told = statementOf(JSON.parse(mine.receipt.toString()) as Record<string, unknown>)
  assert.ok(told)
  return await openSealer(key, certificate).seal(digestOf(mine.payload), statementBytes(told.statement), instant(Date.now()))
}

/** The parts of SignedData, in their order: version, digests, content, certificates, signers. */
const partsOf = (seal: Buffer): readonly Buffer[] => (readDer(seal).children[1]?.children[0]?.children ?? []).map(it => Buffer.from(it.bytes))
const signedData = (seal: Buffer, ...parts: readonly Uint8Array[]): Buffer => sequence(readDer(seal).children[0]?.bytes ?? Buffer.alloc(0), context(0, sequence(...parts)))
/** Its parts, one of them made into another. */
const within = (seal: Buffer, nth: number, made: (part: Buffer) => Buffer): Buffer => signedData(seal, ...partsOf(seal).map((part, at) => at === nth ? made(part) : part))
const swapped = (name: string, value: unknown): Buffer => Buffer.from(JSON.stringify({ ...JSON.parse(mine.receipt.toString()) as object, [name]: value }))

/** What is shown, and what is found to be wrong with it first. */
type Forgery = readonly [found: SealFault, make: () => Promise<Omit<Held, 'id'>> | Omit<Held, 'id'>]
const forgeries: Readonly<Record<string, Forgery>> = {
  'a byte of the message changed': ['digest', () => ({ ...mine, payload: altered(mine.payload, /\n$|$/, ' ') })],
  'another message under this seal and receipt': ['digest', () => ({ ...mine, payload: other.payload })],
  'the seal of another message': ['digest', () => ({ ...mine, seal: other.seal })],
  'the receipt of another message': ['statement', () => ({ ...mine, receipt: other.receipt })],
  'seal and receipt of another message': ['digest', () => ({ ...other, payload: mine.payload })],
  'a receipt that tells another sender': ['statement', () => ({ ...mine, receipt: swapped('sender', '0363') })],
  'a receipt that tells another moment': ['statement', () => ({ ...mine, receipt: swapped('received', '2026-01-01T00:00:00.000Z') })],
  'the seal of a stranger by the same name': ['chain', async () => ({ ...mine, seal: await resealed(stranger) })],
  'the algorithm named is another than the one used': ['certificate', () => ({ ...mine, seal: Buffer.from(mine.seal.toString('latin1').replaceAll('\x2a\x86\x48\xce\x3d\x04\x03\x02', '\x2a\x86\x48\xce\x3d\x04\x03\x03'), 'latin1') })],
  'a digest of SHA-1 named': ['algorithm', () => ({ ...mine, seal: cms(mine.payload, '-md', 'sha1', '-signer', 'seal.pem', '-inkey', 'seal.key') })],
  'the seal as what another signed': ['form', () => ({ ...mine, seal: cms(mine.seal, '-nodetach', '-signer', 'stranger.pem', '-inkey', 'stranger.key') })],
  'the seal as what it signed itself': ['form', () => ({ ...mine, seal: cms(mine.seal, '-nodetach', '-signer', 'seal.pem', '-inkey', 'seal.key') })],
  'the seal in an envelope': ['form', () => ({ ...mine, seal: openssl(mine.seal, 'cms', '-encrypt', '-binary', '-outform', 'DER', '-aes256', 'stranger.pem') })],
  'the seal in an octet string': ['form', () => ({ ...mine, seal: octetString(mine.seal) })],
  'the seal as its own content': ['form', () => ({ ...mine, seal: within(mine.seal, 2, part => sequence(readDer(part).children[0]?.bytes ?? part, context(0, octetString(mine.seal)))) })],
  'another message put into it': ['form', () => ({ ...mine, seal: within(mine.seal, 2, part => sequence(readDer(part).children[0]?.bytes ?? part, context(0, octetString(other.payload)))) })],
  'the signer of another message beside its own': ['signers', () => ({ ...mine, seal: within(mine.seal, 4, part => { const all = Buffer.concat([part, partsOf(other.seal)[4] ?? part].map(it => Buffer.from(readDer(it).children[0]?.bytes ?? it))); return Buffer.concat([Buffer.from([0x31, 0x82, all.length >> 8, all.length & 255]), all]) }) })],
  'the certificate of a stranger in front of its own': ['chain', () => ({ ...mine, seal: within(mine.seal, 3, part => { const all = Buffer.concat([openssl(Buffer.from(stranger.certificate), 'x509', '-outform', 'DER'), ...readDer(part).children.map(it => Buffer.from(it.bytes))]); return Buffer.concat([Buffer.from([0xa0, 0x82, all.length >> 8, all.length & 255]), all]) }) })],
  'the seal in PEM': ['form', () => ({ ...mine, seal: openssl(mine.seal, 'cms', '-cmsout', '-inform', 'DER', '-outform', 'PEM') })],
  'the seal in lengths without end': ['form', () => ({ ...mine, seal: Buffer.concat([Buffer.of(0x30, 0x80), ...readDer(mine.seal).children.map(it => Buffer.from(it.bytes)), Buffer.of(0, 0)]) })]
}

describe('whoever verifies', () => {
  test('takes what is whole', t => {
    if (needTool(t, 'openssl', 'openssl')) assert.deepEqual([judged(mine), judged(other)], ['ok', 'ok'])
  })
  for (const [name, [found, make]] of Object.entries(forgeries)) {
    test(`finds out ${name}`, async t => {
      if (needTool(t, 'openssl', 'openssl')) assert.equal(judged(await make()), found)
    })
  }
})

/** Whom the door asks for a signature: registered for signing with the account of the gemeente. */
async function registerSigner (): Promise<void> {
  const authority = await makeAuthority({ name: 'Signers', algorithm: 'P-256' })
  const signer = await issue(authority, { subject: 'signer', use: 'seal', algorithm: 'P-256' })
  writeFileSync(world.path('signer.pem'), signer.certificate)
  writeFileSync(world.path('signer.key'), signer.key)
  const account = world.account('gemeente')
  await world.store(store => putAccount(store, { ...account, certificates: [...account.certificates, { ...certificateOf(signer.certificate, 'sign'), fingerprint: fingerprint(certificateFacts(signer.certificate).fingerprint) }] }))
}

describe('the door', () => {
  const bytes = message('WMO301', 3, { identificatie: 'F3' })
  const by = (signed: Uint8Array, who = 'signer', ...more: readonly string[]): Buffer => cms(signed, '-signer', `${who}.pem`, '-inkey', `${who}.key`, ...more)
  const post = async (client: Client, payload: Uint8Array, signature: Buffer): Promise<string> => {
    const { status, told } = await client.call('POST', '/v1/messages', payload, { 'content-type': 'application/xml', 'x-signature': signature.toString('base64') })
    return `${status} ${told.code ?? ''}`
  }
  /** What stands in another: who looks for the signed part sees it, who reads the whole another. */
  const inner = bytes.toString().replace(/<\?xml[^>]*\?>\s*/, '')
  const wrapped: Readonly<Record<string, Buffer>> = {
    'in another root': Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><omslag>${inner}</omslag>`),
    'in another message': Buffer.from(message('WMO301', 4, { identificatie: 'F4' }).toString().replace(/(<[^>]*:Client>)/, `${inner}$1`)),
    'behind another message': Buffer.concat([message('WMO301', 4, { identificatie: 'F4' }), Buffer.from(inner)]),
    'in a comment of another': altered(message('WMO301', 4, { identificatie: 'F4' }), /$/, `<!--${inner.replaceAll('--', '- -')}-->`),
    'as text of another': Buffer.from(`<omslag><![CDATA[${bytes.toString()}]]></omslag>`),
    'in SOAP': Buffer.from(`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${inner}</soapenv:Body></soapenv:Envelope>`)
  }

  test('refuses a signature over anything but exactly these bytes, by anybody but who may, or wrapped in another', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    await registerSigner()
    const good = by(bytes)
    const refused: Readonly<Record<string, string>> = {
      'changed after it was signed': await post(from, withText(bytes, 'Achternaam', 'Anders'), good),
      'of another message': await post(from, bytes, by(message('WMO301', 4, { identificatie: 'F4' }))),
      'by a stranger': await post(from, bytes, by(bytes, 'stranger')),
      'by the gateway’s own seal': await post(from, bytes, mine.seal),
      'shown by another party': await post(world.client('otherGemeente', rest), withText(bytes, 'Afzender', '0363'), by(withText(bytes, 'Afzender', '0363'))),
      'in SHA-1': await post(from, bytes, by(bytes, 'signer', '-md', 'sha1')),
      'wrapped in a stranger’s': await post(from, bytes, by(good, 'stranger', '-nodetach')),
      'wrapped in its own': await post(from, bytes, by(good, 'signer', '-nodetach')),
      'of two': await post(from, bytes, by(bytes, 'signer', '-signer', 'stranger.pem', '-inkey', 'stranger.key'))
    }
    for (const [what, said] of Object.entries(refused)) assert.match(said, /^422 ZP_SIGNATURE$|^403 ZP_SIGNER$/, what)
    for (const [what, payload] of Object.entries(wrapped)) {
      const said = await post(from, payload, good)
      assert.match(said, /^4\d\d ZP_(?:SIGNATURE|XML|SCHEMA|TYPE|DOCUMENT|NOT_XML|ROOT)/, `${what}: ${said}`)
    }
    assert.deepEqual((await from.get('/v1/messages?identificatie=F3')).told.messages.concat((await from.get('/v1/messages?identificatie=F4')).told.messages), [], 'nothing of it was taken')
    assert.equal(await post(from, bytes, good), '202 ')
  })
})

test('who writes on the disk gives nobody another payload: it is refused where it is read, and pushed to nobody', async () => {
  await stop()
  const db = new Database(world.path('zorgpoort.db'))
  const seqOf = (id: string): unknown => (db.prepare('select seq from message where id = ?').get(id) as { seq: unknown }).seq
  const [one, two] = [seqOf(mine.id), seqOf(other.id)]
  const bodyOf = (seq: unknown): Buffer => (db.prepare('select body from payload where message = ?').get(seq) as { body: Buffer }).body
  const [mineBody, otherBody] = [bodyOf(one), bodyOf(two)]
  const put = (seq: unknown, body: Buffer): void => { db.prepare('update payload set body = ? where message = ?').run(body, seq) }
  put(one, otherBody)
  put(two, mineBody)
  db.close()
  const again = await world.start()
  for (const { id } of [mine, other]) {
    const { status, told, bytes } = await again.as('aanbieder').get(`/v1/messages/${id}/payload`)
    assert.ok(status >= 500 && String(told.code).startsWith('ZP_'), `${status} ${bytes.toString()}`)
  }
  const lost = await again.as('aanbieder').get(`/v1/messages/${mine.id}/receipt`)
  assert.deepEqual([lost.status, lost.bytes.equals(mine.receipt)], [200, true])
  await again.stop()
})
