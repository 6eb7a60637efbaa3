/** How a stored message is shown: the store's words in the shapes of the REST interface. */
import { refusals, rfc3339, type Instant, type RefusalCode } from '../../core/core.ts'
import { hereRefused, type Here } from '../../here/here.ts'
import type { Arrival, ArrivalOutcome, HistoryRow, RefusedMessage, StoredMessage } from '../../store/store.ts'

/** Links below /v1 for a message id. */
export type Links = (id: string) => Record<string, string>

/** @returns the instant in RFC 3339, null when there is none */
export const time = (at: Instant | null): string | null => at === null ? null : rfc3339(at)

/** @param now by which an answer is overdue */
export function messageView (it: StoredMessage, links: Links, now: Instant): Record<string, unknown> {
  const { id, family, type, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, referentienummer, conversatie, verdict } = it
  const { delivery, answer, answers, answered_by, attempts, dead_class, dead_reason, signer } = it
  return {
    id, family, type, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, referentienummer, conversatie, verdict,
    received: rfc3339(it.received), delivery, answer, answer_due: time(it.answer_due), overdue: answer === 'awaited' && it.answer_due !== null && it.answer_due <= now, answers, answered_by, offered: time(it.offered), delivered: time(it.delivered),
    attempts, next_try: time(it.next_try), dead_class, dead_reason, payload_gone: time(it.payload_gone?.at ?? null), signature: signer === null ? null : { signer_sha256: signer }, links: links(id)
  }
}

/** Why a message is still here, and when something happens to it. */
export const hereView = (it: Here): Record<string, unknown> => ({ ...it, since: time(it.since), next: time(it.next) })

/** A refused message, for its sender: what it was, why it was refused and what to do. */
export function refusedView (it: RefusedMessage, links: Links): Record<string, unknown> {
  const { at, replaced_by, code, account: _account, ...rest } = it
  const { self, payload } = links(it.id)
  return { ...rest, received: rfc3339(at), ...whyRefused(code), replaced_by, here: hereView(hereRefused(it)), links: { self, payload } }
}
function whyRefused (code: RefusalCode): Record<string, unknown> {
  const { status, transportCode, retry, nl, en } = refusals[code]
  return { verdict: 'refused', code, transportCode, status, retry, title: nl, title_en: en }
}

/** What came by a door of the chain and was refused for its envelope, so that no message was kept: all that is known of it, for its sender. */
export function refusedArrivalView ({ party, door, number, received: at }: Arrival, { code, detail, findings }: Extract<ArrivalOutcome, { readonly kind: 'refused' }>): Record<string, unknown> {
  return { id: null, party, door, referentienummer: number, received: rfc3339(at), ...whyRefused(code), detail, findings, here: hereView(hereRefused({ at, replaced_by: null })) }
}

export const historyView = (rows: readonly HistoryRow[]): Record<string, unknown> =>
  ({ events: rows.map(row => ({ ...row, at: rfc3339(row.at) })) })

/** RFC 9530 Content-Digest of the bytes whose SHA-256 is known in hexadecimal. */
export const contentDigest = (sha256: string): string => `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
