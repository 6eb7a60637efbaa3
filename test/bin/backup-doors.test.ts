/** A backup holds what came in by the doors of the chain: put back, the same again is answered as before, and an Fo01 that waited still waits. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { environment } from '../fault/child.ts'
import { actions, bv03, di01, makeChain } from '../chain.ts'
import { altered, gemeente, message, until } from '../flow/world.ts'
import { openMunicipalities } from '../municipality.ts'
import { reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { ends, zorgpoort } from './command.ts'

const chain = await makeChain()
const { world } = chain
const municipalities = await openMunicipalities()
after(() => municipalities.close())
const endpoint = await municipalities.open({ kind: 'answer', status: 503 })
await world.store(store => putParty(store, aParty(gemeente, { connections: [{ door: 'mailbox', direction: 'both' }, endpoint.connection()] })))
const calling = { ...reaching(world, municipalities, [endpoint]), retry_first_ms: 200, retry_longest_ms: 400, breaker_failures: 1_000, poll_ms: 50 }

test('a backup that is put back answers the same again with the same Bv03, and brings the Fo01 that waited', async () => {
  const [good, bad] = [randomUUID(), randomUUID()]
  const [taken, refused] = [di01(message('WMO301', 1), { referentienummer: good }), di01(altered(message('WMO301', 2), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, ''), { referentienummer: bad })]
  const before = await chain.start(calling)
  const answers = [await before.ggk('gemeente', taken, actions.Di01), await before.ggk('gemeente', refused, actions.Di01)]
  for (const it of answers) bv03(it)
  await until(() => endpoint.arrived[0], 'a try of the Fo01')
  const env = environment(world)
  ends(await zorgpoort(['backup', world.path('copy.db')], { env }), 0, /./)
  // What came after it is lost with it.
  bv03(await before.ggk('gemeente', di01(message('WMO301', 3)), actions.Di01))
  await before.stop()
  ends(await zorgpoort(['restore', world.path('copy.db'), '--replace'], { env }), 0, /./)
  const again = await chain.start(calling)
  for (const [nth, envelope] of [taken, refused].entries()) assert.deepEqual((await again.ggk('gemeente', envelope, actions.Di01)).bytes, answers[nth]?.bytes)
  endpoint.answer({ kind: 'Bv03' })
  const told = await until(() => endpoint.calls.find(it => it.stuurgegevens['crossRefnummer'] === bad), 'the Fo01')
  assert.equal(told.operation, 'Fo01')
  assert.equal(new Set(endpoint.arrived.map(it => it.body.toString())).size, 1, 'the same bytes at every try')
})
