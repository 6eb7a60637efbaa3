/** Fo01s of three gateway processes on one PostgreSQL database: each is told, one at a time, also when a process stops in the middle. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { actions, bv03, di01, makeChain } from '../chain.ts'
import { altered, gemeente, message, until } from '../flow/world.ts'
import { openMunicipalities } from '../municipality.ts'
import { missing, startPostgres } from '../postgres.ts'
import { reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'

test('an Fo01 of any of three gateways is told alone, and once but for the one in hand when one of them stops', { skip: missing('bundled') }, async () => {
  const server = await startPostgres()
  after(() => server.close())
  const { world, ...chain } = await makeChain(await server.freshDatabase())
  const municipalities = await openMunicipalities()
  after(() => municipalities.close())
  const endpoint = await municipalities.open()
  await world.store(store => putParty(store, aParty(gemeente, { connections: [{ door: 'mailbox', direction: 'both' }, endpoint.connection()] })))
  const over = { ...reaching(world, municipalities, [endpoint]), poll_ms: 100, lease_ms: 6_000 }
  const [stops, ...stay] = await Promise.all([chain.start(over), chain.start(over), chain.start(over)])
  const numbers: string[] = []
  const refuse = async (by: typeof stops, seed: number): Promise<void> => {
    const number = randomUUID()
    const invalid = altered(message('WMO301', seed), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, '')
    bv03(await by.ggk('gemeente', di01(invalid, { referentienummer: number }), actions.Di01))
    numbers.push(number)
  }
  let seed = 0
  const all = async (by: ReadonlyArray<typeof stops>): Promise<unknown> => await Promise.all(by.map(async gateway => { for (let nth = 0; nth < 5; nth++) await refuse(gateway, ++seed) }))
  await all([stops, ...stay])
  const stopping = stops.stop()
  await all(stay)
  await stopping
  const told = (): string[] => endpoint.calls.filter(it => it.operation === 'Fo01').map(it => String(it.stuurgegevens['crossRefnummer']))
  await until(() => new Set(told()).size >= numbers.length || undefined, 'every Fo01')
  await Promise.all(stay.map(it => it.stop()))
  assert.deepEqual([...new Set(told())].toSorted(), numbers.toSorted(), 'each')
  // What is cut off in the middle may have arrived: nobody knows, so it is told again, in the same words.
  const again = told().length - numbers.length
  assert.ok(again === 0 || again === 1, `${again} more than once`)
  assert.equal(endpoint.most(), 1, 'one at a time')
})
