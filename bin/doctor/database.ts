/** The database: whole, of this mode and version, readable with the keys at hand, with room to grow; and what it says of parties and deliveries. */
import { existsSync } from 'node:fs'
import { rfc3339, type Instant } from '../../src/core/core.ts'
import { asking, contentsOf, damageOf, lastKeys, lookOver, ringFaults, sizes, stepsOf, tryKeys, type KeyTrial, type Look } from '../../src/store/store.ts'
import { ringIn } from './files.ts'
import { error, ok, warning, type Check, type Line, type Patient } from './lines.ts'
import { stepLines, stepsAt } from './server.ts'

const gb = 1e9
/** A larger one is read through only when asked. */
const quick_bytes_max = gb
/** Keys are tried on so many of the first and last rows of each table. */
const sample = 1_000
/** A checkpoint that is later than this is missed. */
const checkpoint_ms = 30 * 60_000
/** Clocks of machines that are kept right differ by less. */
const clock_ms = 60_000

const inGb = (bytes: number): string => `${(bytes / gb).toFixed(bytes < 10 * gb ? 2 : 0)} GB`
const thereOf = ({ path }: Patient): string | null => path !== null && existsSync(path) ? path : null

/** Is it there, ours, and of this mode and version. */
export const identity: Check = patient => {
  const { path, settings } = patient
  if (path === null) return []
  if (!existsSync(path)) return [warning('database', `there is none at ${path} yet`, 'right for a new installation: serve makes it. Else restore a backup, or mend the setting database')]
  const { mode, migrations, rows } = contentsOf(path)
  return [ok('database', `${path}: ${rows['message'] ?? 0} messages, mode ${mode}`), ...stepLines({ mode, migrations }, settings.mode)]
}

/** Can every page be read, and does it fit its disk. */
export const storage: Check = patient => {
  const path = thereOf(patient)
  if (path === null) return []
  const { database_bytes, wal_bytes, free_bytes } = sizes(path)
  const large = (database_bytes ?? 0) > quick_bytes_max && !patient.full
  const damage = large ? null : damageOf(path, patient.full ? 'full' : 'quick')
  const lines: Line[] = [damage === null
    ? ok('storage', large ? `${inGb(database_bytes ?? 0)}; not read through (--full does)` : 'the database is whole')
    : error('storage', `the database is damaged: ${damage}`, 'stop the gateway, copy the files of the database away, and restore a backup')]
  if ((wal_bytes ?? 0) > gb) lines.push(warning('storage', `the log beside the database is ${inGb(wal_bytes ?? 0)}`, 'something has been reading for very long: let a backup or another program end'))
  if (free_bytes !== null && free_bytes < gb) lines.push(error('storage', `${inGb(free_bytes)} free on its disk`, 'make room now: at zero every message is answered 507'))
  else if (free_bytes !== null && free_bytes < (database_bytes ?? 0)) lines.push(warning('storage', `${inGb(free_bytes)} free on its disk, less than the database itself`, 'enlarge the disk, or keep payloads for less long'))
  else if (free_bytes !== null) lines.push(ok('storage', `${inGb(free_bytes)} free on its disk`))
  return lines
}

/** Are the rings this database's, and does the kek ring open what is stored. */
export const keys: Check = async patient => {
  const path = thereOf(patient)
  const rings = new Map((['kek', 'index_key', 'audit_key'] as const).flatMap(name => { const ring = ringIn(patient, name); return ring === null ? [] : [[name, ring] as const] }))
  const place = path === null ? patient.server : { path }
  if (place === null || (path === null && await stepsAt(patient) === null)) return []
  const strange = [...await ringFaults(place, rings)].map(([name, fault]) => error(name, fault.replace(`${name}: `, ''), 'bring back the ring that was in use: the gateway does not start with this one'))
  const kek = rings.get('kek')
  return kek === undefined ? strange : [...strange, ...trials(path === null ? await asking(place, ask => lastKeys(ask, kek, sample)) : tryKeys(path, kek, patient.full ? null : sample))]
}

const trials = (all: readonly KeyTrial[]): Line[] =>
  all.map(({ kek_id, fault }) => fault === null
    ? ok('kek', `opens what ${kek_id} closed`)
    : error('kek', fault, 'bring back the ring that was in use: without it those messages can never be read'))

