/** `zorgpoort serve`: a newcomer's first minutes as printed, and one clear sentence for everything that can stand in the way. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { describe, test, type TestContext } from 'node:test'
import { until } from '../flow/world.ts'
import { needTool } from '../tools.ts'
import { home } from '../../src/version.ts'
import { ends, folder, started, starts, zorgpoort, type Circumstances, type Ended } from './command.ts'

const dev = ['serve', '--dev', '--port', '0', '--operations-port', '0']

/** A development gateway that serves, and the commands it printed. */
async function serving (t: TestContext, cwd: string) {
  const gateway = starts(dev, { cwd })
  t.after(() => { gateway.child.kill('SIGKILL') })
  await until(() => gateway.said.out.includes('"msg":"serving"') || undefined, `serving, not ${gateway.said.err}`)
  return { ...gateway, commands: gateway.said.out.split('\n').filter(line => line.startsWith('curl ')) }
}

/** It ends with 1 and one sentence that says what matters. */
function oneSentence ({ code, err }: Ended, ...says: RegExp[]): void {
  assert.equal(code, 1, err)
  assert.match(err, /^zorgpoort: [^\n]+\n$/)
  for (const it of says) assert.match(err, it)
}

describe('serve --dev', () => {
  test('prints a fourth command, which plays whole conversations as printed, and again', async t => {
    const cwd = folder()
    // What "npm ci" puts there in a clone, from source here.
    mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true })
    writeFileSync(join(cwd, 'node_modules/.bin/zorgpoort'), `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, 'run.ts')}" "$@"\n`, { mode: 0o755 })
    const { said } = await serving(t, cwd)
    const [command = ''] = said.out.split('\n').filter(line => line.startsWith('npx zorgpoort replay '))
    for (let times = 0; times < 2; times++) ends(await started('sh', ['-c', command], { cwd }).ended, 0, /correctie \(iwmo\)/, /all as expected: 6 of 6 conversations/)
  })

  test('prints three commands that work as printed, a second time, and after a restart', async t => {
    if (!needTool(t, 'curl', 'curl')) return
    const cwd = folder()
    const shell = async (command = ''): Promise<string> => {
      const { code, out, err } = await started('sh', ['-c', command], { cwd }).ended
      assert.equal(code, 0, err)
      return out
    }
    const first = await serving(t, cwd)
    assert.equal(first.commands.length, 3)
    const [send, mailbox, acknowledge] = first.commands
    const receipt = await shell(send)
    // A prompt does not follow the answer on its line.
    for (const answer of [receipt, await shell(mailbox)]) assert.match(answer, /\}\n$/)
    const { id, verdict, type } = JSON.parse(receipt) as Record<string, string>
    assert.deepEqual([verdict, type], ['accepted', 'WMO301'])
    const ids = async (command: string | undefined): Promise<string[]> => (JSON.parse(await shell(command)) as { messages: Array<{ id: string }> }).messages.map(it => it.id)
    await until(async () => (await ids(mailbox))[0] === id || undefined)
    assert.equal(await shell(acknowledge), '204\n')
    // A second time: the same receipt, nothing left to read or acknowledge.
    assert.equal(await shell(send), receipt)
    assert.deepEqual(await ids(mailbox), [])
    assert.equal(await shell(acknowledge), '404\n')
    first.child.kill('SIGINT')
    assert.equal((await first.ended).code, 0)

    const again = await serving(t, cwd)
    assert.equal(await shell(again.commands[0]), receipt)
    again.child.kill('SIGTERM')
    assert.equal((await again.ended).code, 0)
    assert.match(again.said.out, /"msg":"stopped"/)
  })

  test('keeps everything in one closed folder', async t => {
    const cwd = folder()
    const gateway = await serving(t, cwd)
    assert.deepEqual(readdirSync(cwd), ['.zorgpoort'])
    const kept = join(cwd, '.zorgpoort')
    assert.equal(statSync(kept).mode & 0o777, 0o700)
    for (const file of readdirSync(kept)) assert.equal(statSync(join(kept, file)).mode & 0o777, 0o600, file)
    oneSentence(await zorgpoort(dev, { cwd }), /another server is using this database: .*zorgpoort\.db$/m)
    gateway.child.kill('SIGTERM')
    assert.equal((await gateway.ended).code, 0)
  })
})

