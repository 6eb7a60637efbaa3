/** The whole register as one JSON document: written out, and read back with everything checked before anything changes. */
import { isDeepStrictEqual } from 'node:util'
import { Type, type Static } from 'typebox'
import { judgingLevels, rfc3339, type Instant } from '../core/core.ts'
import type { Account, Certificate, Mandate, Party, Register, RegisterChange } from '../store/store.ts'
import { readGiven, type Asked } from './certificate.ts'
import { connectionsShape } from './connection.ts'
import { placed, RegisterFault } from './fault.ts'
import { momentOf } from './moment.ts'
import { changed, checkMandated, planAccount, planMandate, planParty } from './plan.ts'
import { choice, closed, orNull, shapeCheck } from './shape.ts'

const moment = Type.String({ description: 'A date (its first moment, Dutch time) or a moment in RFC 3339.' })
const family = choice('iwmo', 'ijw')
const limit = Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()])

const period = { from: Type.Optional(orNull(moment)), until: Type.Optional(orNull(moment)) }
/** What can be said of a party, besides its code. */
export const partyMembers = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  rol: Type.Optional(orNull(Type.String({ pattern: '^[0-9]{2}$', description: 'AGB rol of an aanbieder.' }))),
  families: Type.Optional(Type.Array(family, { minItems: 1, uniqueItems: true })),
  ...period,
  connections: Type.Optional(connectionsShape),
  judging: Type.Optional(Type.Object({
    level: Type.Optional(choice(...judgingLevels)),
    types: Type.Optional(Type.Record(Type.String(), choice(...judgingLevels), { description: 'By message number, such as 323, what is judged otherwise.' })),
    answers: Type.Optional(choice('automatic', 'own')),
    rejected: Type.Optional(choice('withhold', 'deliver'))
  }, { ...closed, description: 'How messages to it are judged, and who answers them.' }))
}
/** What can be said of an account, besides its id, certificates and mandates. */
export const accountMembers = {
  role: Type.Optional(choice('party', 'operator', 'auditor')),
  party: Type.Optional(orNull(Type.String({ maxLength: 8, description: 'Its own party.' }))),
  active: Type.Optional(Type.Boolean()),
  oin: Type.Optional(orNull(Type.String({ pattern: '^[0-9]{20}$' }))),
  requests_per_minute_max: Type.Optional(limit),
  requests_at_once_max: Type.Optional(limit)
}
/** A certificate: itself in PEM, or what was kept of it. */
export const certificateShape = Type.Object({
  use: Type.Optional(choice('tls', 'sign')),
  pem: Type.Optional(orNull(Type.String({ maxLength: 20_000 }))),
  fingerprint: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the DER.' })),
  subject: Type.Optional(Type.String({ maxLength: 1_000 })),
  not_after: Type.Optional(moment)
}, closed)
const mandateShape = Type.Object({ party: Type.String(), family, direction: choice('send', 'receive'), from: moment, until: Type.Optional(orNull(moment)) }, closed)

/** The whole register. An account's certificates and mandates, when given, are all it has. */
export const registerShape = Type.Object({
  format: Type.Unsafe<'zorgpoort-register-1'>({ type: 'string', enum: ['zorgpoort-register-1'] }),
  parties: Type.Array(Type.Object({ code: Type.String(), ...partyMembers }, closed)),
  accounts: Type.Array(Type.Object({ id: Type.String(), ...accountMembers, certificates: Type.Optional(Type.Array(certificateShape)), mandates: Type.Optional(Type.Array(mandateShape)) }, closed))
}, closed)
export type RegisterFile = Static<typeof registerShape>

const time = (at: Instant | null): string | null => at === null ? null : rfc3339(at)

/** @returns how a party is shown */
export const partyView = ({ code, name, rol, families, from, until, connections, judging }: Party) =>
  ({ code, name, rol, families: [...families], from: time(from), until: time(until), connections: [...connections], judging: { ...judging, types: { ...judging.types } } })
