/** What we seal, openssl verifies. */
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import { checkPair, issue, keyPem, makeAuthority, openSealer, verifySeal, type KeyAlgorithm } from '../../src/sign/sign.ts'
import { needTool } from '../tools.ts'
import { bench, day, now, payload, sealed, stated } from './world.ts'
import { digestOf, instant } from '../../src/core/core.ts'

const algorithms: readonly KeyAlgorithm[] = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072']
const changed = Buffer.from(payload)
changed.writeUInt8(changed.readUInt8(10) ^ 1, 10)

describe('openssl judges our seals', () => {
  for (const algorithm of algorithms) {
    test(`${algorithm}: it holds, as CMS and as CAdES, and not for one changed byte`, async t => {
      if (!needTool(t, 'openssl', 'openssl')) return
      const { put, openssl } = bench()
      const { seal, ca } = await sealed({ algorithm })
      put('ca.pem', ca.certificate)
      put('seal.p7s', seal)
      put('message.xml', payload)
      put('changed.xml', changed)
      const verify = (content: string, ...more: string[]) =>
        openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', 'seal.p7s', '-content', content, '-CAfile', 'ca.pem', ...more)
      assert.deepEqual(verify('message.xml').stdout, payload)
      assert.match(verify('message.xml', '-cades').stderr, /CAdES Verification successful/)
      assert.notEqual(verify('changed.xml').status, 0)
      assert.deepEqual(verifySeal({ seal, payload, statement: stated, trusted: [ca.certificate] }).ok, true)
    })
  }

  test('after the certificate’s end it still holds at the signing time, and not without it', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const { put, openssl } = bench()
    const ca = await makeAuthority({ name: 'Old CA', algorithm: 'P-256', notBefore: instant(now - 900 * day) })
    const { key, certificate } = await issue(ca, { subject: 'seal', use: 'seal', algorithm: 'P-256', notBefore: instant(now - 800 * day), days: 365 })
    const signedAt = instant(now - 700 * day)
    const seal = await openSealer(key, certificate).seal(digestOf(payload), stated, signedAt)
    put('ca.pem', ca.certificate)
    put('seal.p7s', seal)
    put('message.xml', payload)
    const verify = (...more: string[]) =>
      openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', 'seal.p7s', '-content', 'message.xml', '-CAfile', 'ca.pem', ...more).status
    assert.notEqual(verify(), 0)
    assert.equal(verify('-attime', String(signedAt / 1000)), 0)
    assert.deepEqual(verifySeal({ seal, payload, statement: stated, trusted: [ca.certificate] }), { ok: true, signedAt, fingerprint: openSealer(key, certificate).certificate.fingerprint })
  })
})

describe('a sealer opens only with', () => {
  test('a key that is its certificate’s', async () => {
    const [one, other] = await Promise.all([sealed(), sealed()])
    assert.throws(() => openSealer(one.issued.key, other.issued.certificate), /does not belong/)
  })
  test('a key of which no bit is another, where the public half still is the certificate’s', async () => {
    const { issued: { key, certificate } } = await sealed()
    const whole = createPrivateKey(key)
    const der = whole.export({ type: 'pkcs8', format: 'der' })
    const secret = der.indexOf(Buffer.from(whole.export({ format: 'jwk' }).d ?? '', 'base64url'))
    der.writeUInt8(der.readUInt8(secret + 31) ^ 1, secret + 31)
    const damaged = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    assert.ok(new X509Certificate(certificate).checkPrivateKey(damaged))
    assert.throws(() => openSealer(keyPem(damaged), certificate), /does not belong/)
  })
  test('its own key, also one that signs by one digest only', t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const { put, openssl } = bench()
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2_048, hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha512' })
    put('key.pem', keyPem(privateKey))
    const certificate = openssl('req', '-x509', '-new', '-key', 'key.pem', '-subj', '/CN=x', '-days', '1', '-sha512').stdout.toString()
    assert.ok(checkPair(keyPem(privateKey), certificate).key.equals(privateKey))
  })
  for (const use of ['server', 'client'] as const) {
    test(`a certificate for documents, not for a TLS ${use}`, async () => {
      const ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
      const { key, certificate } = await issue(ca, { subject: 'x', use, algorithm: 'P-256' })
      assert.throws(() => openSealer(key, certificate), /not for digital signatures/)
    })
  }
})
