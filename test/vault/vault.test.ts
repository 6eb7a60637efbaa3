/** The vault: rings, wrapped keys, and what is closed under them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Unusable } from '../../src/core/core.ts'
import { newRingLine, openVault, parseRing, readLine, readSource, Unopened } from '../../src/vault/vault.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-vault-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string, text: string, mode = 0o600): string => {
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), mode)
  return join(folder, name)
}
const ring = (...ids: string[]) => parseRing(ids.map(newRingLine).join(''), 'kek')
const text = Buffer.from('<Bericht/>')

test('what is closed opens again, and nowhere else', () => {
  const vault = openVault(ring('a'))
  const { lock, wrapped } = vault.make()
  const closed = lock.close('id:payload', text)
  assert.ok(!Buffer.from(closed).includes(text))
  assert.deepEqual(vault.unlock(wrapped).open('id:payload', closed), text)
  assert.throws(() => vault.unlock(wrapped).open('other:payload', closed), Unopened)
  assert.throws(() => vault.make().lock.open('id:payload', closed), Unopened)
  assert.throws(() => lock.open('id:payload', closed.subarray(0, 20)), Unopened)
  for (let at = 0; at < closed.byteLength; at++) {
    const changed = Buffer.from(closed)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.throws(() => lock.open('id:payload', changed), Unopened)
  }
})

test('what is large opens as it was, and so does nothing at all', () => {
  const { lock } = openVault(ring('a')).make()
  for (const bytes of [0, 1, 999_999, 1_000_000, 1_000_001, 2_500_000]) {
    const large = randomBytes(bytes)
    const closed = lock.close('id:payload', large)
    assert.equal(closed.byteLength, bytes + 28)
    assert.ok(large.equals(lock.open('id:payload', closed)))
  }
})

test('a wrapped key is RFC 3394, and opens with its own key only', () => {
  const kek = parseRing(`a:${Buffer.from('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F', 'hex').toString('base64')}`, 'kek')
  const { wrapped } = openVault(kek).make()
  assert.equal(wrapped.data_key.byteLength, 40)
  // RFC 3394, 4.6: key data of 32 bytes under a KEK of 32 bytes; it opens, so it is known.
  const known = Buffer.from('28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21', 'hex')
  const newer = parseRing(`${newRingLine('b')}a:${Buffer.from(kek.current.bytes).toString('base64')}`, 'kek')
  const again = openVault(newer).rewrap({ data_key: known, kek_id: 'a' })
  assert.equal(again?.kek_id, 'b')
  assert.throws(() => openVault(newer).unlock({ data_key: known.fill(0, 0, 1), kek_id: 'a' }), Unopened)
  assert.throws(() => openVault(ring('c')).unlock(wrapped), /does not hold the key a/)
})

test('rewrapping changes the wrapping and not the key', () => {
  const old = newRingLine('old')
  const { lock, wrapped } = openVault(parseRing(old, 'kek')).make()
  const closed = lock.close('p', text)
  const vault = openVault(parseRing(newRingLine('new') + old, 'kek'))
  const again = vault.rewrap(wrapped)
  assert.ok(again)
  assert.deepEqual(vault.unlock(again).open('p', closed), text)
  assert.equal(vault.rewrap(again), null)
})

test('a ring that is none is refused with its place, and without its text', () => {
  const [key = ''] = newRingLine('a').trim().split('\n')
  for (const [wrong, why] of [['', /holds no key/], [`${key}\nnonsense`, /line 2 is no key/], [`${key}\n${key}`, /same name/], ['a:c2hvcnQ=', /line 1/]] as const) {
    assert.throws(() => parseRing(wrong, 'kek'), error => error instanceof Unusable && why.test(error.message) && error.message.startsWith('kek') && !error.message.includes('nonsense'))
  }
  assert.equal(parseRing(`# made in May\n\n${key}\n`, 'kek').current.id, 'a')
})

test('a secret comes from a file only its owner and group read, or from a command', () => {
  assert.equal(readLine(`file:${path('good', 'secret\n')}`, 'x'), 'secret')
  assert.throws(() => readSource(`file:${path('open', 'secret', 0o644)}`, 'kek'), /kek: .*chmod 600/)
  assert.throws(() => readSource(`file:${folder}/none`, 'kek'), /cannot read/)
  assert.equal(readLine('command:echo one two', 'x'), 'one two')
  assert.throws(() => readSource('command:false', 'kek'), /the command false failed/)
  assert.throws(() => readSource('nothing', 'kek'), /file:PATH or command/)
  assert.throws(() => readLine(`file:${path('two', 'a\nb\n')}`, 'x'), /one line/)
  assert.throws(() => readLine(`file:${path('none', '')}`, 'x'), /one line/)
})
