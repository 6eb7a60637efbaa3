/** One person's data erased on request: what is found of him, what is destroyed, and what can be shown of it afterwards. */
import { setTimeout as pause } from 'node:timers/promises'
import { rfc3339, sha256Hex, type AccountId, type Clock, type PartyCode } from '../core/core.ts'
import type { Store, Subject } from '../store/store.ts'
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
  /** Kept: they contain other persons. */
  readonly shared: readonly ErasedMessage[]
  /** Kept: their receiver has not fetched them. */
  readonly undelivered: readonly ErasedMessage[]
}
export interface ErasedMessage { readonly id: string, readonly type: string, readonly received: string, readonly sha256: string }
export interface Eraser { readonly store: Pick<Store, 'subjects' | 'erase' | 'truncate' | 'note'>, readonly marker: Pick<Marker, 'marks' | 'proof'>, readonly clock: Clock }

const window_messages = 100
const pause_ms = 25

const shown = ({ id, type, received, sha256 }: Subject): ErasedMessage => ({ id, type, received: rfc3339(received), sha256 })

/**
 * Broken off, it is asked for again and does the rest.
 * @param account who asked, null at the command line @param onStep told how many more are erased
 * @throws StoreFailure
 */
export async function erase ({ store, marker, clock }: Eraser, request: ErasureRequest, account: AccountId | null, onStep: (count: number) => void = () => {}): Promise<ErasureStatement> {
  const { gemeente, families, bsn, shared, undelivered, dry } = request
  const persons = families.map((family): Person => ({ family, gemeente, bsn }))
  const marks = persons.flatMap(it => marker.marks(it))
  const found = await store.subjects(marks)
  const kept = { shared: found.filter(it => it.shared && !shared), undelivered: found.filter(it => it.undelivered && !undelivered && !(it.shared && !shared)) }
  const going = found.filter(it => !kept.shared.includes(it) && !kept.undelivered.includes(it))
  const erased: Subject[] = []
  for (let rest = dry ? [] : going; rest.length > 0; rest = rest.slice(window_messages)) {
    const part = await store.erase(rest.slice(0, window_messages).map(it => it.seq), marks, { shared, undelivered, account, now: clock.now() })
    erased.push(...part)
    onStep(part.length)
    await pause(pause_ms)
  }
  const now = clock.now()
  const proof = sha256Hex(marker.proof(families.join('+'), gemeente, bsn))
  if (!dry) {
    await store.note({ at: now, event: 'erasure', message: null, account, detail: `erased:${erased.length},shared:${kept.shared.length},undelivered:${kept.undelivered.length}`, digest: proof })
    await store.truncate()
  }
  return { made: rfc3339(now), dry, gemeente, families, request: proof, erased: (dry ? going : erased).map(shown), shared: kept.shared.map(shown), undelivered: kept.undelivered.map(shown) }
}
