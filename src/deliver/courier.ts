/** Pushes one message to the endpoint of its receiver, and says in one code what became of it. */
import { lookup } from 'node:dns/promises'
import { createSecureContext } from 'node:tls'
import { never, systemClock, type Clock, type Instant } from '../core/core.ts'
import type { CalledConnection, GgkConnection, Parcel } from '../store/store.ts'
import { reachable } from './address.ts'
import { pushedBy } from './answer.ts'
import { exchange, type Exchanged, type Message } from './exchange.ts'
import { answerReason, PushFault, wasBroken } from './fault.ts'
import { ggkMessage, ggkNotice, ggkPushedBy, ggkUnsayable, usualGgk, type GgkSettings } from './ggk.ts'
import { openLanes, type Lane } from './lanes.ts'
import type { Address } from './line.ts'
import { pushMessage } from './multipart.ts'

/**
 * What became of one push. accepted: the other side has it. refused: it will not take this message, now or later. failed:
 * no answer, or one that says "later"; it says something about the destination. busy: the destination is well and asks us
 * to wait. `reason` is a code of ours (`reasons`), never a text of the other side's; `retry_after_ms`: how long it asked us to wait.
 */
export type Pushed =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused', readonly reason: string }
  | { readonly kind: 'failed', readonly reason: string, readonly retry_after_ms: number | null }
  | { readonly kind: 'busy', readonly reason: string, readonly retry_after_ms: number | null }

export interface Courier {
  /** @returns why the other side's door cannot carry this message, so that no try would help; null where it can */
  unsayable (to: CalledConnection, parcel: Parcel): string | null
  /**
   * @param attempt from 1, told to the other side
   * @throws only what `signal` was aborted with, when it was; whether the other side has the message is not known then
   */
  push (to: CalledConnection, parcel: Parcel, attempt: number, signal: AbortSignal): Promise<Pushed>
  /**
   * Brings a message of the protocol.
   * @param body an Fo01 by itself, without SOAP @param attempt from 1, told to the other side
   * @throws as push
   */
  tell (to: GgkConnection, body: Uint8Array, attempt: number, signal: AbortSignal): Promise<Pushed>
  /** Ends all connections; what is under way fails. */
  close (): Promise<void>
}

/** A key in the clear and its certificate with the chain below it, as PEM. */
export interface OwnPair { readonly key: string, readonly cert: string }

export interface CourierOptions {
  /** By what the gateway is known now, asked at every push; null: by nothing, and nothing can be pushed. */
  readonly identity: () => OwnPair | null
  /** Authorities (PEM) by which endpoints are believed whose connection names none of its own; null: those Node brings. */
  readonly ca: string | null
  readonly ports: readonly number[]
  /** CIDRs that may be reached although they are not on the public internet. */
  readonly networks: readonly string[]
  /** Time one push may take from its first byte to the other side's answer, where the connection does not say. */
  readonly ms_max: number
  readonly connect_ms_max: number
  /** StUF-GGk, where the connection does not say: as what a 325 travels; and the largest Di01 or Du01, without the SOAP around it. */
  readonly ggk?: GgkSettings
  readonly clock?: Clock
  /** All addresses of a name, in order of preference; rejects when it has none. Default: as the machine resolves names. */
  readonly lookup?: (name: string) => Promise<readonly Address[]>
}

/** A name's addresses as the machine finds them. */
const byMachine = async (name: string): Promise<readonly Address[]> =>
  (await lookup(name, { all: true })).flatMap(({ address, family }) => family === 4 || family === 6 ? [{ address, family }] : [])

interface Limit { readonly signal: AbortSignal, readonly expired: () => boolean, readonly end: () => void }

/** Aborts when one of the signals does, or when the time is up. */
function limit (ms: number, signals: readonly AbortSignal[]): Limit {
  const control = new AbortController()
  const abort = (): void => { control.abort() }
  let expired = false
  const timer = setTimeout(() => {
    expired = true
    abort()
  }, ms)
  for (const signal of signals) {
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
  }
  return {
    signal: control.signal,
    expired: () => expired,
    end () {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', abort)
    }
  }
}

const failed = (reason: string): Pushed => ({ kind: 'failed', reason, retry_after_ms: null })

/** The register checked it when it was set; what may be pushed to can be another since. @throws PushFault */
function urlOf (text: string, ports: readonly number[]): URL {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') throw new PushFault('url')
  if (!ports.includes(url.port === '' ? 443 : Number(url.port))) throw new PushFault('url')
  return url
}

/** A connection that was kept can be gone without our knowing: what went over it and got no answer goes once over a new one. */
async function over (lane: Lane, message: Message, signal: AbortSignal): Promise<Exchanged> {
  const kept = lane.kept()
  if (kept !== null) {
    try { return await exchange(kept, message, signal) } catch (error) {
      kept.end()
      if (signal.aborted || !wasBroken(error)) throw error
    }
  }
  const fresh = await lane.open(signal)
  try { return await exchange(fresh, message, signal) } catch (error) {
    fresh.end()
    throw error
  }
}

/** What is sent, and what an answer to it means. */
interface Call { readonly message: Omit<Message, 'path'>, readonly pushedBy: (answer: Exchanged, now: Instant) => Pushed }

function callOf (to: CalledConnection, parcel: Parcel, attempt: number, settings: GgkSettings): Call {
  switch (to.door) {
    case 'rest-push': return { message: pushMessage(parcel, attempt), pushedBy }
    case 'ggk': return { message: ggkMessage(to, parcel, attempt, settings), pushedBy: ggkPushedBy }
    default: return never(to)
  }
}

/** @throws Error when one of `networks` is no CIDR */
export function openCourier (options: CourierOptions): Courier {
  const { ports, clock = systemClock, ggk = usualGgk } = options
  const closing = new AbortController()
  const lanes = openLanes({ clock, connect_ms_max: options.connect_ms_max, lookup: options.lookup ?? byMachine, reachable: reachable(options.networks) })

  async function called (to: CalledConnection, { message, pushedBy }: Call, signal: AbortSignal): Promise<Pushed> {
    const url = urlOf(to.url, ports)
    const ca = to.ca ?? options.ca
    const pair = options.identity()
    if (pair === null) throw new PushFault('no_certificate')
    const lane = lanes.to(url, to.pin, [ca, pair.key, pair.cert], () => createSecureContext({ ...pair, ...(ca === null ? {} : { ca }), minVersion: 'TLSv1.2' }))
    const answer = await over(lane, { ...message, path: `${url.pathname}${url.search}` }, signal)
    return pushedBy(answer, clock.now())
  }

  async function inTime (to: CalledConnection, callFor: () => Call, signal: AbortSignal): Promise<Pushed> {
    signal.throwIfAborted()
    const time = limit(to.ms_max ?? options.ms_max, [signal, closing.signal])
    try {
      return await called(to, callFor(), time.signal)
    } catch (error) {
      signal.throwIfAborted()
      return failed(time.expired() ? 'timeout' : answerReason(error))
    } finally { time.end() }
  }

  return {
    unsayable: (to, parcel) => to.door === 'ggk' ? ggkUnsayable(to, parcel, ggk) : null,
    push: (to, parcel, attempt, signal) => inTime(to, () => callOf(to, parcel, attempt, ggk), signal),
    tell: (to, body, attempt, signal) => inTime(to, () => ({ message: ggkNotice(body, attempt), pushedBy: ggkPushedBy }), signal),
    async close () {
      closing.abort()
      lanes.close()
    }
  }
}
