/** The drill of kills at any moment: a gateway under load is killed, looked at, started again, and in the end everything promised is where it should be. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { World } from '../flow/world.ts'
import { assertAcked, type Tally } from './acked.ts'
import { startChild, type Child } from './child.ts'
import { allOffered, drain, openLanes } from './lanes.ts'
import { openLedger } from './ledger.ts'

export interface Anywhere {
  /** One kill under load. @param look whether the promises are looked at after it */
  kill (look: boolean): Promise<void>
  /** Lets everything come to its end, and looks at all of it. */
  settle (): Promise<Tally & { readonly again: number }>
}

export interface AnywhereOptions {
  readonly world: World
  readonly chance: () => number
  /** Senders. */
  readonly lanes?: number
  /** How often gateways of these ledgers, or who wrote them, were killed before. */
  readonly killed?: number
  /** Seals are verified of so many in the end; default: of all. */
  readonly seals_max?: number
}

/** What a killed gateway had claimed is free when its lease has passed. */
const over = { log_level: 'info', lease_ms: 1_000, handler_ms_max: 500 }
/** A gateway is killed after fewer receipts than this, and a moment: on a slow machine too it has done something before. */
const life = { receipts: 60, moment_ms: 20 }

/** Goes on where its ledgers, which stand in the world's folder, say that it was. */
export function openAnywhere ({ world, chance, lanes: count = 8, killed = 0, seals_max = Infinity }: AnywhereOptions): Anywhere {
  const lanes = openLanes(count, lane => world.path(`receipts-${lane}`))
  const acknowledged = openLedger(world.path('acknowledged'))
  const lines = (): string[] => lanes.flatMap(it => it.ledger.lines())
  const receipts = (): number => lanes.reduce((sum, it) => sum + it.ledger.count(), 0)
  const never = (): boolean => false
  let kills = killed

  async function running (work: (child: Child) => Promise<void>): Promise<void> {
    const child = await startChild(world, over)
    try { await work(child) } finally { child.process.kill('SIGKILL') }
  }
  /** What is in its ledger came back to the mailbox never; a kill between the acknowledgement and its ledger shows nothing. */
  function assertOnce (sent: number): void {
    const taken = acknowledged.lines()
    assert.equal(new Set(taken).size, taken.length, 'nothing that was acknowledged came again')
    assert.ok(taken.length <= sent && taken.length >= sent - kills, `${taken.length} of ${sent} written down as acknowledged`)
  }

  return {
    async kill (look) {
      kills++
      await running(async child => {
        const sender = world.client('gemeente', child.rest)
        const working = Promise.all([...lanes.map(it => it.post(sender, never)), drain(world.client('aanbieder', child.rest), acknowledged, never)])
        const failed = new AbortController()
        working.catch(() => { failed.abort() })
        const goal = receipts() + Math.floor(life.receipts * chance())
        while (receipts() < goal && !failed.signal.aborted) await pause(1)
        await pause(life.moment_ms * chance())
        assert.equal(await child.end('SIGKILL'), 'SIGKILL')
        await working
      })
      if (look) await assertAcked(world, lines(), { under_way: true, seals_max })
    },
    async settle () {
      await running(async child => {
        const sender = world.client('gemeente', child.rest)
        // Each lane's next: it may have been stored before the kill.
        await Promise.all(lanes.map(it => { const all = it.ledger.count() + 1; return it.post(sender, () => it.ledger.count() === all) }))
        await allOffered(child.operations)
        await drain(world.client('aanbieder', child.rest), acknowledged, () => true)
        assert.equal(await child.end('SIGTERM'), 0)
      })
      const tally = await assertAcked(world, lines(), { all: true, seals_max })
      assert.equal(tally.delivered, tally.promised)
      assertOnce(tally.promised)
      return { ...tally, again: lanes.reduce((sum, it) => sum + it.again(), 0) }
    }
  }
}
