/** Batches: taken in when all of the ZIP is good, then their members one by one through the same flow as any message. */
import { setImmediate as turn } from 'node:timers/promises'
import { namesRealPerson, refuseRealPersonsIn } from './admit.ts'
import { openBell } from './bell.ts'
import { digestOf, instant, messageId, newBatchId, Refusal, refusals, type AccountId, type BatchId, type Clock, type Fingerprint, type Instant, type PartyCode, type RefusalCode } from './core/core.ts'
import type { Log } from './log.ts'
import type { Pipeline } from './pipeline.ts'
import { storageCode, StoreFailure, type BatchEnd, type ClaimedBatch, type MemberEnd, type Store } from './store/store.ts'
import { checkZip, openZip, type Zip, type ZipLimits } from './zip/zip.ts'

/** Who brings a batch, and for which party. */
export interface BatchSubmitter { readonly account: AccountId, readonly party: PartyCode, readonly certificate: Fingerprint }

export interface Batches {
  /** @returns its id, after the commit; `duplicate`: the same ZIP came before. @throws Refusal with all that is wrong; then nothing was stored */
  receive (zip: Buffer, by: BatchSubmitter): Promise<{ readonly id: BatchId, readonly duplicate: boolean }>
  /** One was taken in, or handed back: look now instead of at the next poll. */
  wake (): void
  /** Ends the member at hand and hands the rest back. Never throws. */
  stop (): Promise<void>
}

interface Options {
  readonly store: Pick<Store, 'createBatch' | 'claimBatch' | 'batchZip' | 'renewBatch' | 'endMember' | 'endBatch'>
  /** How a member is taken: what the door does with a message. */
  readonly receive: Pipeline['receive']
  /** Whether members are taken out here too; else another process does. */
  readonly works?: boolean
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn'>
  readonly limits: ZipLimits
  readonly mode: 'test' | 'production'
  readonly lease_ms: number
  readonly poll_ms: number
  /** A member that failed for so long is given up. */
  readonly total_ms: number
  /** Told of every refusal of a member. */
  readonly refused: (code: RefusalCode) => void
}

/** After this many members another batch has its turn. */
const slice_members = 100
/** A failure of ours is tried again after this long, doubling: somebody waits for his batch. */
const first_ms = 500
const longest_ms = 300_000
/** A member that ended the process this often is given up: it would do so again. */
const deaths_max = 5

/** What came of trying a member: its end, or that it must wait. */
type Tried = { readonly kind: 'ended' } | { readonly kind: 'lost' } | { readonly kind: 'later', readonly code: RefusalCode }

/** @returns the code of what went wrong; what is no refusal came from below */
function codeOf (error: unknown): RefusalCode {
  if (error instanceof Refusal) return error.code
  return error instanceof StoreFailure ? storageCode(error) : 'ZP_INTERNAL'
}

/** @returns a member's end by a refusal */
function refusedBy (index: number, error: unknown, state: 'refused' | 'failed'): MemberEnd {
  const known = error instanceof Refusal ? error : null
  return { index, state, message: known?.kept ?? null, code: codeOf(error), detail: known?.detail ?? null, findings: known?.findings ?? [] }
}

/** One batch is worked on at a time, and one member of it: beside it, messages at the door find their way. */
export function startBatches (options: Options): Batches {
  const { store, clock, log, limits, lease_ms, mode } = options
  const stopping = new AbortController()
  const bell = openBell(options.poll_ms)
  const oneByOne = openQueue()

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const batch = await store.claimBatch(lease_ms, clock.now()).catch(error => { log.error({ err: error }, 'cannot claim a batch'); return null })
      if (batch === null) await bell.wait()
      else await worked(options, batch, stopping.signal).catch(error => { log.error({ err: error, batch: batch.id }, 'a batch could not be worked on; its lease will pass') })
    }
  }
  const running = options.works === false ? Promise.resolve() : loop()

  return {
    async receive (zip, by) {
      const { members } = await oneByOne(() => looked(zip, limits, mode))
      const received = clock.now()
      const { kind, id } = await store.createBatch({ ...by, id: newBatchId(received), received, sha256: digestOf(zip), zip, members })
      return { id, duplicate: kind === 'duplicate' }
    },
    wake: bell.ring,
    async stop () {
      stopping.abort()
      bell.ring()
      await running
    }
  }
}

/** @returns the ZIP, all of which is good. @throws Refusal; in test mode also for a Bsn that may be a real person's: of that not even an encrypted ZIP is kept */
async function looked (bytes: Buffer, limits: ZipLimits, mode: Options['mode']): Promise<Zip> {
  const opened = await checkZip(bytes, limits)
  if ('refusal' in opened) throw opened.refusal
  const { zip } = opened
  const real: number[] = []
  for (const at of mode === 'test' ? zip.members.keys() : []) if (namesRealPerson(await zip.content(at + 1))) real.push(at + 1)
  refuseRealPersonsIn(real)
  return zip
}

