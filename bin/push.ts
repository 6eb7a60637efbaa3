/** Options that say by which doors and how a party is reached, and how `parties list` shows that. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { environmentName, pushPorts, readPlace } from '../src/config.ts'
import { never, type BreakerPolicy, type RetryPolicy } from '../src/core/core.ts'
import { withinPorts, type Plan, type WantedConnection, type WantedPush } from '../src/register/register.ts'
import type { CalledConnection, Connection, Endpoint, Party, VspConnection } from '../src/store/store.ts'
import { readText, visible } from './files.ts'
import type { Place } from './place.ts'
import { WrongUse } from './problem.ts'
import { fingerprintOf } from './register.ts'

/** What an option says, or that it is as configured again. Not null: commander makes an empty text of that. */
type OrNone<T> = T | 'none'

/** What the options say; `push`, `ggk` or `vsp` false takes that connection away. `push…`: of the endpoint, whichever door it is of. */
export interface PushOptions {
  readonly push?: string | boolean, readonly pushCa?: string, readonly pushPin?: string
  readonly pushAtOnce?: OrNone<number>, readonly pushPerMinute?: OrNone<number>, readonly pushTimeout?: OrNone<number>
  readonly pushRetry?: OrNone<RetryPolicy>, readonly pushBreaker?: OrNone<BreakerPolicy>
  readonly ggk?: string | boolean, readonly ggkCodes?: OrNone<'2025' | '2018'>, readonly ggk325?: OrNone<'Di01' | 'Du01'>
  readonly vsp?: boolean, readonly vspPayload?: OrNone<'xml' | 'zip'>, readonly vspRol?: string
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
export const withDoors = (command: Command): Command => command
  .option('--push <url>', 'push what is for it to this endpoint (https), besides keeping it in its mailbox')
  .option('--no-push', 'push to it no more: it fetches')
  .option('--push-ca <file>', 'certificates (PEM) by which that of the endpoint is believed; "none": as configured (push_ca)')
  .option('--push-pin <file-or-sha256>', 'the only certificate the endpoint may show, besides being believed: a PEM file, or its SHA-256; "none": any')
  .option('--push-at-once <n>', 'pushes that go on at once; "none": as configured', orNone(numberIn))
  .option('--push-per-minute <n>', 'pushes that begin within a minute; "none": as configured', orNone(numberIn))
  .option('--push-timeout <time>', 'time one push may take, such as 30s; "none": as configured', orNone(timeIn))
  .option('--push-retry <times>', 'first wait after a failure, longest wait, when it is given up, such as 1m,3h,5d; "none": as configured', orNone(retryIn))
  .option('--push-breaker <times>', 'failures after which it is left alone, how long, tries that must then succeed, such as 5,1m,3; "none": as configured', orNone(breakerIn))
  .option('--ggk <url>', 'bring what is for it to this StUF-GGk endpoint (https, port type OntvangAsynchroon); the --push-… options say how it is called')
  .option('--no-ggk', 'call it no more: it fetches')
  .addOption(new Option('--ggk-codes <list>', 'of which list the codes of an Fo01 to it are; "none": as configured (ggk_codes)').choices(['2025', '2018', 'none']))
  .addOption(new Option('--ggk-325 <message>', 'as what a 325 comes to it; "none": as configured (ggk_325)').choices(['Di01', 'Du01', 'none']))
  .option('--vsp', 'its software uses the provider door (VSP)')
  .option('--no-vsp', 'it does so no more')
  .addOption(new Option('--vsp-payload <form>', 'in which form it gets payloads there; "none": as configured').choices(['xml', 'zip', 'none']))
  .option('--vsp-rol <rol>', 'as which rol it is told to others there, such as Instelling; "none": as configured for its kind')

type Said = Readonly<Record<string, unknown>>
/** What was said; `none` is null, and what is absent stays. */
const said = (all: Said): Said => Object.fromEntries(Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, value === 'none' ? null : value]]))

/** How the endpoint is called. */
const calling = ({ pushCa, pushPin, pushAtOnce, pushPerMinute, pushTimeout, pushRetry, pushBreaker }: PushOptions): Partial<WantedPush> => said({
  ca: pushCa === undefined || pushCa === 'none' ? pushCa : readText(pushCa),
  pin: pushPin === undefined || pushPin === 'none' ? pushPin : fingerprintOf(pushPin),
  at_once_max: pushAtOnce,
  per_minute_max: pushPerMinute,
  ms_max: pushTimeout,
  retry: pushRetry,
  breaker: pushBreaker
})
const spoken = ({ ggkCodes, ggk325 }: PushOptions): Said => said({ codes: ggkCodes, answer_325: ggk325 })
const has = (it: object): boolean => Object.keys(it).length > 0

