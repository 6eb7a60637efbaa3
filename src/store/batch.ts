/** Batches: kept encrypted until every member has ended, worked on under a lease, and shown with what became of each member. */
import type { Knex } from 'knex'
import { batchId, fingerprint, memberStates, partyCode, refusals, sha256Hex, type BatchId, type Instant, type MemberState, type RefusalCode } from '../core/core.ts'
import type { Audit } from './audit.ts'
import type { BatchEnd, BatchMember, BatchReader, BatchVerbs, ClaimedBatch, MemberEnd, NewBatch, StoredBatch } from './batches.ts'
import { cursorOf, seqOf } from './cursor.ts'
import type { Db, Row, Session } from './db.ts'
import { at, once, places, prepared, type Dialect } from './dialect.ts'
import { account, at as moment, bytes, entries, findings, maybe, message, oneOf, text, whole } from './rows.ts'
import { settling } from './settled.ts'
import type { Columns, Safe } from './safe.ts'
import type { Page } from './verbs.ts'

const facts = ['id', 'account', 'party', 'certificate', 'sha256', 'size_bytes', 'members', 'received_ms'] as const

function statements ({ sql, lock, lockFree, among }: Dialect) {
  const held = () => sql('batch').where({ id: at('id'), fence: at('fence'), state: 'due' })
  const free = lockFree(sql('batch').select('seq').where('state', 'due').where('due_ms', '<=', at('now')).where('lease_until_ms', '<=', at('now')).orderBy(['due_ms', 'seq']).limit(1))
  return {
    create: prepared(sql('batch').insert({
      ...places([...facts, 'due_ms', 'data_key', 'kek_id', 'list']), state: 'due', lease_until_ms: 0, fence: 0, attempts: 0, tried: 0
    }).onConflict(['account', 'party', 'sha256']).ignore().returning('id')),
    first: prepared(sql('batch').select('id').where({ account: at('account'), party: at('party'), sha256: at('sha256') })),
    body: prepared(sql('batch_body').insert(places(['batch', 'body']))),
    claim: prepared(sql('batch').update({ fence: sql.raw('fence + 1'), lease_until_ms: at('until'), started_ms: sql.raw('coalesce(started_ms, ?)', [at('now')]) })
      .where(among('seq', free)).returning([...facts, 'fence', 'attempts', 'tried', 'first_failed_ms'])),
    ended: prepared(sql('batch_member').where('batch', at('id')).count({ count: '*' })),
    tried: prepared(sql('batch').where('id', at('id')).update({ attempts: at('attempt'), tried: at('next'), first_failed_ms: at('since') })),
    read: prepared(sql('batch_body as z').join('batch as b', 'b.id', 'z.batch').select(['z.body', 'b.data_key', 'b.kek_id']).where('b.id', at('id'))),
    renew: prepared(held().update({ lease_until_ms: at('until') })),
    leased: prepared(lock(held().select(['data_key', 'kek_id']))),
    member: prepared(sql('batch_member').insert(places(['batch', 'position', 'state', 'message', 'code', 'told', 'findings', 'ended_ms'])).onConflict(['batch', 'position']).ignore()),
    done: prepared(held().update({ state: 'done', lease_until_ms: 0, ended_ms: at('now'), last_reason: null, first_failed_ms: null }).returning('id')),
    gone: prepared(sql('batch_body').where('batch', at('id')).delete()),
    failed: prepared(held().update({ lease_until_ms: 0, due_ms: at('due'), last_reason: at('failed'), first_failed_ms: sql.raw('coalesce(first_failed_ms, ?)', [at('now')]) })),
    back: prepared(held().update({ lease_until_ms: 0, due_ms: at('due'), last_reason: null, first_failed_ms: null, attempts: sql.raw('attempts - 1') }))
  }
}

/** @returns a query for the batches somebody may see, with a count per state of their members */
function seen ({ sql }: Dialect, { party, account }: BatchReader): Knex.QueryBuilder {
  const count = (state: MemberState): Knex.QueryBuilder => sql('batch_member as m').count('*').whereRaw('m.batch = b.id').where('m.state', state).as(`count_${state}`)
  const query = sql('batch as b').select('b.*', ...memberStates.map(count)).where('b.party', party)
  return account === null ? query : query.where('b.account', account)
}

function countsOf (row: Row): StoredBatch['counts'] {
  const counted = memberStates.map((state): [MemberState, number] => [state, whole(row, `count_${state}`)])
  const ended = counted.reduce((sum, [, count]) => sum + count, 0)
  return Object.fromEntries([...counted, ['waiting', whole(row, 'members') - ended]]) as Record<MemberState, number>
}

