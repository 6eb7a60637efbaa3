/** `zorgpoort keys import`, `rotate` and `list`: every form keys are handed out in, and one sentence for each that cannot be used. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { instant, Unusable } from '../../src/core/core.ts'
import { checkUse, issue, keyPem, makeAuthority, readKeyFiles, type Authority, type Issued, type KeyAlgorithm, type KeyMaterial } from '../../src/sign/sign.ts'
import { needTool } from '../tools.ts'
import { ends, folder, zorgpoort, type Ended } from './command.ts'

const cwd = folder()
const at = (name: string): string => join(cwd, name)
const put = (name: string, content: string | Uint8Array): string => { writeFileSync(at(name), content, { mode: 0o600 }); return name }
const day = 86_400_000
const now = instant(Date.now())
const password = 'geheim 123'
const algorithms: readonly KeyAlgorithm[] = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072']
const issued = new Map<KeyAlgorithm, Issued>()
let ca: Authority

before(async () => {
  ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
  put('ca.pem', ca.certificate)
  put('password', `${password}\n`)
  put('passphrase', 'van nu af aan\n')
  for (const algorithm of algorithms) {
    const it = await issue(ca, { subject: `seal ${algorithm}`, use: 'seal', algorithm })
    issued.set(algorithm, it)
    put(`${algorithm}.pem`, it.certificate)
    put(`${algorithm}.key`, it.key)
  }
})

function of (algorithm: KeyAlgorithm): Issued {
  const it = issued.get(algorithm)
  assert.ok(it)
  return it
}
const openssl = (...args: string[]): void => {
  const { status, stderr } = spawnSync('openssl', args, { cwd })
  assert.equal(status, 0, `openssl ${args.join(' ')}: ${stderr.toString()}`)
}
const read = (password: string | null, ...names: string[]): KeyMaterial => readKeyFiles(names.map(name => ({ name, bytes: readFileSync(at(name)) })), password)
const refused = (why: RegExp, password: string | null, ...names: string[]): void => { assert.throws(() => read(password, ...names), error => error instanceof Unusable && why.test(error.message)) }

function same (material: KeyMaterial, { key, certificate }: Issued): void {
  assert.equal(keyPem(material.key), key)
  assert.deepEqual(Buffer.from(material.certificate.der), new X509Certificate(certificate).raw)
}

describe('a pair is read', () => {
  for (const algorithm of algorithms) {
    for (const [what, ...how] of [['as openssl writes it today'], ['with AES-128 and SHA-512', '-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'sha512'], ['as of old: RC2 and triple DES', '-legacy'], ['with triple DES', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']] as const) {
      test(`from PKCS#12 ${what}: ${algorithm}`, t => {
        if (!needTool(t, 'openssl', 'openssl')) return
        const { status, stderr } = spawnSync('openssl', ['pkcs12', '-export', '-inkey', `${algorithm}.key`, '-in', `${algorithm}.pem`, '-certfile', 'ca.pem', '-passout', `pass:${password}`, '-name', 'Gemeente Überal', '-out', 'x.pfx', ...how], { cwd })
        if (status !== 0 && how[0] === '-legacy') { t.skip(`this openssl has no legacy provider: ${stderr.toString().split('\n')[0] ?? ''}`); return }
        assert.equal(status, 0, stderr.toString())
        same(read(password, 'x.pfx'), of(algorithm))
        for (const wrong of ['', 'geheim', null]) refused(/^the password does not open x\.pfx$/, wrong, 'x.pfx')
      })
    }

    test(`from PEM of every kind: ${algorithm}`, t => {
      if (!needTool(t, 'openssl', 'openssl')) return
      const forms = [['pkey'], ['pkey', '-aes256', '-passout', `pass:${password}`], ['pkey', '-traditional'], [algorithm.startsWith('RSA') ? 'rsa' : 'ec', '-aes128', '-passout', `pass:${password}`, ...(algorithm.startsWith('RSA') ? ['-traditional'] : [])]]
      for (const form of forms) {
        openssl(...form, '-in', `${algorithm}.key`, '-out', 'x.key')
        const locked = form.includes('-passout')
        same(read(locked ? password : null, `${algorithm}.pem`, 'x.key'), of(algorithm))
        if (!locked) continue
        refused(/^x\.key holds a private key under a password, and none was given$/, null, `${algorithm}.pem`, 'x.key')
        refused(/^the password does not open the private key in x\.key$/, 'x', `${algorithm}.pem`, 'x.key')
      }
      put('all.pem', of(algorithm).key + ca.certificate + of(algorithm).certificate)
      same(read(null, 'all.pem'), of(algorithm))
    })
  }

  test('with its chain in order, whatever the order in the file; a root is left out', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    put('ca.ext', 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid')
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=Root', '-days', '9')
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'middle.key', '-out', 'middle.csr', '-subj', '/CN=Middle')
    openssl('x509', '-req', '-in', 'middle.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-days', '8', '-extfile', 'ca.ext', '-out', 'middle.pem')
    const text = (name: string): string => readFileSync(at(name), 'utf8')
    const it = await issue({ certificate: text('middle.pem'), privateKey: createPrivateKey(text('middle.key')) }, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
    put('mixed.pem', text('root.pem') + text('middle.pem') + it.certificate + ca.certificate)
    put('it.key', it.key)
    openssl('pkcs12', '-export', '-inkey', 'it.key', '-in', 'mixed.pem', '-passout', 'pass:', '-out', 'mixed.pfx')
    for (const names of [['mixed.pem', 'it.key'], ['mixed.pfx']]) {
      const material = read(null, ...names)
      same(material, it)
      assert.deepEqual(material.chain.map(({ x509 }) => x509.subject), ['CN=Middle'])
    }
  })
})

describe('a pair is refused', () => {
  test('that is not whole, or does not belong together', () => {
    refused(/no private key; --key names the file/, null, 'P-256.pem')
    refused(/P-256\.key: no certificate$/, null, 'P-256.key')
    refused(/the private key does not belong to the certificate$/, null, 'P-384.pem', 'P-256.key')
    refused(/does not belong to any of the certificates/, null, 'P-384.pem', 'ca.pem', 'P-256.key')
    refused(/more than one private key/, null, 'P-256.pem', 'P-256.key', 'P-384.key')
    put('text', 'nothing')
    refused(/^text is neither PEM nor PKCS#12/, null, 'text')
    put('half.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')
    refused(/^half\.pem holds a private key that cannot be read$/, null, 'half.pem')
  })

  test('in PKCS#12 that nothing vouches for, or that is cut off', t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    openssl('pkcs12', '-export', '-inkey', 'P-256.key', '-in', 'P-256.pem', '-passout', `pass:${password}`, '-nomac', '-out', 'nomac.pfx')
    refused(/not? .*protected by a password/, password, 'nomac.pfx')
    openssl('pkcs12', '-export', '-inkey', 'P-256.key', '-in', 'P-256.pem', '-passout', `pass:${password}`, '-out', 'good.pfx')
    const good = readFileSync(at('good.pfx'))
    openssl('pkcs12', '-export', '-inkey', 'P-256.key', '-in', 'P-256.pem', '-passout', 'pass:gehëim', '-out', 'odd.pfx')
    refused(/^the password of odd\.pfx has a letter outside ASCII/, 'gehëim', 'odd.pfx')
    refused(/^the password does not open odd\.pfx$/, 'gehëi', 'odd.pfx')
    put('cut.pfx', good.subarray(0, -9))
    refused(/^cut\.pfx holds no PKCS#12/, password, 'cut.pfx')
    put('der.pem', new X509Certificate(of('P-256').certificate).raw)
    refused(/^der\.pem holds no PKCS#12/, password, 'der.pem')
  })

  test('whatever the bytes of a PKCS#12 are, in a sentence', t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    openssl('pkcs12', '-export', '-inkey', 'RSA-2048.key', '-in', 'RSA-2048.pem', '-passout', `pass:${password}`, '-iter', '1', '-out', 'few.pfx')
    const good = readFileSync(at('few.pfx'))
    const edit = fc.record({ at: fc.nat(good.length - 1), gone: fc.nat(4), put: fc.uint8Array({ maxLength: 4 }) })
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), edit.map(({ at, gone, put }) => Buffer.concat([good.subarray(0, at), put, good.subarray(at + gone)])))
    fc.assert(fc.property(bytes, given => {
      try {
        readKeyFiles([{ name: 'x', bytes: given }], password)
      } catch (error) { assert.ok(error instanceof Unusable, String(error)) }
    }), { numRuns: 300 })
  })

  test('for another use, at another time, or with too small a key', async () => {
    const material = async (use: 'seal' | 'server' | 'client', from: number, until: number): Promise<KeyMaterial> => {
      const { key, certificate } = await issue(ca, { subject: 'x', use, algorithm: 'P-256', notBefore: instant(now + from), notAfter: instant(now + until) })
      return readKeyFiles([{ name: 'x', bytes: Buffer.from(key + certificate) }], null)
    }
    const good = await material('seal', -day, day)
    checkUse(good, 'seal', now)
    checkUse(await material('server', -day, day), 'server', now)
    assert.throws(() => { checkUse(good, 'server', now) }, /CN=x is not for a TLS server/)
    assert.throws(() => { checkUse(good, 'seal', instant(now + 2 * day)) }, /CN=x expired at 20/)
    assert.throws(() => { checkUse(good, 'seal', instant(now - 2 * day)) }, /CN=x is not valid before 20/)
    const client = await material('client', -day, day)
    assert.throws(() => { checkUse(client, 'seal', now) }, /not for signing documents: it needs digitalSignature or nonRepudiation/)
    assert.throws(() => { checkUse(client, 'server', now) }, /not for a TLS server/)
  })
})

const run = async (...args: string[]): Promise<Ended> => await zorgpoort(['keys', ...args], { cwd })

describe('keys import and rotate', () => {
  test('keep the key under the passphrase and the certificate with its chain, for their owner alone; rotate keeps the old certificate', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    openssl('pkcs12', '-export', '-inkey', 'P-256.key', '-in', 'P-256.pem', '-passout', `pass:${password}`, '-out', 'p256.pfx')
    ends(await run('import', 'p256.pfx', '--dir', 'keys', '--password-file', 'password', '--passphrase-file', 'passphrase'), 0, /made .*keys\/seal\.pem.*, 0 issuing below it \(a root is left out/, /"seal_key_passphrase": "file:passphrase"/)
    assert.match(readFileSync(at('keys/seal.key'), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
    assert.equal(keyPem(createPrivateKey({ key: readFileSync(at('keys/seal.key')), passphrase: 'van nu af aan' })), of('P-256').key)
    assert.equal(statSync(at('keys')).mode & 0o777, 0o700)
    for (const file of readdirSync(at('keys'))) assert.equal(statSync(at(`keys/${file}`)).mode & 0o777, 0o600, file)
    ends(await run('import', 'P-384.pem', '--key', 'P-384.key', '--dir', 'keys', '--plain'), 1, /seal\.pem is there already; "zorgpoort keys rotate"/)
    ends(await run('rotate', 'P-384.pem', '--key', 'P-384.key', '--dir', 'keys', '--passphrase-file', 'passphrase'), 0, /rotated/, /former .*keys\/former\/seal-[0-9a-f]{16}\.pem/)
    assert.equal(createPrivateKey({ key: readFileSync(at('keys/seal.key')), passphrase: 'van nu af aan' }).asymmetricKeyDetails?.namedCurve, 'secp384r1')
    assert.deepEqual(readdirSync(at('keys')).toSorted(), ['former', 'seal.key', 'seal.pem'])
    const { out } = await run('list', '--dir', 'keys', '--json')
    const listed = JSON.parse(out) as Array<Record<string, unknown>>
    assert.deepEqual(listed.map(({ use, state, private_key: key, days_left: left }) => [use, state, key, left]), [['seal', 'valid', 'passphrase', 364], ['seal', 'former', 'none', 364]])
    ends(await run('list', '--dir', 'keys'), 0, /^seal\.pem +valid +until 20.*\(364 days\) +seal +EC P-384/, /key under a passphrase/, /former\/seal-.*former/)
  })

  test('make a passphrase where there is none yet', async () => {
    ends(await run('import', 'P-256.pem', '--key', 'P-256.key', '--dir', 'made', '--passphrase-file', 'new'), 0, /made +new, a new passphrase/)
    assert.equal(statSync(at('new')).mode & 0o777, 0o600)
    assert.ok(createPrivateKey({ key: readFileSync(at('made/seal.key')), passphrase: readFileSync(at('new'), 'utf8').trim() }))
  })

  test('change nothing when something is wrong, and never take a password from the command line', async () => {
    ends(await run('import', 'P-256.pem', '--key', 'P-384.key', '--dir', 'none', '--plain'), 1, /^zorgpoort: P-256\.pem and P-384\.key: the private key does not belong to the certificate\n$/)
    ends(await run('import', 'P-256.pem', '--key', 'P-256.key', '--dir', 'none', '--use', 'server', '--plain'), 1, /is not for a TLS server/)
    ends(await run('import', 'P-256.pem', '--key', 'P-256.key', '--dir', 'none'), 2, /--passphrase-file FILE/)
    ends(await run('import', 'P-256.pem', '--dir', 'none', '--password', 'x', '--plain'), 2, /unknown option/)
    ends(await run('import', 'gone.pfx', '--dir', 'none', '--plain'), 1, /cannot read gone\.pfx/)
    assert.equal(existsSync(at('none')), false)
  })

  test('take the password from the environment, and say how to give it when nobody can be asked', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    openssl('pkcs12', '-export', '-inkey', 'RSA-2048.key', '-in', 'RSA-2048.pem', '-passout', `pass:${password}`, '-out', 'rsa.pfx')
    ends(await zorgpoort(['keys', 'import', 'rsa.pfx', '--dir', 'env', '--plain'], { cwd, env: { KEY_PASSWORD: password } }), 0, /^made /)
    ends(await zorgpoort(['keys', 'import', 'rsa.pfx', '--dir', 'env2', '--plain'], { cwd, env: { KEY_PASSWORD: 'x' } }), 1, /^zorgpoort: the password does not open rsa\.pfx\n$/)
    ends(await run('import', 'rsa.pfx', '--dir', 'env2', '--plain'), 2, /rsa\.pfx needs its password: give --password-file FILE, or KEY_PASSWORD in the environment/)
  })

  test('ask for it at a terminal, unseen', async (t: TestContext) => {
    if (!needTool(t, 'openssl', 'openssl') || !needTool(t, 'script', 'bsdutils')) return
    openssl('pkcs12', '-export', '-inkey', 'RSA-2048.key', '-in', 'RSA-2048.pem', '-passout', `pass:${password}`, '-out', 'asked.pfx')
    const command = [process.execPath, join(import.meta.dirname, 'run.ts'), 'keys', 'import', 'asked.pfx', '--dir', 'asked', '--plain'].map(word => `'${word}'`).join(' ')
    const typed = spawn('script', ['-qec', command, '/dev/null'], { cwd, stdio: 'pipe' })
    let said = ''
    let answered = false
    typed.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (!answered && said.includes('Password of asked.pfx: ')) { answered = true; typed.stdin.write(`${password}\n`) }
    })
    const code = await new Promise(resolve => { typed.once('close', resolve) })
    assert.equal(code, 0, said)
    assert.match(said, /made {2}/)
    assert.doesNotMatch(said, new RegExp(password))
  })
})
