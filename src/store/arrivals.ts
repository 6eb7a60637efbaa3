/** What came in by a door of the chain, under its number: looked up, and written down with what became of it. */
import { refusals, type MessageId, type RefusalCode } from '../core/core.ts'
import type { Arrival, ArrivalKey, ArrivalOutcome, ArrivalVerbs, ChainDoor, WireTold } from './arriving.ts'
import type { Db, Row, Session, Values } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import { closedNotice, noticeKeeper } from './notice.ts'
import { at as instantOf, bytes, findings, maybe, message, oneOf, partyOf, sha256, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'

const chainDoors = ['ggk', 'vsp'] as const satisfies readonly ChainDoor[]
/** Both doors, as an index that begins with the door can use it. */
export const anyDoor = "door in ('ggk', 'vsp')"

/** @returns the door as one of the chain's @throws TypeError for another: what comes by it has no number */
export function chainDoorOf (door: string): ChainDoor {
  const found = chainDoors.find(it => it === door)
  if (found === undefined) throw new TypeError('only what comes by a door of the chain has a number')
  return found
}

const codes = Object.keys(refusals) as RefusalCode[]
const columns = ['door', 'party', 'number', 'digest', 'conversatie', 'answers', 'received_ms', 'message', 'code', 'kept', 'told', 'data_key', 'kek_id'] as const
const key = { door: at('door'), party: at('party'), number: at('number') }

function statements ({ sql, lock, stay, ofId }: Dialect) {
  const untold = sql.raw("(select count(*) from notice as n where n.arrival = arrival.seq and n.state = 'due') as untold")
  const seen = () => sql('arrival').select(['seq', ...columns, untold])
  return {
    one: prepared(seen().where(key)),
    told: prepared(seen().where('message', at('message')).orderByRaw('received_ms, seq limit 1')),
    byNumber: prepared(seen().whereRaw(anyDoor).where({ party: at('party'), number: at('number') }).orderByRaw('received_ms, seq limit ?', [at('limit')])),
    // Whose conversation has no name of its own bears that of the message it began with.
    byConversatie: prepared(sql.select('*').from(seen().where({ party: at('party'), conversatie: at('conversatie') })
      .unionAll(seen().whereRaw(anyDoor).where({ party: at('party'), number: at('conversatie') }).whereNull('conversatie')).as('a')).orderByRaw('received_ms, seq limit ?', [at('limit')])),
    state: prepared(lock(sql('arrival').select(['seq', 'message', 'digest']).where(key))),
    message: prepared(stay(ofId(sql('message').select('seq'), 'id', at('id'), 'seq'))),
    put: prepared(sql('arrival').insert(places(columns)).onConflict(['door', 'party', 'number'])
      .merge(columns.filter(name => !(name in key))).whereNull('arrival.message').returning('seq'))
  }
}

/** What its envelope told, and why it was refused, are bound to its number. */
const idOf = ({ door, party, number }: ArrivalKey): string => `${door}:${party}:${number}`
const column = 'told'

/** What came in, closed before the transaction begins. */
export interface ClosedArrival { readonly arrival: Arrival, readonly told: Uint8Array, readonly data_key: Uint8Array | null, readonly kek_id: string | null }

/** @returns it under a key of its own */
export function closedArrival (safe: Safe, arrival: Arrival): ClosedArrival {
  const { outcome, told } = arrival
  const { detail, findings } = outcome.kind === 'refused' ? outcome : { detail: null, findings: [] }
  const { close, data_key, kek_id } = safe.fresh(idOf(arrival))
  return { arrival, told: close(column, Buffer.from(JSON.stringify({ told, detail, findings }))), data_key, kek_id }
}

/** The same, of which only the number is kept. */
const muted = ({ arrival }: ClosedArrival): ClosedArrival => ({ arrival, told: Buffer.alloc(0), data_key: null, kek_id: null })

function valuesOf ({ arrival: { outcome, received, door, party, number, digest, conversatie, answers }, told, data_key, kek_id }: ClosedArrival): Values {
  const became = outcome.kind === 'stored' ? { message: outcome.message, code: null, kept: null } : { message: null, code: outcome.code, kept: outcome.kept }
  return { door, party, number, digest, conversatie, answers, received_ms: received, ...became, told, data_key, kek_id }
}

/** What became of a number so far: of none that was refused a message stands. */
export interface ArrivalState { readonly message: MessageId | null, readonly digest: string }

/** All inside a transaction. */
export interface ArrivalKeeper {
  state (session: Session, key: ArrivalKey): Promise<ArrivalState | null>
  /** Takes the place of what was refused under its number, and of what its sender was still to be told of that. @returns its seq; null, and nothing is written, when a message stands there */
  put (session: Session, closed: ClosedArrival): Promise<number | null>
}

export function arrivalKeeper (dialect: Dialect): ArrivalKeeper {
  const sql = statements(dialect)
  const { withdraw } = noticeKeeper(dialect)
  return {
    async state (session, { door, party, number }) {
      const [row] = await session.all(sql.state, { door, party, number })
      return row === undefined ? null : { message: maybe(row, 'message', message), digest: text(row, 'digest') }
    },
    async put (session, closed) {
      const [row] = await session.all(sql.put, valuesOf(closed))
      if (row === undefined) return null
      await withdraw(session, whole(row, 'seq'))
      return whole(row, 'seq')
    }
  }
}

/** What the row has closed; nothing of it is left where it was erased. */
interface Told extends Pick<Extract<ArrivalOutcome, { kind: 'refused' }>, 'detail' | 'findings'> { readonly wire: WireTold }

/** What an envelope told nobody knows any more. */
const silent: WireTold = { applicatie: null, applicatieVersie: null, applicatieSubversie: null, referentieId: null, actie: null }

function wireTold (json: object): WireTold {
  const row: Row = { ...silent, ...json }
  return {
    applicatie: maybe(row, 'applicatie', text), applicatieVersie: maybe(row, 'applicatieVersie', text), applicatieSubversie: maybe(row, 'applicatieSubversie', text),
    referentieId: maybe(row, 'referentieId', text), actie: maybe(row, 'actie', text)
  }
}

function toldOf (safe: Safe, row: Row): Told {
  if (row['data_key'] === null) return { wire: silent, detail: null, findings: [] }
  const open = safe.of(row, idOf(keyOf(row))).open(column, bytes(row, 'told'))
  const { told, detail = null, findings: found = [] } = Object(JSON.parse(Buffer.from(open).toString())) as { told?: unknown, detail?: string | null, findings?: unknown }
  return { wire: wireTold(Object(told) as object), detail, findings: findings(Buffer.from(JSON.stringify(found))) }
}

const keyOf = (row: Row): ArrivalKey => ({ door: oneOf(row, 'door', chainDoors), party: partyOf(row, 'party'), number: text(row, 'number') })

function arrivalOf (safe: Safe, row: Row): Arrival {
  const { wire, detail, findings } = toldOf(safe, row)
  const stored = maybe(row, 'message', message)
  return {
    ...keyOf(row),
    conversatie: maybe(row, 'conversatie', text),
    answers: maybe(row, 'answers', text),
    digest: sha256(row, 'digest'),
    told: wire,
    received: instantOf(row, 'received_ms'),
    outcome: stored !== null
      ? { kind: 'stored', message: stored }
      : { kind: 'refused', code: oneOf(row, 'code', codes), detail, findings, kept: maybe(row, 'kept', message), told: whole(row, 'untold') === 0 }
  }
}

/** @returns what tells of a message what the envelope told with which it came; inside a transaction or a reading */
export function tellsWire (dialect: Dialect, safe: Safe): (session: Session, id: MessageId) => Promise<WireTold | null> {
  const { told } = statements(dialect)
  return async (session, id) => {
    const [row] = await session.all(told, { message: id })
    return row === undefined || row['data_key'] === null ? null : toldOf(safe, row).wire
  }
}

type Verbs = Pick<ArrivalVerbs, 'arrival' | 'keepArrival' | 'arrivals' | 'wireTold'>

/** @returns the verbs of what came in */
export function arrivalVerbs (db: Db, dialect: Dialect, safe: Safe): Verbs {
  const sql = statements(dialect)
  const keeper = arrivalKeeper(dialect)
  const notices = noticeKeeper(dialect)
  const tells = tellsWire(dialect, safe)

  /** Written down before as it would be now. */
  async function there (session: Session, { outcome, digest, ...key }: Arrival): Promise<boolean> {
    const state = await keeper.state(session, key)
    return outcome.kind === 'stored' && state?.message === outcome.message && state.digest === digest
  }

  /** A repeat of what is forgotten but for its key: then nothing would ever forget what its envelope told. */
  const forgotten = async (session: Session, { outcome }: Arrival): Promise<boolean> =>
    outcome.kind === 'stored' && (await session.all(sql.message, { id: outcome.message })).length === 0

  return {
    arrival: ({ door, party, number }) => db.read(async session => {
      const [row] = await session.all(sql.one, { door, party, number })
      return row === undefined ? null : arrivalOf(safe, row)
    }),
    async keepArrival (arrival, notice) {
      const [closed, told] = [closedArrival(safe, arrival), closedNotice(safe, notice)]
      return await db.write(async session => {
        const seq = await keeper.put(session, await forgotten(session, arrival) ? muted(closed) : closed)
        if (seq === null) return await there(session, arrival)
        if (told !== null) await notices.put(session, told, { arrival: seq })
        return true
      })
    },
    arrivals: (party, asked, limit) => db.read(async session => {
      const rows = await ('number' in asked ? session.all(sql.byNumber, { party, number: asked.number, limit }) : session.all(sql.byConversatie, { party, conversatie: asked.conversatie, limit }))
      return rows.map(row => arrivalOf(safe, row))
    }),
    wireTold: id => db.read(session => tells(session, id))
  }
}