/** A database that is still to be brought forward, or is of a newer version, is not looked into. */
export async function lookOf (patient: Patient): Promise<Look | null> {
  const path = thereOf(patient)
  const place = path === null ? patient.server : { path }
  const done = path === null ? await stepsAt(patient) : contentsOf(path).migrations
  if (place === null || done === null) return null
  const { missing, strange } = stepsOf(done)
  return missing.length + strange.length > 0 ? null : await lookOver(place, patient.now)
}

/** A gateway that lives chains what was written within seconds. */
const chained_ms = 60_000

function auditLines ({ unchecked, unchained }: Look, now: Instant): Line[] {
  const late = unchecked !== null && now - unchecked > checkpoint_ms
  return [late ? warning('audit', `rows since ${rfc3339(unchecked)} are in no checkpoint`, 'a gateway that runs makes one a minute: see its log; "zorgpoort audit verify" tells whether the audit is whole') : ok('audit', 'checkpoints are up to date'),
    ...unchained === null || now - unchained <= chained_ms ? [] : [warning('audit', `a row of ${rfc3339(unchained)} waits to be chained`, 'a gateway that runs chains it within seconds, unless it is not ours: "zorgpoort audit verify" tells')]]
}

/** Does this machine know what time it is. */
export const clock: Check = async patient => {
  const { now } = patient
  const last = (await lookOf(patient))?.last_event ?? null
  if (last !== null && last > now + clock_ms) return [error('clock', `it is ${rfc3339(now)} here, but the audit has an event of ${rfc3339(last)}`, 'set the clock (NTP): terms, certificates and seals depend on it')]
  return [ok('clock', `${rfc3339(now)}${last === null ? '' : `, last event ${rfc3339(last)}`}`)]
}

const day = (at: Instant): string => rfc3339(at).slice(0, 10)
const some = (all: readonly string[]): string => all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ')

function partyLines ({ parties, alone, unknown, ending }: Look, now: Instant): Line[] {
  const expired = ending.filter(it => it.not_after < now)
  const soon = ending.filter(it => it.not_after >= now)
  const named = (all: typeof ending): string => some(all.map(it => `${it.account} (${day(it.not_after)})`))
  return [
    parties === 0 ? warning('parties', 'nobody is connected', '"zorgpoort parties add" or "import"') : ok('parties', `${parties} connected`),
    ...(alone.length === 0 ? [] : [warning('parties', `nobody can act for ${some(alone)}`, 'give the party an active account or a mandate, or take it out')]),
    ...(unknown.length === 0 ? [] : [warning('parties', `no certificate makes ${some(unknown)} known`, '"zorgpoort parties add … --certificate FILE"')]),
    ...(expired.length === 0 ? [] : [warning('parties', `expired certificates: ${named(expired)}`, 'ask for the next one and add it; "zorgpoort parties stop ACCOUNT --certificate" takes the old one away')]),
    ...(soon.length === 0 ? [] : [warning('parties', `certificates ending within thirty days: ${named(soon)}`, 'ask for the next one and add it beside the present one')])
  ]
}

function deliveryLines ({ stuck, held, dead, overdue }: Look): Line[] {
  const named = (all: Look['stuck']): string => all.map(it => `${it.id} to ${it.receiver}${it.reason === null ? '' : ` (${it.reason})`}`).join(', ')
  const lines = [
    ...(dead.length === 0 ? [] : [error('deliveries', `given up, such as ${named(dead)}`, '"zorgpoort dead" says how many, why, and what to do; when the reason is gone, "zorgpoort redrive" tries them again')]),
    ...(stuck.length === 0 ? [] : [warning('deliveries', `waiting over a quarter of an hour, such as ${named(stuck)}`, 'see that the gateway runs; "zorgpoort inspect ID" tells the next try')]),
    ...(held.length === 0 ? [] : [warning('deliveries', `held for a person, such as ${named(held)}`, '"zorgpoort held list" shows them all; "held release" or "held refuse" decides')]),
    ...(overdue.length === 0 ? [] : [warning('deliveries', `answers overdue: ${some(overdue.map(it => `${it.count} of ${it.receiver}`))}`, 'call that party; a late retour is still taken')])
  ]
  return lines.length === 0 ? [ok('deliveries', 'none stuck, given up or overdue')] : lines
}

/** Who is connected, and what does not get through. */
export const contents: Check = async patient => {
  const look = await lookOf(patient)
  return look === null ? [] : [...partyLines(look, patient.now), ...deliveryLines(look), ...auditLines(look, patient.now)]
}
