/** What a gateway in production mode does not start with. */
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { test } from 'node:test'
import { readConfig, ruleWeights } from '../src/config.ts'
import { developmentKeys } from '../src/sign/sign.ts'
import { makeWorld } from './flow/world.ts'

test('development certificates are refused by the name of their setting', async () => {
  const world = await makeWorld('production')
  const { server, seal } = await developmentKeys(world.path('dev'), [])
  await assert.rejects(world.start({ tls_certificate: server.certificate, tls_key: server.key }), /tls_certificate: a development certificate/)
  await assert.rejects(world.start({ seal_certificate: seal.certificate, seal_key: seal.key }), /seal_certificate: a development certificate/)
  await (await world.start()).stop()
})

test('a private key that everybody on the machine can read is refused, in test mode not', async () => {
  const world = await makeWorld('production')
  for (const use of ['tls', 'seal'] as const) {
    const key = world.path(use === 'tls' ? 'server.key' : 'seal.key')
    chmodSync(key, 0o644)
    await assert.rejects(world.start(), new RegExp(`${use}_key: .* can be read by everybody on this machine; chmod 600 it`))
    chmodSync(key, 0o600)
  }
  await (await world.start()).stop()
  const trying = await makeWorld()
  chmodSync(trying.path('server.key'), 0o644)
  await (await trying.start()).stop()
})

test('the operations listener stays on loopback unless it is said that others may reach it', async () => {
  const world = await makeWorld('production')
  assert.throws(() => world.config({ operations_host: '0.0.0.0' }), /operations_host 0\.0\.0\.0: .*operations_exposed/)
  for (const over of [{ operations_host: '0.0.0.0', operations_exposed: true }, { operations_host: '::1' }, { operations_host: '0.0.0.0', mode: 'test' }]) assert.ok(world.config(over))
  assert.throws(() => readConfig({ env: {}, over: { ...world.config(), retention_audit_days: 40 } }), /retention_audit_days must not be less/)
})

test('only rules that the standard does not say outright can be set to warn or off, and a wrong one is named', async () => {
  const world = await makeWorld()
  const weights = (text: string) => ruleWeights(readConfig({ env: {}, over: { ...world.config(), rule_weights: text } }))
  assert.deepEqual(weights(''), {})
  assert.deepEqual(weights('TR019=warn'), { TR019: 'warn' })
  assert.throws(() => weights('CD075=off'), /rule_weights: CD075 stands in the standard as it is and always rejects/)
  assert.throws(() => weights('TR999=off'), /rule_weights: TR999 is no rule of the standard/)
  for (const text of ['TR019', 'TR019=maybe', 'TR019=warn,', 'TR019=warn;TR063=off']) assert.throws(() => weights(text), /rule_weights is CODE=warn or CODE=off, divided by commas/)
  assert.throws(() => weights('TR019'), ({ message }: Error) => {
    const [, example = ''] = /such as (\S+)$/.exec(message) ?? []
    assert.deepEqual(weights(example), { TR322: 'warn', TR342: 'off' }, 'the example it gives may be set')
    return true
  })
})
