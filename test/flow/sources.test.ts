/** External sources in a running gateway: what is imported beside it counts from the next message on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, sha256Hex } from '../../src/core/core.ts'
import type { SourceRow } from '../../src/sources/sources.ts'
import { generateMessage, modelOf, writeMessage } from '../../src/standard/standard.ts'
import { aanbieder, makeWorld, until, type Running, type Told } from './world.ts'

const product = (categorie: string, code: string): SourceRow => ({
  part: { list: 'products', family: 'iwmo', gemeente: '0344', aanbieder: '' }, categorie, code, naam: null, variant: null, eenheid: null, tarief_cents: null, perUur: false, van: '2015-01-01', tot: null
})

async function judged (gateway: Running, identificatie: string): Promise<Told> {
  const sender = gateway.as('gemeente')
  const { id } = await sender.send(writeMessage(modelOf('WMO301'), generateMessage(modelOf('WMO301'), 7, 'full', { identificatie })))
  return await until(async () => {
    const { told } = await sender.get(`/v1/messages/${id}`)
    return told['delivery'] === 'waiting' ? undefined : told
  }, 'the end of judging')
}
const of = (told: Told, code: string): unknown[] => told.findings.filter(it => it['code'] === code).map(it => it['assessed'] ?? it['retourcode'])

test('a product that is not in the list of its gemeente is rejected, without a list not assessed, and taken once it is imported', async () => {
  const world = await makeWorld()
  await world.judge(aanbieder, { level: 'full' })
  const gateway = await world.start()
  const bring = async (...rows: readonly SourceRow[]): Promise<void> => {
    await world.store(store => store.importSources({ list: 'products', rows, sha256: sha256Hex('0'.repeat(64)), whole: false, by: null, now: instant(Date.now()) }))
  }
  const unknown = await judged(gateway, 'LIJST0')
  assert.equal(unknown['verdict'], 'accepted', JSON.stringify(unknown.findings))
  assert.ok(of(unknown, 'TR381').length > 0 && of(unknown, 'TR381').every(it => it === false))
  await bring(product('02', 'ANDER'))
  const wrong = await judged(gateway, 'LIJST1')
  assert.deepEqual([wrong['verdict'], of(wrong, 'TR381').includes('S329')], ['rejected', true])
  await bring(product('02', '10A0W'), product('07', '11A1W'), product('03', '12A2W'), product('08', '13A3W'))
  const right = await judged(gateway, 'LIJST2')
  assert.deepEqual([right['verdict'], of(right, 'TR381')], ['accepted', []], JSON.stringify(right.findings))
})
