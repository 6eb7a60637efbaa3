/** One person's data erased on request: what is found of him, what is destroyed, and what can be shown of it afterwards. */
import { setTimeout as pause } from 'node:timers/promises'
import { rfc3339, sha256Hex, type AccountId, type Clock, type PartyCode } from '../core/core.ts'
import type { RefusedText, Store, Subject } from '../store/store.ts'
import type { Marker, Person } from '../vault/vault.ts'

export interface ErasureRequest {
  readonly gemeente: PartyCode
  readonly families: readonly string[]
  readonly bsn: string
  /** Also messages that hold data of other persons, which go with them. */
  readonly shared: boolean
  /** Also messages that their receiver has not fetched yet; he never gets them. */
  readonly undelivered: boolean
  /** Only looks. */
  readonly dry: boolean
}
/** What is left to show, without a Bsn: `request` is a keyed digest of it, the same in the audit. */
export interface ErasureStatement {
  readonly made: string
  readonly dry: boolean
  readonly gemeente: PartyCode
  readonly families: readonly string[]
  readonly request: string
  readonly erased: readonly ErasedMessage[]
  /** Erased too: refused at the door, and found by their text. */
  readonly refused: readonly ErasedMessage[]
  /** Kept: they contain other persons. */
  readonly shared: readonly ErasedMessage[]
  /** Kept: their receiver has not fetched them. */
  readonly undelivered: readonly ErasedMessage[]
}
export interface ErasedMessage { readonly id: string, readonly type: string, readonly received: string, readonly sha256: string }
export interface Eraser { readonly store: Pick<Store, 'subjects' | 'erase' | 'refusedTexts' | 'eraseRefused' | 'truncate' | 'note'>, readonly marker: Pick<Marker, 'marks' | 'proof'>, readonly clock: Clock }

const window_messages = 100
const texts = { messages_max: 50, bytes_max: 4_000_000 }
const pause_ms = 25

const shown = ({ id, type, received, sha256 }: Pick<Subject, 'id' | 'type' | 'received' | 'sha256'>): ErasedMessage => ({ id, type, received: rfc3339(received), sha256 })

/** What was refused bears no marks and need not be well formed: it is about the person when his Bsn stands in it, and the gemeente sent it or is named in it. */
function isAbout ({ party, family, payload }: RefusedText, { gemeente, families, bsn }: ErasureRequest): boolean {
  if (!families.includes(family)) return false
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1')
  return new RegExp(`(?<![0-9])${bsn}(?![0-9])`).test(text) && (party === gemeente || text.includes(`>${gemeente}<`))
}

/** Looks through what was refused, whose term is short, and erases what is about the person. Its sender has it: shared or not, it goes. */
async function eraseRefused ({ store, clock }: Eraser, request: ErasureRequest, account: AccountId | null, onStep: (count: number) => void): Promise<ErasedMessage[]> {
  const erased: RefusedText[] = []
  for (let window = await store.refusedTexts(null, texts), last = window.at(-1); last !== undefined; window = await store.refusedTexts(last.id, texts), last = window.at(-1)) {
    const his = window.filter(it => isAbout(it, request))
    const gone = request.dry || his.length === 0 ? his.map(it => it.id) : await store.eraseRefused(his.map(it => it.id), account, clock.now())
    erased.push(...his.filter(it => gone.includes(it.id)))
    if (!request.dry) onStep(gone.length)
    await pause(request.dry ? 0 : pause_ms)
  }
  return erased.map(({ at, ...it }) => shown({ ...it, received: at }))
}

/** How often, and for how long each time, it is waited for whoever reads the database at this moment. */
const readers = { tries: 50, wait_ms: 100 }

/** What was erased stands in the database's log until that is emptied, which a reader puts off. Where none ever ends, the next sweep does it. */
async function emptied (store: Eraser['store']): Promise<void> {
  for (let left = readers.tries; left > 0 && !await store.truncate(); left--) await pause(readers.wait_ms)
}

/**
 * Broken off, it is asked for again and does the rest.
 * @param account who asked, null at the command line @param onStep told how many more are erased
 * @throws StoreFailure
 */
export async function erase (eraser: Eraser, request: ErasureRequest, account: AccountId | null, onStep: (count: number) => void = () => {}): Promise<ErasureStatement> {
  const { store, marker, clock } = eraser
  const { gemeente, families, bsn, shared, undelivered, dry } = request
  const persons = families.map((family): Person => ({ family, gemeente, bsn }))
  const marks = persons.flatMap(it => marker.marks(it))
  const found = await store.subjects(marks)
  const kept = { shared: found.filter(it => it.shared && !shared), undelivered: found.filter(it => it.undelivered && !undelivered && !(it.shared && !shared)) }
  const going = found.filter(it => !kept.shared.includes(it) && !kept.undelivered.includes(it))
  const erased: Subject[] = []
  // Once also where there is none: something may be known of him by messages that were erased for another.
  const windows = dry ? 0 : Math.max(1, Math.ceil(going.length / window_messages))
  for (let nth = 0; nth < windows; nth++) {
    const part = await store.erase(going.slice(nth * window_messages, (nth + 1) * window_messages).map(it => it.seq), marks, { shared, undelivered, account, now: clock.now() })
    erased.push(...part)
    onStep(part.length)
    await pause(pause_ms)
  }
  const refused = await eraseRefused(eraser, request, account, onStep)
  const now = clock.now()
  const proof = sha256Hex(marker.proof(families.join('+'), gemeente, bsn))
  if (!dry) {
    await store.note({ at: now, event: 'erasure', message: null, account, detail: `erased:${erased.length},refused:${refused.length},shared:${kept.shared.length},undelivered:${kept.undelivered.length}`, digest: proof })
    await emptied(store)
  }
  return { made: rfc3339(now), dry, gemeente, families, request: proof, erased: (dry ? going : erased).map(shown), refused, shared: kept.shared.map(shown), undelivered: kept.undelivered.map(shown) }
}
