/** The load: one gateway takes in messages as fast as it can, its receivers fetch and are pushed to, and what is old is swept; what it holds is looked at now and then. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { digestOf } from '../../src/core/core.ts'
import { assertAcked, type Tally } from '../fault/acked.ts'
import { startChild, type Child } from '../fault/child.ts'
import { openLane, type Lane } from '../fault/lanes.ts'
import { openLedger, promisedIn, type Ledger } from '../fault/ledger.ts'
import { message, type Client } from '../flow/world.ts'
import { openReceivers, reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { openPlace, type Place } from './database.ts'
import { levels, type Level } from './level.ts'
import type { Database } from './options.ts'
import { levelTable, sampleTable } from './report.ts'
import type { Run, Told } from './run.ts'
import { watch, type Sample } from './samples.ts'

const lanes_count = 16
/** One of so many messages is for a receiver that is pushed to. */
const pushed_of = 4
const pushedTo = '42420002'
/** Who sends waits while so many were not taken by their receivers. */
const under_way_max = 1_000
const fetched_at_once = 16
const seals_max = 200
/** Memory is to be level also where the database passes 1 GiB, of which the usual cache keeps a gigabyte, little by little. */
const cache_bytes_max = 64_000_000
/** So long after it was received a message is too old, and swept: the clock of years is shortened to this. */
const age_ms = 60_000

/** What a receiver has: written down before it says so, so that it may be twice where that was not heard. */
interface Taken { readonly ledger: Ledger, readonly ids: ReadonlySet<string>, take (id: string): void }
function openTaken (ledger: Ledger): Taken {
  const ids = new Set(ledger.lines())
  return { ledger, ids, take (id) { ids.add(id); ledger.write(id) } }
}

/** What is written down of one store's load: receipts by lane, and what receivers have. */
interface Books { readonly lanes: readonly Lane[], readonly fetched: Taken, readonly pushed: Taken }

function openBooks ({ world }: Place): Books {
  const book = (name: string): Ledger => openLedger(world.path(name), false)
  const lanes = Array.from({ length: lanes_count }, (_, lane) => openLane(book(`receipts-${lane}`), nth => {
    const number = 1 + lane + nth * lanes_count
    return message('WMO301', number, { identificatie: `S${number}`, ...nth % pushed_of === 0 ? { ontvanger: pushedTo } : {} })
  }))
  return { lanes, fetched: openTaken(book('fetched')), pushed: openTaken(book('pushed')) }
}
const sentOf = ({ lanes }: Books): number => lanes.reduce((sum, it) => sum + it.ledger.count(), 0)
const takenOf = ({ fetched, pushed }: Books): number => fetched.ids.size + pushed.ids.size

/** Fetches, compares, writes down and acknowledges what lies in its mailbox, again and again. @param enough asked when that is empty @throws AssertionError when anything is not as it should be */
async function fetches (client: Client, fetched: Taken, enough: () => Promise<boolean>): Promise<void> {
  const one = async ({ id, sha256 }: { readonly id: string, readonly sha256: string }): Promise<void> => {
    const { status, bytes } = await client.get(`/v1/messages/${id}/payload`)
    assert.deepEqual([status, digestOf(bytes)], [200, sha256], `what was fetched of ${id}`)
    fetched.take(id)
    assert.equal((await client.delete(`/v1/mailbox/${id}`)).status, 204)
  }
  for (;;) {
    const { status, told } = await client.get('/v1/mailbox?limit=250')
    assert.equal(status, 200)
    const left = [...told.messages]
    await Promise.all(Array.from({ length: fetched_at_once }, async () => { for (let it = left.pop(); it !== undefined; it = left.pop()) await one(it) }))
    if (told.messages.length > 0) continue
    if (await enough()) return
    await pause(10)
  }
}

/** Each message that has a receipt was taken once, and nothing else was. @param resumed who was killed before he could say that he has it, had it twice */
function assertTaken ({ lanes, fetched, pushed }: Books, resumed: boolean): void {
  const ids = new Set([...fetched.ids, ...pushed.ids])
  const times = fetched.ledger.count() + pushed.ledger.count()
  assert.ok(resumed || times === ids.size, `${times - ids.size} messages were taken twice`)
  for (const { ledger } of lanes) for (const line of ledger.lines()) assert.ok(ids.delete(promisedIn(line).id), `it has a receipt, and nobody took it: ${line}`)
  assert.equal(ids.size, 0, 'nothing is taken that nobody has a receipt for')
}

/** Lane by lane, so that a million fits in memory. */
async function assertKept ({ world }: Place, { lanes }: Books): Promise<Pick<Tally, 'promised' | 'delivered' | 'forgotten' | 'seals' | 'audit_rows'>> {
  const sum = { promised: 0, delivered: 0, forgotten: 0, seals: 0, audit_rows: 0 }
  for (const { ledger } of lanes) {
    const tally = await assertAcked(world, ledger.lines(), { forgotten: true, seals_max })
    assert.equal(tally.delivered + tally.forgotten, tally.promised, 'all of them were taken')
    for (const name of ['promised', 'delivered', 'forgotten', 'seals'] as const) sum[name] += tally[name]
    sum.audit_rows = tally.audit_rows
  }
  return sum
}

const samplesIn = (file: string): Sample[] => existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map(line => JSON.parse(line) as Sample) : []

