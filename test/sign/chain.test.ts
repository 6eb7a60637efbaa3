/** The way from a certificate up to one that is trusted, among certificates of strangers and renewed authorities. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { instant, type Instant } from '../../src/core/core.ts'
import { readCertificate, type Certificate } from '../../src/sign/certificate.ts'
import { findPath, validAt } from '../../src/sign/chain.ts'
import { sha256 } from '../../src/sign/cms.ts'
import { bitString, boolean, context, integer, octetString, oid, sequence, setOf, time, utf8String } from '../../src/sign/der.ts'
import { day, now } from './world.ts'

type Pair = ReturnType<typeof pairOf>
const pairOf = (publicExponent = 65_537) => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent })
const name = sequence(setOf([sequence(oid('2.5.4.3'), utf8String('Same name'))]))
const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), boolean(true), octetString(value))
let serial = 0

/** All bear one name, so that each may have issued every other by the same key. */
function certificate (issuer: Pair, { ca = true, from = -day, until = day, own = issuer } = {}): Certificate {
  const at = (ms: number): Instant => instant(now + ms)
  const extensions = [extension('2.5.29.19', ca ? sequence(boolean(true)) : sequence()), extension('2.5.29.15', bitString(Uint8Array.of(ca ? 0x06 : 0x80), ca ? 1 : 7))]
  const body = sequence(context(0, integer(Uint8Array.of(2))), integer(Uint8Array.of(++serial)), sha256.rsa, name, sequence(time(at(from)), time(at(until))), name,
    own.publicKey.export({ type: 'spki', format: 'der' }), context(3, sequence(...extensions)))
  return readCertificate(sequence(body, sha256.rsa, bitString(sign('sha256', body, issuer.privateKey))))
}

const [key, other] = [pairOf(), pairOf()]
const leaf = certificate(key, { ca: false })

test('many certificates that issue one another are each tried once, not in every order', () => {
  const pool = Array.from({ length: 6 }, () => certificate(key))
  let tried = 0
  assert.equal(findPath(leaf, { pool, trusted: [certificate(other)], at: now, suits: () => { tried++; return true } }), null)
  assert.ok(tried <= 2 * 7 * 7, `${tried} times`)
})

test('an authority whose signatures take long to check is none', () => {
  const slow = pairOf(0xffff_ffff)
  const signed = certificate(slow, { ca: false })
  assert.equal(findPath(signed, { pool: [], trusted: [certificate(slow)], at: now }), null)
  assert.equal(findPath(leaf, { pool: [], trusted: [certificate(key)], at: now })?.length, 2)
})

test('of an authority’s certificate and its renewal by the same key the one that is valid counts, in whatever order they are trusted', () => {
  const [former, renewed] = [certificate(key, { from: -20 * day, until: -10 * day }), certificate(key)]
  for (const trusted of [[former, renewed], [renewed, former]]) {
    for (const [at, expected] of [[now, renewed], [instant(now - 15 * day), former]] as const) assert.equal(findPath(leaf, { pool: [], trusted, at })?.at(-1), expected)
  }
  for (const pool of [[former, renewed], [renewed, former]]) {
    const path = findPath(leaf, { pool, trusted: [certificate(other, { own: key })], at: now })
    assert.ok(path !== null && validAt(path, [now]))
  }
  assert.equal(findPath(leaf, { pool: [], trusted: [former], at: now })?.at(-1), former)
})

test('a path is no longer than five', () => {
  const keys = Array.from({ length: 6 }, () => pairOf())
  const chain = keys.map((own, n) => certificate(keys[n + 1] ?? own, { own, ca: n > 0 }))
  const [signer, ...above] = chain
  assert.ok(signer)
  const length = (root: number): number | undefined => findPath(signer, { pool: above.slice(0, root - 1), trusted: chain.slice(root, root + 1), at: now, suits: () => true })?.length
  assert.deepEqual([1, 2, 3, 4, 5].map(length), [2, 3, 4, 5, undefined])
})
