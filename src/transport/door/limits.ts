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

const minute = 60_000

/** Counts per minute by what `key` gives. @returns seconds until more may be asked, or null */
function perMinute (app: Door, options: CreateRateLimitOptions): (request: FastifyRequest) => Promise<number | null> {
  const count = app.createRateLimit({ timeWindow: minute, ...options })
  return async request => {
    const found = await count(request)
    return found.isAllowed || !found.isExceeded ? null : Math.max(1, found.ttlInSeconds)
  }
}

function refuse (reply: FastifyReply, seconds: number, detail: string): never {
  reply.header('Retry-After', String(seconds))
  throw new Refusal('ZP_RATE', detail)
}

/** Counts what is being answered. @returns whether one more may begin; it ends with its answer, or its connection */
function atOnce () {
  const open = new Map<string, number>()
  return (account: Account, most: number, reply: FastifyReply): boolean => {
    const now = open.get(account.id) ?? 0
    if (now >= most) return false
    open.set(account.id, now + 1)
    reply.raw.once('close', () => {
      const left = (open.get(account.id) ?? 1) - 1
      if (left === 0) open.delete(account.id)
      else open.set(account.id, left)
    })
    return true
  }
}

/** @returns the limits of this door, each account's own before the configured ones */
export async function openAsking (app: Door, limits: AskingLimits): Promise<Asking> {
  await app.register(rateLimit, { global: false })
  const accounts = new WeakMap<FastifyRequest, Account>()
  const most = (request: FastifyRequest): number => accounts.get(request)?.requests_per_minute_max ?? limits.requests_per_minute_max
  const ofAccount = perMinute(app, { max: most, keyGenerator: request => accounts.get(request)?.id ?? '' })
  // By the address, of IPv6 its network of 64 bits: who has one address there has all of them.
  const ofAddress = perMinute(app, { max: limits.strangers_per_minute_max })
  const begins = atOnce()
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
