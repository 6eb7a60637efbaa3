/** The municipal door takes every type, in the envelope it travels by, and gives it to its receiver byte for byte under the number its sender chose. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { supportedTypes, type MessageType } from '../../src/standard/standard.ts'
import { actions, bv03, di01, du01, envelopeOf, makeChain, speakerOf } from '../chain.ts'
import { aanbieder, gemeente, message } from '../flow/world.ts'

const chain = await makeChain()
const gateway = await chain.start()
const codes = { gemeente, aanbieder }

/** Posts a message in its own envelope. @returns its referentienummer */
async function send (type: MessageType, seed: number, cross: string | null): Promise<string> {
  const [speaker, kind, referentienummer, bytes] = [speakerOf(type), envelopeOf(type), randomUUID(), message(type, seed)]
  const [zender, ontvanger] = speaker === 'gemeente' ? [gemeente, aanbieder] : [aanbieder, gemeente]
  const said = { functie: type, zender, ontvanger, referentienummer }
  const reply = await gateway.ggk(speaker, kind === 'Di01' ? di01(bytes, said) : du01(bytes, cross ?? randomUUID(), said), actions[kind])
  assert.equal(bv03(reply).cross, referentienummer)
  const other = codes[speaker === 'gemeente' ? 'aanbieder' : 'gemeente']
  await chain.world.store(async store => {
    const [sent, got] = await Promise.all([codes[speaker], other].map(async party => await store.byNumber(ownView(party), referentienummer)))
    assert.ok(got !== null && got !== undefined, `${type}: stored and offered`)
    assert.equal(sent, got)
    const stored = await store.message(ownView(other), got)
    assert.deepEqual([stored?.type, stored?.door, stored?.referentienummer, stored?.verdict], [type, 'ggk', referentienummer, 'accepted'])
    assert.deepEqual(Buffer.from(await store.payload(ownView(other), got) ?? []), bytes)
    assert.ok((await store.seal(ownView(other), got))?.length ?? 0 > 500)
  })
  return referentienummer
}

test('what is odd about an envelope is counted once by the name of its check, and logged without its values', async () => {
  const odd = { referentienummer: randomUUID(), ontvangerApplicatie: 'Iets anders', tijdstip: '20261122' }
  for (let time = 0; time < 2; time++) bv03(await gateway.ggk('gemeente', di01(message('WMO301', 900), odd), actions.Di01))
  const exposed = await (await fetch(`${gateway.operations}/metrics`)).text()
  assert.deepEqual(exposed.match(/^zorgpoort_envelope_warnings_total.*$/gm)?.toSorted(), ['ontvanger-applicatie', 'tijdstip-onvolledig'].map(check => `zorgpoort_envelope_warnings_total{check="${check}"} 1`))
  const logged = gateway.lines.filter(it => it.includes('an envelope is odd'))
  assert.equal(logged.length, 1)
  assert.match(logged[0] ?? '', /"checks":\["ontvanger-applicatie","tijdstip-onvolledig"\]/)
  assert.doesNotMatch(gateway.lines.join(''), /Iets anders/)
})

describe('the municipal door takes', () => {
  const answers: Readonly<Record<string, string>> = { '01': '02', '05': '06', '07': '08', 15: '16', 17: '18', 19: '20' }
  for (const [nth, type] of supportedTypes().entries()) {
    const retour = answers[type.slice(-2)]
    if (retour === undefined && !['23', '25'].includes(type.slice(-2))) continue
    if (type.endsWith('25')) continue // below, with the claim it answers
    test(`${type}${retour === undefined ? ' and its 325' : ` and its ${retour}`}`, async () => {
      const number = await send(type, 100 + nth, null)
      const answer = supportedTypes().find(it => it === `${type.slice(0, -2)}${retour ?? '25'}`)
      assert.ok(answer)
      await send(answer, 100 + nth, number)
    })
  }
})