/** @returns what runs one piece of work after the other: what is unpacked stands in memory once */
function openQueue (): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work, work)
    last = mine.catch(() => {})
    return mine
  }
}

/** Keeps the lease while work goes on. @returns whether it is still held, and what ends the keeping */
function keepLease ({ store, clock, log, lease_ms }: Options, { id, fence }: ClaimedBatch) {
  let held = true
  const renew = async (): Promise<void> => { held = await store.renewBatch(id, fence, instant(clock.now() + lease_ms)) }
  const timer = setInterval(() => { renew().catch(error => { log.error({ err: error, batch: id }, 'the lease of a batch could not be renewed') }) }, lease_ms / 3)
  return { held: () => held, end: () => { clearInterval(timer) } }
}

/** Works on a batch until it is done, its turn is over, something of ours fails, or the lease was lost. */
async function worked (options: Options, batch: ClaimedBatch, stop: AbortSignal): Promise<void> {
  const { store, clock } = options
  const lease = keepLease(options, batch)
  try {
    const end = await slice(options, batch, () => stop.aborted || !lease.held())
    if (end !== null) await store.endBatch(batch.id, batch.fence, end, clock.now())
  } finally { lease.end() }
}

/** @returns how the batch goes on, or ends; null when it is not ours any more */
async function slice (options: Options, batch: ClaimedBatch, ends: () => boolean): Promise<BatchEnd | null> {
  const zip = await archive(options, batch).catch((error: unknown) => {
    options.log.error({ err: error, batch: batch.id }, 'a batch cannot be read and is tried again; others go on')
    return codeOf(error)
  })
  if (typeof zip === 'string') return putOff(options.clock.now(), batch.attempt, zip)
  let index = batch.next
  for (const until = Math.min(zip.members.length, index + slice_members - 1); index <= until && !ends(); index++) {
    const tried = await member(options, batch, zip, index)
    if (tried.kind === 'lost') return null
    if (tried.kind === 'later') return putOff(options.clock.now(), index === batch.next ? batch.attempt : 1, tried.code)
    await turn()
  }
  return index > zip.members.length ? { kind: 'done' } : { kind: 'later', due: options.clock.now(), failed: null }
}

const putOff = (now: Instant, attempt: number, failed: RefusalCode): BatchEnd =>
  ({ kind: 'later', due: instant(now + Math.min(longest_ms, first_ms * 2 ** (attempt - 1))), failed })

/** It was good when it was taken in; settings may have become stricter since, and do not count then. */
async function archive ({ limits, store }: Options, { id }: ClaimedBatch): Promise<Zip> {
  const zip = await store.batchZip(id)
  const opened = openZip(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength), { ...limits, members_max: Infinity, member_bytes_max: Infinity, total_bytes_max: Infinity, ratio_max: Infinity })
  if ('refusal' in opened) throw opened.refusal
  return opened.zip
}

/** Takes one member in. That it was stored is recorded with the message itself; any other end here. */
async function member (options: Options, batch: ClaimedBatch, zip: Zip, index: number): Promise<Tried> {
  const { store, clock } = options
  const end = await taken(options, batch, zip, index)
  if (end === null) return { kind: 'ended' }
  if ('later' in end) return { kind: 'later', code: end.later }
  if (end.code !== null) options.refused(end.code)
  return { kind: await store.endMember(batch.id, batch.fence, end, clock.now()) === 'done' ? 'ended' : 'lost' }
}

/** @returns the member's end; null when it was stored, which the store has recorded; or that it must wait */
async function taken (options: Options, batch: ClaimedBatch, zip: Zip, index: number): Promise<MemberEnd | { readonly later: RefusalCode } | null> {
  const { account, party, certificate } = batch
  const first = index === batch.next
  if (first && batch.attempt > deaths_max && batch.failing_since === null) return refusedBy(index, new Refusal('ZP_POISON'), 'failed')
  try {
    const stored = await options.receive(await zip.content(index), { account, party, certificate, door: 'rest', member: { batch: batch.id, index } })
    return stored.duplicate ? { index, state: 'duplicate', message: messageId(stored.id), code: null, detail: null, findings: [] } : null
  } catch (error) {
    const code = codeOf(error)
    if (refusals[code].retry !== 'later') return refusedBy(index, error, 'refused')
    options.log.warn({ err: error, batch: batch.id, code }, 'a member of a batch could not be taken and is tried again')
    const since = first ? batch.failing_since : null
    return since !== null && options.clock.now() - since > options.total_ms && options.clock.doubted?.() !== true ? refusedBy(index, error, 'failed') : { later: code }
  }
}
