/** What a municipality that is called itself hears of its own messages: Fo01 for what is refused, Du01 for what breaks a rule; and the same again gets the same Bv03 until it was told. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { usualJudging } from '../../src/register/register.ts'
import { actions, bv03, di01, makeChain } from '../chain.ts'
import { aanbieder, fixture, gemeente, message, until, withText, type Reply } from '../flow/world.ts'
import { openMunicipalities, type Call } from '../municipality.ts'
import { aParty, putParty } from '../register.ts'

const municipalities = await openMunicipalities()
after(() => municipalities.close())
const municipality = await municipalities.open()
const chain = await makeChain()
const { path } = chain.world
writeFileSync(path('push.key'), municipalities.own.key, { mode: 0o600 })
writeFileSync(path('push.pem'), municipalities.own.cert)
await chain.world.store(store => putParty(store, aParty(gemeente, { connections: [{ door: 'mailbox', direction: 'both' }, municipality.connection()], judging: { ...usualJudging, level: 'schema' } })))
await chain.world.judge(aanbieder, { level: 'content' })
const gateway = await chain.start({ push_key: path('push.key'), push_certificate: path('push.pem'), push_ports: `443,${municipality.port}`, push_networks: '127.0.0.0/8,::1/128' })

const post = async (bytes: Uint8Array, referentienummer: string): Promise<Reply> => await gateway.ggk('gemeente', di01(bytes, { referentienummer }), actions.Di01)
const about = (number: string): Call[] => municipality.calls.filter(it => it.stuurgegevens['crossRefnummer'] === number)
const heard = async (number: string, times = 1): Promise<Call | undefined> => await until(() => about(number).length >= times ? about(number) : undefined, 'what the municipality hears').then(calls => calls.at(-1))

test('level 1: an Fo01 with the code of its list; told, the same again is tried anew', async () => {
  const number = randomUUID()
  const wrong = withText(message('WMO301', 1), 'Geslacht', 'X')
  const first = await post(wrong, number)
  assert.equal(bv03(first).cross, number)
  const fout = await heard(number)
  assert.deepEqual([fout?.operation, fout?.rest['code'], fout?.rest['plek']], ['Fo01', 'IB014', 'client'])
  const second = await until(async () => {
    const reply = await post(wrong, number)
    return bv03(reply).referentienummer === bv03(first).referentienummer ? undefined : reply
  }, 'another answer, as that Fo01 was taken')
  assert.equal(bv03(second).cross, number)
  await heard(number, 2)
  assert.equal(bv03(await post(message('WMO301', 1), number)).cross, number, 'and mended it is taken')
})

test('level 2: a Du01 with the retour the gateway made, under the number the municipality chose', async () => {
  const number = randomUUID()
  bv03(await post(fixture('WMO301', 'invalid-CD005'), number))
  const retour = await heard(number)
  assert.deepEqual([retour?.operation, retour?.stuurgegevens['functie']], ['ggk_Du01', 'WMO302'])
  assert.match(retour?.payload?.toString() ?? '', /RetourCode>0001</)
})

test('an Fo01 that cannot be brought yet: the same again gets the same Bv03, byte for byte, and one Fo01 waits', async () => {
  municipality.answer({ kind: 'answer', status: 503 })
  const number = randomUUID()
  const wrong = withText(message('WMO301', 2), 'Geslacht', 'X')
  const first = await post(wrong, number)
  for (let time = 0; time < 3; time++) assert.deepEqual((await post(wrong, number)).bytes, first.bytes)
  const { items } = await chain.world.store(async store => await store.notices({ party: gemeente, state: 'due', limit: 10 }))
  assert.equal(items.length, 1)
  const corrected = await post(message('WMO301', 2), number)
  assert.notDeepEqual(corrected.bytes, first.bytes)
  assert.deepEqual((await chain.world.store(async store => await store.notices({ party: gemeente, state: 'due', limit: 10 }))).items, [], 'what was mended need not be told')
})
