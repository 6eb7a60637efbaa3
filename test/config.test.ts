/** What the settings of pushing and trying again may be, and what is said of one that may not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakerPolicy, pushNetworks, pushPorts, readConfig, retryPolicy, vspValues, type Config } from '../src/config.ts'
import { supportedTypes } from '../src/standard/standard.ts'
import { makeWorld } from './flow/world.ts'

const world = await makeWorld()
const read = (over: Record<string, unknown> = {}): Config => readConfig({ env: {}, over: { ...world.config(), ...over } })

test('without a word about pushing: ports 443 and 8443, no network of our own, five days of trying', () => {
  const config = read()
  assert.deepEqual(pushPorts(config), [443, 8443])
  assert.deepEqual(pushNetworks(config), [])
  assert.deepEqual(retryPolicy(config), { first_ms: 60_000, longest_ms: 10_800_000, total_ms: 432_000_000 })
  assert.deepEqual(breakerPolicy(config), { failures: 5, open_ms: 60_000, probes: 3 })
})

test('ports are a list of ports', () => {
  assert.deepEqual(pushPorts(read({ push_ports: '8443,443,443,65535' })), [8443, 443, 65535])
  assert.deepEqual(pushPorts(read({ push_ports: 9443 })), [9443], 'a single one may be a number')
  for (const text of ['', '443,', '443, 8443', '443;8443']) assert.throws(() => read({ push_ports: text }), /push_ports/, text)
  for (const text of ['0', '65536', '0443', '1e3', 'https', '-1']) assert.throws(() => read({ push_ports: `443,${text}` }), new RegExp(`push_ports: ${text} is no port; .*443,8443`), text)
})

test('networks are whole networks, as told when they are not', () => {
  assert.deepEqual(pushNetworks(read({ push_networks: '10.20.0.0/16,fd00:20::/32,127.0.0.1/32' })), ['10.20.0.0/16', 'fd00:20::/32', '127.0.0.1/32'])
  for (const text of ['10.20.0.0', '10.0.0.0/33', '10.0/8', '012.0.0.0/8', 'fd00::/129', 'lan']) assert.throws(() => read({ push_networks: text }), /push_networks: .* is no network; .*such as 10\.20/, text)
  assert.throws(() => read({ push_networks: '10.20.1.2/16' }), /write 10\.20\.0\.0\/16 for the network, or 10\.20\.1\.2\/32 for that address alone/)
  assert.throws(() => read({ push_networks: 'fd00:20::1/32' }), /write fd00:20::\/32 for the network, or fd00:20::1\/128/)
})

test('times of trying again are in order, a lease is at most a minute, key and certificate belong together', () => {
  assert.throws(() => read({ retry_first_ms: 20_000_000 }), /retry_first_ms \(20000000\) must not be more than retry_longest_ms \(10800000\)/)
  assert.throws(() => read({ retry_total_ms: 100_000 }), /retry_longest_ms \(10800000\) must not be more than retry_total_ms \(100000\)/)
  assert.throws(() => read({ lease_ms: 60_001 }), /lease_ms must be <= 60000/)
  assert.throws(() => read({ push_key: 'push.key' }), /push_key and push_certificate belong together/)
  assert.throws(() => read({ push_certificate: 'push.pem' }), /push_key and push_certificate belong together/)
  assert.throws(() => read({ push_key_passphrase: 'file:x' }), /push_key_passphrase is set without push_key/)
})

test('values of the provider door: what is given is laid on the defaults, and a berichttype is of one standard', () => {
  const told = vspValues(read())
  assert.deepEqual(told.rollen, { gemeente: 'Gemeente', aanbieder: 'Instelling', instantie: 'Instelling' })
  assert.deepEqual(told.berichttypes, { iwmo: 'WMO', ijw: 'JW' })
  assert.deepEqual([told.acties['315'], told.unknown, told.payload], ['VerzoekToewijzing', 'take', 'xml'])
  for (const type of supportedTypes()) assert.match(told.acties[type.slice(-3)] ?? '', /^[A-Za-z]+$/, type)
  const mine = vspValues(read({ vsp_rollen: 'aanbieder=Praktijk', vsp_berichttypes: 'ijw=JEUGD', vsp_acties: 'JW315=Verzoek,301=Indienen' }))
  assert.deepEqual(mine.rollen, { gemeente: 'Gemeente', aanbieder: 'Praktijk', instantie: 'Instelling' })
  assert.deepEqual(mine.berichttypes, { iwmo: 'WMO', ijw: 'JEUGD' })
  assert.deepEqual([mine.acties['JW315'], mine.acties['315'], mine.acties['301'], mine.acties['302']], ['Verzoek', 'VerzoekToewijzing', 'Indienen', 'ToewijzingRetour'])
  assert.throws(() => read({ vsp_berichttypes: 'iwmo=JW' }), /vsp_berichttypes: JW stands for both iwmo and ijw/)
  assert.throws(() => read({ vsp_rollen: 'provider=X' }), /vsp_rollen is NAME=VALUE, divided by commas, such as aanbieder=Praktijk/)
  for (const text of ['315', '315=', '315=a b', '315=a,', `315=${'a'.repeat(61)}`]) assert.throws(() => read({ vsp_acties: text }), /vsp_acties is NAME=VALUE/, text)
  assert.throws(() => read({ vsp_unknown: 'ignore' }), /vsp_unknown has a value that is not allowed: it is take or refuse/)
})
