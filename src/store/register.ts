/** Parties, accounts, certificates and mandates. */
import { isDeepStrictEqual } from 'node:util'
import { fingerprint, judgingLevels, never, partyCode, type AccountId, type BreakerPolicy, type Instant, type RetryPolicy } from '../core/core.ts'
import { judgedNumbers } from '../standard/model.ts'
import type { Audit, AuditRow } from './audit.ts'
import { StoreFailure, StoreUnusable, type Db, type Row, type Session, type Statement } from './db.ts'
import { at, once, places, prepared, type Dialect } from './dialect.ts'
import type { Account, Certificate, Connection, Endpoint, Judging, Mandate, Party, RegisterChange } from './registered.ts'
import { account as accountOf, at as instantOf, entries, families, maybe, oneOf, text, whole } from './rows.ts'
import type { Store } from './verbs.ts'

type Verbs = Pick<Store, 'registerVersion' | 'register' | 'changeRegister'>

const kinds = ['gemeente', 'aanbieder', 'instantie'] as const
const directions = ['in', 'out', 'both'] as const

const mandateKey = ['account', 'party', 'family', 'direction', 'from_ms'] as const

function statements ({ sql, lock }: Dialect) {
  return {
    changed: prepared(sql('meta').where('name', 'register_version').update({ value: at('version') })),
    version: prepared(sql('meta').select('value').where('name', 'register_version')),
    versionLocked: prepared(lock(sql('meta').select('value').where('name', 'register_version'))),
    party: prepared(sql('party').insert(places(['code', 'kind', 'name', 'rol', 'families', 'from_ms', 'until_ms', 'connections', 'judging'])).onConflict('code').merge()),
    accounts: prepared(sql('account').select('*').where('id', at('id'))),
    certificates: prepared(sql('certificate').select('*').where('account', at('id')).orderBy('fingerprint')),
    account: prepared(sql('account').insert(places(['id', 'role', 'party', 'active', 'oin', 'requests_per_minute_max', 'requests_at_once_max'])).onConflict('id').merge()),
    /** What must be unique is let go first, so that it can pass from one account to another in one change. */
    free: prepared(sql('account').where('id', at('id')).update({ oin: null })),
    forget: prepared(sql('certificate').where('account', at('id')).delete()),
    certificate: prepared(sql('certificate').insert(places(['fingerprint', 'account', 'use', 'subject', 'not_after_ms', 'pem']))),
    mandate: prepared(sql('mandate').insert(places([...mandateKey, 'until_ms'])).onConflict([...mandateKey]).merge(['until_ms'])),
    noMandate: prepared(sql('mandate').where(places(mandateKey)).delete())
  }
}

const retry = (row: Row): RetryPolicy => ({ first_ms: whole(row, 'first_ms'), longest_ms: whole(row, 'longest_ms'), total_ms: whole(row, 'total_ms') })
const breaker = (row: Row): BreakerPolicy => ({ failures: whole(row, 'failures'), open_ms: whole(row, 'open_ms'), probes: whole(row, 'probes') })
const inner = <T>(read: (row: Row) => T) => (row: Row, column: string): T => read(Object(row[column]) as Row)

const endpoint = (row: Row): Endpoint => ({
  direction: oneOf(row, 'direction', ['in']),
  url: text(row, 'url'),
  ca: maybe(row, 'ca', text),
  pin: maybe(row, 'pin', (r, c) => fingerprint(text(r, c))),
  at_once_max: maybe(row, 'at_once_max', whole),
  per_minute_max: maybe(row, 'per_minute_max', whole),
  ms_max: maybe(row, 'ms_max', whole),
  retry: maybe(row, 'retry', inner(retry)),
  breaker: maybe(row, 'breaker', inner(breaker))
})

