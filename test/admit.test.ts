/** Who may send what to whom, and which Bsns a test gateway takes. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { admit, agree, isTestBsn, journeyOf, refuseRealPersons, refuseTooLarge, refuseTooLargeUnread } from '../src/admit.ts'
import { accountId, instant, partyCode, Refusal } from '../src/core/core.ts'
import { openParties } from '../src/party/party.ts'
import { generateMessage, headerOf, modelOf, supportedTypes, type Family } from '../src/standard/standard.ts'
import type { Account, Mandate, Party } from '../src/store/store.ts'
import { aMandate, anAccount, aParty } from './register.ts'

const party = (code: string, families: readonly Family[] = ['iwmo', 'ijw']): Party => aParty(code, { families })
const registerOf = (parties: readonly Party[], accounts: readonly Account[] = [], mandates: readonly Mandate[] = []) => ({ register: async () => ({ version: 1, parties, accounts, mandates }), registerVersion: () => 1 })
const leaves = (...bsns: string[]) => bsns.map((text, nth) => ({ path: `Client[${nth + 1}]/Bsn`, text }))

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

describe('what is too large for its receiver', () => {
  const usual = { direction: 'in', url: 'https://gemeente.example/ggk', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null } as const
  const opened = openParties(registerOf([aParty('0344', { connections: [{ door: 'ggk', ...usual, codes: null, answer_325: null }] }), aParty('0363', { connections: [{ door: 'rest-push', ...usual }] }), party('42420001')]))
  const room = { ggk_payload_bytes_max: 1_000 }
  const refused = (work: () => void): string | null => {
    try { work(); return null } catch (error) {
      assert.ok(error instanceof Refusal)
      return `${error.code} ${error.detail ?? ''}`
    }
  }
  const why = 'ZP_SIZE 0344: 1001 > 1000 bytes (StUF-GGk)'

  test('is refused by the size of the door it goes to, and only there', async () => {
    const parties = await opened
    const asked = (code: string, bytes: number): string | null => refused(() => { refuseTooLarge(partyCode(code), bytes, room, parties, instant(0)) })
    assert.deepEqual([asked('0344', 1_000), asked('0344', 1_001), asked('0363', 1_001), asked('0599', 1_001)], [null, why, null, null])
  })

  test('is seen in the Header before it is read, whichever way it goes; a Header that says nothing is left to who reads it', async () => {
    const parties = await opened
    const asked = (text: string, sender = '42420001', bytes = 1_001): string | null =>
      refused(() => { refuseTooLargeUnread(Buffer.from(text.padEnd(bytes)), partyCode(sender), room, parties, instant(0)) })
    assert.equal(asked('<b:Header><b:Afzender>42420001</b:Afzender><b:Ontvanger>0344</b:Ontvanger>'), why)
    assert.equal(asked('<Header><Afzender>0344</Afzender><Ontvanger>42420001</Ontvanger>'), why, 'a retour')
    assert.equal(asked('<Afzender>0344</Afzender><Ontvanger>42420001</Ontvanger>', '0344'), null, 'its own')
    for (const text of ['', '<Afzender>0344', '<Ontvanger>034</Ontvanger>', '<Ontvanger>999900006</Ontvanger>', `${'x'.repeat(9_000)}<Ontvanger>0344</Ontvanger>`]) assert.equal(asked(text), null, text)
  })
})

describe('envelope and message', () => {
  const model = modelOf('WMO301')
  const header = headerOf(model, generateMessage(model, 1, 'small'))
  const says = { sender: header.sender, receiver: header.receiver, type: 'WMO301', versie: 3, subversie: 2 }
  const fault = (said: Partial<typeof says> | null): string => {
    try {
      agree(said === null ? null : { ...says, ...said }, model, header)
      return 'agreed'
    } catch (error) {
      assert.ok(error instanceof Refusal)
      return `${error.code} ${error.detail ?? ''}`
    }
  }

  test('agree, or it is told in what they do not', () => {
    assert.deepEqual([fault(null), fault({})], ['agreed', 'agreed'])
    assert.equal(fault({ receiver: '00000000' }), `ZP_ENVELOPE_PAYLOAD ontvanger: envelop 00000000, bericht ${header.receiver}`)
    assert.equal(fault({ type: 'JW301', versie: 3, subversie: 1 }), 'ZP_ENVELOPE_PAYLOAD berichttype: envelop JW301, bericht WMO301; versie: envelop 3.1, bericht 3.2')
  })

  test('of an envelope nothing is repeated but codes', () => {
    assert.equal(fault({ sender: '999900006', type: 'J. Jansen' }), `ZP_ENVELOPE_PAYLOAD afzender: envelop ?, bericht ${header.sender}; berichttype: envelop ?, bericht WMO301`)
  })
})

describe('admission', () => {
  const now = instant(1_000)
  /** Every party has an account of its own, named after it. */
  const says = async (type: 'WMO301' | 'WMO302' | 'JW301', by: string, parties: readonly Party[], account: string | null = by, mandates: readonly Mandate[] = []): Promise<string> => {
    const journey = journeyOf(type === 'WMO302'
      ? { afzender: '0344', ontvanger: '42420001', sender: '42420001', receiver: '0344', identificatie: 'A' }
      : { afzender: '0344', ontvanger: '42420001', sender: '0344', receiver: '42420001', identificatie: 'A' })
    const accounts = [...parties.map(it => anAccount(it.code, { party: it.code })), anAccount('off', { party: partyCode('0344'), active: false }), anAccount('supplier')]
    const known = await openParties(registerOf(parties, accounts, mandates))
    try {
      admit(modelOf(type), journey, { party: partyCode(by), account: account === null ? null : accountId(account) }, known, now)
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

  test('of an answer by the gateway itself asks nothing of who may have left', async () => {
    assert.equal(await says('WMO302', '42420001', [], null), 'admitted')
    assert.equal(await says('WMO302', '0344', [], null), 'ZP_NOT_SENDER Header/Ontvanger: 42420001')
    assert.equal(await says('WMO302', '42420001', []), 'ZP_NOT_SENDER 42420001: iwmo')
    assert.equal(await says('WMO301', '0344', [], null), 'ZP_SENDER_FAMILY 0344: iwmo')
  })

  test('asks that both are connected for the standard of the message, now', async () => {
    assert.equal(await says('WMO301', '0344', [party('0344')]), 'ZP_RECEIVER_UNKNOWN 42420001')
    assert.equal(await says('WMO301', '0344', [party('42420001')], null), 'ZP_SENDER_FAMILY 0344: iwmo')
    assert.equal(await says('JW301', '0344', [party('0344'), party('42420001', ['iwmo'])]), 'ZP_RECEIVER_FAMILY 42420001: ijw')
    assert.equal(await says('JW301', '0344', [party('0344', ['iwmo']), party('42420001')]), 'ZP_SENDER_FAMILY 0344: ijw')
    for (const gone of [{ from: instant(1_001) }, { until: now }]) {
      assert.equal(await says('WMO301', '0344', [{ ...party('0344'), ...gone }, party('42420001')]), 'ZP_SENDER_FAMILY 0344: iwmo')
      assert.equal(await says('WMO301', '0344', [party('0344'), { ...party('42420001'), ...gone }]), 'ZP_RECEIVER_UNKNOWN 42420001')
    }
  })

  test('is for an account of the party, a supplier with a mandate to send this standard now, or the gateway itself', async () => {
    assert.equal(await says('WMO301', '0344', both, null), 'admitted')
    assert.equal(await says('WMO301', '0344', both, 'off'), 'ZP_NOT_SENDER 0344: iwmo')
    assert.equal(await says('WMO301', '0344', both, 'supplier'), 'ZP_NOT_SENDER 0344: iwmo')
    assert.equal(await says('WMO301', '0344', both, 'supplier', [aMandate('supplier', '0344')]), 'admitted')
    for (const over of [{ family: 'ijw' }, { direction: 'receive' }, { from: instant(1_001) }, { until: now }, { party: partyCode('42420001') }] as const) {
      assert.equal(await says('WMO301', '0344', both, 'supplier', [aMandate('supplier', '0344', over)]), 'ZP_NOT_SENDER 0344: iwmo')
    }
  })

  test('knows who sends each type', () => {
    for (const type of supportedTypes()) assert.ok(['gemeente', 'aanbieder'].includes(modelOf(type).afzender), type)
  })
})

describe('a Bsn that is refused', () => {
  test('is told by its place, never by its value', () => {
    try {
      refuseRealPersons(leaves('999900006', '123456782'), Buffer.from('<Bsn>999900006</Bsn>\n\n<x:Bsn >123456782</x:Bsn>'))
      assert.fail('it was let in')
    } catch (error) {
      assert.ok(error instanceof Refusal && error.code === 'ZP_TEST_BSN')
      assert.deepEqual(error.findings.map(it => [it.line, it.path]), [[3, 'Client[2]/Bsn']])
      assert.doesNotMatch(JSON.stringify(error.findings), /123456782/)
    }
  })

  test('is not among none', () => { refuseRealPersons([], Buffer.from('')) })
})
