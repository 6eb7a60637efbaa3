/** What is kept of a message that was refused at the door: enough for its sender to correct it, and no more. */
import { mayBeRealPerson } from './admit.ts'
import { newMessageId, Refusal, refusals, type Instant, type MessageId, type Sha256 } from './core/core.ts'
import type { Submitter } from './pipeline.ts'
import type { MessageModel } from './standard/standard.ts'
import type { RefusedItem, Store } from './store/store.ts'

/** How much is kept. */
export interface RefusedLimits {
  /** Of one party within 24 hours. */
  readonly refused_day_max: number
  /** Largest payload kept. */
  readonly refused_bytes_max: number
}

interface Parts extends RefusedLimits {
  readonly store: Pick<Store, 'keepRefused'>
  readonly mode: 'test' | 'production'
  /** Told of a message that could not be kept; its refusal stands all the same. */
  readonly onUnkept: (error: unknown, id: MessageId) => void
}

/** The message as it came, and what is known of it. */
export interface Came { readonly bytes: Uint8Array, readonly by: Submitter, readonly at: Instant, readonly model: MessageModel, readonly sha256: Sha256 }

/** Headers stand at the beginning. */
const header_bytes = 8_000

/** A refused message need not be well formed: its number is read as plain text, and only to show it to its sender. */
function numberIn ({ bytes, model }: Came): string | null {
  const name = model.role === 'retour' ? 'IdentificatieRetour' : 'Identificatie'
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, header_bytes)).toString('latin1')
  return new RegExp(`<(?:[A-Za-z0-9]{1,20}:)?${name}>([A-Za-z0-9]{1,12})</`).exec(text)?.[1] ?? null
}

/** In test mode nothing is kept of a payload that may be about a real person, */
const mayBeReal = ({ mode }: Parts, { bytes }: Came, { code }: Refusal): boolean => mode === 'test' && (code === 'ZP_TEST_BSN' || mayBeRealPerson(bytes))
/** nor a text that may be his Bsn, wherever that stood. @returns null for such a text */
export const harmless = <T extends string | null>(text: T): T | null => text !== null && mayBeRealPerson(Buffer.from(text)) ? null : text
/** @returns why a message was refused, without such texts */
export const harmlessWhy = ({ detail, findings }: Pick<Refusal, 'detail' | 'findings'>): Pick<Refusal, 'detail' | 'findings'> => ({
  detail: harmless(detail), findings: findings.map(it => ({ ...it, found: harmless(it.found) ?? '', message: harmless(it.message) ?? '', message_en: harmless(it.message_en) ?? '' }))
})

function itemOf (parts: Parts, came: Came, refusal: Refusal): RefusedItem {
  const { by: { party, account, door, replaces = null }, at, model: { family, type }, sha256, bytes } = came
  const { code } = refusal
  const real = mayBeReal(parts, came, refusal)
  return {
    id: newMessageId(at), at, party, account, door, family, type, identificatie: real ? harmless(numberIn(came)) : numberIn(came), code,
    ...real ? harmlessWhy(refusal) : { detail: refusal.detail, findings: refusal.findings },
    sha256, size_bytes: bytes.byteLength, payload: real || bytes.byteLength > parts.refused_bytes_max ? null : bytes, replaces
  }
}

/** Where it is not the sender's to mend there is nothing to correct: he sends the same bytes again. */
const worthKeeping = ({ code }: Refusal): boolean => refusals[code].status < 500

/**
 * Keeps the message where that is of use and within the quota. It never makes things worse: when it cannot be kept, the refusal stands as it was.
 * @returns the refusal, naming the id under which the message is kept
 */
export async function keepRefused (parts: Parts, came: Came, refusal: Refusal): Promise<Refusal> {
  if (!worthKeeping(refusal) || parts.refused_day_max === 0) return refusal
  const item = itemOf(parts, came, refusal)
  const kept = await parts.store.keepRefused(item, parts.refused_day_max).catch(error => { parts.onUnkept(error, item.id); return null })
  return new Refusal(refusal.code, refusal.detail, refusal.findings, kept)
}
