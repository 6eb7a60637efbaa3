/** A forged, borrowed, outdated or mangled seal gets its reason, and never an exception. */
import assert from 'node:assert/strict'
import { createHash, createPrivateKey } from 'node:crypto'
import { before, describe, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { digestOf, instant } from '../../src/core/core.ts'
import { context, octetString, readDer, sequence, setOf, tlv } from '../../src/sign/der.ts'
import { examineSeal, issue, makeAuthority, openSealer, statementBytes, verifySeal, type Authority, type Issued, type SealClaim } from '../../src/sign/sign.ts'
import { needTool } from '../tools.ts'
import { bench, day, now, payload, sealed, stated, statement } from './world.ts'

const { put, openssl } = bench()
let ca: Authority
let issued: Issued
let seal: Buffer
let good: SealClaim

before(async () => {
  ({ seal, ca, issued } = await sealed())
  good = { seal, payload, statement: stated, trusted: [ca.certificate] }
  put('message.xml', payload)
})

const judged = (claim: Partial<SealClaim>) => {
  const verdict = verifySeal({ ...good, ...claim })
  return verdict.ok ? 'ok' : verdict.reason
}

/** @returns what each check finds wrong, by its name; null where nothing */
const faults = (claim: Partial<SealClaim>): Partial<Record<string, string | null>> =>
  Object.fromEntries(examineSeal({ ...good, ...claim }).checks.map(({ check, fault }) => [check, fault]))

/** What openssl signs over the payload with these certificates; null where openssl is missing. */
function signedByOpenssl (t: TestContext, signers: readonly Issued[], ...more: string[]): Buffer | null {
  if (!needTool(t, 'openssl', 'openssl')) return null
  const args = signers.flatMap(({ key, certificate }, at) => ['-signer', put(`${at}.pem`, certificate), '-inkey', put(`${at}.key`, key)])
  const { stdout, stderr } = openssl('cms', '-sign', '-binary', '-outform', 'DER', '-in', 'message.xml', ...args, ...more)
  assert.notEqual(stdout.length, 0, stderr)
  return stdout
}

describe('a seal holds', () => {
  test('with the signing time to the second and the signer’s fingerprint', () => {
    const { fingerprint } = openSealer(issued.key, issued.certificate).certificate
    assert.deepEqual(verifySeal(good), { ok: true, signedAt: now, fingerprint })
  })
  test('with the signer’s own certificate trusted', () => assert.equal(judged({ trusted: [issued.certificate] }), 'ok'))
  test('with other certificates trusted beside it', async () => {
    const other = await makeAuthority({ name: 'Other CA', algorithm: 'P-384' })
    assert.equal(judged({ trusted: [other.certificate + ca.certificate] }), 'ok')
  })
  test('with an intermediate handed along, and not without', async t => {
    const { root, middle } = await twoTier(t)
    if (root === null || middle === null) return
    const { key, certificate } = await issue(middle, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
    // openssl made the root a moment ago, so sealing is a little later.
    const soon = instant(now + 60_000)
    const along = await openSealer(key, certificate, middle.certificate).seal(digestOf(payload), stated, soon)
    assert.equal(judged({ seal: along, trusted: [root] }), 'ok')
    assert.equal(judged({ seal: await openSealer(key, certificate).seal(digestOf(payload), stated, soon), trusted: [root] }), 'chain')
  })
})

/** A root by openssl, with no path length, and an intermediate under it. */
async function twoTier (t: TestContext): Promise<{ root: string | null, middle: Authority | null }> {
  if (!needTool(t, 'openssl', 'openssl')) return { root: null, middle: null }
  put('ca.ext', 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid')
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=Root', '-days', '9')
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'middle.key', '-out', 'middle.csr', '-subj', '/CN=Middle')
  const made = openssl('x509', '-req', '-in', 'middle.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-days', '8', '-extfile', 'ca.ext')
  const read = (file: string) => openssl(file.endsWith('.key') ? 'pkey' : 'x509', '-in', file).stdout.toString()
  return { root: read('root.pem'), middle: { certificate: made.stdout.toString(), privateKey: createPrivateKey(read('middle.key')) } }
}

describe('a seal does not hold', () => {
  test('in more than one way, each told', async () => {
    const other = await makeAuthority({ name: 'Other CA', algorithm: 'P-256' })
    assert.deepEqual(faults({ payload: Buffer.from('x'), statement: Buffer.from('y'), trusted: [other.certificate] }),
      { form: null, digest: 'digest', certificate: null, signature: null, statement: 'statement', usage: null, chain: 'chain', validity: 'chain' })
    assert.deepEqual(faults({}), { form: null, digest: null, certificate: null, signature: null, statement: null, usage: null, chain: null, validity: null })
    assert.deepEqual(faults({ seal: Buffer.from('0401ff', 'hex') }), { form: 'form' })
  })

  test('over one changed byte, or the seal of another message', () => {
    for (const at of [0, 17, payload.length - 1]) assert.equal(judged({ payload: payload.with(at, 0x21) }), 'digest')
    assert.equal(judged({ payload: Buffer.from('another message') }), 'digest')
  })

  test('for a statement with any one value changed', () => {
    const others = [{ sender: statement.receiver }, { received: '2026-11-21T09:30:00.001Z' }, { verdict: 'rejected' }] as const
    for (const other of others) assert.equal(judged({ statement: statementBytes({ ...statement, ...other }) }), 'statement')
    assert.equal(judged({ statement: Buffer.alloc(0) }), 'statement')
  })

  test('when the certificate in it is another’s', async () => {
    const other = await issue(ca, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
    assert.equal(judged({ seal: rebuilt({ certificates: [other.certificate] }) }), 'certificate')
  })

  test('when a certificate stands in it that serves nothing', async () => {
    const other = await issue(ca, { subject: 'other', use: 'seal', algorithm: 'P-256' })
    assert.equal(judged({ seal: rebuilt({ certificates: [issued.certificate, other.certificate] }) }), 'chain')
  })

  test('when something stands in it that no signature covers', () => {
    const unsigned = context(1, sequence(Buffer.from('06012a', 'hex'), setOf([octetString(payload)])))
    assert.equal(judged({ seal: rebuilt({ afterSignature: unsigned }) }), 'form')
    assert.equal(judged({ seal: rebuilt({ content: octetString(payload) }) }), 'form')
  })

  test('with the signature of another message of the same signer', async () => {
    const other = await openSealer(issued.key, issued.certificate).seal(digestOf(Buffer.from('another message')), stated, now)
    assert.equal(judged({ seal: rebuilt({ signature: lastOctets(other) }) }), 'signature')
  })

  test('by an authority of the same name with another key, or by none', async () => {
    const twin = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
    assert.equal(judged({ trusted: [twin.certificate] }), 'chain')
    assert.equal(judged({ trusted: [] }), 'chain')
  })

  test('when a certificate that is no authority issued the signer’s', async () => {
    const leaf = await issue({ certificate: issued.certificate, privateKey: createPrivateKey(issued.key) }, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
    const forged = await openSealer(leaf.key, leaf.certificate, issued.certificate).seal(digestOf(payload), stated, now)
    assert.equal(judged({ seal: forged }), 'chain')
    assert.equal(judged({ seal: forged, trusted: [issued.certificate] }), 'chain')
  })

  test('signed before or after the certificate was valid, or its authority', async () => {
    for (const [from, until] of [[now - 20 * day, now - 10 * day], [now + 10 * day, now + 20 * day]] as const) {
      const period = { notBefore: instant(from), notAfter: instant(until) }
      const outdated = await sealed(period)
      assert.equal(judged({ seal: outdated.seal, trusted: [outdated.ca.certificate] }), 'validity')
      const old = await sealed({}, await makeAuthority({ name: 'Test CA', algorithm: 'P-256', ...period }))
      assert.equal(judged({ seal: old.seal, trusted: [old.ca.certificate] }), 'validity')
    }
  })

  test('with a byte after it, or cut off anywhere', () => {
    assert.equal(judged({ seal: Buffer.concat([seal, Buffer.of(0)]) }), 'form')
    for (let length = 0; length < seal.length; length++) assert.equal(judged({ seal: seal.subarray(0, length) }), 'form')
  })

  test('larger than any seal, or nested without end', () => {
    assert.equal(judged({ seal: Buffer.alloc(1_000_000, 0x30) }), 'form')
    assert.equal(judged({ seal: Buffer.concat([Buffer.alloc(60_000, Buffer.of(0x30, 0x80))]) }), 'form')
    let nested = octetString(payload)
    for (let depth = 0; depth < 1000; depth++) nested = sequence(nested)
    assert.equal(judged({ seal: nested }), 'form')
  })

  test('as openssl makes it: SHA-1, two signers, attached, without a certificate, without attributes', async t => {
    const other = await issue(ca, { subject: 'other', use: 'seal', algorithm: 'RSA-2048' })
    const cases = [['algorithm', [issued], '-md', 'sha1'], ['algorithm', [issued], '-md', 'sha224'], ['signers', [issued, other]], ['form', [issued], '-nodetach'],
      ['form', [issued], '-nocerts'], ['form', [issued], '-noattr'], ['form', [issued], '-keyid'], ['certificate', [other], '-keyopt', 'rsa_padding_mode:pss'], ['algorithm', [other], '-cades', '-keyopt', 'rsa_padding_mode:pss']] as const
    for (const [reason, signers, ...more] of cases) {
      const forged = signedByOpenssl(t, signers, ...more)
      if (forged === null) return
      assert.equal(judged({ seal: forged }), reason, more.join(' '))
    }
  })

  test('by a certificate for TLS, one without digitalSignature, or a weak or foreign key', async t => {
    const client = await issue(ca, { subject: 'client', use: 'client', algorithm: 'P-256' })
    const byClient = signedByOpenssl(t, [client])
    if (byClient === null) return
    assert.equal(faults({ seal: byClient })['usage'], 'usage')
    const cases = [['usage', 'rsa:2048', 'keyEncipherment'], ['usage', 'rsa:2048', 'keyAgreement'], ['algorithm', 'rsa:1024', 'digitalSignature']] as const
    for (const [reason, algorithm, use] of cases) {
      openssl('req', '-x509', '-newkey', algorithm, '-nodes', '-keyout', 'x.key', '-out', 'x.pem', '-subj', '/CN=x', '-addext', `keyUsage=${use}`)
      const self = { key: openssl('pkey', '-in', 'x.key').stdout.toString(), certificate: openssl('x509', '-in', 'x.pem').stdout.toString() }
      const forged = signedByOpenssl(t, [self])
      const all = Object.values(faults({ seal: forged ?? seal, trusted: [self.certificate] }))
      assert.ok(all.includes(reason), `${algorithm} ${use}: ${all.join(' ')}`)
    }
  })

  test('of ours, when the statement is asked of a signature that has none', async t => {
    const plain = signedByOpenssl(t, [issued])
    const cades = signedByOpenssl(t, [issued], '-cades')
    if (plain === null || cades === null) return
    assert.equal(judged({ seal: plain }), 'certificate')
    assert.equal(judged({ seal: cades }), 'statement')
  })

  for (const algorithm of ['P-256', 'RSA-2048'] as const) {
    test(`with any of its bytes changed, put in or taken out (${algorithm})`, async () => {
      const target = await sealed({ algorithm })
      const at = fc.nat(target.seal.length - 1)
      const edits = fc.oneof(
        fc.record({ at, gone: fc.constant(1), put: fc.uint8Array({ minLength: 1, maxLength: 1 }) }),
        fc.record({ at, gone: fc.nat(4), put: fc.uint8Array({ maxLength: 4 }) }))
      fc.assert(fc.property(edits, ({ at, gone, put }) => {
        const mutant = Buffer.concat([target.seal.subarray(0, at), put, target.seal.subarray(at + gone)])
        fc.pre(!mutant.equals(target.seal))
        assert.notEqual(judged({ seal: mutant, trusted: [target.ca.certificate] }), 'ok')
      }), { numRuns: 1500 })
    })

    test(`with any one bit of it flipped (${algorithm})`, async () => {
      const target = await sealed({ algorithm })
      target.seal.forEach((byte, at) => {
        const mutant = Buffer.from(target.seal)
        mutant[at] = byte ^ (1 << (at % 8))
        assert.notEqual(judged({ seal: mutant, trusted: [target.ca.certificate] }), 'ok', `byte ${at}`)
      })
    })
  }

  test('whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => { assert.equal(judged({ seal: bytes }), 'form') }))
  })
})

test('a trusted text that is no certificate is the caller’s fault', () => {
  assert.throws(() => verifySeal({ ...good, trusted: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'] }))
})

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')
const signedDataOf = (bytes: Uint8Array) => readDer(bytes).children[1]?.children[0]?.children ?? []
const lastOctets = (bytes: Uint8Array): Uint8Array => signedDataOf(bytes)[4]?.children[0]?.children[5]?.bytes ?? Buffer.alloc(0)

/** The good seal taken apart and put together again with something else in it. */
function rebuilt (change: { certificates?: string[], afterSignature?: Buffer, content?: Buffer, signature?: Uint8Array }): Buffer {
  const bytes = (parts: readonly { bytes: Uint8Array }[]): Uint8Array[] => parts.map(part => part.bytes)
  const [version, digests, content, certificates, signers] = bytes(signedDataOf(seal))
  assert.ok(version && digests && content && certificates && signers)
  const inner = bytes(readDer(content).children)
  const info = bytes(readDer(signers).children[0]?.children ?? [])
  const signed = sequence(version, digests,
    change.content === undefined ? content : sequence(...inner, context(0, change.content)),
    change.certificates === undefined ? certificates : setOf(change.certificates.map(derOf), 0xa0),
    tlv(0x31, sequence(...info.slice(0, 5), change.signature ?? info[5] ?? Buffer.alloc(0), change.afterSignature ?? Buffer.alloc(0))))
  const type = readDer(seal).children[0]?.bytes ?? Buffer.alloc(0)
  return sequence(type, context(0, signed))
}

test('taking a seal apart and putting it together changes nothing', () => {
  assert.equal(createHash('sha256').update(rebuilt({})).digest('hex'), createHash('sha256').update(seal).digest('hex'))
})
