/** By which pair the gateway is known where it pushes to: its own for that, or that of its door. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { systemClock } from '../src/core/core.ts'
import { openOwnKeys, warnOfPushing, type OwnKeys } from '../src/identity.ts'
import { openLog } from '../src/log.ts'
import { checkUse, issue, keepPair, makeAuthority, readKeyFiles, type IssueRequest } from '../src/sign/sign.ts'
import { makeWorld, until } from './flow/world.ts'
import { aParty } from './register.ts'

const world = await makeWorld()
const authority = await makeAuthority({ name: 'Clients', algorithm: 'P-256' })
const lines: string[] = []
const log = openLog({ level: 'info', pretty: false, to: { write: line => { lines.push(line) } } })
const files = { push_key: world.path('keys/push.key'), push_certificate: world.path('keys/push.pem') }

/** Puts a pair into the folder as `keys import` and `rotate` do. @returns its certificate */
async function keep (use: IssueRequest['use'] = 'client'): Promise<string> {
  const { key, certificate } = await issue(authority, { subject: 'gateway', use, algorithm: 'P-256' })
  keepPair(world.path('keys'), 'push', readKeyFiles([{ name: 'x', bytes: Buffer.from(key + certificate) }], null), null, true)
  return certificate.trim()
}
const open = (over: Record<string, unknown> = {}): OwnKeys => openOwnKeys(world.config({ ...files, pairs_poll_ms: 10, ...over }), systemClock, log)
const shown = (keys: OwnKeys): string => keys.push?.cert.trim() ?? ''

test('without a pair of its own it is that of the door, also after that changed', () => {
  const keys = openOwnKeys(world.config(), systemClock, log)
  assert.equal(keys.push, keys.tls)
  assert.deepEqual(Object.keys(keys.expiry()), ['tls', 'seal'])
})

test('its own pair is used, and a new one without a restart', async () => {
  const first = await keep()
  const keys = open()
  assert.equal(shown(keys), first)
  assert.notEqual(keys.push, keys.tls)
  const before = keys.expiry().push
  keys.watch(() => { assert.fail('the door kept its pair') })
  const second = await keep()
  await until(() => shown(keys) === second || undefined, 'the new pair')
  assert.ok(before !== undefined && Number(keys.expiry().push) >= before)
  keys.stop()
})

test('a certificate that is not for clients is refused at start by the name of its setting, and on import', async () => {
  await keep('server')
  assert.throws(() => open(), /push_certificate: its extended uses leave out clientAuth.*keys import --use push/)
  const { key, certificate } = await issue(authority, { subject: 'gateway', use: 'server', algorithm: 'P-256' })
  const material = readKeyFiles([{ name: 'x', bytes: Buffer.from(key + certificate) }], null)
  assert.throws(() => { checkUse(material, 'push', systemClock.now()) }, /is not for a TLS client/)
  writeFileSync(files.push_key, 'nothing')
  assert.throws(() => open(), /push_key holds no usable private key/)
})

test('the log warns when somebody is pushed to and only the pair of a server is there', async () => {
  const connections = [{ door: 'rest-push', direction: 'in', url: 'https://zorg.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null }] as const
  const warned = (keys: OwnKeys, parties: ReturnType<typeof aParty>[]): boolean => {
    lines.length = 0
    warnOfPushing(keys, { parties }, log)
    return lines.some(line => line.includes('endpoints will refuse it') && line.includes('42420001') && !line.includes('example'))
  }
  const door = openOwnKeys(world.config(), systemClock, log)
  assert.equal(warned(door, [aParty('0344'), aParty('42420001', { connections })]), true)
  assert.equal(warned(door, [aParty('0344')]), false)
  await keep()
  assert.equal(warned(open(), [aParty('42420001', { connections })]), false)
  const without = openOwnKeys(world.config({ database: 'postgres://u@localhost/n', roles: 'work', tls_key: undefined, tls_certificate: undefined }), systemClock, log)
  assert.deepEqual([without.tls, without.push, warned(without, [aParty('0344')])], [null, null, false])
  assert.throws(() => warned(without, [aParty('42420001', { connections })]), /push_key and push_certificate are not set.*party 42420001 is pushed.*keys import --use push/)
})