const stored = (row: Row): StoredBatch => ({
  id: batchId(text(row, 'id')),
  account: account(row, 'account'),
  party: partyCode(text(row, 'party')),
  received: moment(row, 'received_ms'),
  sha256: sha256Hex(text(row, 'sha256')),
  size_bytes: whole(row, 'size_bytes'),
  members: whole(row, 'members'),
  counts: countsOf(row),
  started: maybe(row, 'started_ms', moment),
  ended: maybe(row, 'ended_ms', moment),
  next_try: row['last_reason'] === null ? null : moment(row, 'due_ms'),
  last_reason: maybe(row, 'last_reason', text)
})

const codes = Object.keys(refusals) as RefusalCode[]

/** What a refused sender is told stands under the batch's key, each refusal bound to its member. */
const toldColumn = (index: number): string => `told.${index}`
const findingsColumn = (index: number): string => `findings.${index}`
/** So many findings stand with what is told of a member in the list of members; where there are more, all of them stand apart. */
const first_findings = 3

/** @returns the columns of a member that tell why it was refused, closed */
function telling ({ index, code, detail, findings }: MemberEnd, columns: Columns): { readonly told: Uint8Array | null, readonly findings: Uint8Array | null } {
  if (code === null) return { told: null, findings: null }
  const close = (column: string, value: unknown): Uint8Array => columns.close(column, Buffer.from(JSON.stringify(value)))
  const told = close(toldColumn(index), [detail, findings.length, findings.slice(0, first_findings)])
  return { told, findings: findings.length > first_findings ? close(findingsColumn(index), findings) : null }
}

function told (row: Row, columns: Columns, index: number): Pick<BatchMember, 'detail' | 'findings' | 'findings_total'> {
  const json = maybe(row, 'told', bytes)
  if (json === null) return { detail: null, findings: [], findings_total: 0 }
  const [detail, findings_total, list] = JSON.parse(Buffer.from(columns.open(toldColumn(index), json)).toString()) as [string | null, number, unknown]
  return { detail, findings_total, findings: findings(Buffer.from(JSON.stringify(list))) }
}

function memberOf (listed: Row, index: number, row: Row | undefined, columns: Columns): BatchMember {
  const member = { index, name: text(listed, 'name'), size_bytes: whole(listed, 'size_bytes') }
  if (row === undefined) return { ...member, state: 'waiting', message: null, code: null, detail: null, findings: [], findings_total: 0, ended: null }
  const code = row['code'] === null ? null : oneOf(row, 'code', codes)
  return { ...member, state: oneOf(row, 'state', memberStates), message: maybe(row, 'message', message), code, ...told(row, columns, index), ended: moment(row, 'ended_ms') }
}

const shown = ['position', 'state', 'message', 'code', 'told', 'ended_ms'] as const
/** @returns what the client called its files, and how large they are */
const listIn = (row: Row, columns: Columns): Row[] => entries(Buffer.from(columns.open('list', bytes(row, 'list'))).toString())

/** @returns what parties see of their batches */
function viewVerbs (db: Db, dialect: Dialect, safe: Safe): Pick<BatchVerbs, 'batch' | 'batchMembers' | 'batchMember' | 'batches'> {
  const { sql } = dialect
  const one = async (session: Session, by: BatchReader, id: BatchId): Promise<Row | null> => {
    const [row] = await session.all(once(seen(dialect, by).where('b.id', id)))
    return row ?? null
  }
  const settled = settling(db, dialect, 'batch')
  return {
    batch: (by, id) => db.read(async session => {
      const row = await one(session, by, id)
      return row === null ? null : stored(row)
    }),
    batchMembers: (by, id) => db.read(async session => {
      const row = await one(session, by, id)
      if (row === null) return null
      const ended = new Map((await session.all(once(sql('batch_member').select(shown).where('batch', id)))).map(it => [whole(it, 'position'), it]))
      const columns = safe.of(row, id)
      return listIn(row, columns).map((listed, n) => memberOf(listed, n + 1, ended.get(n + 1), columns))
    }),
    batchMember: (by, id, index) => db.read(async session => {
      const row = await one(session, by, id)
      const columns = row === null ? null : safe.of(row, id)
      const listed = row === null || columns === null ? undefined : listIn(row, columns)[index - 1]
      if (columns === null || listed === undefined) return null
      const [ended] = await session.all(once(sql('batch_member').select([...shown, 'findings']).where({ batch: id, position: index })))
      const all = ended === undefined ? null : maybe(ended, 'findings', bytes)
      const member = memberOf(listed, index, ended, columns)
      return all === null ? member : { ...member, findings: findings(columns.open(findingsColumn(index), all)) }
    }),
    batches: async ({ cursor, limit, ...by }): Promise<Page<StoredBatch>> => {
      const query = (await settled(cursor === undefined ? null : seqOf(cursor)))(seen(dialect, by), 'b.seq').orderBy('b.seq', 'desc').limit(limit + 1)
      if (cursor !== undefined) query.where('b.seq', '<', seqOf(cursor))
      const rows = await db.read(session => session.all(once(query)))
      const last = rows[limit - 1]
      return { items: rows.slice(0, limit).map(stored), next: rows.length > limit && last !== undefined ? cursorOf(whole(last, 'seq')) : null }
    }
  }
}

