/** Why a message is still here, and when something happens to it next: one pure answer from where it stands and what is known of its receiver's endpoint. */
import { dutchMoment } from '../calendar/calendar.ts'
import { momentOf, never, type Instant, type MessageId } from '../core/core.ts'
import type { Destination, RefusedMessage, StoredMessage, Work } from '../store/store.ts'
import { toldReason } from './reasons.ts'
import { filled, kinds, type HereCode, type WaitsFor } from './table.ts'

export { allKinds, type HereCode, type Kind, type WaitsFor } from './table.ts'
export { endpointsIn, type Endpoint } from './endpoints.ts'
export { toldReason } from './reasons.ts'

/** The answer. */
export interface Here {
  readonly code: HereCode
  readonly waits_for: WaitsFor
  /** Since when it is so, as far as that is known. */
  readonly since: Instant | null
  /** When something happens to it by itself, now at the earliest; null where that is up to somebody, or nothing comes any more. */
  readonly next: Instant | null
  /** The message it waits for; null also where the asker may not see that one. */
  readonly behind: MessageId | null
  /** Code of why: also the sender is told what is wrong with the receiver's endpoint, so that he can call and say it; not where it is. */
  readonly reason: string | null
  /** Sentences for a person; times are Dutch. */
  readonly nl: string
  readonly en: string
}

/** What is known beside the message itself. */
export interface Known {
  /** Of its receiver's endpoint; null: nothing, or it has none. */
  readonly destination: Destination | null
  /** What it is behind, whoever may see it; null when that is gone by now, or it is behind nothing. */
  readonly ahead: StoredMessage | null
  /** Whether the asker may see that one. */
  readonly aheadShown: boolean
  readonly now: Instant
}

type Around = Pick<Known, 'destination' | 'ahead' | 'now'>
interface Found { readonly code: HereCode, readonly since: Instant | null, readonly next: Instant | null, readonly reason: string | null }

const found = (code: HereCode, since: Instant | null, next: Instant | null = null, reason: string | null = null): Found => ({ code, since, next, reason })
const later = (at: Instant | null, now: Instant): at is Instant => at !== null && at > now

/** What handlers are shown. */
function handling ({ since, next, attempts, under_way, reason }: Pick<Work, 'since' | 'next' | 'attempts' | 'under_way' | 'reason'>, now: Instant): Found {
  if (under_way) return found('looked_at', since, now)
  if (!later(next, now)) return found('waiting', since, now)
  return found(attempts > 0 ? 'look_again' : 'look_later', since, next, reason)
}

/** What its endpoint is left alone for; one that asked for patience answers, and is told so. */
function leftAlone ({ state, open_until, failing_since, reason }: Destination, since: Instant | null): Found {
  return state === 'closed' ? found('push_later', since, open_until, reason) : found('left_alone', failing_since, open_until, reason)
}

function pushing ({ state, since, next, attempts, under_way, reason, behind }: Work, { destination, ahead, now }: Around): Found {
  if (under_way) return found('pushing', since, now)
  if (state === 'blocked' && behind !== null) return found('behind', since, ahead === null ? now : look(ahead, { destination, ahead: null, now }).next ?? now)
  if (destination !== null && later(destination.open_until, now) && !later(next, destination.open_until)) return leftAlone(destination, since)
  if (!later(next, now)) return found('push_due', since, now)
  return found(attempts > 0 ? 'push_again' : 'push_later', since, next, reason)
}

function closed ({ answer, answered_by, answer_due, delivered }: StoredMessage, now: Instant): Found {
  switch (answer) {
    case 'none': return found('delivered', delivered)
    case 'answered': return found('answered', answered_by === null ? delivered : momentOf(answered_by))
    case 'awaited': return answer_due === null || answer_due > now ? found('answer_awaited', delivered, answer_due) : found('answer_late', answer_due)
    default: return never(answer)
  }
}

const ends = { functional: 'dead_functional', transient: 'dead_transient', partner_down: 'dead_partner_down' } as const

/** An answer that its receiver gave makes it delivered: one that is here beside it, the gateway made. */
function dead (it: StoredMessage): Found {
  const since = it.work?.since ?? null
  const reason = it.dead_reason ?? it.work?.reason ?? null
  return reason === 'erased' ? found('erased', since) : found(ends[it.dead_class ?? 'functional'], since, null, reason)
}

function held (work: Work | null, now: Instant): Found {
  const { since = null, next = null, reason = null } = work ?? {}
  return next !== null && next <= now ? found('waiting', since, now) : found('held', since, next, reason)
}

const idle = { since: null, next: null, attempts: 0, under_way: false, reason: null }

function look (it: StoredMessage, known: Around): Found {
  const { delivery, work, verdict, offered, received } = it
  switch (delivery) {
    case 'none': return found(verdict === 'rejected' ? 'rejected' : 'imported', received)
    case 'waiting': return handling(work ?? idle, known.now)
    case 'held': return held(work, known.now)
    case 'offered': return work?.kind === 'push' && (work.state === 'due' || work.state === 'blocked') ? pushing(work, known) : found('mailbox', offered)
    case 'delivered': return closed(it, known.now)
    case 'dead': return dead(it)
    default: return never(delivery)
  }
}

const times = (count: number): { readonly nl: string, readonly en: string } => count === 1 ? { nl: 'één keer', en: 'once' } : { nl: `${count} keer`, en: `${count} times` }

/** @returns the answer for whoever `known` is made for; every state has one */
export function here (it: StoredMessage, known: Known): Here {
  const { code, since, next, reason } = look(it, known)
  const behind = code === 'behind' && known.aheadShown ? it.work?.behind ?? null : null
  const ahead = known.ahead === null || behind === null ? null : here(known.ahead, { ...known, ahead: null, aheadShown: false })
  const [tries, told] = [times(it.attempts), toldReason(reason)]
  const kept = it.payload_gone === null ? '' : null
  const sentence = (lang: 'nl' | 'en'): string => filled(kinds[code][lang], {
    since: moment(since, lang), next: moment(next, lang), reason: told?.[lang] ?? null, times: tries[lang], behind, ahead: ahead?.[lang] ?? null, kept,
    answered: it.answer === 'answered' ? it.answered_by : null
  })
  return { code, waits_for: kinds[code].waits_for, since, next, behind, reason, nl: sentence('nl'), en: sentence('en') }
}

/** @returns the same of a message that was refused at the door */
export function hereRefused ({ at, replaced_by }: Pick<RefusedMessage, 'at' | 'replaced_by'>): Here {
  const code = replaced_by === null ? 'refused' : 'corrected'
  return { code, since: at, next: null, behind: null, reason: null, ...kinds[code] }
}

const moment = (at: Instant | null, lang: 'nl' | 'en'): string | null => at === null ? null : dutchMoment(at, lang)
