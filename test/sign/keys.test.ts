/** Certificates as they are issued, shown and kept: with openssl's word for what each may be used for. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { instant, partyCode } from '../../src/core/core.ts'
import { certificateFacts, developmentKeys, fingerprintOf, issue, keyPem, listKeys, makeAuthority, type KeyAlgorithm } from '../../src/sign/sign.ts'
import { needTool } from '../tools.ts'
import { bench, day, now } from './world.ts'

const parties = [{ name: 'utrecht', code: partyCode('0344') }, { name: 'de-linde', code: partyCode('98765432') }]
const algorithms: readonly KeyAlgorithm[] = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072']

describe('issued certificates', () => {
  for (const algorithm of algorithms) {
    test(`${algorithm}: openssl takes each for its own use and no other`, async t => {
      if (!needTool(t, 'openssl', 'openssl')) return
      const { put, openssl } = bench()
      const ca = await makeAuthority({ name: 'Test CA', algorithm })
      put('ca.pem', ca.certificate)
      const purposes = { server: 'sslserver', client: 'sslclient', seal: 'smimesign' } as const
      for (const use of ['server', 'client', 'seal'] as const) {
        put('x.pem', (await issue(ca, { subject: 'x', use, algorithm: 'P-256' })).certificate)
        for (const [other, purpose] of Object.entries(purposes)) {
          const { status } = openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'x.pem')
          assert.equal(status === 0, other === use, `${use} as ${purpose}`)
        }
      }
    })
  }

  test('name hosts and addresses, version 6 in each of its forms', async () => {
    const ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
    const ipAddresses = ['127.0.0.1', '::1', '2001:db8::7', 'fe80::', '1:2:3:4:5:6:7:8']
    const { certificate } = await issue(ca, { subject: 'x', use: 'server', algorithm: 'P-256', dnsNames: ['localhost', 'zorgpoort.example'], ipAddresses })
    const x509 = new X509Certificate(certificate)
    for (const ip of ipAddresses) assert.equal(x509.checkIP(ip), ip)
    assert.equal(x509.checkHost('zorgpoort.example'), 'zorgpoort.example')
    assert.equal(x509.checkIP('127.0.0.2'), undefined)
  })

  test('have serial numbers of their own: positive and of sixteen bytes', async () => {
    const ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
    const made = await Promise.all(Array.from({ length: 20 }, () => issue(ca, { subject: 'x', use: 'client', algorithm: 'P-256' })))
    const serials = made.map(({ certificate }) => new X509Certificate(certificate).serialNumber)
    assert.equal(new Set(serials).size, serials.length)
    for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/)
  })

  test('refuse an OIN or address that is none', async () => {
    const ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
    await assert.rejects(issue(ca, { subject: 'x', use: 'client', algorithm: 'P-256', oin: '123' }), /OIN/)
    await assert.rejects(issue(ca, { subject: 'x', use: 'server', algorithm: 'P-256', ipAddresses: ['localhost'] }), /IP address/)
  })
})

describe('certificate facts', () => {
  test('say whose it is, until when, with what key, as openssl does', async t => {
    const { put, openssl } = bench()
    const ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-384' })
    const oin = '00000001823288444000'
    const { certificate } = await issue(ca, { subject: 'Gemeente Utrecht', use: 'client', algorithm: 'RSA-2048', oin, notBefore: now, notAfter: instant(now + 9 * day) })
    const facts = certificateFacts(certificate)
    assert.deepEqual({ ...facts, fingerprint: '' }, {
      fingerprint: '',
      subject: `serialNumber=${oin}, CN=Gemeente Utrecht`,
      issuer: 'CN=Test CA',
      not_before: new Date(now).toISOString(),
      not_after: new Date(now + 9 * day).toISOString(),
      key: 'RSA 2048',
      oin
    })
    assert.deepEqual([certificateFacts(ca.certificate).key, certificateFacts(ca.certificate).oin], ['EC P-384', null])
    assert.equal(fingerprintOf(new X509Certificate(certificate).raw), facts.fingerprint)
    if (!needTool(t, 'openssl', 'openssl')) return
    put('x.pem', certificate)
    const { stdout } = openssl('x509', '-in', 'x.pem', '-noout', '-fingerprint', '-sha256')
    assert.equal(stdout.toString().trim().split('=')[1]?.replaceAll(':', '').toLowerCase(), facts.fingerprint)
  })

  test('of a text without a certificate are refused', () => {
    assert.throws(() => certificateFacts('-----BEGIN PRIVATE KEY-----'), /no certificate/)
    assert.throws(() => fingerprintOf(Buffer.from('3000', 'hex')))
  })
})

describe('development keys', () => {
  const filesIn = (dir: string) => Object.fromEntries(readdirSync(dir).map(file => [file, readFileSync(join(dir, file), 'utf8')]))

  test('stand in a closed folder, files readable by their owner alone', async () => {
    const dir = join(bench().dir, 'deep', 'keys')
    const made = await developmentKeys(dir, parties)
    assert.equal(statSync(dir).mode & 0o777, 0o700)
    const files = readdirSync(dir)
    assert.deepEqual(files, ['ca.key', 'ca.pem', 'de-linde.key', 'de-linde.pem', 'push.key', 'push.pem', 'seal.key', 'seal.pem', 'server.key', 'server.pem', 'utrecht.key', 'utrecht.pem'])
    for (const file of files) assert.equal(statSync(join(dir, file)).mode & 0o777, 0o600, file)
    assert.deepEqual(made.parties.utrecht, { certificate: join(dir, 'utrecht.pem'), key: join(dir, 'utrecht.key') })
  })

  test('made a second time change nothing, and a new party changes nothing of the others', async () => {
    const { dir } = bench()
    const first = await developmentKeys(dir, parties.slice(0, 1))
    const before = filesIn(dir)
    assert.deepEqual(await developmentKeys(dir, parties.slice(0, 1)), first)
    assert.deepEqual(filesIn(dir), before)
    await developmentKeys(dir, parties)
    assert.deepEqual({ ...filesIn(dir), ...before }, filesIn(dir))
  })

  test('are made again where one has expired, is another’s, or comes from another authority', async () => {
    const { dir } = bench()
    await developmentKeys(dir, parties)
    const before = filesIn(dir)
    const old = await makeAuthority({ name: 'Old', algorithm: 'P-256', notBefore: instant(now - 9 * day), notAfter: instant(now - day) })
    writeFileSync(join(dir, 'server.pem'), before['seal.pem'] ?? '')
    await developmentKeys(dir, parties)
    assert.deepEqual(Object.keys(before).filter(file => before[file] !== filesIn(dir)[file]), ['server.key', 'server.pem'])
    writeFileSync(join(dir, 'ca.pem'), old.certificate)
    writeFileSync(join(dir, 'ca.key'), keyPem(old.privateKey))
    await developmentKeys(dir, parties)
    assert.deepEqual(Object.keys(before).filter(file => before[file] === filesIn(dir)[file]), [])
  })

  test('that cannot be read are left alone, and named', async () => {
    const { dir } = bench()
    await developmentKeys(dir, [])
    writeFileSync(join(dir, 'seal.key'), 'mine')
    await assert.rejects(developmentKeys(dir, []), /seal\.pem or its \.key cannot be read/)
    assert.equal(readFileSync(join(dir, 'seal.key'), 'utf8'), 'mine')
  })

  test('refuse a party name that is a path or one of our own files', async () => {
    const { dir } = bench()
    for (const name of ['../x', 'a/b', '', 'ca', 'seal', 'A', '.x']) {
      await assert.rejects(developmentKeys(dir, [{ name, code: partyCode('0344') }]), /not a name/)
    }
  })

  const accepted = [['server', 'sslserver'], ['utrecht', 'sslclient'], ['seal', 'smimesign']] as const
  test('openssl takes the server’s, a party’s and the seal’s each for its use', async (t: TestContext) => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const { dir, openssl } = bench()
    await developmentKeys(dir, parties)
    for (const [name, purpose] of accepted) {
      assert.equal(openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', `${name}.pem`).status, 0, name)
    }
    for (const host of [['-verify_hostname', 'localhost'], ['-verify_ip', '127.0.0.1'], ['-verify_ip', '::1']]) {
      assert.equal(openssl('verify', ...host, '-CAfile', 'ca.pem', 'server.pem').status, 0, host.join(' '))
    }
  })

  test('are listed by file, with what is left of them', async () => {
    const { dir } = bench()
    await developmentKeys(dir, parties)
    assert.deepEqual(listKeys(dir, now).map(({ file, state }) => `${file} ${state}`),
      ['ca.pem valid', 'de-linde.pem valid', 'push.pem valid', 'seal.pem valid', 'server.pem valid', 'utrecht.pem valid'])
    const states = (days: number) => listKeys(dir, instant(now + days * day)).find(({ file }) => file === 'seal.pem')?.state
    assert.deepEqual([-2, 300, 350, 366].map(states), ['not yet valid', 'valid', 'ending', 'expired'])
  })
})
