/** What a move makes of a target that was used before, and the numbers that go on there. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { verifyAudit } from '../../src/audit/audit.ts'
import { newMessageId, sha256Hex } from '../../src/core/core.ts'
import { copyAhead, finishMove, openLinker, openStore, undoMove, type MoveOptions, type Store, type Verify } from '../../src/store/store.ts'
import { missing, startPostgres } from '../postgres.ts'
import { heen, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-move-'))
after(() => { rmSync(folder, { recursive: true, force: true }) })
const auditOf = async (store: Store) => await store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted: [] }))
const sameAudit: Verify = async source => {
  const before = await auditOf(source)
  return async target => { assert.deepEqual(await auditOf(target), before) }
}

const skip = missing('bundled')
describe('a move', { skip }, async () => {
  const server = skip === false ? await startPostgres() : null
  after(async () => { await server?.close() })
  const within = async <T>(url: string, work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore({ url, mode: 'test', roots })
    try { return await work(store) } finally { await store.close() }
  }
  /** A file of this name and a database, neither of which is there yet. */
  const between = async (name: string) => {
    assert.ok(server)
    const options: MoveOptions = { from: join(folder, name), to: { url: await server.freshDatabase() }, shown: 'there', roots }
    const database = options.to.url.slice(options.to.url.lastIndexOf('/') + 1)
    return {
      options,
      asked: (sql: string) => server.query(sql, [], database),
      source: <T>(work: (store: Store) => Promise<T>): Promise<T> => within(`sqlite:${options.from}`, work),
      target: <T>(work: (store: Store) => Promise<T>): Promise<T> => within(options.to.url, work),
      move: async (): Promise<number | undefined> => {
        await copyAhead(options)
        return (await finishMove(options, sameAudit, () => sha256Hex('0'.repeat(64)), start))?.messages
      }
    }
  }

  test('that is undone and made again leaves nothing there of what was taken meanwhile, not even of what was to be chained; numbers go on', async () => {
    const { options, asked, source, target, move } = await between('again.db')
    await source(store => store.accept([heen(), heen(), heen({ payload: 'x'.repeat(9_000_000) })]))
    assert.equal(await move(), 3)
    await target(store => store.accept([heen(), heen()]))
    const [{ n: before } = {}] = await asked('select max(id) as n from delivery')
    assert.equal(Number(before), 5, 'work is numbered on')
    await assert.rejects(undoMove(options, false), /2 messages were taken at the target since/)
    assert.equal(await undoMove(options, true), 2)
    // As a process that was killed leaves it.
    await asked("insert into audit_new (nonce, at_ms, event, key_id, mac) values ('\\x00', 1, 'offered', 'x', '\\x00')")
    await source(store => store.accept([heen()]))
    assert.equal(await move(), 4)
    assert.deepEqual(await asked('select number from audit_new'), [])
    assert.deepEqual((await asked('select count(*)::int as n from message_key')).map(it => it['n']), [4])
    const last = heen()
    await target(async store => {
      await store.accept([last])
      assert.equal((await store.listAny({ limit: 1 })).items[0]?.id, last.envelope.id)
    })
    const [numbers] = await asked('select count(*) filter (where seq < 1099511627776)::int as moved, count(*) filter (where seq >= 1099511627776)::int as later from message')
    assert.deepEqual(numbers, { moved: 4, later: 1 }, 'what was moved keeps its numbers, the months are above')
  })

  test('of a file in whose place a backup was put since its first part moves what that one holds, under the same numbers', async () => {
    const { options, asked, source, target, move } = await between('back.db')
    await source(store => store.accept([heen()]))
    await copyAhead(options)
    copyFileSync(options.from, `${options.from}.backup`)
    const [lost, third, fourth] = [heen(), heen(), heen()]
    await source(store => store.accept([lost, third]))
    await copyAhead(options)
    copyFileSync(`${options.from}.backup`, options.from)
    // What was lost is sent again, and stands where something else stood.
    const [again, ...others] = [heen({ envelope: { ...third.envelope, id: newMessageId(start) } }), heen(), fourth]
    await source(store => store.accept([again, ...others]))
    assert.equal(await move(), 4)
    const expected = [again, ...others].map(it => it.envelope)
    assert.deepEqual(await asked('select k.identificatie, m.id from message as m join message_key as k using (seq) where m.seq > 1 order by seq'), expected.map(({ identificatie, id }) => ({ identificatie, id })))
    assert.deepEqual((await target(store => store.accept([again, lost]))).map(it => it.kind), ['duplicate', 'stored'])
  })
})