const certificateView = ({ use, fingerprint, subject, not_after, pem }: Certificate) => ({ use, fingerprint, subject, not_after: rfc3339(not_after), pem })
const mandateView = ({ party, family, direction, from, until }: Mandate) => ({ party, family, direction, from: rfc3339(from), until: time(until) })
/** @returns how an account is shown, its mandates among the given */
export const accountView = ({ certificates, ...rest }: Account, mandates: readonly Mandate[]) =>
  ({ ...rest, certificates: certificates.map(certificateView), mandates: mandates.filter(it => it.account === rest.id).map(mandateView) })

/** @returns the document; the same register gives the same one */
export const exported = ({ parties, accounts, mandates }: Register): RegisterFile =>
  ({ format: 'zorgpoort-register-1', parties: parties.map(partyView), accounts: accounts.map(it => accountView(it, mandates)) })

/** @throws RegisterFault naming the first place that is wrong in form */
export const registerFile = shapeCheck<RegisterFile>(registerShape)

/** @returns the moment that was said, null where null was said, undefined where nothing was */
export const saidMoment = (text: string | null | undefined, what: string): Instant | null | undefined =>
  text === undefined || text === null ? text : momentOf(text, what)

function mandatesOf (register: Register, { id, mandates = [] }: RegisterFile['accounts'][number]): Mandate[] {
  return mandates.map((it, at) => placed(`mandates ${at + 1}`, () => ({
    ...checkMandated(register, id, it.party), family: it.family, direction: it.direction, from: momentOf(it.from, 'from'), until: saidMoment(it.until, 'until') ?? null
  })))
}

/** The mandates that are named are all the account has: the others are gone. */
function planMandatesOf (register: Register, entry: RegisterFile['accounts'][number]): RegisterChange[] {
  if (entry.mandates === undefined) return []
  const wanted = mandatesOf(register, entry)
  let now: Register = { ...register, mandates: [] }
  wanted.forEach((mandate, at) => placed(`mandates ${at + 1}`, () => {
    const [given] = planMandate(now, mandate)
    if (given === undefined) throw new RegisterFault('this mandate is given twice')
    now = changed(now, given)
  }))
  const had = register.mandates.filter(it => it.account === entry.id)
  const gone = had.filter(it => !wanted.some(its => isDeepStrictEqual({ ...its, until: null }, { ...it, until: null })))
  const news = wanted.filter(it => !had.some(its => isDeepStrictEqual(its, it)))
  return [...gone.map((mandate): RegisterChange => ({ kind: 'no_mandate', mandate })), ...news.map((mandate): RegisterChange => ({ kind: 'mandate', mandate }))]
}

/**
 * @returns every change that makes the register as the document says; what the document does not name stays
 * @throws RegisterFault naming the place of the first entry that is wrong
 */
export function planImport (register: Register, { parties, accounts }: RegisterFile, asked: Asked): RegisterChange[] {
  const all: RegisterChange[] = []
  let now = register
  const plan = (where: string, make: () => readonly RegisterChange[]): void => {
    for (const change of placed(where, make)) {
      all.push(change)
      now = changed(now, change)
    }
  }
  refuseTwins('parties', parties.map(it => it.code))
  refuseTwins('accounts', accounts.map(it => it.id))
  parties.forEach((it, at) => { plan(`parties ${at + 1}`, () => planParty(now, { ...it, from: saidMoment(it.from, 'from'), until: saidMoment(it.until, 'until') })) })
  accounts.forEach((it, at) => { plan(`accounts ${at + 1}`, () => planAccount(now, { ...it, certificates: certificatesIn(it) }, asked)) })
  accounts.forEach((it, at) => { plan(`accounts ${at + 1}`, () => planMandatesOf(now, it)) })
  return all
}

function refuseTwins (what: string, names: readonly string[]): void {
  const twin = names.findIndex((name, at) => names.indexOf(name) !== at)
  if (twin >= 0) throw new RegisterFault(`${what} ${twin + 1} is the same as ${what} ${names.indexOf(names[twin] ?? '') + 1}`)
}

function certificatesIn ({ certificates }: RegisterFile['accounts'][number]) {
  return certificates === undefined ? undefined : { how: 'replace' as const, all: certificates.map((it, at) => readGiven(it, `certificates ${at + 1}`)) }
}
