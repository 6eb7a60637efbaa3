/** Who may send what to whom, and which Bsns a test gateway takes. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { admit, isTestBsn, journeyOf } from '../../src/admit.ts'
import { accountId, fingerprint, instant, partyCode, Refusal, type PartyCode } from '../../src/core/core.ts'
import { openParties } from '../../src/party/party.ts'
import { modelOf, supportedTypes, type Family } from '../../src/standard/standard.ts'
import type { Account, Party, Register } from '../../src/store/store.ts'

const party = (code: string, families: readonly Family[] = ['iwmo', 'ijw']): Party => ({ code: partyCode(code), kind: code.length === 4 ? 'gemeente' : 'aanbieder', name: code, families, connections: [] })
const store = (register: Register) => ({ register: async () => register, registerVersion: () => register.version })
const register = (version: number, parties: readonly Party[], accounts: readonly Account[] = []): Register => ({ version, parties, accounts })

describe('a test Bsn', () => {
  test('is one of 999900006 to 999999990 that passes the eleven test', () => {
    for (const good of ['999900006', '999999990', '999943212']) assert.ok(isTestBsn(good), good)
    for (const bad of ['999900007', '999899990', '123456782', '99990000', '0999900006', '99990000６', ' 999900006', '999900006\n', '']) assert.ok(!isTestBsn(bad), JSON.stringify(bad))
    const all = Array.from({ length: 100_000 }, (_, at) => String(999_900_000 + at)).filter(isTestBsn)
    // One in eleven passes the test, and none of two that differ in one digit.
    assert.ok(Math.abs(all.length - 100_000 / 11) < 20, String(all.length))
    const passing = new Set(all)
    for (const bsn of all.slice(0, 500)) assert.ok(!passing.has(bsn.slice(0, 8) + String((Number(bsn[8]) + 1) % 10)))
  })
})

describe('admission', () => {
  const says = async (type: 'WMO301' | 'WMO302' | 'JW301', by: string, parties: readonly Party[]): Promise<string> => {
    const journey = journeyOf(type === 'WMO302'
      ? { afzender: '0344', ontvanger: '42420001', sender: '42420001', receiver: '0344', identificatie: 'A' }
      : { afzender: '0344', ontvanger: '42420001', sender: '0344', receiver: '42420001', identificatie: 'A' })
    try {
      admit(modelOf(type), journey, partyCode(by), await openParties(store(register(1, parties))))
      return 'admitted'
    } catch (error) {
      assert.ok(error instanceof Refusal)
      return `${error.code} ${error.detail ?? ''}`
    }
  }
  const both = [party('0344'), party('42420001')]

  test('is for the party that sends: the Afzender, but of a retour the Ontvanger', async () => {
    assert.equal(await says('WMO301', '0344', both), 'admitted')
    assert.equal(await says('WMO302', '42420001', both), 'admitted')
    assert.equal(await says('WMO301', '42420001', both), 'ZP_NOT_SENDER Header/Afzender: 0344')
    assert.equal(await says('WMO302', '0344', both), 'ZP_NOT_SENDER Header/Ontvanger: 42420001')
  })

  test('asks that both are connected for the standard of the message', async () => {
    assert.equal(await says('WMO301', '0344', [party('0344')]), 'ZP_RECEIVER_UNKNOWN 42420001')
    assert.equal(await says('WMO301', '0344', [party('42420001')]), 'ZP_SENDER_UNKNOWN 0344')
    assert.equal(await says('JW301', '0344', [party('0344'), party('42420001', ['iwmo'])]), 'ZP_RECEIVER_FAMILY 42420001: ijw')
    assert.equal(await says('JW301', '0344', [party('0344', ['iwmo']), party('42420001')]), 'ZP_SENDER_UNKNOWN 0344')
  })

  test('knows who sends each type', () => {
    for (const type of supportedTypes()) assert.ok(['gemeente', 'aanbieder'].includes(modelOf(type).afzender), type)
  })
})

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