type Sql = ReturnType<typeof statements>

/** The row has just been claimed; how often its next member was tried before is counted anew when another member has its turn. */
async function claimed (session: Session, sql: Sql, row: Row): Promise<ClaimedBatch> {
  const id = batchId(text(row, 'id'))
  const [ended] = await session.all(sql.ended, { id })
  const next = whole(ended ?? {}, 'count') + 1
  const again = whole(row, 'tried') === next
  const [attempt, since] = again ? [whole(row, 'attempts') + 1, maybe(row, 'first_failed_ms', moment)] : [1, null]
  await session.run(sql.tried, { id, attempt, next, since })
  return {
    id, next, attempt, failing_since: since, fence: whole(row, 'fence'),
    account: account(row, 'account'), party: partyCode(text(row, 'party')),
    certificate: maybe(row, 'certificate', (it, column) => fingerprint(text(it, column)))
  }
}

/** @returns the verbs of batches */
export function batchVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe): BatchVerbs {
  const sql = statements(dialect)

  async function end (session: Session, id: BatchId, fence: number, end: BatchEnd, now: Instant): Promise<'done' | 'stale'> {
    if (end.kind === 'later') {
      const values = { id, fence, due: end.due, now, failed: end.failed }
      return await session.run(end.failed === null ? sql.back : sql.failed, values) === 1 ? 'done' : 'stale'
    }
    const [row] = await session.all(sql.done, { id, fence, now })
    if (row === undefined) return 'stale'
    await session.run(sql.gone, { id })
    await audit(session, { at: now, event: 'batch_done', message: null, detail: id })
    return 'done'
  }

  return {
    ...viewVerbs(db, dialect, safe),
    async createBatch ({ id, zip, members, received, ...key }: NewBatch) {
      const { close, data_key, kek_id } = safe.fresh(id)
      const values = { ...key, id, size_bytes: zip.byteLength, members: members.length, received_ms: received, due_ms: received, data_key, kek_id, list: close('list', Buffer.from(JSON.stringify(members))) }
      const body = close('zip', zip)
      return await db.write(async session => {
        const [row] = await session.all(sql.create, values)
        if (row === undefined) {
          const { account, party, sha256 } = key
          const [first] = await session.all(sql.first, { account, party, sha256 })
          return { kind: 'duplicate', id: batchId(text(first ?? {}, 'id')) }
        }
        await session.run(sql.body, { batch: id, body })
        await audit(session, { at: received, event: 'batch_received', message: null, account: key.account, detail: id, digest: key.sha256 })
        return { kind: 'stored', id }
      }, { items: 1, bytes: zip.byteLength })
    },
    claimBatch: (lease_ms, now) => db.write(async session => {
      const [row] = await session.all(sql.claim, { now, until: now + lease_ms })
      return row === undefined ? null : await claimed(session, sql, row)
    }),
    batchZip: id => db.read(async session => {
      const [row = {}] = await session.all(sql.read, { id })
      return safe.of(row, id).open('zip', bytes(row, 'body'))
    }),
    renewBatch: (id, fence, until) => db.write(async session => await session.run(sql.renew, { id, fence, until }) === 1),
    endMember: (id, fence, end, now) => db.write(async session => {
      const [row] = await session.all(sql.leased, { id, fence })
      if (row === undefined) return 'stale'
      const { index, state, message, code } = end
      await session.run(sql.member, { batch: id, position: index, state, message, code, ...telling(end, safe.of(row, id)), ended_ms: now })
      return 'done'
    }),
    endBatch: (id, fence, how, now) => db.write(session => end(session, id, fence, how, now))
  }
}