function connection (row: Row): Connection {
  const door = oneOf(row, 'door', ['mailbox', 'rest-push', 'ggk', 'vsp'])
  switch (door) {
    case 'mailbox': return { door, direction: oneOf(row, 'direction', directions) }
    case 'rest-push': return { door, ...endpoint(row) }
    case 'ggk': return { door, ...endpoint(row), codes: maybe(row, 'codes', (r, c) => oneOf(r, c, ['2025', '2018'])), answer_325: maybe(row, 'answer_325', (r, c) => oneOf(r, c, ['Di01', 'Du01'])) }
    case 'vsp': return { door, direction: oneOf(row, 'direction', ['both']), payload: maybe(row, 'payload', (r, c) => oneOf(r, c, ['xml', 'zip'])), rol: maybe(row, 'rol', text) }
    default: return never(door)
  }
}

/** @returns the doors by which a party is reached, as they are kept in one column */
export const connections = (json: string): Connection[] => entries(json).map(connection)

export function judging (json: string): Judging {
  const [row = {}] = entries(`[${json}]`)
  const types = Object(row['types']) as Row
  return {
    level: oneOf(row, 'level', judgingLevels),
    types: Object.fromEntries(judgedNumbers.filter(it => types[it] !== undefined).map(it => [it, oneOf(types, it, judgingLevels)])),
    answers: oneOf(row, 'answers', ['automatic', 'own']),
    rejected: oneOf(row, 'rejected', ['withhold', 'deliver'])
  }
}

const party = (row: Row): Party => ({
  code: partyCode(text(row, 'code')),
  kind: oneOf(row, 'kind', kinds),
  name: text(row, 'name'),
  rol: maybe(row, 'rol', text),
  families: entries(text(row, 'families')).map(entry => oneOf(entry, 'entry', families)),
  from: maybe(row, 'from_ms', instantOf),
  until: maybe(row, 'until_ms', instantOf),
  connections: connections(text(row, 'connections')),
  judging: judging(text(row, 'judging'))
})

const certificate = (row: Row): Certificate => ({
  fingerprint: fingerprint(text(row, 'fingerprint')),
  use: oneOf(row, 'use', ['tls', 'sign']),
  subject: text(row, 'subject'),
  not_after: instantOf(row, 'not_after_ms'),
  pem: maybe(row, 'pem', text)
})

const mandate = (row: Row): Mandate => ({
  party: partyCode(text(row, 'party')),
  account: accountOf(row, 'account'),
  family: oneOf(row, 'family', families),
  direction: oneOf(row, 'direction', ['send', 'receive']),
  from: instantOf(row, 'from_ms'),
  until: maybe(row, 'until_ms', instantOf)
})

function account (row: Row, certificates: readonly Row[]): Account {
  const id = accountOf(row, 'id')
  return {
    id,
    role: oneOf(row, 'role', ['party', 'operator', 'auditor']),
    party: maybe(row, 'party', (r, c) => partyCode(text(r, c))),
    active: whole(row, 'active') === 1,
    oin: maybe(row, 'oin', text),
    requests_per_minute_max: maybe(row, 'requests_per_minute_max', whole),
    requests_at_once_max: maybe(row, 'requests_at_once_max', whole),
    certificates: certificates.filter(entry => entry['account'] === id).map(certificate)
  }
}

/** Who changes the register, and when. */
interface By { readonly account: AccountId | null, readonly at: Instant }
type Told = Pick<AuditRow, 'event' | 'detail' | 'digest'>

/** What is written down of an account that is put in the place of another, or of none. */
function differences (before: Account | null, { certificates, ...after }: Account): Told[] {
  const { certificates: had = [], ...old } = before ?? {}
  const lost = had.filter(it => !certificates.some(its => its.fingerprint === it.fingerprint))
  const got = certificates.filter(it => !had.some(its => isDeepStrictEqual(its, it)))
  const stopped = before?.active === true && !after.active
  return [
    ...isDeepStrictEqual(old, after) ? [] : [{ event: stopped ? 'account_stopped' : 'account_changed', detail: after.id } as const],
    ...lost.map(it => ({ event: 'certificate_removed', detail: after.id, digest: it.fingerprint }) as const),
    ...got.map(it => ({ event: 'certificate_added', detail: `${after.id}:${it.use}`, digest: it.fingerprint }) as const)
  ]
}

