/** Struck at every named point between a message's coming and its end, on both stores: nothing is lost, marked twice, out of order or under another id. */
import { after, test } from 'node:test'
import { makeWorld } from '../flow/world.ts'
import { missing, startPostgres } from '../postgres.ts'
import { openReceivers } from '../receivers.ts'
import { openNamed, type NamedOptions } from './named.ts'
import { points, type Point } from './points.ts'

const killed = points.map((point): Round => [point, 'SIGKILL'])
/** Told to stop it goes on with what it has, so that most points are alike. */
const told = (['accepting', 'ending', 'claimed', 'whole', 'acknowledging'] as const).map((point): Round => [point, 'SIGTERM'])
type Round = readonly [Point, 'SIGKILL' | 'SIGTERM']

async function struck (say: (line: string) => void, rounds: readonly Round[], options: Omit<NamedOptions, 'receivers'>): Promise<void> {
  const receivers = await openReceivers()
  after(() => receivers.close())
  const drill = await openNamed({ ...options, receivers })
  after(() => { drill.close() })
  for (const [nth, [point, signal]] of rounds.entries()) await drill.strike(nth, point, signal)
  const { promised, delivered } = await drill.settle()
  say(`${promised} messages, ${delivered} delivered with their answers in ${drill.tries()} pushes over ${rounds.length} strikes`)
}

test('on SQLite, killed or told to stop at any of the points', { timeout: 600_000 }, async t => {
  await struck(line => { t.diagnostic(line) }, [...killed, ...told], { world: await makeWorld() })
})

test('on PostgreSQL, killed at any of the points', { skip: missing('bundled'), timeout: 600_000 }, async t => {
  const server = await startPostgres()
  after(() => server.close())
  await struck(line => { t.diagnostic(line) }, killed, { world: await makeWorld('test', await server.freshDatabase()), lease_ms: 1_000 })
})
