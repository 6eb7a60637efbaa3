/** Calls that share a transaction on PostgreSQL: they are in each other's way no more than each by itself. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { openStore, StoreUnavailable, type Store, type StoreOptions } from '../../src/store/store.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { aanbieder, heen, roots } from './sample.ts'

const policy = { first_ms: 1_000, longest_ms: 1_000, total_ms: 600_000 }
const pushed = (order_key: string) => heen({ order_key, delivery: 'offered', push: policy })
const [clients, keys, rounds] = [200, 12, 8]
/** In no order that is the same for two of them. */
const keyOf = (nth: number, round: number): string => `key ${Math.abs(Math.imul(nth * rounds + round + 1, 0x9E3779B1) >> 8) % keys}`

describe('calls that share a transaction', { skip: missing('bundled') }, () => {
  let server: PostgresServer
  before(async () => { server = await startPostgres() })
  after(() => server.close())
  const open = (url: string, postgres: StoreOptions['postgres'] = {}): Promise<Store> => openStore({ url, mode: 'test', roots, postgres })

  test('of two processes, about the same few orders, wait in one order', async () => {
    const url = await server.freshDatabase()
    // On a busy machine they wait long; whoever waits in a circle is found by the server after a second.
    const patient = { lock_ms_max: 30_000, connect_ms_max: 30_000 }
    const [one, other] = [await open(url, patient), await open(url, patient)]
    let stored = 0
    await Promise.all(Array.from({ length: clients }, async (_, nth) => {
      for (let round = 0; round < rounds; round++) {
        const [result] = await (nth % 2 === 0 ? one : other).accept([pushed(keyOf(nth, round))])
        if (result?.kind === 'stored') stored++
      }
    }))
    await Promise.all([one.close(), other.close()])
    // The server tells its counts a moment later.
    await pause(1_500)
    const [row] = await server.query('select deadlocks from pg_stat_database where datname = $1', [new URL(url).pathname.slice(1)])
    assert.equal(stored, clients * rounds)
    assert.equal(Number(row?.['deadlocks']), 0)
  })

  test('do not fail for one that waits in vain', async t => {
    const url = await server.freshDatabase()
    const store = await open(url, { lock_ms_max: 1_000 })
    const holder = new pg.Client(url)
    await holder.connect()
    t.after(async () => { await Promise.all([holder.end(), store.close()]) })
    await holder.query('begin')
    await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`order|${aanbieder}|held`])
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, nth) => store.accept([nth === 17 ? pushed('held') : pushed(`key ${nth}`)])))
    assert.deepEqual(results.flatMap((it, nth) => it.status === 'rejected' ? [[nth, it.reason instanceof StoreUnavailable]] : []), [[17, true]])
  })
})
