/** Checkpoints: every so often, and at stop, what the chain is now is signed, kept, and told to the log, whose store pins it. */
import { digestOf, newMessageId, type Clock } from '../core/core.ts'
import type { Log } from '../log.ts'
import type { Sealer } from '../sign/sign.ts'
import type { AuditHead, Checkpoint, Store } from '../store/store.ts'
import { pinOf, purpose, statementBytes, statementOf, type Mark } from './statement.ts'

export interface CheckpointParts {
  readonly store: Pick<Store, 'auditHead' | 'lastCheckpoint' | 'keepCheckpoint'>
  readonly sealer: Sealer
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'error'>
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** @param begins what the first row follows that is kept @returns a checkpoint at this head, signed */
async function signed ({ sealer, clock }: CheckpointParts, head: AuditHead, last: Checkpoint | null, begins: readonly Mark[]): Promise<Checkpoint> {
  const at = clock.now()
  const id = newMessageId(at)
  const previous = last === null ? null : { id: last.id, sha256: digestOf(last.body) }
  const body = statementBytes({ id, at, heads: [{ chain: head.chain, seq: head.seq, mac: hex(head.mac) }], begins, previous })
  return { id, at, seq: head.seq, removed: begins[0]?.seq ?? 0, body, seal: await sealer.seal(digestOf(body), purpose, at) }
}

/**
 * Makes a checkpoint where something was written since the last one, or what is kept begins elsewhere now.
 * @param begin what the first row follows that is kept; as the last checkpoint says when not given
 * @returns it, or null when there is nothing new
 * @throws Error when the seal certificate is not valid now: nobody would believe the signature
 */
export async function makeCheckpoint (parts: CheckpointParts, begin?: Mark): Promise<Checkpoint | null> {
  const { store, log, sealer, clock } = parts
  const last = await store.lastCheckpoint()
  const head = await store.auditHead()
  if (head !== null && head.strange > 0) log.error({ strange: head.strange }, 'the audit has rows that wait and that this gateway did not write, or that were changed: "zorgpoort audit verify" tells which')
  const nothingNew = begin === undefined ? last !== null && head?.checkpoint === last.id : last !== null && last.removed >= begin.seq
  if (head === null || nothingNew) return null
  const why = sealer.refuses(clock.now())
  if (why !== null) throw new Error(why)
  const begins = begin === undefined ? (last === null ? [] : statementOf(last)?.begins ?? []) : [begin]
  const made = await signed(parts, head, last, begins)
  // Another was made meanwhile, by the clock or a sweep, here or beside: this one would not name it.
  if (!await store.keepCheckpoint(made, digestOf(made.body), last?.id ?? null)) return await makeCheckpoint(parts, begin)
  // One text a head: a log may take a long number standing alone for a Bsn.
  log.info({ checkpoint: made.id, heads: [`${head.chain}-${head.seq}-${pinOf(hex(head.mac))}`] }, 'audit checkpoint')
  return made
}

export interface Checkpoints {
  /** Makes the last one. Never throws: what it cannot sign, the next start will. */
  stop (): Promise<void>
}

/**
 * Makes one at once, of what the last run left without, and then every `checkpoint_ms` while something is written. A failure is logged, and tried again.
 * @param mine whether it is this process's turn, where there are several; the last one each of them makes
 */
export async function openCheckpoints (parts: CheckpointParts, checkpoint_ms: number, mine: () => boolean = () => true): Promise<Checkpoints> {
  const make = async (): Promise<void> => {
    try { await makeCheckpoint(parts) } catch (error) { parts.log.error({ err: error }, 'the audit could not be checkpointed') }
  }
  const inTurn = async (): Promise<void> => { if (mine()) await make() }
  let running = inTurn()
  const timer = setInterval(() => { running = running.then(inTurn) }, checkpoint_ms)
  await running
  return {
    async stop () {
      clearInterval(timer)
      await running
      await make()
    }
  }
}
