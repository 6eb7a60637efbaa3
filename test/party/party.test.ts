/** The register: who has which certificate, and that a change is seen. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { accountId, fingerprint, instant, partyCode, type PartyCode } from '../../src/core/core.ts'
import { openParties } from '../../src/party/party.ts'
import type { Account, Mandate, Party, Register } from '../../src/store/store.ts'
import { aMandate, anAccount, aParty } from '../register.ts'

const party = (code: string): Party => aParty(code)
const store = (register: Register) => ({ register: async () => register, registerVersion: () => register.version })
const register = (version: number, parties: readonly Party[], accounts: readonly Account[] = [], mandates: readonly Mandate[] = []): Register => ({ version, parties, accounts, mandates })
const now = instant(1_000)
const [own, other, third] = [partyCode('0344'), partyCode('0363'), partyCode('42420001')]

describe('the register', () => {
  const print = fingerprint('a'.repeat(64))
  const certificate = { fingerprint: print, use: 'tls', subject: '', not_after: instant(0), pem: null } as const
  const account = (over: Partial<Account>): Account => anAccount('a', { party: own, certificates: [certificate], ...over })

  test('knows an account by a certificate for TLS, while it is active', async () => {
    const found = async (it: Account): Promise<boolean> => (await openParties(store(register(1, [], [it])))).byCertificate(print) !== null
    assert.ok(await found(account({})))
    assert.ok(!await found(account({ active: false })))
    assert.ok(!await found(account({ certificates: [{ ...certificate, use: 'sign' }] })))
    assert.ok(!await found(account({ certificates: [] })))
  })

  test('is read again when its number has risen, and only then', async () => {
    let stands = register(1, [party('0344')])
    let reads = 0
    const parties = await openParties({ register: async () => { reads++; return stands }, registerVersion: () => stands.version })
    const turn = (): Promise<void> => new Promise(resolve => { setImmediate(resolve) })
    for (let times = 0; times < 3; times++) { await parties.refresh(); await turn() }
    assert.equal(reads, 1)
    stands = register(2, [])
    assert.ok(parties.party(own, now) !== null)
    await parties.refresh()
    assert.equal(parties.party(own, now), null)
    assert.equal(reads, 2)
  })

  test('is asked for once, however many turns the answer takes; and again where that failed', async () => {
    const turn = (): Promise<void> => new Promise(resolve => { setImmediate(resolve) })
    let [version, reads, fails] = [1, 0, false]
    const parties = await openParties({
      async register () {
        reads++
        for (let times = 0; times < 20; times++) await turn()
        if (fails) throw new Error('busy')
        return register(version, [])
      },
      registerVersion: () => version
    })
    async function looks (): Promise<Set<string>> {
      const all: Array<Promise<string>> = []
      for (let times = 0; times < 10; times++) {
        all.push(parties.refresh().then(() => 'seen', () => 'failed'))
        await turn()
      }
      return new Set(await Promise.all(all))
    }
    [version, fails] = [2, true]
    assert.deepEqual([await looks(), reads], [new Set(['failed']), 2])
    fails = false
    assert.deepEqual([await looks(), reads], [new Set(['seen']), 3])
  })
})

describe('who acts for whom', () => {
  const moment = fc.integer({ min: 0, max: 2_000 }).map(instant)
  const end = fc.option(moment, { nil: null })
  const mandate = fc.record({ account: fc.constant(accountId('a')), party: fc.constantFrom(other, third), family: fc.constantFrom('iwmo' as const, 'ijw' as const), direction: fc.constantFrom('send' as const, 'receive' as const), from: moment, until: end })

  test('is what the mandates of that moment say, and for the own party everything', async () => {
    await fc.assert(fc.asyncProperty(fc.array(mandate, { maxLength: 8 }), moment, fc.boolean(), async (mandates, at, hasOwn) => {
      const account = anAccount('a', { party: hasOwn ? own : null })
      const parties = await openParties(store(register(1, [own, other, third].map(party), [account, anAccount('b')], mandates)))
      const valid = mandates.filter(it => it.from <= at && (it.until === null || at < it.until))
      const held = (code: PartyCode, direction: string): string[] => ['iwmo', 'ijw'].filter(family => (hasOwn && code === own) || valid.some(it => it.party === code && it.family === family && it.direction === direction))
      assert.deepEqual(parties.actsFor(account, at), [...new Set([...hasOwn ? [own] : [], ...valid.map(it => it.party)])].toSorted())
      for (const code of [own, other, third]) {
        const [send, receive] = [held(code, 'send'), held(code, 'receive')]
        assert.deepEqual(parties.view(account, code, at), send.length + receive.length === 0 ? null : { party: code, send, receive })
        for (const family of ['iwmo', 'ijw'] as const) assert.equal(parties.maySend(account.id, code, family, at), send.includes(family))
      }
      assert.deepEqual(parties.actsFor(anAccount('b'), at), [])
    }))
  })

  test('is a party only in the time it is connected', async () => {
    await fc.assert(fc.asyncProperty(end, end, moment, async (from, until, at) => {
      const parties = await openParties(store(register(1, [aParty('0344', { from, until })])))
      assert.equal(parties.party(own, at) !== null, (from ?? 0) <= at && at < (until ?? Infinity))
    }))
  })

  test('is nobody for an account that is off, unknown or has another role', async () => {
    const mandates = [aMandate('off', '0344'), aMandate('auditor', '0344')]
    const accounts = [anAccount('off', { active: false }), anAccount('auditor', { role: 'auditor', party: own })]
    const parties = await openParties(store(register(1, [party('0344')], accounts, mandates)))
    for (const id of ['off', 'auditor', 'unknown']) assert.ok(!parties.maySend(accountId(id), own, 'iwmo', now))
    for (const account of accounts.slice(1)) assert.deepEqual([parties.actsFor(account, now), parties.view(account, own, now)], [[], null])
  })

  test('says whose signatures count: certificates for signing of active accounts that may send', async () => {
    const certificate = (digit: string, use: 'tls' | 'sign') => ({ fingerprint: fingerprint(digit.repeat(64)), use, subject: '', not_after: instant(0), pem: null })
    const accounts = [
      anAccount('own', { party: own, certificates: [certificate('1', 'tls'), certificate('2', 'sign')] }),
      anAccount('supplier', { certificates: [certificate('3', 'sign')] }),
      anAccount('reader', { certificates: [certificate('4', 'sign')] }),
      anAccount('off', { party: own, active: false, certificates: [certificate('5', 'sign')] })
    ]
    const parties = await openParties(store(register(1, [party('0344')], accounts, [aMandate('supplier', '0344', { until: instant(2_000) }), aMandate('reader', '0344', { direction: 'receive' })])))
    const signers = (family: 'iwmo' | 'ijw', at = now): string[] => parties.signersOf(own, family, at).map(it => it.fingerprint[0] ?? '')
    assert.deepEqual([signers('iwmo'), signers('ijw'), signers('iwmo', instant(2_000))], [['2', '3'], ['2'], ['2']])
  })
})
