/** The register: who has which certificate, and that a change is seen. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountId, fingerprint, instant, partyCode, type PartyCode } from '../../src/core/core.ts'
import { openParties } from '../../src/party/party.ts'
import type { Account, Party, Register } from '../../src/store/store.ts'

const party = (code: string): Party => ({ code: partyCode(code), kind: 'gemeente', name: code, families: ['iwmo', 'ijw'], connections: [] })
const store = (register: Register) => ({ register: async () => register, registerVersion: () => register.version })
const register = (version: number, parties: readonly Party[], accounts: readonly Account[] = []): Register => ({ version, parties, accounts })

describe('the register', () => {
  const print = fingerprint('a'.repeat(64))
  const account = (over: Partial<Account>, own: PartyCode = partyCode('0344')): Account =>
    ({ id: accountId('a'), role: 'party', party: own, active: true, certificates: [{ fingerprint: print, use: 'tls', subject: '', not_after: instant(0) }], ...over })

  test('knows an account by a certificate for TLS, while it is active', async () => {
    const found = async (it: Account): Promise<boolean> => (await openParties(store(register(1, [], [it])))).byCertificate(print) !== null
    assert.ok(await found(account({})))
    assert.ok(!await found(account({ active: false })))
    assert.ok(!await found(account({ certificates: account({}).certificates.map(it => ({ ...it, use: 'sign' })) })))
    assert.ok(!await found(account({ certificates: [] })))
  })

  test('is read again when its number has risen, and only then', async () => {
    let now = register(1, [party('0344')])
    let reads = 0
    const parties = await openParties({ register: async () => { reads++; return now }, registerVersion: () => now.version })
    const turn = (): Promise<void> => new Promise(resolve => { setImmediate(resolve) })
    for (let times = 0; times < 3; times++) { await parties.refresh(); await turn() }
    assert.equal(reads, 1)
    now = register(2, [])
    assert.ok(parties.party(partyCode('0344')) !== null)
    await parties.refresh()
    assert.equal(parties.party(partyCode('0344')), null)
    assert.equal(reads, 2)
  })
})
