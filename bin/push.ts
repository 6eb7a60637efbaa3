/** Options that say where and how what is for a party is pushed, and how `parties list` shows that. */
import { InvalidArgumentError, type Command } from 'commander'
import { environmentName, pushPorts, readPlace } from '../src/config.ts'
import type { BreakerPolicy, RetryPolicy } from '../src/core/core.ts'
import { pushOf, withinPorts, type Plan, type WantedConnection, type WantedPush } from '../src/register/register.ts'
import type { Party, PushConnection } from '../src/store/store.ts'
import { readText, visible } from './files.ts'
import type { Place } from './place.ts'
import { WrongUse } from './problem.ts'
import { fingerprintOf } from './register.ts'

/** What an option says, or that it is as configured again. Not null: commander makes an empty text of that. */
type OrNone<T> = T | 'none'

/** What the options say; `push: false` takes the connection away. */
export interface PushOptions {
  readonly push?: string | boolean, readonly pushCa?: string, readonly pushPin?: string
  readonly pushAtOnce?: OrNone<number>, readonly pushPerMinute?: OrNone<number>, readonly pushTimeout?: OrNone<number>
  readonly pushRetry?: OrNone<RetryPolicy>, readonly pushBreaker?: OrNone<BreakerPolicy>
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** @throws InvalidArgumentError, which is wrong use */
function timeIn (text: string): number {
  const { number = '', unit = '' } = /^(?<number>[1-9][0-9]{0,8})(?<unit>ms|s|m|h|d)$/.exec(text)?.groups ?? {}
  const [, factor] = Object.entries(units).find(([name]) => name === unit) ?? []
  if (factor === undefined) throw new InvalidArgumentError('a time is a number with its unit, such as 30s, 5m, 3h or 5d')
  return Number(number) * factor
}

function numberIn (text: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new InvalidArgumentError('it is a whole number from 1, or none')
  return Number(text)
}

const orNone = <T>(read: (text: string) => T) => (text: string): OrNone<T> => text === 'none' ? text : read(text)

function retryIn (text: string): RetryPolicy {
  const [first, longest, total, more] = text.split(',')
  if (first === undefined || longest === undefined || total === undefined || more !== undefined) throw new InvalidArgumentError('it is the first wait, the longest and when it is given up, such as 1m,3h,5d; or none')
  return { first_ms: timeIn(first), longest_ms: timeIn(longest), total_ms: timeIn(total) }
}

function breakerIn (text: string): BreakerPolicy {
  const [failures, open, probes, more] = text.split(',')
  if (failures === undefined || open === undefined || probes === undefined || more !== undefined) throw new InvalidArgumentError('it is the failures, the rest and the tries that must then succeed, such as 5,1m,3; or none')
  return { failures: numberIn(failures), open_ms: timeIn(open), probes: numberIn(probes) }
}

/** Adds the options. */
export const withPush = (command: Command): Command => command
  .option('--push <url>', 'push what is for it to this endpoint (https), besides keeping it in its mailbox')
  .option('--no-push', 'push to it no more: it fetches')
  .option('--push-ca <file>', 'certificates (PEM) by which that of the endpoint is believed; "none": as configured (push_ca)')
  .option('--push-pin <file-or-sha256>', 'the only certificate the endpoint may show, besides being believed: a PEM file, or its SHA-256; "none": any')
  .option('--push-at-once <n>', 'pushes that go on at once; "none": as configured', orNone(numberIn))
  .option('--push-per-minute <n>', 'pushes that begin within a minute; "none": as configured', orNone(numberIn))
  .option('--push-timeout <time>', 'time one push may take, such as 30s; "none": as configured', orNone(timeIn))
  .option('--push-retry <times>', 'first wait after a failure, longest wait, when it is given up, such as 1m,3h,5d; "none": as configured', orNone(retryIn))
  .option('--push-breaker <times>', 'failures after which it is left alone, how long, tries that must then succeed, such as 5,1m,3; "none": as configured', orNone(breakerIn))

/** What was said besides where to; what is absent stays. */
function details ({ pushCa, pushPin, pushAtOnce, pushPerMinute, pushTimeout, pushRetry, pushBreaker }: PushOptions): Partial<WantedPush> {
  const said = {
    ca: pushCa === undefined || pushCa === 'none' ? pushCa : readText(pushCa),
    pin: pushPin === undefined || pushPin === 'none' ? pushPin : fingerprintOf(pushPin),
    at_once_max: pushAtOnce,
    per_minute_max: pushPerMinute,
    ms_max: pushTimeout,
    retry: pushRetry,
    breaker: pushBreaker
  }
  return Object.fromEntries(Object.entries(said).flatMap(([name, value]) => value === undefined ? [] : [[name, value === 'none' ? null : value]]))
}

/** @returns all doors of the party from now on; undefined when nothing was said of them @throws WrongUse */
export function connectionsIn (options: PushOptions, before: Party | undefined): WantedConnection[] | undefined {
  const said = details(options)
  const others = before?.connections.filter(it => it.door !== 'rest-push') ?? [{ door: 'mailbox' as const, direction: 'both' as const }]
  if (options.push === false) {
    if (Object.keys(said).length > 0) throw new WrongUse('--no-push goes with no other --push-… option')
    return others
  }
  if (typeof options.push !== 'string' && Object.keys(said).length === 0) return undefined
  const stands = before === undefined ? undefined : pushOf(before)
  const url = typeof options.push === 'string' ? options.push : stands?.url
  if (url === undefined) throw new WrongUse('nothing is pushed to this party: say where with --push URL')
  return [...others, { ...stands, ...said, door: 'rest-push', url }]
}

/** @returns the plan, which refuses ports that are not for pushing where the command was told the configuration of serve @throws ConfigError */
export function withinConfigured (place: Place, plan: Plan): Plan {
  const known = place.config !== undefined || process.env[environmentName('push_ports')] !== undefined
  const { push_ports } = readPlace({ file: place.config, env: process.env })
  return known && push_ports !== undefined ? withinPorts(pushPorts({ push_ports }), plan) : plan
}

/** @returns a time in its largest unit that leaves a whole number */
function timeSaid (ms: number): string {
  const [name = 'ms', factor = 1] = Object.entries(units).toReversed().find(([, it]) => ms % it === 0) ?? []
  return `${ms / factor}${name}`
}

/** @returns how a push connection is told; what is as configured is not */
export function pushSaid ({ url, ca, pin, at_once_max, per_minute_max, ms_max, retry, breaker }: PushConnection): string {
  return [
    `pushed to ${visible(url)}`,
    ...ca === null ? [] : ['its own ca'],
    ...pin === null ? [] : [`pinned to SHA-256 ${pin}`],
    ...at_once_max === null ? [] : [`${at_once_max} at once`],
    ...per_minute_max === null ? [] : [`${per_minute_max} a minute`],
    ...ms_max === null ? [] : [`${timeSaid(ms_max)} each`],
    ...retry === null ? [] : [`tried again after ${timeSaid(retry.first_ms)} to ${timeSaid(retry.longest_ms)}, for ${timeSaid(retry.total_ms)}`],
    ...breaker === null ? [] : [`left alone for ${timeSaid(breaker.open_ms)} after ${breaker.failures} failures, until ${breaker.probes} succeed`]
  ].join('  ')
}
