/** A pusher on a real store, whose time and whose pushes a test has in hand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pushed } from '../src/acknowledge/acknowledge.ts'
import { partyCode, type Clock, type PartyCode } from '../src/core/core.ts'
import type { Pushed } from '../src/deliver/deliver.ts'
import { openLog } from '../src/log.ts'
import { startPusher, type Pusher } from '../src/pusher.ts'
import { openStore, type Acceptance, type Finish, type Party, type PushClaimed, type PushConnection, type Store, type StoredMessage } from '../src/store/store.ts'
import { until } from './flow/world.ts'
import { aParty } from './register.ts'
import { heen, later, roots, type Wanted } from './store/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-pusher-'))
after(() => rmSync(folder, { recursive: true, force: true }))

export const policy = { first_ms: 60_000, longest_ms: 600_000, total_ms: 3_600_000 }
export const accepted: Pushed = { kind: 'accepted' }
export const timeout: Pushed = { kind: 'failed', reason: 'timeout', retry_after_ms: null }
export const endpoint: PushConnection = { door: 'rest-push', direction: 'in', url: 'https://push.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null }
export const to = (n: number): PartyCode => partyCode(String(42_420_000 + n))

/** One push under way; the test says when and how it ends. */
export interface Work { readonly claimed: PushClaimed, readonly stop: AbortSignal, answers (result: Pushed): void, finishes (outcome: Finish['outcome']): void, fail (error: Error): void }
export interface Bench {
  readonly store: Store
  readonly works: readonly Work[]
  readonly pusher: Pusher
  readonly time: { ms: number }
  /** The register. */
  readonly parties: Map<PartyCode, Party>
  readonly lines: readonly string[]
  readonly told: readonly string[]
  readonly claims: () => number
  stored (id: StoredMessage['id']): Promise<StoredMessage | undefined>
  /** Stops it and starts another on the same database. */
  again (): Promise<Bench>
}
interface Over {
  readonly store?: (store: Store) => Partial<Store>
  readonly lease_ms?: number
  readonly at_once_max?: number
  readonly bytes_max?: number
  readonly connections?: Readonly<Record<number, Partial<PushConnection>>>
  /** What every push answers at once; without it the test ends each. */
  readonly answer?: (claimed: PushClaimed) => Pushed
}

/** A pusher on a database of its own, whose time the test sets; the destinations 1 to 60 have an endpoint. */
export async function bench (t: TestContext, over: Over = {}): Promise<Bench> {
  const url = `sqlite:${join(folder, `${t.name.replace(/\W+/g, '-')}.db`)}`
  const store = await openStore({ url, mode: 'test', roots })
  const others = Array.from({ length: 60 }, (_, n) => n + 1)
  const parties = new Map(others.map(n => [to(n), aParty(to(n), { connections: [{ ...endpoint, ...over.connections?.[n] }] })]))
  return await started(t, store, over, { time: { ms: 0 }, parties })
}

async function started (t: TestContext, store: Store, over: Over, { time, parties }: Pick<Bench, 'time' | 'parties'>): Promise<Bench> {
  const clock: Clock = { now: () => later(time.ms) }
  const works: Work[] = []
  const lines: string[] = []
  const told: string[] = []
  let claims = 0
  const claimPush: Store['claimPush'] = async (...which) => { const its = await store.claimPush(...which); claims += its.length; return its }
  const push = (claimed: PushClaimed, stop: AbortSignal, heard: (result: Pushed) => boolean): Promise<Finish> => new Promise((resolve, reject) => {
    stop.addEventListener('abort', () => { reject(stop.reason) })
    const answers = (result: Pushed): void => { resolve(pushed(claimed, result, heard(result), clock, 0.5)) }
    works.push({ claimed, stop, answers, finishes: outcome => { resolve({ ...claimed, outcome }) }, fail: reject })
    if (over.answer !== undefined) answers(over.answer(claimed))
  })
  const log = openLog({ level: 'info', pretty: false, to: { write: line => { lines.push(line) } } })
  const pusher = await startPusher({
    store: { ...store, claimPush, ...over.store?.(store) },
    pipeline: { push },
    parties: { refresh: async () => {}, party: code => parties.get(code) ?? null },
    clock,
    log,
    observer: { pushed: (party, outcome, reason) => { told.push(`${party} ${outcome} ${reason}`) }, turned: (party, state, reason) => { told.push(`${party} ${state} ${reason}`) } },
    lease_ms: over.lease_ms ?? 60_000,
    poll_ms: 5,
    limits: { at_once_max: over.at_once_max ?? 256, bytes_max: over.bytes_max ?? 1_000_000 },
    destination: { at_once_max: 4, per_minute_max: null, breaker: { failures: 5, open_ms: 60_000, probes: 3 } },
    retry: policy
  })
  let open = true
  t.after(async () => { await pusher.stop(); if (open) await store.close() })
  return {
    store, works, pusher, time, parties, lines, told,
    claims: () => claims,
    stored: async id => (await store.inspect(id))?.message,
    async again () {
      await pusher.stop()
      open = false
      return await started(t, store, over, { time, parties })
    }
  }
}

let keys = 0
/** A message for a destination, in no order with any other. */
export const item = (n: number, wanted: Wanted = {}): Acceptance =>
  heen({ delivery: 'offered', push: policy, order_key: `key ${++keys}`, ...wanted, envelope: { receiver: to(n), ...wanted.envelope } })
export const items = (n: number, count: number): Acceptance[] => Array.from({ length: count }, () => item(n))

export const arrived = async (works: readonly Work[], count: number): Promise<Work> => await until(() => works[count - 1], `push ${count}`)
export const all = async (works: readonly Work[], count: number): Promise<readonly Work[]> => { await arrived(works, count); return works.slice(0, count) }
/** Long enough for several looks of a pusher that finds something: nothing may come of them. */
export const looks = (): Promise<void> => pause(40)
export const is = async ({ stored }: Bench, { envelope: { id } }: Acceptance, delivery: StoredMessage['delivery']): Promise<StoredMessage> =>
  await until(async () => { const it = await stored(id); return it?.delivery === delivery ? it : undefined }, `a message that is ${delivery}`)