/** @returns what makes changes inside a transaction and writes each down */
function changer (sql: ReturnType<typeof statements>, audit: Audit) {
  async function putAccounts (session: Session, accounts: readonly Account[], tell: (told: Told) => Promise<void>): Promise<void> {
    for (const account of accounts) {
      for (const told of differences(await accountNow(session, account.id), account)) await tell(told)
      await session.run(sql.free, { id: account.id })
      await session.run(sql.forget, { id: account.id })
    }
    for (const { active, certificates, ...account } of accounts) {
      await session.run(sql.account, { ...account, active: active ? 1 : 0 })
      for (const { fingerprint, use, subject, not_after, pem } of certificates) {
        await session.run(sql.certificate, { fingerprint, account: account.id, use, subject, not_after_ms: not_after, pem })
      }
    }
  }

  async function accountNow (session: Session, id: AccountId): Promise<Account | null> {
    const [row] = await session.all(sql.accounts, { id })
    return row === undefined ? null : account(row, await session.all(sql.certificates, { id }))
  }

  async function putMandate (session: Session, kind: 'mandate' | 'no_mandate', { party, account, family, direction, from, until }: Mandate, now: Instant): Promise<Told> {
    const key = { party, account, family, direction, from_ms: from }
    await (kind === 'mandate' ? session.run(sql.mandate, { ...key, until_ms: until }) : session.run(sql.noMandate, key))
    const ended = kind === 'no_mandate' || (until !== null && until <= now)
    return { event: ended ? 'mandate_ended' : 'mandate_given', detail: `${account}:${party}:${family}:${direction}` }
  }

  return async (session: Session, changes: readonly RegisterChange[], by: By): Promise<void> => {
    const tell = async (told: Told): Promise<void> => { await audit(session, { ...told, message: null, account: by.account, at: by.at }) }
    for (const it of changes) {
      if (it.kind !== 'party') continue
      const { families, connections, judging, from, until, ...party } = it.party
      await session.run(sql.party, { ...party, families: JSON.stringify(families), connections: JSON.stringify(connections), judging: JSON.stringify(judging), from_ms: from, until_ms: until })
      await tell({ event: 'party_changed', detail: party.code })
    }
    await putAccounts(session, changes.flatMap(it => it.kind === 'account' ? [it.account] : []), tell)
    for (const it of changes) if (it.kind === 'mandate' || it.kind === 'no_mandate') await tell(await putMandate(session, it.kind, it.mandate, by.at))
  }
}

/** @returns the verbs of the register; every change raises its version in the same transaction */
export function registerVerbs (db: Db, dialect: Dialect, audit: Audit): Verbs {
  const sql = statements(dialect)
  const change = changer(sql, audit)
  const versionBy = async (session: Session, statement: Statement): Promise<number> => whole((await session.all(statement))[0] ?? {}, 'value')
  return {
    registerVersion: () => db.registerVersion(),
    register: () => db.read(async session => {
      // The version first: a change made in between shows as a newer version at the next look.
      const version = await versionBy(session, sql.version)
      const table = (name: string, ...order: string[]) => session.all(once(dialect.sql(name).select('*').orderBy(order)))
      const [parties, accounts, certificates] = [await table('party', 'code'), await table('account', 'id'), await table('certificate', 'fingerprint')]
      const mandates = await table('mandate', 'account', 'party', 'family', 'direction', 'from_ms')
      return {
        version,
        parties: parties.map(party),
        accounts: accounts.map(row => account(row, certificates)),
        mandates: mandates.map(mandate)
      }
    }),
    changeRegister: (version, changes, by, now) => db.write(async session => {
      if (await versionBy(session, sql.versionLocked) !== version) return false
      await change(session, changes, { account: by, at: now })
      await session.run(sql.changed, { version: String(version + 1) })
      return true
    }).finally(async () => {
      await db.renew()
      db.tell('register')
    }).catch((error: unknown) => { throw error instanceof StoreFailure || error instanceof StoreUnusable || error instanceof TypeError ? error : new TypeError('a change of the register does not fit with the rest of it', { cause: error }) })
  }
}
