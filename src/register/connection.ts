/** By which doors a party is reached: its mailbox, and an endpoint of its own to which what is for it is pushed. */
import { isIP } from 'node:net'
import { Type, type Static } from 'typebox'
import { fingerprint, never, retryFault } from '../core/core.ts'
import { pushConnection } from '../route/route.ts'
import { certificatesIn } from '../sign/sign.ts'
import type { Connection, Endpoint, PushConnection, Register, RegisterChange } from '../store/store.ts'
import { placed, RegisterFault } from './fault.ts'
import { choice, closed, orNull, shapeCheck } from './shape.ts'

const number = (minimum: number, maximum: number, description: string) => Type.Optional(Type.Union([Type.Integer({ minimum, maximum }), Type.Null()], { description }))
const year_ms = 365 * 86_400_000
const ms = Type.Integer({ minimum: 1, maximum: year_ms })

const mailboxShape = Type.Object({ door: choice('mailbox'), direction: choice('in', 'out', 'both') }, closed)
const endpoint = {
  direction: Type.Optional(choice('in')),
  url: Type.String({ maxLength: 2_000, description: 'https, without user, query or fragment.' }),
  ca: Type.Optional(orNull(Type.String({ maxLength: 100_000, description: 'Certificates (PEM) by which that of the endpoint is believed; without it as configured.' }))),
  pin: Type.Optional(orNull(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the only certificate (DER) the endpoint may show, besides being believed.' }))),
  at_once_max: number(1, 1_000, 'Pushes that go on at once; null: as configured.'),
  per_minute_max: number(1, 1_000_000, 'Pushes that begin within a minute; null: as configured.'),
  ms_max: number(100, 3_600_000, 'Time one push may take, in milliseconds; null: as configured.'),
  retry: Type.Optional(Type.Union([Type.Object({ first_ms: ms, longest_ms: ms, total_ms: ms }, closed), Type.Null()], { description: 'When what failed is tried again and given up; null: as configured.' })),
  breaker: Type.Optional(Type.Union([Type.Object({ failures: Type.Integer({ minimum: 1, maximum: 1_000 }), open_ms: ms, probes: Type.Integer({ minimum: 1, maximum: 100 }) }, closed), Type.Null()], { description: 'After how many failures it is left alone, how long, and how many tries must then succeed; null: as configured.' }))
}
const pushShape = Type.Object({ door: choice('rest-push'), ...endpoint }, closed)
const ggkShape = Type.Object({
  door: choice('ggk'),
  ...endpoint,
  codes: Type.Optional(Type.Unsafe<'2025' | '2018' | null>({ enum: ['2025', '2018', null], description: 'Of which list the codes of an Fo01 are; null: as configured.' })),
  answer_325: Type.Optional(Type.Unsafe<'Di01' | 'Du01' | null>({ enum: ['Di01', 'Du01', null], description: 'As what a 325 comes to it; null: as configured.' }))
}, closed)
const vspShape = Type.Object({
  door: choice('vsp'),
  direction: Type.Optional(choice('both')),
  payload: Type.Optional(Type.Unsafe<'xml' | 'zip' | null>({ enum: ['xml', 'zip', null], description: 'In which form it gets payloads; null: as configured.' })),
  rol: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 60, pattern: '^[A-Za-z]+$', description: 'As which rol it is told to others; null: as configured for its kind.' })))
}, closed)

/** A push connection; what is not said is as configured. */
export type WantedPush = Static<typeof pushShape>
export type WantedGgk = Static<typeof ggkShape>
export type WantedVsp = Static<typeof vspShape>
/** A door, as an operator gives it. */
export type WantedConnection = Static<typeof mailboxShape> | WantedPush | WantedGgk | WantedVsp

/** All doors of a party. */
export const connectionsShape = Type.Array(Type.Unsafe<WantedConnection>({ type: 'object', required: ['door'], discriminator: { propertyName: 'door' }, oneOf: [mailboxShape, pushShape, ggkShape, vspShape] }), { maxItems: 3, description: 'By which doors it is reached: its mailbox, the provider door, and an endpoint of its own.' })

const checks = { 'rest-push': shapeCheck<WantedPush>(pushShape), ggk: shapeCheck<WantedGgk>(ggkShape), vsp: shapeCheck<WantedVsp>(vspShape) }

/** The host as it is written and as it is understood must be one: `0x7f.1` is an address that does not look like one. */
function checkHost (hostname: string, written: string): void {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const name = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
  if (isIP(bare) === 0 && !name.test(bare)) throw new RegisterFault('url has a host that is neither a name (letters, digits, dashes and dots) nor an IP address')
  if (isIP(bare) === 4 && !written.startsWith(`https://${bare}`)) throw new RegisterFault(`url writes an IP address in another way than usual: write ${bare}`)
}

