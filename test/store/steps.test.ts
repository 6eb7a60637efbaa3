/** The steps of the database: what was released stays as it is, a newer version's are refused unless they let this one go on, and one that does not waits for the version before. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { bringForward } from '../../src/store/migrate.ts'
import { migrations, type Migration } from '../../src/store/migrations.ts'
import { connect } from '../../src/store/open.ts'
import { StoreUnusable } from '../../src/store/store.ts'
import { missing, startPostgres } from '../postgres.ts'
import { asReleased, released, withNew } from './released.ts'
import { start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-steps-'))
after(() => { rmSync(folder, { recursive: true, force: true }) })

const adds: Migration = { name: '9998-adds', beside: true, up: schema => schema.createTable('later', t => { t.text('name').primary() }).alterTable('message', t => { t.text('later').nullable() }) }
const takes: Migration = { name: '9999-takes', up: schema => schema.alterTable('task', t => { t.dropColumn('code') }) }
const unusable = (says: RegExp) => (error: unknown): boolean => error instanceof StoreUnusable && says.test(error.message)

describe('a step that was released', () => {
  test('says what it said, in its place', () => {
    const now = migrations.map(asReleased)
    const then = released()
    assert.deepEqual(now.slice(0, then.length), then, 'a released step never changes: take a new one. One that is new is added by "node test/store/released.ts" when its version is released')
  })

  test('is not made to fit when the list is brought up to date', () => {
    const [first, ...others] = released()
    assert.ok(first)
    const changed = [{ ...first, sqlite: 'other' }, ...others]
    assert.deepEqual(withNew(changed, migrations).slice(0, changed.length), changed)
    assert.deepEqual(withNew(released(), [...migrations, adds]).at(-1), asReleased(adds))
  })

  test('has a name of its own', () => {
    const names = migrations.map(it => it.name)
    assert.equal(new Set(names).size, names.length)
  })
})

/** @param urlOf the database of a name, the same for the same name */
function futureOf (urlOf: (name: string) => Promise<string>): void {
  const forward = async (name: string, steps: readonly Migration[]): Promise<string[]> => {
    const { db, dialect } = await connect(await urlOf(name))
    try { return await bringForward(db, dialect, steps, start) } finally { await db.close() }
  }
  test('is used on when all it did was add', async () => {
    assert.equal((await forward('adds.db', migrations)).length, migrations.length)
    assert.deepEqual(await forward('adds.db', [...migrations, adds]), ['9998-adds'])
    assert.deepEqual(await forward('adds.db', migrations), [], 'the version before starts again')
    assert.deepEqual(await forward('adds.db', [...migrations, adds]), [])
  })

  test('is refused with a step beside which nothing of before can go on, also after one that only added', async () => {
    await forward('takes.db', [...migrations, adds, takes])
    await assert.rejects(forward('takes.db', migrations), unusable(/newer version, beside which this one cannot go on \(9999-takes\): run that version/))
    await assert.rejects(forward('takes.db', [...migrations, adds]), unusable(/9999-takes/))
  })

  test('is refused by a version that would take a step between', async () => {
    await forward('between.db', [...migrations, adds])
    await assert.rejects(forward('between.db', [...migrations, { ...adds, name: '9997-other' }]), unusable(/knows nothing of 9997-other/))
  })
}

describe('a database of the next version', () => { futureOf(async name => `sqlite:${join(folder, name)}`) })

const skip = missing('bundled')
describe('a database of the next version on PostgreSQL', { skip }, async () => {
  const server = skip === false ? await startPostgres() : null
  after(async () => { await server?.close() })
  const made = new Map<string, string>()
  futureOf(async name => {
    assert.ok(server)
    const url = made.get(name) ?? await server.freshDatabase()
    made.set(name, url)
    return url
  })
})
