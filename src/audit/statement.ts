/** What a checkpoint says: the heads of the chain, what it begins after, and the checkpoint before it; as bytes that are signed. */
import { digestOf, rfc3339, type Instant, type Sha256 } from '../core/core.ts'
import type { Checkpoint } from '../store/store.ts'

/** A row of a chain, by its number and its mac in hexadecimal. */
export interface Mark { readonly chain: string, readonly seq: number, readonly mac: string }

/** What the body of a checkpoint holds. */
export interface Statement {
  readonly id: string
  readonly at: Instant
  /** The last row of each chain. */
  readonly heads: readonly Mark[]
  /** The row that the first one kept follows, for each chain of which rows were removed. */
  readonly begins: readonly Mark[]
  readonly previous: { readonly id: string, readonly sha256: string } | null
}

const format = 'zorgpoort-checkpoint-1'
/** Signed along with a checkpoint, so that no signature over anything else can pass for one. */
export const purpose: Uint8Array = Buffer.from(format)

const mark = ({ chain, seq, mac }: Mark): Mark => ({ chain, seq, mac })

/** @returns the one way to write it down: JSON in UTF-8, members in this order, without spaces */
export const statementBytes = ({ id, at, heads, begins, previous }: Statement): Buffer =>
  Buffer.from(JSON.stringify({ format, id, at: rfc3339(at), heads: heads.map(mark), begins: begins.map(mark), previous: previous === null ? null : { id: previous.id, sha256: previous.sha256 } }))

const isMark = (it: unknown): it is Mark => {
  const { chain, seq, mac } = Object(it) as Partial<Record<keyof Mark, unknown>>
  return typeof chain === 'string' && Number.isSafeInteger(seq) && typeof mac === 'string' && /^[0-9a-f]{64}$/.test(mac)
}
const marks = (it: unknown): Mark[] | null => Array.isArray(it) && it.every(isMark) ? it : null

/** @returns what a checkpoint says; null when its columns and its body do not say the same, or the body is not as we write it */
export function statementOf ({ id, at, seq, removed, body }: Checkpoint): Statement | null {
  try {
    const it: unknown = JSON.parse(Buffer.from(body).toString())
    const { heads, begins, previous } = Object(it) as Record<string, unknown>
    const told = { heads: marks(heads), begins: marks(begins) }
    if (told.heads === null || told.begins === null) return null
    const before = previous === null ? null : { id: String(Object(previous).id), sha256: String(Object(previous).sha256) }
    const statement = { id, at, heads: told.heads, begins: told.begins, previous: before }
    const agrees = told.heads[0]?.seq === seq && (told.begins[0]?.seq ?? 0) === removed && told.heads.length === 1
    return agrees && statementBytes(statement).equals(body) ? statement : null
  } catch { return null }
}

/** @returns the SHA-256 of a row's mac: it pins the row, and gives nothing to who sees it */
export const pinOf = (mac: string): Sha256 => digestOf(Buffer.from(mac, 'hex'))

/** How a checkpoint is shown: what it says, and its signed bytes. */
export function checkpointView (checkpoint: Checkpoint): Record<string, unknown> {
  const { id, at, seq, removed, body, seal } = checkpoint
  const heads = (statementOf(checkpoint)?.heads ?? []).map(it => ({ chain: it.chain, seq: it.seq, mac_sha256: pinOf(it.mac) }))
  return { id, at: rfc3339(at), seq, removed, heads, body: Buffer.from(body).toString(), seal: Buffer.from(seal).toString('base64') }
}
