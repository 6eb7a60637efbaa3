/** What an endpoint's answer means for the message. */
import type { Instant } from '../core/core.ts'
import type { Pushed } from './courier.ts'
import type { Exchanged } from './exchange.ts'

/** These say "later" themselves. */
const later = new Set([408, 425, 429, 503])
const longest_ms = 366 * 86_400_000
/** Who is busy and asks for no time at all would be asked by everything that waits for him, one after the other. */
const busy_ms_min = 1_000
/** The oldest form of a date has no zone: it is always in UTC. */
const asctime = /^\s*[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\s*$/

/** @returns milliseconds a `Retry-After` asks for (RFC 9110 10.2.3), a year at most; null where it says nothing we understand */
export function retryAfterMs (text: string | null, now: Instant): number | null {
  const seconds = /^\s*(\d{1,10})\s*$/.exec(text ?? '')?.[1]
  const date = /^\s*[A-Z][a-z]{2,8},? .{10,40}$/.test(text ?? '') ? Date.parse(`${text ?? ''}${asctime.test(text ?? '') ? ' GMT' : ''}`) : NaN
  const ms = seconds !== undefined ? Number(seconds) * 1_000 : date - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), longest_ms)
}

/**
 * A code is written in one case and has a `_` or a digit, which a name has not; and no more digits than an error has,
 * of which there is no date of birth, telephone number or Bsn.
 */
const theirs = /^(?=.*[_0-9])(?!(?:.*\d){6})(?:[A-Z][A-Z0-9_.-]{0,59}|[a-z][a-z0-9_.-]{0,59})$/

/** @returns the code the endpoint gives for its no; null where it gives none that could stand in a log */
function codeIn ({ contentType, bytes }: Exchanged): string | null {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '')) return null
  try {
    const it: unknown = JSON.parse(String(bytes ?? ''))
    const code = typeof it === 'object' && it !== null && 'code' in it ? it.code : null
    return typeof code === 'string' && theirs.test(code) ? code : null
  } catch { return null }
}

/** @returns what becomes of a push whose answer is no acceptance, by its status alone */
export function unacceptedBy ({ status, retryAfter }: Exchanged, now: Instant): Exclude<Pushed, { kind: 'accepted' }> {
  if (status < 200 || status > 599) return { kind: 'failed', reason: 'no_http', retry_after_ms: null }
  const reason = `http_${status}`
  const retry_after_ms = later.has(status) ? retryAfterMs(retryAfter, now) : null
  if (status === 429) return { kind: 'busy', reason, retry_after_ms: retry_after_ms === null ? null : Math.max(busy_ms_min, retry_after_ms) }
  return status < 400 || status >= 500 || later.has(status) ? { kind: 'failed', reason, retry_after_ms } : { kind: 'refused', reason }
}

/** @returns what becomes of a push to a REST endpoint that got this answer */
export function pushedBy (answer: Exchanged, now: Instant): Pushed {
  if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted' }
  const it = unacceptedBy(answer, now)
  const code = it.kind === 'refused' ? codeIn(answer) : null
  return code === null ? it : { kind: 'refused', reason: `${it.reason}.${code}` }
}
