/** Revocation lists: read as openssl makes them, believed only when their issuer signed them, and never with something critical in them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { instant } from '../../src/core/core.ts'
import { readFirst } from '../../src/sign/certificate.ts'
import { hex, readCrls, signedBy } from '../../src/sign/crl.ts'
import { DerError } from '../../src/sign/der.ts'
import { issue, keyPem, makeAuthority } from '../../src/sign/sign.ts'
import { makeCrl, pemOf } from '../crl.ts'
import { needTool } from '../tools.ts'

const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-crl-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const [authority, other, rsa] = await Promise.all((['P-256', 'P-256', 'RSA-2048'] as const).map(async (algorithm, at) => await makeAuthority({ name: at === 1 ? 'Other' : 'CA', algorithm })))
assert.ok(authority && other && rsa)
const client = await issue(authority, { subject: 'client', use: 'client', algorithm: 'P-256' })
const serial = hex(readFirst(client.certificate).serial)

/** A list as `openssl ca -gencrl` makes it, with these lines in its extensions. */
function byOpenssl (extensions: string): Buffer {
  const put = (name: string, text: string): void => { writeFileSync(join(dir, name), text) }
  put('ca.pem', rsa?.certificate ?? '')
  put('ca.key', rsa === undefined ? '' : keyPem(rsa.privateKey))
  put('client.pem', client.certificate)
  put('index', '')
  put('number', '01\n')
  put('ca.conf', `[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=1\ncertificate=ca.pem\nprivate_key=ca.key\ncrl_extensions=e\n[e]\n${extensions}\n`)
  for (const args of [['-revoke', 'client.pem', '-crl_reason', 'keyCompromise'], ['-gencrl', '-out', 'list.pem']]) {
    const { status, stderr } = spawnSync('openssl', ['ca', '-config', 'ca.conf', ...args], { cwd: dir })
    assert.equal(status, 0, stderr.toString())
  }
  return readFileSync(join(dir, 'list.pem'))
}

describe('a revocation list', () => {
  test('of openssl is read: who made it, until when, and what it revokes', t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const [list, ...more] = readCrls(byOpenssl('authorityKeyIdentifier=keyid'))
    assert.ok(list)
    assert.equal(more.length, 0)
    assert.deepEqual([...list.revoked], [serial])
    assert.equal(list.next_update - list.this_update, 86_400_000)
    assert.ok(signedBy(list, readFirst(rsa.certificate)))
    assert.ok(!signedBy(list, readFirst(authority.certificate)), 'the same name, another key')
  })

  test('that covers a part only is not believed', t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    assert.throws(() => readCrls(byOpenssl('issuingDistributionPoint=critical,@i\n[i]\nonlyCA=TRUE')), DerError)
  })

  test('is DER, or one PEM text of several', () => {
    const one = makeCrl(authority, { revoked: [client.certificate] })
    const two = makeCrl(other, { nextUpdate: instant(Date.parse('2060-01-01T00:00:00Z')) })
    assert.deepEqual(readCrls(one).map(it => [...it.revoked]), [[serial]])
    assert.deepEqual(readCrls(Buffer.from(pemOf(one) + pemOf(two))).map(it => it.revoked.size), [1, 0])
    for (const wrong of ['', 'no list', authority.certificate, pemOf(Buffer.from('x'))]) assert.throws(() => readCrls(Buffer.from(wrong)), DerError)
  })

  test('counts when the key of that name signed it', () => {
    const [list] = readCrls(makeCrl(authority))
    const [inAnothersName] = readCrls(makeCrl(other, { inNameOf: authority }))
    assert.ok(list && inAnothersName)
    assert.deepEqual([list, inAnothersName].flatMap(it => [authority, other].map(by => signedBy(it, readFirst(by.certificate)))), [true, false, false, false])
  })

  test('that was damaged is refused or no longer signed, and nothing else happens', () => {
    const good = makeCrl(authority, { revoked: [client.certificate] })
    fc.assert(fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bytes = Buffer.from(good)
      bytes.writeUInt8((bytes[at] ?? 0) ^ flip, at)
      try {
        for (const it of readCrls(bytes)) assert.ok(!signedBy(it, readFirst(authority.certificate)) || hex(it.signed) === hex(readCrls(good)[0]?.signed ?? Buffer.alloc(0)))
      } catch (error) { assert.ok(error instanceof DerError, String(error)) }
    }))
  })
})
