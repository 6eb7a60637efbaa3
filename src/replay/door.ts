/** What a replay asks of a gateway, whoever makes the connections; and the waits that belong to it. */
import { setTimeout as sleep } from 'node:timers/promises'

/** What the gateway answered; `body` is its JSON, or empty. */
export interface Reply { readonly status: number, readonly headers: Readonly<Record<string, unknown>>, readonly bytes: Uint8Array, readonly body: Readonly<Record<string, unknown>> }

/** The gateway as the played parties see it; a connection that cannot be made is an error, which ends the replay. */
export interface Door {
  call (party: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Reply>
}

/** @returns how long the gateway asks to wait before the same is tried again; null when it does not ask */
export function waitOf ({ status, headers }: Reply): number | null {
  if (status !== 429 && status !== 503) return null
  const seconds = Number(headers['retry-after'] ?? 1)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.1), 30) * 1000 : 1000
}

/** Waits; an abort ends the wait with an error. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => { await sleep(ms, undefined, { signal }) }

/** @returns what keeps messages at most this many a second apart; null: no bound */
export function pacer (per_second_max: number | null, signal: AbortSignal): () => Promise<void> {
  let next = 0
  return async () => {
    signal.throwIfAborted()
    if (per_second_max === null) return
    const now = performance.now()
    const at = Math.max(now, next)
    next = at + 1000 / per_second_max
    if (at > now) await pause(at - now, signal)
  }
}

/** @returns the text of a member; empty when it is none */
export const textIn = (body: Readonly<Record<string, unknown>>, name: string): string => typeof body[name] === 'string' ? body[name] : ''
