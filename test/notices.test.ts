/** Who brings notices: one after another to each party, the same bytes at every try, and nothing vanishes. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import { newMessageId, sha256Hex, type Clock, type PartyCode } from '../src/core/core.ts'
import type { Pushed } from '../src/deliver/deliver.ts'
import { openLog } from '../src/log.ts'
import { startNotices, type Notices } from '../src/notices.ts'
import { openStore, StoreUnavailable, type GgkConnection, type NoticeState, type Party, type Store, type StoredNotice } from '../src/store/store.ts'
import { until } from './flow/world.ts'
import { accepted, looks, timeout, to } from './pusher.ts'
import { aParty } from './register.ts'
import { later, roots } from './store/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-notices-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const policy = { first_ms: 60_000, longest_ms: 600_000, total_ms: 3_600_000 }
const refused: Pushed = { kind: 'refused', reason: 'fo03.StUF016' }
const endpoint: GgkConnection = { door: 'ggk', direction: 'in', url: 'https://gemeente.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null, codes: null, answer_325: null }

/** One call under way; the test says how it ends. */
interface Call { readonly party: string, readonly body: string, readonly attempt: number, readonly stop: AbortSignal, answers (result: Pushed): void }
interface Bench {
  readonly store: Store
  readonly calls: readonly Call[]
  readonly time: { ms: number }
  readonly parties: Map<PartyCode, Party>
  /** Who answers nobody, and since when; in `open` who is left alone. */
  readonly down: Set<PartyCode>
  readonly open: Set<PartyCode>
  readonly heard: readonly string[]
  readonly lines: readonly string[]
  readonly notices: Notices
  make (target: PartyCode): Promise<StoredNotice['id']>
  stateOf (id: StoredNotice['id'], state: NoticeState): Promise<StoredNotice>
  /** Stops it and starts another on the same database. */
  again (): Promise<Bench>
}
interface Over { readonly store?: (store: Store) => Partial<Store>, readonly answer?: (party: PartyCode, call: number) => Pushed }

async function bench (t: TestContext, over: Over = {}): Promise<Bench> {
  const store = await openStore({ url: `sqlite:${join(folder, `${t.name.replace(/\W+/g, '-')}.db`)}`, mode: 'test', roots })
  const parties = new Map(Array.from({ length: 20 }, (_, n) => [to(n), aParty(to(n), { connections: [{ ...endpoint, url: `https://n${n}.example/` }] })]))
  return started(t, store, over, { time: { ms: 0 }, parties, down: new Set(), open: new Set() })
}

function started (t: TestContext, store: Store, over: Over, given: Pick<Bench, 'time' | 'parties' | 'down' | 'open'>): Bench {
  const { time, parties, down, open } = given
  const clock: Clock = { now: () => later(time.ms) }
  const [calls, heard, lines]: [Call[], string[], string[]] = [[], [], []]
  const codeOf = new Map([...parties].map(([code, { connections: [it] }]) => [it !== undefined && 'url' in it ? it.url : '', code]))
  const notices = startNotices({
    store: { ...store, ...over.store?.(store) },
    courier: {
      tell: (connection, body, attempt, stop) => new Promise((resolve, reject) => {
        const party = codeOf.get(connection.url)
        assert.ok(party !== undefined)
        stop.addEventListener('abort', () => { reject(stop.reason) })
        calls.push({ party, body: Buffer.from(body).toString(), attempt, stop, answers: resolve })
        if (over.answer !== undefined) resolve(over.answer(party, calls.length))
      })
    },
    parties: { refresh: async () => {}, party: code => parties.get(code) ?? null },
    destinations: {
      own: async parties => parties,
      leftAlone: party => open.has(party),
      heard: (party, result) => { heard.push(`${party} ${result.kind}`); return down.has(party) ? later(0) : null }
    },
    clock,
    log: openLog({ level: 'info', pretty: false, to: { write: line => { lines.push(line) } } }),
    lease_ms: 60_000,
    poll_ms: 5,
    random: () => 0.5
  })
  store.hear(topic => { if (topic === 'notice') notices.wake() })
  let closed = false
  t.after(async () => { await notices.stop(); if (!closed) await store.close() })
  const make = async (target: PartyCode): Promise<StoredNotice['id']> => {
    const id = newMessageId(clock.now())
    const told = { applicatie: null, applicatieVersie: null, applicatieSubversie: null, referentieId: null, actie: null }
    const arrival = { door: 'ggk', party: target, number: randomUUID(), conversatie: null, answers: null, digest: sha256Hex('0'.repeat(64)), told, received: clock.now(), outcome: { kind: 'refused', code: 'ZP_SCHEMA', detail: null, findings: [], kept: null, told: false } } as const
    await store.keepArrival(arrival, { id, target, code: 'IB014', made: clock.now(), body: Buffer.from(`<Fo01 about="${id}"/>`), policy })
    return id
  }
  return {
    store, calls, heard, lines, notices, make, ...given,
    stateOf: (id, state) => until(async () => (await store.notices({ state, limit: 999 })).items.find(it => it.id === id), `a notice that is ${state}`),
    async again () {
      await notices.stop()
      closed = true
      return started(t, store, over, given)
    }
  }
}

