/** Who may send what to whom; and whom a test gateway may hear about. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admit, isTestBsn, journeyOf, refuseRealPersons } from '../src/admit.ts'
import { partyCode, Refusal, type RefusalCode } from '../src/core/core.ts'
import { modelOf } from '../src/standard/standard.ts'
import type { Parties } from '../src/party/party.ts'
import type { Party } from '../src/store/store.ts'

const party = (code: string, families: Party['families']): Party =>
  ({ code: partyCode(code), kind: code.length === 4 ? 'gemeente' : 'aanbieder', name: code, families, connections: [] })
const known = [party('0344', ['iwmo', 'ijw']), party('42420001', ['iwmo']), party('0363', ['ijw'])]
const parties: Parties = { refresh: async () => {}, byCertificate: () => null, party: code => known.find(it => it.code === code) ?? null }
const journey = (sender: string, receiver: string) => journeyOf({ afzender: sender, ontvanger: receiver, sender, receiver, identificatie: 'A' })
const refused = (work: () => void): RefusalCode | null => {
  try { work() } catch (error) { if (error instanceof Refusal) return error.code; throw error }
  return null
}

test('a message is admitted only from its own party, to a known one, both connected for its standard', () => {
  const wmo = modelOf('WMO301')
  assert.equal(refused(() => { admit(wmo, journey('0344', '42420001'), partyCode('0344'), parties) }), null)
  assert.equal(refused(() => { admit(wmo, journey('0344', '42420001'), partyCode('0363'), parties) }), 'ZP_NOT_SENDER')
  assert.equal(refused(() => { admit(wmo, journey('0363', '42420001'), partyCode('0363'), parties) }), 'ZP_SENDER_FAMILY')
  assert.equal(refused(() => { admit(wmo, journey('0344', '42420009'), partyCode('0344'), parties) }), 'ZP_RECEIVER_UNKNOWN')
  assert.equal(refused(() => { admit(modelOf('JW301'), journey('0344', '42420001'), partyCode('0344'), parties) }), 'ZP_RECEIVER_FAMILY')
})

const leaves = (...bsns: string[]) => bsns.map((text, nth) => ({ path: `Client[${nth + 1}]/Bsn`, text }))

test('only Bsns of the test range that pass the eleven test are let in', () => {
  for (const bsn of ['999900006', '999990019']) assert.equal(isTestBsn(bsn), true, bsn)
  for (const bsn of ['999900007', '999900005', '999999999', '123456782', '99990000', 'abcdefghi', '']) assert.equal(isTestBsn(bsn), false, bsn)
  assert.equal(refused(() => { refuseRealPersons(leaves('999900006', '123456782'), Buffer.from('<Bsn>1</Bsn>\n<x:Bsn>2</x:Bsn>')) }), 'ZP_TEST_BSN')
  assert.equal(refused(() => { refuseRealPersons([], Buffer.from('')) }), null)
})

test('a Bsn that is refused is told by its place, never by its value', () => {
  try {
    refuseRealPersons(leaves('999900006', '123456782'), Buffer.from('<Bsn>999900006</Bsn>\n\n<x:Bsn >123456782</x:Bsn>'))
    assert.fail('it was let in')
  } catch (error) {
    assert.ok(error instanceof Refusal)
    assert.deepEqual(error.findings.map(it => [it.line, it.path]), [[3, 'Client[2]/Bsn']])
    assert.doesNotMatch(JSON.stringify(error.findings), /123456782/)
  }
})