/** Nine digits in a row may be a Bsn, also when they are written as %31. @throws RegisterFault */
function checkDigits (href: string): void {
  let plain: string
  try { plain = decodeURIComponent(href) } catch { throw new RegisterFault('url has a % that stands for no character') }
  if (/\d{9}/.test(plain)) throw new RegisterFault('url may hold no nine digits in a row: they may be taken for a Bsn')
}

/** @returns the URL as it is called @throws RegisterFault */
function endpointOf (text: string): string {
  if (/[^\x21-\x7e]|\\/.test(text)) throw new RegisterFault('url holds a character that may not stand there (a space, a backslash, an accent): write it as %XX, a name in its form xn--…')
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) throw new RegisterFault('url begins with https:// and a host, such as https://zorg.example/berichten')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || /^https:\/\/[^/?#]*@/i.test(text)) throw new RegisterFault('url may hold no user or password: the gateway makes itself known by its certificate')
  if (/[?#]/.test(text)) throw new RegisterFault('url may hold no query (?) or fragment (#)')
  checkHost(url.hostname, text.toLowerCase())
  checkDigits(url.href)
  return url.href
}

/** Only certificates are kept: what stands beside them in the text (by mistake a key) is not ours to keep. */
const authoritiesOf = (pem: string): string => certificatesIn(pem, 'ca').map(({ x509 }) => `${x509.toString().trimEnd()}\n`).join('')

/** @returns the endpoint with everything said @throws RegisterFault or Unusable */
function endpointFrom ({ url, ca = null, pin = null, at_once_max = null, per_minute_max = null, ms_max = null, retry = null, breaker = null }: WantedPush | WantedGgk): Endpoint {
  const fault = retry === null ? null : retryFault(retry, member => `retry, ${member}`)
  if (fault !== null) throw new RegisterFault(fault)
  return { direction: 'in', url: endpointOf(url), ca: ca === null ? null : authoritiesOf(ca), pin: pin === null ? null : fingerprint(pin), at_once_max, per_minute_max, ms_max, retry, breaker }
}

/** @returns the connection with everything said @throws RegisterFault or Unusable */
function connectionFrom (given: WantedConnection): Connection {
  switch (given.door) {
    case 'mailbox': return given
    case 'rest-push': return placed('push connection', () => ({ door: given.door, ...endpointFrom(checks['rest-push'](given)) }))
    case 'ggk': return placed('ggk connection', () => {
      const { codes = null, answer_325 = null, ...rest } = checks.ggk(given)
      return { door: given.door, ...endpointFrom(rest), codes, answer_325 }
    })
    case 'vsp': return placed('vsp connection', () => {
      const { payload = null, rol = null } = checks.vsp(given)
      return { door: given.door, direction: 'both', payload, rol }
    })
    default: return never(given)
  }
}

const called = ({ door }: Pick<WantedConnection, 'door'>): boolean => door === 'rest-push' || door === 'ggk'

/** @returns the doors with everything said @throws RegisterFault when one cannot be, stands there twice, or there are two endpoints */
export function connectionsOf (wanted: readonly WantedConnection[]): Connection[] {
  const twin = wanted.find((it, at) => wanted.findIndex(its => its.door === it.door) !== at)
  if (twin !== undefined) throw new RegisterFault(`connections: a party has one connection by the door ${twin.door}`)
  if (wanted.filter(called).length > 1) throw new RegisterFault('connections: a party has one endpoint of its own, rest-push or ggk')
  return wanted.map(connectionFrom)
}

interface Doors { readonly connections: readonly Connection[] }
/** @returns the REST endpoint a party is pushed to, if there is one */
export const pushOf = ({ connections }: Doors): PushConnection | undefined => connections.find(it => it.door === 'rest-push')

/** @returns the port an endpoint is called on */
export const portOf = ({ url }: Pick<Endpoint, 'url'>): number => Number(new URL(url).port || 443)

/**
 * @param ports that may be pushed to, as configured
 * @returns the same plan, which refuses an endpoint elsewhere; what stood there before is left to the doctor
 */
export const withinPorts = (ports: readonly number[], plan: (register: Register) => readonly RegisterChange[]) => (register: Register): readonly RegisterChange[] => {
  const changes = plan(register)
  for (const change of changes) {
    const push = change.kind === 'party' ? pushConnection(change.party) : null
    const stood = change.kind === 'party' && register.parties.some(it => it.code === change.party.code && pushConnection(it)?.url === push?.url)
    if (push !== null && !stood && !ports.includes(portOf(push))) throw new RegisterFault(`push connection: port ${portOf(push)} is not among push_ports (${ports.join(', ')}); another port, or the setting, must change`)
  }
  return changes
}
