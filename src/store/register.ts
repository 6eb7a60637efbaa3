/** Parties, accounts, certificates and mandates. */
import { fingerprint, partyCode, type AccountId, type PartyCode } from '../core/core.ts'
import type { Db, Row, Session } from './db.ts'
import { at, once, places, prepared, type Dialect } from './dialect.ts'
import { account as accountOf, at as instantOf, entries, families, maybe, oneOf, text, whole } from './rows.ts'
import type { Account, Certificate, Connection, Mandate, Party, Store } from './verbs.ts'

type Verbs = Pick<Store, 'registerVersion' | 'register' | 'putParty' | 'putAccount' | 'putMandate'>

const kinds = ['gemeente', 'aanbieder', 'instantie'] as const
const directions = ['in', 'out', 'both'] as const

function statements ({ sql }: Dialect) {
  return {
    changed: prepared(sql('meta').where('name', 'register_version').update({ value: at('version') })),
    version: prepared(sql('meta').select('value').where('name', 'register_version')),
    party: prepared(sql('party').insert(places(['code', 'kind', 'name', 'rol', 'families', 'from_ms', 'until_ms', 'connections'])).onConflict('code').merge()),
    known: prepared(sql('party').select('code').where('code', at('code'))),
    account: prepared(sql('account').insert(places(['id', 'role', 'party', 'active', 'oin', 'requests_per_minute_max', 'requests_at_once_max'])).onConflict('id').merge()),
    holder: prepared(sql('account').select('party').where('id', at('id'))),
    owner: prepared(sql('certificate').select('account').where('fingerprint', at('fingerprint'))),
    forget: prepared(sql('certificate').where('account', at('id')).delete()),
    certificate: prepared(sql('certificate').insert(places(['fingerprint', 'account', 'use', 'subject', 'not_after_ms', 'pem']))),
    mandate: prepared(sql('mandate').insert(places(['account', 'party', 'family', 'direction', 'from_ms', 'until_ms']))
      .onConflict(['account', 'party', 'family', 'direction', 'from_ms']).merge(['until_ms']))
  }
}

const connection = (row: Row): Connection => ({ door: oneOf(row, 'door', ['mailbox']), direction: oneOf(row, 'direction', directions) })

const party = (row: Row): Party => ({
  code: partyCode(text(row, 'code')),
  kind: oneOf(row, 'kind', kinds),
  name: text(row, 'name'),
  rol: maybe(row, 'rol', text),
  families: entries(text(row, 'families')).map(entry => oneOf(entry, 'entry', families)),
  from: maybe(row, 'from_ms', instantOf),
  until: maybe(row, 'until_ms', instantOf),
  connections: entries(text(row, 'connections')).map(connection)
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

/** @returns the verbs of the register; every change raises its version in the same transaction */
export function registerVerbs (db: Db, dialect: Dialect): Verbs {
  const sql = statements(dialect)
  const changed = async (session: Session): Promise<void> => {
    const [row] = await session.all(sql.version)
    await session.run(sql.changed, { version: String(whole(row ?? {}, 'value') + 1) })
  }

  async function checkHolder (session: Session, id: AccountId, party: PartyCode | null): Promise<void> {
    const [row] = await session.all(sql.holder, { id })
    if (row !== undefined && row['party'] !== party) throw new TypeError('this account belongs to another party')
  }

  async function checkOwners (session: Session, id: AccountId, certificates: readonly Certificate[]): Promise<void> {
    for (const { fingerprint } of certificates) {
      const [row] = await session.all(sql.owner, { fingerprint })
      if (row !== undefined && row['account'] !== id) throw new TypeError('this certificate is in use by another account')
    }
  }

  return {
    registerVersion: () => db.registerVersion(),
    register: () => db.read(async session => {
      // The version first: a change made in between shows as a newer version at the next look.
      const [version] = await session.all(sql.version)
      const table = (name: string, ...order: string[]) => session.all(once(dialect.sql(name).select('*').orderBy(order)))
      const [parties, accounts, certificates] = [await table('party', 'code'), await table('account', 'id'), await table('certificate', 'fingerprint')]
      const mandates = await table('mandate', 'account', 'party', 'family', 'direction', 'from_ms')
      return {
        version: whole(version ?? {}, 'value'),
        parties: parties.map(party),
        accounts: accounts.map(row => account(row, certificates)),
        mandates: mandates.map(mandate)
      }
    }),
    putParty: ({ families, connections, from, until, ...party }) => db.write(async session => {
      await session.run(sql.party, { ...party, families: JSON.stringify(families), connections: JSON.stringify(connections), from_ms: from, until_ms: until })
      await changed(session)
    }),
    putAccount: ({ active, certificates, ...account }) => db.write(async session => {
      const { id, party } = account
      if (party !== null && (await session.all(sql.known, { code: party })).length === 0) throw new TypeError('the account names a party that is not registered')
      await checkHolder(session, id, party)
      await checkOwners(session, id, certificates)
      await session.run(sql.account, { ...account, active: active ? 1 : 0 })
      await session.run(sql.forget, { id })
      for (const { fingerprint, use, subject, not_after, pem } of certificates) {
        await session.run(sql.certificate, { fingerprint, account: id, use, subject, not_after_ms: not_after, pem })
      }
      await changed(session)
    }),
    putMandate: ({ party, account, family, direction, from, until }) => db.write(async session => {
      const known = (await session.all(sql.known, { code: party })).length > 0 && (await session.all(sql.holder, { id: account })).length > 0
      if (!known) throw new TypeError('the mandate names a party or an account that is not registered')
      await session.run(sql.mandate, { party, account, family, direction, from_ms: from, until_ms: until })
      await changed(session)
    })
  }
}
