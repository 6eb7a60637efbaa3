/** Cursors where many write: who polls a list sees every message once, also one that got its number earlier and was committed later. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { openStore, type Store } from '../../src/store/store.ts'
import { takenFrom, type Numbered } from '../../src/store/settled.ts'
import { ownView } from '../../src/party/party.ts'
import { until } from '../flow/world.ts'
import { missing, startPostgres } from '../postgres.ts'
import { gemeente, heen, roots } from './sample.ts'

const skip = missing('bundled')
const server = skip === false ? await startPostgres() : null
const opened: Store[] = []
after(async () => {
  for (const store of opened) await store.close()
  await server?.close()
})
async function open (url: string): Promise<Store> {
  const store = await openStore({ url, mode: 'test', roots, postgres: { connections_max: 6 } })
  opened.push(store)
  return store
}

type Lists = Pick<Store, 'list' | 'listAny'>
const lists = {
  'of a party': (store: Lists, limit: number, cursor?: string) => store.list({ view: ownView(gemeente), limit, ...(cursor === undefined ? {} : { cursor }) }),
  'of all': (store: Lists, limit: number, cursor?: string) => store.listAny({ limit, ...(cursor === undefined ? {} : { cursor }) })
}

/** Reads the newest, page by page, until what it knows: what comes to stand behind that later it never sees. */
function poller (store: Lists, page: typeof lists['of all']) {
  const seen: string[] = []
  return {
    seen,
    async poll (): Promise<void> {
      const newest = seen.at(-1)
      const fresh: string[] = []
      for (let cursor: string | undefined; ;) {
        const { items, next } = await page(store, 3, cursor)
        const known = items.findIndex(it => it.id === newest)
        fresh.push(...(known < 0 ? items : items.slice(0, known)).map(it => it.id))
        if (known >= 0 || next === null) break
        cursor = next
      }
      seen.push(...fresh.toReversed())
    }
  }
}

/** Polls until so many are seen: what was written while an older transaction goes on, such as one that chains the audit, is shown when that has ended. */
const sees = async ({ seen, poll }: ReturnType<typeof poller>, count: number): Promise<true> => await until(async () => { await poll(); return seen.length >= count || undefined }, `${count} messages`)

for (const [which, page] of Object.entries(lists)) {
  test(`polling messages ${which} misses none that was committed late, and shows none twice`, { skip }, async () => {
    const url = await server?.freshDatabase() ?? assert.fail()
    const [one, other, third] = await Promise.all([open(url), open(url), open(url)])
    const polling = poller(third, page)
    const [first, late] = [heen(), heen()]
    await one.accept([first])
    await sees(polling, 1)
    assert.deepEqual(polling.seen, [first.envelope.id])
    // A writer that has its number, and takes its time: it waits for a row of which another transaction is not done.
    const client = new pg.Client(url)
    await client.connect()
    await client.query('begin')
    const columns = (await client.query<{ name: string }>("select column_name as name from information_schema.columns where table_name = 'message' and column_name not in ('seq', 'id', 'identificatie', 'referentienummer')")).rows.map(row => row.name).join(', ')
    await client.query(`insert into message (seq, id, identificatie, referentienummer, ${columns}) select message_seq($1), $1, 'LATE', $2, ${columns} from message where id = $3`, [late.envelope.id, late.envelope.referentienummer, first.envelope.id])
    const items = Array.from({ length: 12 }, () => heen())
    await Promise.all(items.map(async (item, n) => {
      await (n % 2 === 0 ? one : other).accept([item])
      assert.equal((await one.inspect(item.envelope.id))?.message.id, item.envelope.id, 'by its id it is there at once')
    }))
    await polling.poll()
    assert.deepEqual(polling.seen, [first.envelope.id], 'what may still be preceded is not shown yet')
    await client.query('commit')
    await client.end()
    const all = [first, late, ...items].map(it => it.envelope.id)
    await sees(polling, all.length)
    assert.deepEqual(polling.seen.toSorted(), all.toSorted())
    assert.equal(polling.seen[1], late.envelope.id)
  })
}

test('many writers and a poller: every message once', { skip }, async () => {
  const url = await server?.freshDatabase() ?? assert.fail()
  const [one, other, third] = await Promise.all([open(url), open(url), open(url)])
  const polling = poller(third, lists['of all'])
  const items = Array.from({ length: 80 }, () => heen())
  const left = new Set(items)
  const writing = Promise.all(items.map(async (item, n) => {
    await (n % 2 === 0 ? one : other).accept([item])
    left.delete(item)
  }))
  for (let n = 0; left.size > 0 && n < 500; n++) await polling.poll()
  await writing
  await sees(polling, items.length)
  assert.deepEqual(polling.seen.toSorted(), items.map(it => it.envelope.id).toSorted())
})

/** A transaction at a database, by hand. */
async function transaction (url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('begin')
  await client.query('select pg_current_xact_id()')
  return client
}
const columnsOf = async (client: pg.Client, table: string, but: readonly string[]): Promise<string> =>
  (await client.query<{ name: string }>('select column_name as name from information_schema.columns where table_name = $1 and column_name <> all ($2)', [table, but])).rows.map(row => row.name).join(', ')
/** A copy of a message under another id. */
async function copied (client: pg.Client, of: string, { envelope: { id, referentienummer } }: ReturnType<typeof heen>): Promise<void> {
  const columns = await columnsOf(client, 'message', ['seq', 'id', 'identificatie', 'referentienummer'])
  await client.query(`insert into message (seq, id, identificatie, referentienummer, ${columns}) select message_seq($1), $1, $2, $2, ${columns} from message where id = $3`, [id, referentienummer, of])
}

