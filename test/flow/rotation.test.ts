/** The gateway's own keys change while it runs: new messages under the new seal, old seals as good as before. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { examine } from '../../bin/commands/verify.ts'
import { instant, Unusable } from '../../src/core/core.ts'
import { fingerprintOf, issue, makeAuthority, readKeyFiles, keepPair, type Authority, type IssueRequest } from '../../src/sign/sign.ts'
import { makeWorld, message, until, type Running } from './world.ts'

const world = await makeWorld()
const passphrase = 'a passphrase of some length'
writeFileSync(world.path('pass'), `${passphrase}\n`, { mode: 0o600 })
const authority = async (name: string): Promise<Authority> => await makeAuthority({ name, algorithm: 'P-256' })

/** Puts a pair into the folder as `keys import` and `rotate` do. */
async function keep (by: Authority, use: 'seal' | 'server', request: Partial<IssueRequest> = {}): Promise<string> {
  const { key, certificate } = await issue(by, { subject: use, use, algorithm: 'P-256', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], ...request })
  keepPair(world.path('keys'), use, readKeyFiles([{ name: 'x', bytes: Buffer.from(key + certificate) }], null), passphrase, true)
  return fingerprintOf(certificate)
}

const settings = {
  seal_key: world.path('keys/seal.key'),
  seal_certificate: world.path('keys/seal.pem'),
  seal_key_passphrase: `file:${world.path('pass')}`,
  tls_key: world.path('keys/server.key'),
  tls_certificate: world.path('keys/server.pem'),
  tls_key_passphrase: `command:cat ${world.path('pass')}`,
  pairs_poll_ms: 20
}
const [first, second] = [await authority('First'), await authority('Second')]
writeFileSync(world.path('first.pem'), first.certificate)
writeFileSync(world.path('both.pem'), first.certificate + second.certificate)
/** The clients of this world trust its own authority. */
const own: Authority = { certificate: world.ca, privateKey: readKeyFiles([{ name: 'ca', bytes: Buffer.concat([readFileSync(world.path('ca.pem')), readFileSync(world.path('ca.key'))]) }], null).key }
await keep(first, 'seal')
await keep(own, 'server')

const told = (gateway: Running, text: string): boolean => gateway.lines.some(line => line.includes(text))

/** Sends a message and keeps what proves it. @returns the files by their name */
async function proven (gateway: Running, seed: number): Promise<{ message: string, seal: string, receipt: string }> {
  const { id } = await gateway.as('gemeente').send(message('WMO301', seed))
  const keepPart = async (part: string): Promise<string> => {
    const path = world.path(`${seed}-${part}`)
    writeFileSync(path, (await gateway.as('gemeente').get(`/v1/messages/${id}/${part}`)).bytes)
    return path
  }
  return { message: await keepPart('payload'), seal: await keepPart('seal'), receipt: await keepPart('receipt') }
}

const failed = async ({ message, ...files }: Awaited<ReturnType<typeof proven>>, trust: string): Promise<string[]> =>
  (await examine(message, { ...files, trust: world.path(trust) })).filter(({ ok }) => !ok).map(({ check }) => check)

