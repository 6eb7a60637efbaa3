/** A sender's own signature as openssl makes it, in each of its flavours, and every way in which it does not hold. */
import assert from 'node:assert/strict'
import { before, describe, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { instant } from '../../src/core/core.ts'
import { context, octetString, oid, readDer, sequence, setOf, tlv } from '../../src/sign/der.ts'
import { fingerprintOf, issue, makeAuthority, signature_bytes_max, verifyByTrust, verifySignature, type Authority, type Issued, type KeyAlgorithm, type SignatureClaim, type Signer } from '../../src/sign/sign.ts'
import { needTool } from '../tools.ts'
import { bench, day, now, payload } from './world.ts'

const { put, openssl } = bench()
const algorithms: readonly KeyAlgorithm[] = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072']
const issued = new Map<string, Issued>()
let ca: Authority

before(async () => {
  put('message.xml', payload)
  ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
  for (const algorithm of algorithms) issued.set(algorithm, await issue(ca, { subject: 'signer', use: 'seal', algorithm }))
  issued.set('other', await issue(ca, { subject: 'other', use: 'seal', algorithm: 'P-256' }))
})

function of (name: string): Issued {
  const it = issued.get(name)
  assert.ok(it, name)
  return it
}
const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')
const signer = ({ certificate }: Issued): Signer => ({ fingerprint: fingerprintOf(certificate), pem: certificate })

/** What openssl signs over the payload; null where openssl is missing. */
function signed (t: TestContext, signers: readonly Issued[], ...more: readonly string[]): Buffer | null {
  if (!needTool(t, 'openssl', 'openssl')) return null
  const args = signers.flatMap(({ key, certificate }, at) => ['-signer', put(`${at}.pem`, certificate), '-inkey', put(`${at}.key`, key)])
  const { stdout, stderr } = openssl('cms', '-sign', '-binary', '-outform', 'DER', '-in', 'message.xml', ...args, ...more)
  assert.notEqual(stdout.length, 0, stderr)
  return stdout
}

function judged (claim: Partial<SignatureClaim> & Pick<SignatureClaim, 'signature'>): string {
  const verdict = verifySignature({ payload, at: now, signers: [], ...claim })
  return verdict.ok ? 'ok' : verdict.reason
}

const flavours = [[], ['-cades'], ['-nocerts'], ['-keyid'], ['-nosmimecap'], ['-noattr'], ['-md', 'sha384'], ['-cades', '-md', 'sha512'], ['-noattr', '-keyid', '-nocerts', '-md', 'sha512']] as const
const pss = [['-keyopt', 'rsa_padding_mode:pss'], ['-keyopt', 'rsa_padding_mode:pss', '-md', 'sha384', '-keyopt', 'rsa_pss_saltlen:-1', '-noattr'], ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:0', '-keyid']] as const

describe('a signature holds', () => {
  for (const algorithm of algorithms) {
    for (const flavour of [...flavours, ...(algorithm.startsWith('RSA') ? pss : [])]) {
      test(`as openssl makes it: ${algorithm} ${flavour.join(' ')}`, t => {
        const signature = signed(t, [of(algorithm)], ...flavour)
        if (signature === null) return
        const registered = signer(of(algorithm))
        assert.deepEqual(verifySignature({ signature, payload, at: now, signers: [signer(of('other')), registered] }),
          { ok: true, signer: registered.fingerprint, certificate: derOf(registered.pem ?? '') })
        for (const at of [0, 17, payload.length - 1]) {
          assert.equal(judged({ signature, payload: payload.with(at, 0x21), signers: [registered] }), flavour.some(it => it === '-noattr') ? 'signature' : 'digest')
        }
        assert.equal(judged({ signature, signers: [signer(of('other'))] }), 'signer')
      })
    }
  }

  test('when its certificate comes along and only its fingerprint is registered', t => {
    const { fingerprint } = signer(of('P-256'))
    const signature = signed(t, [of('P-256')])
    const bare = signed(t, [of('P-256')], '-nocerts')
    if (signature === null || bare === null) return
    assert.equal(judged({ signature, signers: [{ fingerprint, pem: null }] }), 'ok')
    assert.deepEqual(verifySignature({ signature: bare, payload, at: now, signers: [{ fingerprint, pem: null }] }), { ok: false, reason: 'signer', signer: null })
    assert.deepEqual(verifySignature({ signature, payload, at: now, signers: [] }), { ok: false, reason: 'signer', signer: fingerprint }, 'the operator is told which')
  })

  test('by a certificate for TLS, when it is registered for signing', async t => {
    const client = await issue(ca, { subject: 'client', use: 'client', algorithm: 'P-256' })
    const signature = signed(t, [client])
    if (signature !== null) assert.equal(judged({ signature, signers: [signer(client)] }), 'ok')
  })

  test('whatever stands unsigned beside it, such as a time stamp', t => {
    const signature = signed(t, [of('P-256')])
    if (signature === null) return
    const stamp = context(1, sequence(oid('1.2.840.113549.1.9.16.2.14'), setOf([sequence(octetString(Buffer.from('a token')))])))
    assert.equal(judged({ signature: rebuilt(signature, { afterSignature: stamp }), signers: [signer(of('P-256'))] }), 'ok')
  })

  test('of two registered certificates with one key identifier, by the one that is valid', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const key = of('P-256').key
    put('key.pem', key)
    const self = (days: string): Issued => {
      openssl('req', '-x509', '-key', 'key.pem', '-out', 'self.pem', '-subj', `/CN=${days}`, '-days', days)
      return { key, certificate: openssl('x509', '-in', 'self.pem').stdout.toString() }
    }
    const [short, long] = [self('1'), self('9')]
    const signature = signed(t, [short], '-keyid', '-nocerts')
    if (signature === null) return
    const at = instant(now + 5 * day)
    assert.equal(judged({ signature, at, signers: [signer(short), signer(long)] }), 'ok')
    assert.equal(judged({ signature, at, signers: [signer(short)] }), 'validity')
  })
})

describe('without a register, a signature holds', () => {
  test('when its certificate, or the authority it comes from, is trusted', async t => {
    const signature = signed(t, [of('P-256')])
    const bare = signed(t, [of('P-256')], '-nocerts')
    if (signature === null || bare === null) return
    const by = (signature: Buffer, trusted: readonly string[], at = now): string => {
      const verdict = verifyByTrust({ signature, payload, at, trusted })
      return verdict.ok ? 'ok' : verdict.reason
    }
    const twin = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
    assert.deepEqual([by(signature, [ca.certificate]), by(signature, [of('P-256').certificate]), by(bare, [of('P-256').certificate])], ['ok', 'ok', 'ok'])
    assert.deepEqual([by(bare, [ca.certificate]), by(signature, [twin.certificate]), by(signature, []), by(Buffer.alloc(9), [])], ['signer', 'signer', 'signer', 'form'])
    assert.equal(by(signature, [ca.certificate], instant(now + 500 * day)), 'signer')
  })
})

describe('a signature does not hold', () => {
  test('as openssl makes it: SHA-1, two signers, attached, PSS with another mask', t => {
    const cases = [['algorithm', ['P-256'], '-md', 'sha1'], ['algorithm', ['P-256'], '-md', 'sha224'], ['signers', ['P-256', 'other']], ['attached', ['P-256'], '-nodetach'],
      ['algorithm', ['RSA-2048'], '-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_mgf1_md:sha1']] as const
    for (const [reason, names, ...more] of cases) {
      const signature = signed(t, names.map(of), ...more)
      if (signature === null) return
      assert.equal(judged({ signature, signers: names.map(name => signer(of(name))) }), reason, more.join(' '))
    }
  })

  test('in BER, in PEM, or without a signer', t => {
    const signature = signed(t, [of('P-256')])
    const streamed = signed(t, [of('P-256')], '-stream', '-nodetach')
    if (signature === null || streamed === null) return
    assert.equal(judged({ signature: streamed, signers: [signer(of('P-256'))] }), 'form')
    assert.equal(judged({ signature: Buffer.from(`-----BEGIN CMS-----\n${signature.toString('base64')}\n-----END CMS-----`) }), 'form')
    assert.equal(judged({ signature: rebuilt(signature, { signers: tlv(0x31) }) }), 'signers')
    assert.equal(judged({ signature: openssl('crl2pkcs7', '-nocrl', '-certfile', '0.pem', '-outform', 'DER').stdout }), 'signers')
  })

  test('when the signature is another message’s, or another key’s', t => {
    const signature = signed(t, [of('P-256')])
    put('message.xml', 'another message')
    const other = signed(t, [of('P-256')])
    put('message.xml', payload)
    if (signature === null || other === null) return
    const signers = [signer(of('P-256'))]
    assert.equal(judged({ signature: other, signers }), 'digest')
    assert.equal(judged({ signature: rebuilt(signature, { signature: infoOf(other)[5]?.bytes ?? Buffer.alloc(0) }), signers }), 'signature')
  })

  test('when it names another certificate than the one it was made with', t => {
    const signature = signed(t, [of('P-256')], '-cades')
    if (signature === null) return
    const forged = rebuilt(signature, { id: infoOf(signed(t, [of('other')]) ?? signature)[1]?.bytes ?? Buffer.alloc(0) })
    assert.equal(judged({ signature: forged, signers: [signer(of('other'))] }), 'certificate')
  })

  test('before and after its certificate’s days, to the second', async t => {
    const short = await issue(ca, { subject: 'short', use: 'seal', algorithm: 'P-256', notBefore: instant(now - day), notAfter: instant(now + day) })
    const signature = signed(t, [short])
    if (signature === null) return
    const at = (ms: number): string => judged({ signature, at: instant(now + ms), signers: [signer(short)] })
    assert.deepEqual([-day - 1, -day, day + 999, day + 1000].map(at), ['validity', 'ok', 'ok', 'validity'])
  })

  test('by a key that is weak or strange, or a certificate that is not for signing', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const cases = [['key', 'rsa:1024', 'digitalSignature'], ['usage', 'rsa:2048', 'keyEncipherment'], ['ok', 'rsa:2048', 'nonRepudiation'], ['key', 'ec:secp521r1', 'digitalSignature'], ['key', 'ec:secp256k1', 'digitalSignature']] as const
    for (const [reason, algorithm, use] of cases) {
      const [type = '', curve = ''] = algorithm.startsWith('ec:') ? ['ec', algorithm.slice(3)] : [algorithm]
      openssl('req', '-x509', '-newkey', type, ...(curve === '' ? [] : ['-pkeyopt', `ec_paramgen_curve:${curve}`]), '-nodes', '-keyout', 'x.key', '-out', 'x.pem', '-subj', '/CN=x', '-addext', `keyUsage=${use}`)
      const self = { key: openssl('pkey', '-in', 'x.key').stdout.toString(), certificate: openssl('x509', '-in', 'x.pem').stdout.toString() }
      const signature = signed(t, [self])
      // openssl made the certificate a moment ago.
      assert.equal(judged({ signature: signature ?? Buffer.alloc(0), at: instant(now + day), signers: [signer(self)] }), reason, `${algorithm} ${use}`)
    }
  })

  test('above its size', t => {
    const signature = signed(t, [of('RSA-2048')])
    if (signature === null) return
    const filled = (size: number): Buffer => rebuilt(signature, { afterSignature: context(1, sequence(oid('1.2.3'), setOf([octetString(Buffer.alloc(size))]))) })
    const most = filled(signature_bytes_max - filled(4000).length + 4000)
    assert.equal(most.length, signature_bytes_max)
    assert.equal(judged({ signature: most, signers: [signer(of('RSA-2048'))] }), 'ok')
    assert.equal(judged({ signature: filled(signature_bytes_max), signers: [signer(of('RSA-2048'))] }), 'size')
  })
})