for (const [which, page] of Object.entries(lists)) {
  test(`polling messages ${which} misses none of a transaction that began later and took a lower number`, { skip }, async () => {
    const url = await server?.freshDatabase() ?? assert.fail()
    const store = await open(url)
    const polling = poller(store, page)
    const [first, late, early] = [heen(), heen(), heen()]
    await store.accept([first])
    const [older, younger] = [await transaction(url), await transaction(url)]
    await copied(younger, first.envelope.id, late)
    await copied(older, first.envelope.id, early)
    await older.query('commit')
    await sees(polling, 1)
    assert.deepEqual(polling.seen, [first.envelope.id])
    // What is undone gives its number up.
    await younger.query('savepoint part')
    await copied(younger, first.envelope.id, heen())
    await younger.query('rollback to part')
    await younger.query('commit')
    await Promise.all([older.end(), younger.end()])
    await sees(polling, 3)
    assert.deepEqual(polling.seen, [first, late, early].map(it => it.envelope.id))
  })
}

test('what was known once stays so, for one who takes his number late as well', { skip }, async () => {
  const url = await server?.freshDatabase() ?? assert.fail()
  const store = await open(url)
  const ids = await Promise.all(Array.from({ length: 6 }, () => heen()).map(async item => { await store.accept([item]); return item.envelope.id }))
  for (const page of Object.values(lists)) {
    const { items, next } = await page(store, 3)
    // His lock names the number before his as he read it, long ago.
    const late = await transaction(url)
    await late.query("select pg_advisory_xact_lock_shared('message_number'::regclass::oid::integer, 0)")
    const rest = await page(await open(url), 3, next ?? assert.fail())
    assert.deepEqual([...items, ...rest.items].map(it => it.id).toSorted(), ids.toSorted(), 'a second page, at another process')
    assert.deepEqual((await page(store, 3)).items, items, 'the first page, again')
    await late.query('rollback')
    await late.end()
  }
})

test('what stands in a list of numbers waits for lower ones: of messages, batches, notices, refused', { skip }, async () => {
  const url = await server?.freshDatabase() ?? assert.fail()
  await open(url)
  // Of somebody else at the same database.
  const stranger = await transaction(url)
  await stranger.query('select pg_advisory_lock(kind, 0) from unnest(array[1, 2, 3, 4, 1024, 2048, 3072, 4096]) as kind')
  const known = async (table: Numbered): Promise<number> => Number((await server?.query(`select known_up_to(${takenFrom(table)}) as n`, undefined, new URL(url).pathname.slice(1)) ?? [])[0]?.['n'])
  for (const table of ['message', 'batch', 'notice', 'refused'] as const) {
    const take = table === 'message' ? "message_seq('019a0000-0000-7000-8000-000000000000') & 1099511627775" : `next_known(${takenFrom(table)})`
    const [one, other] = [await transaction(url), await transaction(url)]
    const next = async (client: pg.Client): Promise<number> => Number((await client.query<{ n: string }>(`select ${take} as n`)).rows[0]?.n)
    const before = await known(table)
    await one.query('savepoint part')
    const undone = await next(one)
    await one.query('rollback to part')
    assert.equal(await known(table), undone, `${table}: what is undone holds nobody up`)
    const [lower, higher, again] = [await next(one), await next(other), await next(one)]
    assert.ok(before < lower && lower < higher && higher < again, table)
    assert.equal(await known(table), lower - 1, table)
    await one.query('commit')
    assert.equal(await known(table), higher - 1, table)
    await other.query('rollback')
    assert.equal(await known(table), again, table)
    await Promise.all([one.end(), other.end()])
  }
  await stranger.end()
})

test('a message made before the end of a month and stored after it has a number of the month it is', { skip }, async () => {
  const url = await server?.freshDatabase() ?? assert.fail()
  await open(url)
  const month = (at: Date): number => (at.getUTCFullYear() - 2020) * 12 + at.getUTCMonth()
  const ask = async (sql: string): Promise<number> => Number((await server?.query(`select ${sql} as n`, undefined, new URL(url).pathname.slice(1)) ?? [])[0]?.['n'])
  const idOf = (at: Date): string => { const hex = at.getTime().toString(16).padStart(12, '0'); return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000` }
  for (const [made, first, last, at, goes] of [
    ['2024-05-31T23:30:00Z', 52, 53, '2024-06-01T00:10:00Z', 53], ['2024-05-31T22:30:00Z', 52, 52, '2024-06-01T00:10:00Z', 52],
    ['2024-06-01T00:30:00Z', 52, 53, '2024-05-31T23:50:00Z', 52], ['2024-06-15T00:00:00Z', 53, 53, '2024-06-15T00:30:00Z', 53], ['2024-05-31T23:30:00Z', 52, 53, '2026-01-01T00:00:00Z', 52]
  ] as const) {
    const id = idOf(new Date(made))
    assert.deepEqual([await ask(`message_from('${id}') >> 40`), await ask(`message_to('${id}') >> 40`)], [first, last], made)
    assert.equal(await ask(`month_of(message_moment('${id}'), '${at}') >> 40`), goes, `${made} at ${at}`)
  }
  assert.equal(await ask(`message_seq('${idOf(new Date('2024-05-31T23:30:00Z'))}') >> 40`), 52, 'far from the clock of the server by its own')
  assert.equal(await ask(`message_seq('${idOf(new Date())}') >> 40`), month(new Date()))
})