/** Counts a gateway tells are as old as this at most. */
const counts_ms = 6_000
/** @returns tells whether a gateway has had nothing to deliver for so long that it is sure: what is missing then nobody will take */
function openIdle (operations: string): () => Promise<boolean> {
  let since: number | null = null
  return async () => {
    const metrics = await (await fetch(`${operations}/metrics`)).text()
    const left = ['waiting', 'offered'].some(state => !new RegExp(`^zorgpoort_messages\\{delivery="${state}"\\} 0$`, 'm').test(metrics))
    since = left ? null : since ?? performance.now()
    return since !== null && performance.now() - since > counts_ms
  }
}

/** Sends until all are sent or the run is over, and then until all is taken. */
async function work (run: Run, place: Place, books: Books, child: Child): Promise<void> {
  const { messages, sample } = run.options
  const file = join(place.world.dir, 'samples.jsonl')
  const [client, receiver] = [place.world.client('gemeente', child.rest), place.world.client('aanbieder', child.rest)]
  const began = performance.now()
  const watching = watch(child, place, run.state.resumed)
  const before = sentOf(books)
  const bar = run.progress('messages', messages - before)
  let [shown, sampled] = [before, Math.floor(before / sample)]
  const enough = (): boolean => run.over() || sentOf(books) >= messages
  const tooMany = (): boolean => sentOf(books) - takenOf(books) > under_way_max
  const failed = new AbortController()
  const sending = Promise.all(books.lanes.map(async lane => {
    // The first always: it may be stored already, by who was killed before he had its receipt.
    do {
      const next = lane.ledger.count() + 1
      await lane.post(client, () => lane.ledger.count() === next)
      while (tooMany() && !failed.signal.aborted) await pause(5)
    } while (!enough() && !failed.signal.aborted)
  }))
  let sent = false
  const idle = openIdle(child.operations)
  sending.then(() => { sent = true }, () => {})
  const fetching = fetches(receiver, books.fetched, async () => failed.signal.aborted || (sent && (takenOf(books) >= sentOf(books) || await idle())))
  const looking = (async () => {
    while (!enough() && !failed.signal.aborted) {
      await pause(100)
      for (; shown < sentOf(books); shown++) bar.step()
      if (Math.floor(sentOf(books) / sample) === sampled) continue
      sampled = Math.floor(sentOf(books) / sample)
      appendFileSync(file, `${JSON.stringify(await watching.sample(sentOf(books), (performance.now() - began) / 1_000))}\n`)
      // How long it ran is told also where it is killed.
      run.keep({})
    }
  })()
  try { await Promise.all([sending, fetching, looking]) } finally {
    failed.abort()
    watching.end()
    bar.end()
  }
}

async function loaded (run: Run, database: Database): Promise<{ readonly said: readonly string[], readonly levels: readonly Level[] | null, readonly whole: boolean }> {
  const place = await openPlace(run.dir, 'load', database)
  const receivers = await openReceivers()
  const books = openBooks(place)
  try {
    const receiver = await receivers.open({ keep: false, taken: it => { books.pushed.take(it.id) } })
    await place.world.store(store => putParty(store, aParty(pushedTo, { connections: [receiver.connection()] })))
    const over = { log_level: 'info', ...reaching(place.world, receivers, [receiver]), lease_ms: 10_000, sweep_ms: age_ms / 4, retention_payload_days: 30, retention_metadata_days: 30, retention_assignment_days: 30, retention_claim_days: 30, retention_audit_days: 30, requests_per_minute_max: 10_000_000, postgres_connections_max: 8, sqlite_cache_bytes_max: cache_bytes_max }
    const child = await startChild(place.world, over, '', { preload: join(import.meta.dirname, 'aging.ts'), env: { SOAK_AGE_MS: String(age_ms) } })
    try {
      await work(run, place, books, child)
      assert.equal(await child.end('SIGTERM'), 0)
    } finally { child.process.kill('SIGKILL') }
    assert.deepEqual(receiver.faults, [])
    assertTaken(books, run.state.resumed > 0)
    const { promised, delivered, forgotten, seals, audit_rows } = await assertKept(place, books)
    const samples = samplesIn(place.world.path('samples.jsonl'))
    const found = levels(samples)
    const { shown } = run
    const said = [
      `${shown(promised)} messages on ${database} through one gateway: each receipt is the stored one, each message was taken once (${shown(books.fetched.ids.size)} fetched, compared and acknowledged, ${shown(books.pushed.ids.size)} pushed); ${shown(forgotten)} swept since, of which the receipt is given again, ${shown(delivered)} not yet; ${seals} seals verified; the audit, swept too, is whole (${shown(audit_rows)} rows).`,
      sampleTable(samples), levelTable(found)
    ]
    return { said, levels: found, whole: promised >= run.options.messages }
  } finally {
    await receivers.close()
    await place.close()
  }
}

/** @returns what went through, what the gateway held meanwhile, and whether that is level */
export async function load (run: Run): Promise<Told> {
  const { databases } = run.options
  const [said, faults]: [string[], string[]] = [[], []]
  let whole = true
  for (const [nth, database] of databases.entries()) {
    run.begin(1 / (databases.length - nth), 'load')
    const it = await loaded(run, database)
    said.push(...it.said)
    faults.push(...(it.levels ?? []).filter(level => level.rises).map(level => `on ${database} ${level.name} rises with the messages`))
    whole &&= it.whole
  }
  return { part: 'load', whole, faults, said }
}