describe('a hostile signature gets a reason', () => {
  test('whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), signature => { assert.equal(judged({ signature, signers: [signer(of('P-256'))] }), 'form') }), { numRuns: 1000 })
  })

  for (const [algorithm, ...flavour] of [['P-256'], ['RSA-2048', '-keyopt', 'rsa_padding_mode:pss'], ['P-384', '-noattr', '-keyid']] as const) {
    test(`and never counts with any covered byte changed, put in or taken out: ${algorithm} ${flavour.join(' ')}`, t => {
      const signature = signed(t, [of(algorithm)], ...flavour)
      if (signature === null) return
      const registered = signer(of(algorithm))
      const edit = fc.record({ at: fc.nat(signature.length - 1), gone: fc.nat(4), put: fc.uint8Array({ maxLength: 4 }) })
      fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), edits => {
        const mutant = edits.reduce((bytes, { at, gone, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]), signature)
        const verdict = verifySignature({ signature: mutant, payload, at: now, signers: [registered] })
        // What no signature covers may differ: versions, and certificates nobody asked for. What counts is proven all the same.
        if (verdict.ok) assert.equal(verdict.signer, registered.fingerprint)
        assert.notEqual(judged({ signature: mutant, payload: Buffer.from('another message'), signers: [registered] }), 'ok')
      }), { numRuns: 1500 })
    })
  }

  test('and its signature and signed attributes cannot change by one bit', t => {
    const signature = signed(t, [of('P-256')])
    if (signature === null) return
    for (const part of [3, 5]) {
      const { bytes } = infoOf(signature)[part] ?? { bytes: Buffer.alloc(0) }
      const from = signature.indexOf(bytes)
      for (let at = from; at < from + bytes.length; at++) {
        const mutant = Buffer.from(signature)
        mutant.writeUInt8(mutant.readUInt8(at) ^ (1 << (at % 8)), at)
        assert.notEqual(judged({ signature: mutant, signers: [signer(of('P-256'))] }), 'ok', `byte ${at}`)
      }
    }
  })
})

const infoOf = (bytes: Uint8Array) => readDer(bytes).children[1]?.children[0]?.children.at(-1)?.children[0]?.children ?? []

/** A CMS taken apart and put together again with something else in it. */
function rebuilt (whole: Buffer, change: { id?: Uint8Array, signature?: Uint8Array, afterSignature?: Uint8Array, signers?: Uint8Array }): Buffer {
  const [type, wrapped] = readDer(whole).children
  const parts = wrapped?.children[0]?.children ?? []
  const info = infoOf(whole).map((part, at) => (at === 1 ? change.id : at === 5 ? change.signature : undefined) ?? part.bytes)
  const signers = change.signers ?? tlv(0x31, sequence(...info, change.afterSignature ?? Buffer.alloc(0)))
  return sequence(type?.bytes ?? Buffer.alloc(0), context(0, sequence(...parts.slice(0, -1).map(part => part.bytes), signers)))
}

test('taking a signature apart and putting it together changes nothing', t => {
  const signature = signed(t, [of('P-256')])
  if (signature !== null) assert.deepEqual(rebuilt(signature, {}), signature)
})
