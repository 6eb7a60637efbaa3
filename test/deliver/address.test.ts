/** Which addresses may be pushed to, against the registries of IANA written down a second time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reachable } from '../../src/deliver/deliver.ts'

/** IANA's special-purpose registries (RFC 6890 and what came after), multicast, and what was never given out. */
const special4 = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4']
/** Of IPv6 within 2000::/3; everything outside it is refused. */
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

const value4 = (text: string): bigint => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
function value6 (text: string): bigint {
  const [head = '', tail = ''] = text.split('::')
  const words = (part: string): string[] => part === '' ? [] : part.split(':')
  const all = text.includes('::') ? [...words(head), ...Array<string>(8 - words(head).length - words(tail).length).fill('0'), ...words(tail)] : words(text)
  return all.reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n)
}
const valueOf = (text: string): bigint => text.includes(':') ? value6(text) : value4(text)
function within (value: bigint, range: string): boolean {
  const [network = '', length = ''] = range.split('/')
  const rest = BigInt((range.includes(':') ? 128 : 32) - Number(length))
  return value >> rest === valueOf(network) >> rest
}
const text4 = (value: bigint): string => [24n, 16n, 8n, 0n].map(shift => String(value >> shift & 255n)).join('.')
const text6 = (value: bigint): string => Array.from({ length: 8 }, (_it, at) => (value >> BigInt(112 - at * 16) & 65_535n).toString(16)).join(':')
const public4 = (value: bigint): boolean => !special4.some(range => within(value, range))
const public6 = (value: bigint): boolean => within(value, '2000::/3') && !special6.some(range => within(value, range))

/** Anything, and what lies at the edges of each range. */
const near = (ranges: readonly string[], bits: bigint): fc.Arbitrary<bigint> => fc.oneof(
  fc.bigInt(0n, (1n << bits) - 1n),
  fc.tuple(fc.constantFrom(...ranges), fc.bigInt(-3n, 3n), fc.boolean()).map(([range, step, last]) => {
    const [network = '', length = ''] = range.split('/')
    return valueOf(network) + (last ? 1n << bits - BigInt(length) : 0n) + step
  }).filter(value => value >= 0n && value < 1n << bits))

const runs = { numRuns: 20_000 }
const publicly = reachable([])

test('an IPv4 address is reachable when no registry says it is special', () => {
  fc.assert(fc.property(near(special4, 32n), value => { assert.equal(publicly(text4(value)), public4(value), text4(value)) }), runs)
})

test('an IPv6 address is reachable when it was given out and no registry says it is special', () => {
  fc.assert(fc.property(near([...special6, '2000::/3', '::/128', 'fe80::/10', 'fc00::/7', 'ff00::/8', '64:ff9b::/96', '64:ff9b:1::/48'], 128n), value => { assert.equal(publicly(text6(value)), public6(value), text6(value)) }), runs)
})

test('no address that stands for an IPv4 address is reachable, whatever it stands for', () => {
  fc.assert(fc.property(fc.bigInt(0n, (1n << 32n) - 1n), it => {
    const [high, low] = [(it >> 16n).toString(16), (it & 65_535n).toString(16)]
    for (const text of [`::ffff:${text4(it)}`, `::ffff:${high}:${low}`, `::${high}:${low}`, `::ffff:0:${high}:${low}`, `64:ff9b::${high}:${low}`, `64:ff9b:1::${high}:${low}`, `2002:${high}:${low}::1`, `2001:0:${high}:${low}::1`]) assert.equal(publicly(text), false, text)
  }), { numRuns: 2_000 })
})

test('what an operator allows is reachable, and nothing beside it', () => {
  const allowed = reachable(['10.20.0.0/16', 'fd00:20::/32', '::1/128', '198.51.100.7/32'])
  for (const text of ['10.20.0.0', '10.20.255.255', 'fd00:20:0:0::', 'fd00:20:ffff::1', '::1', '198.51.100.7', '145.21.1.1', '2a00:1450::1']) assert.equal(allowed(text), true, text)
  for (const text of ['10.19.255.255', '10.21.0.0', 'fd00:21::1', '::2', '198.51.100.8', '::ffff:10.20.0.1', '64:ff9b::10.20.0.1', '127.0.0.1']) assert.equal(allowed(text), false, text)
  fc.assert(fc.property(fc.bigInt(0n, (1n << 32n) - 1n), value => { assert.equal(allowed(text4(value)), public4(value) || within(value, '10.20.0.0/16') || text4(value) === '198.51.100.7') }), runs)
})

test('what is no address in plain is not reachable', () => {
  for (const text of ['', ' ', 'localhost', '0x7f.1', '2130706433', '8.8.8', '010.8.8.8', '8.8.8.8 ', '8.8.8.8:443', '[2a00::1]', '2a00::1/64', '2a00::1%eth0/1', '1.1.1.1\n']) assert.equal(publicly(text), false, JSON.stringify(text))
  assert.equal(reachable(['fe80::/10'])('fe80::1%lo'), true)
  assert.throws(() => reachable(['10.0.0.0']))
})