/** The endpoint the party has after what was said, if any; of another door it begins anew. @throws WrongUse */
function calledIn (options: PushOptions, before: CalledConnection | undefined): WantedConnection | undefined {
  const { push, ggk } = options
  const [calls, speaks] = [calling(options), spoken(options)]
  if (typeof push === 'string' && typeof ggk === 'string') throw new WrongUse('a party has one endpoint of its own: --push or --ggk')
  const gone = (push === false && before?.door === 'rest-push') || (ggk === false && before?.door === 'ggk')
  const door = typeof push === 'string' ? 'rest-push' : typeof ggk === 'string' ? 'ggk' : gone ? undefined : before?.door
  const stands = before?.door === door ? before : undefined
  const url = typeof push === 'string' ? push : typeof ggk === 'string' ? ggk : stands?.url
  if (door === undefined || url === undefined) {
    if (gone && has(calls)) throw new WrongUse('--no-push and --no-ggk go with no other --push-… option')
    if (has(speaks)) throw new WrongUse('this party is not called by StUF-GGk: say where with --ggk URL')
    if (has(calls)) throw new WrongUse('nothing is pushed to this party: say where with --push URL, or --ggk URL')
    return undefined
  }
  if (door === 'ggk') return { ...stands, ...calls, ...speaks, door, url }
  if (has(speaks)) throw new WrongUse('this party is not called by StUF-GGk: say where with --ggk URL')
  return { ...stands, ...calls, door, url }
}

/** The provider door as the party has it after what was said, if it has. @throws WrongUse */
function vspIn ({ vsp, vspPayload, vspRol }: PushOptions, before: VspConnection | undefined): WantedConnection | undefined {
  const its = said({ payload: vspPayload, rol: vspRol })
  if (vsp === false) {
    if (has(its)) throw new WrongUse('--no-vsp goes with no other --vsp-… option')
    return undefined
  }
  return vsp === true || has(its) || before !== undefined ? { ...before, ...its, door: 'vsp' } : undefined
}

const usualDoors: readonly Connection[] = [{ door: 'mailbox', direction: 'both' }]
const isCalled = (it: Connection): it is CalledConnection => it.door === 'rest-push' || it.door === 'ggk'

/** @returns all doors of the party from now on; undefined when nothing was said of them @throws WrongUse */
export function connectionsIn (options: PushOptions, before: Party | undefined): WantedConnection[] | undefined {
  const { push, ggk, vsp, vspPayload, vspRol } = options
  if ([push, ggk, vsp, vspPayload, vspRol].every(it => it === undefined) && !has(calling(options)) && !has(spoken(options))) return undefined
  const doors = before?.connections ?? usualDoors
  const called = calledIn(options, doors.find(isCalled))
  const own = vspIn(options, doors.find(it => it.door === 'vsp'))
  return [...doors.filter(it => it.door === 'mailbox'), ...[called, own].flatMap(it => it ?? [])]
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

/** What of an endpoint is not as configured. */
const callingSaid = ({ ca, pin, at_once_max, per_minute_max, ms_max, retry, breaker }: Endpoint): string[] => [
  ...ca === null ? [] : ['its own ca'],
  ...pin === null ? [] : [`pinned to SHA-256 ${pin}`],
  ...at_once_max === null ? [] : [`${at_once_max} at once`],
  ...per_minute_max === null ? [] : [`${per_minute_max} a minute`],
  ...ms_max === null ? [] : [`${timeSaid(ms_max)} each`],
  ...retry === null ? [] : [`tried again after ${timeSaid(retry.first_ms)} to ${timeSaid(retry.longest_ms)}, for ${timeSaid(retry.total_ms)}`],
  ...breaker === null ? [] : [`left alone for ${timeSaid(breaker.open_ms)} after ${breaker.failures} failures, until ${breaker.probes} succeed`]
]

/** @returns how a door is told, what is as configured left out; null for a mailbox, which is as usual */
export function doorSaid (it: Connection): string | null {
  switch (it.door) {
    case 'mailbox': return null
    case 'rest-push': return [`pushed to ${visible(it.url)}`, ...callingSaid(it)].join('  ')
    case 'ggk': return [
      `called by StUF-GGk on ${visible(it.url)}`,
      ...it.codes === null ? [] : [`codes of ${it.codes}`],
      ...it.answer_325 === null ? [] : [`a 325 as ${it.answer_325}`],
      ...callingSaid(it)
    ].join('  ')
    case 'vsp': return ['uses the provider door (VSP)', ...it.payload === null ? [] : [`payloads as ${it.payload}`], ...it.rol === null ? [] : [`rol ${it.rol}`]].join('  ')
    default: return never(it)
  }
}