const call = (its: readonly Call[], nth: number): Promise<Call> => until(() => its[nth - 1], `call ${nth}`)

describe('who brings notices', () => {
  test('brings each as soon as it is made, once, and tells the destination how it went', async t => {
    const { make, stateOf, calls, heard } = await bench(t, { answer: () => accepted })
    const ids = [await make(to(1)), await make(to(2))]
    for (const id of ids) assert.equal((await stateOf(id, 'sent')).attempts, 1)
    await looks()
    assert.deepEqual(calls.map(it => [it.body, it.attempt]), ids.map(id => [`<Fo01 about="${id}"/>`, 1]))
    assert.deepEqual(heard, [`${to(1)} accepted`, `${to(2)} accepted`])
  })

  test('brings one after another to a party, and lets no party wait for another', async t => {
    const { make, calls, stateOf } = await bench(t)
    const ids = [await make(to(1)), await make(to(1)), await make(to(2))]
    const [first, other] = [await call(calls, 1), await call(calls, 2)]
    await looks()
    assert.deepEqual([first.party, other.party, calls.length], [to(1), to(2), 2])
    first.answers(accepted)
    assert.equal((await call(calls, 3)).body, `<Fo01 about="${ids[1]}"/>`)
    await stateOf(ids[0] ?? assert.fail(), 'sent')
  })

  test('asks no more than eight parties at once, and those that wait longest first', async t => {
    const { make, calls, time } = await bench(t)
    for (let n = 19; n > 8; n--) { time.ms++; await make(to(n)) }
    await call(calls, 8)
    await looks()
    assert.deepEqual(calls.map(it => it.party), Array.from({ length: 8 }, (_, n) => to(19 - n)))
    calls[0]?.answers(accepted)
    assert.equal((await call(calls, 9)).party, to(11))
  })

  test('tries again by the policy, with the same bytes, until it is taken', async t => {
    const { make, calls, time, stateOf } = await bench(t, { answer: (_, nth) => nth < 3 ? timeout : accepted })
    const id = await make(to(1))
    await call(calls, 1)
    const first = await until(async () => { const it = await stateOf(id, 'due'); return it.reason === null ? undefined : it })
    assert.deepEqual([first.reason, first.next, first.attempts], ['timeout', later(60_000), 1])
    await looks()
    assert.equal(calls.length, 1)
    time.ms = 60_000
    await call(calls, 2)
    await until(async () => (await stateOf(id, 'due')).next === later(180_000) ? true : undefined)
    time.ms = 180_000
    await stateOf(id, 'sent')
    assert.deepEqual([calls.map(it => it.attempt), new Set(calls.map(it => it.body)).size], [[1, 2, 3], 1])
  })

  test('gives up what is refused at once, and what fails for too long; a person puts it back', async t => {
    const { make, calls, time, stateOf, store, notices, lines } = await bench(t)
    const [no, slow] = [await make(to(1)), await make(to(2))]
    ;(await call(calls, 1)).answers(refused)
    assert.deepEqual((await stateOf(no, 'dead')).reason, 'fo03.StUF016')
    ;(await call(calls, 2)).answers(timeout)
    await until(async () => (await stateOf(slow, 'due')).reason ?? undefined)
    time.ms = 3_600_000
    ;(await call(calls, 3)).answers(timeout)
    assert.equal((await stateOf(slow, 'dead')).reason, 'exhausted: timeout')
    await until(() => lines.filter(it => it.includes('could not be told')).length === 2 ? true : undefined)
    assert.deepEqual(await store.noticesAgain([no], { by: null, reason: 'mended', now: later(time.ms) }, { usual: policy }), ['again'])
    notices.wake()
    const fourth = await call(calls, 4)
    assert.deepEqual([fourth.body, fourth.attempt], [calls[0]?.body, 1])
    fourth.answers(accepted)
    await stateOf(no, 'sent')
  })

  test('leaves alone who is left alone, and gives up with it what was never tried', async t => {
    const { make, calls, time, open, down, stateOf, notices } = await bench(t, { answer: () => timeout })
    open.add(to(1)); down.add(to(1))
    const ids = [await make(to(1)), await make(to(1))]
    await looks()
    assert.equal(calls.length, 0)
    time.ms = 3_600_000
    open.clear()
    notices.wake()
    await call(calls, 1)
    const [first, second] = [ids[0] ?? assert.fail(), ids[1] ?? assert.fail()]
    assert.equal((await stateOf(second, 'dead')).reason, 'exhausted')
    await until(async () => (await stateOf(first, 'due')).reason ?? undefined, 'the one that was tried has its own time')
    assert.equal(calls.length, 1)
  })

  test('gives up what no connection is there for', async t => {
    const { make, parties, stateOf, calls } = await bench(t)
    parties.set(to(1), aParty(to(1)))
    parties.delete(to(2))
    for (const id of [await make(to(1)), await make(to(2))]) assert.equal((await stateOf(id, 'dead')).reason, 'no_ggk')
    assert.equal(calls.length, 0)
  })

  test('when stopped hands back what is under way, which counts as no try', async t => {
    const first = await bench(t)
    const id = await first.make(to(1))
    await call(first.calls, 1)
    const second = await first.again()
    const call2 = await call(second.calls, 1)
    assert.deepEqual([call2.body, call2.attempt], [first.calls[0]?.body, 1])
    assert.deepEqual([first.heard, first.lines], [[], []])
    call2.answers(accepted)
    await second.stateOf(id, 'sent')
  })

  test('records what was taken once the storage can, and does not send it again meanwhile', async t => {
    let broken = 2
    const { make, calls, lines, stateOf } = await bench(t, {
      answer: () => accepted,
      store: store => ({ finishNotice: async (...which) => { if (broken-- > 0) throw new StoreUnavailable('the disk'); return await store.finishNotice(...which) } })
    })
    await stateOf(await make(to(1)), 'sent')
    assert.deepEqual([calls.length, lines.filter(it => it.includes('could not be recorded')).length], [1, 1])
  })

  test('goes on when the storage cannot be asked, or something unforeseen happens', async t => {
    let broken = 2
    const { make, calls, stateOf, time } = await bench(t, {
      answer: (_, nth) => { if (nth === 1) throw new TypeError('unforeseen'); return accepted },
      store: store => ({ noticeTargets: async () => { if (broken-- > 0) throw new StoreUnavailable('the disk'); return await store.noticeTargets() } })
    })
    const id = await make(to(1))
    await call(calls, 1)
    await looks()
    assert.equal(calls.length, 1, 'its lease has to pass')
    time.ms = 60_000
    assert.equal((await stateOf(id, 'sent')).attempts, 2)
  })
})
