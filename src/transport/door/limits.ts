/** How much one account, and one address that nobody is known at, may ask: a minute, and at once. */
import rateLimit, { type CreateRateLimitOptions } from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import type { Account } from '../../store/store.ts'
import type { Door } from './door.ts'

export interface AskingLimits {
  readonly requests_per_minute_max: number
  readonly requests_at_once_max: number
  /** Of one address, requests without a usable certificate. */
  readonly strangers_per_minute_max: number
}

export interface Asking {
  /** @throws Refusal ZP_RATE when the account asks more than it may; it may come again when `Retry-After` is over */
  known (request: FastifyRequest, reply: FastifyReply, account: Account): Promise<void>
  /** @throws Refusal ZP_RATE when too many without a usable certificate came from that address; they are answered, and no others */
  stranger (request: FastifyRequest, reply: FastifyReply): Promise<void>
}

/** What an account asks at other processes that serve the same database, and where is told what it asks here. */
export interface Elsewhere {
  /** In the minute that goes on, and being answered; as far as they told. */
  elsewhere (account: string): { readonly minute: number, readonly open: number }
  /** @param count requests in the minute that goes on here @param ms how much of it is left */
  minute (account: string, count: number, ms: number): void
  /** @param count requests being answered here */
  open (account: string, count: number): void
}

/** There is no other process. */
export const alone: Elsewhere = { elsewhere: () => ({ minute: 0, open: 0 }), minute: () => {}, open: () => {} }

const minute = 60_000

/** Counts per minute by what `key` gives. @param counted told of each that may go on @returns seconds until more may be asked, or null */
function perMinute (app: Door, options: CreateRateLimitOptions, counted: (key: string, count: number, ms: number) => void = () => {}): (request: FastifyRequest) => Promise<number | null> {
  const count = app.createRateLimit({ timeWindow: minute, ...options })
  return async request => {
    const found = await count(request)
    if (found.isAllowed) return null
    if (found.isExceeded) return Math.max(1, found.ttlInSeconds)
    counted(found.key, found.max - found.remaining, found.ttl)
    return null
  }
}

function refuse (reply: FastifyReply, seconds: number, detail: string): never {
  reply.header('Retry-After', String(seconds))
  throw new Refusal('ZP_RATE', detail)
}

/** Counts what is being answered. @returns whether one more may begin; it ends with its answer, or its connection */
function atOnce (others: Elsewhere) {
  const open = new Map<string, number>()
  const put = (id: string, count: number): void => {
    if (count === 0) open.delete(id)
    else open.set(id, count)
    others.open(id, count)
  }
  return ({ id }: Account, most: number, reply: FastifyReply): boolean => {
    const now = open.get(id) ?? 0
    if (now + others.elsewhere(id).open >= most) return false
    put(id, now + 1)
    reply.raw.once('close', () => { put(id, (open.get(id) ?? 1) - 1) })
    return true
  }
}

/** @param others processes that serve the same database @returns the limits of this door, each account's own before the configured ones */
export async function openAsking (app: Door, limits: AskingLimits, others: Elsewhere = alone): Promise<Asking> {
  await app.register(rateLimit, { global: false })
  const accounts = new WeakMap<FastifyRequest, Account>()
  const most = (request: FastifyRequest): number => accounts.get(request)?.requests_per_minute_max ?? limits.requests_per_minute_max
  const left = (request: FastifyRequest): number => Math.max(0, most(request) - others.elsewhere(accounts.get(request)?.id ?? '').minute)
  const ofAccount = perMinute(app, { max: left, keyGenerator: request => accounts.get(request)?.id ?? '' }, others.minute)
  // By the address, of IPv6 its network of 64 bits: who has one address there has all of them.
  const ofAddress = perMinute(app, { max: limits.strangers_per_minute_max })
  const begins = atOnce(others)
  return {
    async known (request, reply, account) {
      accounts.set(request, account)
      const seconds = await ofAccount(request)
      if (seconds !== null) refuse(reply, seconds, `account ${account.id}: ${most(request)} per minuut / a minute`)
      const open = account.requests_at_once_max ?? limits.requests_at_once_max
      if (!begins(account, open, reply)) refuse(reply, 1, `account ${account.id}: ${open} tegelijk / at once`)
    },
    async stranger (request, reply) {
      if (request.raw.socket.remoteAddress === undefined) return // gone already
      const seconds = await ofAddress(request)
      if (seconds !== null) refuse(reply, seconds, 'zonder bruikbaar certificaat / without a usable certificate')
    }
  }
}
