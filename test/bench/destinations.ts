/** Twenty parties with endpoints of their own, and messages that wait to be pushed to them: put there past the door, by the store's own verb. */
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { instant, partyCode, systemClock, type Instant, type PartyCode, type RetryPolicy } from '../../src/core/core.ts'
import { openStore, type PushConnection } from '../../src/store/store.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { aParty, putParty } from '../register.ts'
import { heen } from '../store/sample.ts'
import { makePair, prepare, serve, type Ground, type Serving } from './gateway.ts'
import { say } from './place.ts'
import { startReceivers, type Receivers } from './receivers.ts'

export const count = 20
/** The one that will be down. */
export const last = count - 1
export const codes: readonly PartyCode[] = Array.from({ length: count }, (_, nth) => partyCode(String(42_420_101 + nth)))
export const usual: RetryPolicy = { first_ms: 60_000, longest_ms: 10_800_000, total_ms: 432_000_000 }

/** A ground with receivers, and how a gateway on it is served. */
export interface Field extends Ground {
  readonly receivers: Receivers
  serve (nodeOptions?: readonly string[]): Promise<Serving>
  /** Begins again from what `fill` left. */
  renew (): void
  stop (): Promise<void>
}

/** Messages to put there: so many to one destination, two of each order key in a row. */
export interface Heap { readonly nth: number, readonly messages: number, readonly policy: RetryPolicy, readonly received: Instant }

const connection = (port: number, ca: string): PushConnection =>
  ({ door: 'rest-push', direction: 'in', url: `https://localhost:${port}/`, ca, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null })

/** @param heaps what waits @param over settings of the gateways that will serve it */
export async function openField (name: string, heaps: readonly Heap[], over: Readonly<Record<string, unknown>> = {}): Promise<Field> {
  const ground = await prepare(name, 'P-256')
  const { keys, folder, database } = ground
  const receivers = await startReceivers({ count, certificate: keys.server.certificate, key: keys.server.key, ca: keys.ca.certificate })
  const own = await makePair(join(folder, 'keys'), keys, 'client', 'P-256')
  const ca = readFileSync(keys.ca.certificate, 'utf8')
  const filling = performance.now()
  const store = await openStore({ url: `sqlite:${database}`, mode: 'test', roots: readRoots(rootsIn(folder)) })
  try {
    for (const [nth, code] of codes.entries()) await putParty(store, aParty(code, { connections: [{ door: 'mailbox', direction: 'both' }, connection(receivers.ports[nth] ?? 0, ca)] }))
    const all = heaps.reduce((sum, it) => sum + it.messages, 0)
    let [done, told] = [0, performance.now()]
    for (const group of groups(heaps)) {
      await store.accept(group)
      done += group.length
      if (performance.now() - told > 5_000) { told = performance.now(); say(`    ${done} of ${all} put there`) }
    }
  } finally { await store.close() }
  rest(database)
  copyFileSync(database, `${database}.full`)
  say(`  ${heaps.reduce((sum, it) => sum + it.messages, 0)} messages put there in ${Math.round((performance.now() - filling) / 1000)} s`)
  const settings = { push_key: own.key, push_certificate: own.certificate, push_ports: receivers.ports.join(), push_networks: '127.0.0.0/8,::1/128', ...over }
  return {
    ...ground,
    receivers,
    serve: nodeOptions => serve(ground, nodeOptions, settings),
    renew () {
      for (const side of ['-wal', '-shm']) rmSync(`${database}${side}`, { force: true })
      copyFileSync(`${database}.full`, database)
    },
    async stop () {
      await receivers.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Of so many each commit is one sync. */
const group_max = 2_000
let made = 0

/** Round the destinations, so that none of them stands as a block. */
function * groups (heaps: readonly Heap[]): Generator<ReturnType<typeof heen>[]> {
  const left = heaps.map(it => it.messages)
  while (left.some(it => it > 0)) {
    for (const [at, heap] of heaps.entries()) {
      const size = Math.min(group_max, left[at] ?? 0)
      left[at] = (left[at] ?? 0) - size
      if (size > 0) yield Array.from({ length: size }, () => waiting(heap))
    }
  }
}

const body = 'x'.repeat(600)

function waiting ({ nth, policy, received }: Heap): ReturnType<typeof heen> {
  const [number, receiver] = [made++, codes[nth]]
  if (receiver === undefined) throw new TypeError('no such destination')
  return heen({
    payload: `<Bericht nummer="${number}">${body}</Bericht>`,
    delivery: 'offered',
    order_key: `${receiver}/${number >> 1}`,
    push: policy,
    envelope: { receiver, ontvanger: receiver, identificatie: `W${number.toString(36).toUpperCase()}`, received }
  })
}

/** Everything out of the log, so that a copy of the file is the whole. */
function rest (database: string): void {
  const db = new Database(database)
  db.pragma('wal_checkpoint(truncate)')
  db.close()
}

/** @returns what a database that nobody serves says: messages by state, and what was written down of tries */
export function counts (database: string): { readonly delivered: number, readonly offered: number, readonly dead: number, readonly events: Readonly<Record<string, number>> } {
  const db = new Database(database, { readonly: true })
  try {
    const of = (sql: string): Record<string, number> => Object.fromEntries(db.prepare<[], [string, number]>(sql).raw().all())
    const { delivered = 0, offered = 0, dead = 0 } = of('select delivery, count(*) from message group by 1')
    return { delivered, offered, dead, events: of("select event, count(*) from audit where event in ('delivered', 'later', 'dead') group by 1") }
  } finally { db.close() }
}

export const now = (): Instant => instant(systemClock.now())
