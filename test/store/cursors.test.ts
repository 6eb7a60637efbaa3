/** Cursors where many write: who polls a list sees every message once, also one that got its number earlier and was committed later. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { openStore, type Store } from '../../src/store/store.ts'
import { ownView } from '../../src/party/party.ts'
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

for (const [which, page] of Object.entries(lists)) {
  test(`polling messages ${which} misses none that was committed late, and shows none twice`, { skip }, async () => {
    const url = await server?.freshDatabase() ?? assert.fail()
    const [one, other, third] = await Promise.all([open(url), open(url), open(url)])
    const polling = poller(third, page)
    const [first, late] = [heen(), heen()]
    await one.accept([first])
    await polling.poll()
    assert.deepEqual(polling.seen, [first.envelope.id])
    // A writer that has its number, and takes its time: it waits for a row of which another transaction is not done.
    const client = new pg.Client(url)
    await client.connect()
    await client.query('begin')
    const columns = (await client.query<{ name: string }>("select column_name as name from information_schema.columns where table_name = 'message' and column_name not in ('seq', 'id', 'identificatie', 'referentienummer', 'xact')")).rows.map(row => row.name).join(', ')
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
    await polling.poll()
    const all = [first, late, ...items].map(it => it.envelope.id)
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
  // What was written while an older transaction goes on, such as one that chains the audit, is shown when that has ended.
  for (let n = 0; polling.seen.length < items.length && n < 500; n++) await polling.poll()
  assert.deepEqual(polling.seen.toSorted(), items.map(it => it.envelope.id).toSorted())
})