describe('a new seal', () => {
  test('is used without a restart; seals of before and after verify, across a change of authority', async () => {
    const gateway = await world.start(settings)
    const before = await proven(gateway, 1)
    await keep(second, 'seal')
    await until(() => told(gateway, 'a new key pair is in use') || undefined, 'the new seal')
    const after = await proven(gateway, 2)
    assert.deepEqual([await failed(before, 'first.pem'), await failed(before, 'both.pem'), await failed(after, 'both.pem')], [[], [], []])
    assert.deepEqual(await failed(after, 'first.pem'), ['seal chain', 'seal validity'])
    await gateway.stop()
  })

  test('that cannot be used changes nothing, and the log says why without a secret', async () => {
    const gateway = await world.start(settings)
    const faults = async (spoil: () => Promise<void> | void, why: RegExp): Promise<void> => {
      await spoil()
      await until(() => gateway.lines.some(line => line.includes('cannot be used') && why.test(line)) || undefined, String(why))
      await gateway.as('gemeente').send(message('WMO301', gateway.lines.length + 1000))
    }
    await faults(() => { writeFileSync(world.path('keys/seal.pem'), 'nothing') }, /holds no certificate/)
    await assert.rejects(keep(second, 'seal'), /seal\.pem holds no certificate in PEM/, 'what is no certificate is not thrown away')
    rmSync(world.path('keys/seal.pem'))
    await faults(async () => { await keep(second, 'seal'); copyFileSync(world.path('server.key'), world.path('keys/seal.key')) }, /does not belong/)
    await faults(async () => { await keep(second, 'seal', { notBefore: instant(Date.now() + 3_600_000) }) }, /seal_certificate: not valid before .*clock of this machine/)
    await faults(async () => { await keep(second, 'seal', { notBefore: instant(Date.now() - 7_200_000), notAfter: instant(Date.now() - 3_600_000) }) }, /seal_certificate: expired at .*keys rotate/)
    await faults(async () => { await keep(second, 'seal'); writeFileSync(world.path('pass'), 'another\n') }, /does not open with the passphrase/)
    assert.equal(gateway.lines.some(line => line.includes(passphrase)), false)
    writeFileSync(world.path('pass'), `${passphrase}\n`)
    await keep(second, 'seal')
    await until(() => told(gateway, 'a new key pair is in use') || undefined, 'the good seal')
    await gateway.stop()
  })
})

describe('a passphrase', () => {
  const starting = async (over: Record<string, unknown>, why: RegExp): Promise<void> => {
    await assert.rejects(world.start({ ...settings, ...over }), error => error instanceof Unusable && why.test(error.message))
  }
  test('that is missing, wrong or cannot be had stops the start with one sentence', async () => {
    writeFileSync(world.path('wrong'), 'wrong\n', { mode: 0o600 })
    writeFileSync(world.path('open'), `${passphrase}\n`, { mode: 0o644 })
    const without = { ...settings, seal_key_passphrase: undefined }
    await assert.rejects(world.start(Object.fromEntries(Object.entries(without).filter(([, value]) => value !== undefined))), /^Error: seal_key is under a passphrase; seal_key_passphrase says where that is/)
    await starting({ seal_key_passphrase: `file:${world.path('wrong')}` }, /^seal_key does not open with the passphrase given$/)
    await starting({ tls_key_passphrase: `file:${world.path('wrong')}` }, /^tls_key does not open with the passphrase given$/)
    await starting({ seal_key_passphrase: `file:${world.path('none')}` }, /^seal_key_passphrase: cannot read /)
    await starting({ seal_key_passphrase: `file:${world.path('open')}` }, /^seal_key_passphrase: .*chmod 600/)
    await starting({ seal_key_passphrase: 'command:false' }, /^seal_key_passphrase: the command false failed/)
  })
})

describe('a new certificate of the door', () => {
  test('meets every new connection, and open ones go on', async () => {
    const gateway = await world.start(settings)
    const { hostname, port } = new URL(gateway.rest)
    const shown = async (): Promise<string> => {
      const socket = connect({ host: hostname, port: Number(port), ca: world.ca })
      await once(socket, 'secureConnect')
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      return fingerprintOf(certificate?.raw ?? Buffer.alloc(0))
    }
    const mine = gateway.as('gemeente')
    await mine.send(message('WMO301', 3))
    const before = await shown()
    const made = await keep(own, 'server')
    await until(async () => await shown() === made || undefined, 'the new certificate')
    assert.notEqual(before, made)
    await mine.send(message('WMO301', 4))
    const strange = await gateway.as('nobody').get('/v1/mailbox')
    assert.equal(strange.status, 401, 'clients are asked for their certificate as before')
    assert.equal(new X509Certificate(readFileSync(world.path('keys/server.pem'))).subject, 'CN=server')
  })
})