describe('serve says in one sentence', () => {
  test('that a port is taken, and which', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    oneSentence(await zorgpoort(['serve', '--dev', '--port', port, '--operations-port', '0'], { cwd: folder() }), new RegExp(`port ${port} is taken`), /--port/)
    const late = await zorgpoort(['serve', '--dev', '--port', '0', '--operations-port', port], { cwd: folder() })
    oneSentence(late, new RegExp(`port ${port} is taken`))
    assert.doesNotMatch(late.out, /audit checkpoint|swept/)
    taken.close()
  })

  test('that its folder cannot be written', async () => {
    const cwd = folder()
    chmodSync(cwd, 0o555)
    // To root every folder is open, so it becomes nobody for this.
    const at: Circumstances = process.getuid?.() === 0 ? { cwd, uid: 65534 } : { cwd }
    oneSentence(await zorgpoort(dev, at), /\.zorgpoort/)
    const file = folder()
    writeFileSync(join(file, '.zorgpoort'), '')
    oneSentence(await zorgpoort(dev, { cwd: file }), /\.zorgpoort/)
  })

  test('which setting is unknown, missing, wrong or contradictory', async () => {
    const cwd = folder()
    const env = { ZORGPOORT_MODE: 'test', ZORGPOORT_DATABASE: 'sqlite:a.db', ZORGPOORT_TLS_KEY: 'a', ZORGPOORT_TLS_CERTIFICATE: 'a', ZORGPOORT_SEAL_KEY: 'a', ZORGPOORT_SEAL_CERTIFICATE: 'a', ZORGPOORT_KEK: 'file:a', ZORGPOORT_INDEX_KEY: 'file:a', ZORGPOORT_AUDIT_KEY: 'file:a' }
    writeFileSync(join(cwd, 'strange.json'), '{"strange":1}')
    writeFileSync(join(cwd, 'near.json'), '{"tls_certficate":"a"}')
    writeFileSync(join(cwd, 'broken.json'), '{')
    const cases: ReadonlyArray<readonly [args: string[], env: Record<string, string>, ...says: RegExp[]]> = [
      [dev, { ZORGPOORT_STRANGE: '1' }, /ZORGPOORT_STRANGE/],
      [['serve'], {}, /mode is not set/, /database is not set/, /tls_key is not set/, /seal_certificate is not set/, /kek is not set/, /index_key is not set/, /audit_key is not set/],
      [['serve'], { ...env, ZORGPOORT_MODE: 'acceptance' }, /mode has a value that is not allowed: it is test or production/],
      [['serve'], { ...env, ZORGPOORT_REST_PORT: 'x' }, /rest_port/],
      [['serve'], { ...env, ZORGPOORT_REST_PORT: '65536' }, /rest_port/],
      [['serve'], { ...env, ZORGPOORT_KEK: 'secret-itself' }, /kek must be file:PATH or command:PROGRAM ARG…/],
      [['serve'], { ...env, ZORGPOORT_DATABASE: 'a.db' }, /database must be sqlite:PATH/],
      [['serve'], { ...env, ZORGPOORT_REST_PROT: '1' }, /unknown setting ZORGPOORT_REST_PROT \(did you mean ZORGPOORT_REST_PORT\?\)/],
      [['serve', '--config', 'near.json'], env, /unknown setting tls_certficate \(did you mean tls_certificate\?\)/],
      [['serve'], env, /tls_key: cannot read a/],
      [['serve', '--config', 'none.json'], {}, /none\.json/],
      [['serve', '--config', 'broken.json'], {}, /broken\.json is not JSON/],
      [['serve', '--config', 'strange.json'], env, /strange/]
    ]
    await Promise.all(cases.map(async ([args, env, ...says]) => { oneSentence(await zorgpoort(args, { cwd, env }), ...says) }))
    assert.equal(existsSync(join(cwd, 'a.db')), false)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_AUDIT_KEY: 'file:a' } }), /audit_key: cannot read a/)
    assert.equal((await zorgpoort(dev, { cwd, env: { ZORGPOORT_MODE: 'production' } })).code, 2)
    for (const port of ['x', '65536', '-1']) assert.equal((await zorgpoort(['serve', '--port', port], { cwd, env })).code, 2, port)
  })

  test('that an address is none of this machine, or its database is in no folder', async () => {
    const cwd = folder()
    for (const host of ['192.0.2.1', 'no-such-host.invalid']) {
      oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_REST_HOST: host } }), new RegExp(`rest_host: ${host} is no address of this machine`))
    }
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_OPERATIONS_HOST: '192.0.2.1' } }), /operations_host: 192\.0\.2\.1 is no address/)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_DATABASE: 'sqlite:none/a.db' } }), /cannot be opened: .*none\/a\.db \(ENOENT\)/)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_DATABASE: 'sqlite::memory:' } }), /database is sqlite: and the path of a file/)
  })

  test('which key or certificate cannot be used', async () => {
    const cwd = folder()
    const made = async (dir: string): Promise<void> => { assert.equal((await zorgpoort(['keys', 'make', '--dir', dir, '--party', 'gemeente:0344'], { cwd })).code, 0) }
    await Promise.all([made('.zorgpoort'), made('other')])
    const env = { ZORGPOORT_SEAL_KEY: 'other/seal.key' }
    oneSentence(await zorgpoort(dev, { cwd, env }), /seal_key does not belong to seal_certificate/)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_SEAL_KEY: 'other/seal.pem' } }), /seal_key holds no usable private key/)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_TLS_KEY: 'other/gemeente.key' } }), /tls_key does not belong to tls_certificate/)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_SEAL_CERTIFICATE: 'other/seal.key' } }), /seal_certificate holds no certificate/)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_SEAL_KEY: 'other/gemeente.key', ZORGPOORT_SEAL_CERTIFICATE: 'other/ca.pem' } }), /seal_key does not belong/)
    writeFileSync(join(cwd, 'chain.pem'), `${readFileSync(join(cwd, '.zorgpoort/seal.pem'), 'utf8')}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`)
    oneSentence(await zorgpoort(dev, { cwd, env: { ZORGPOORT_SEAL_CERTIFICATE: 'chain.pem' } }), /seal_certificate [^\n]*(cannot be read|not well formed)/)
    writeFileSync(join(cwd, '.zorgpoort/gemeente.key'), '')
    oneSentence(await zorgpoort(dev, { cwd }), /gemeente\.pem or its \.key cannot be read; remove both/)
    writeFileSync(join(cwd, '.zorgpoort/server.pem'), readFileSync(join(cwd, '.zorgpoort/server.pem')).subarray(0, 200))
    oneSentence(await zorgpoort(dev, { cwd }), /server\.pem or its \.key cannot be read; remove both/)
  })

  test('nothing of names in the environment that are no settings, and shows a stack only when asked', async () => {
    const cwd = folder()
    const kubernetes = { ZORGPOORT_SERVICE_HOST: '10.0.0.1', ZORGPOORT_SERVICE_PORT: '8443', ZORGPOORT_PORT: 'tcp://10.0.0.1:8443', ZORGPOORT_PORT_8443_TCP_ADDR: '10.0.0.1' }
    oneSentence(await zorgpoort(['serve'], { cwd, env: kubernetes }), /^zorgpoort: mode is not set/)
    oneSentence(await zorgpoort(['serve'], { cwd, env: { ZORGPOORT_PORT: '9000' } }), /unknown setting ZORGPOORT_PORT /)
    const { err } = await zorgpoort(['serve'], { cwd, env: { ZORGPOORT_DEBUG: '1' } })
    assert.match(err, /^\s+at [^]*zorgpoort: mode is not set/m)
  })

  test('that this Node is too old, before anything is loaded', async t => {
    const old = (process.env['PATH'] ?? '').split(delimiter).filter(it => !it.includes('node_modules')).map(it => join(it, 'node')).find(it => {
      const [major = 99, minor = 0] = spawnSync(it, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.split('.').map(Number) ?? []
      return major < 22 || (major === 22 && minor < 19)
    })
    if (old === undefined) { t.skip('no Node older than 22.19 stands on the path'); return }
    oneSentence(await started(old, [join(home, 'bin/zorgpoort.js'), 'serve'], {}).ended, /needs 22\.19 or newer/, /"node_modules\/\.bin\/node bin\/zorgpoort\.js …"/)
  })
})
