/** Killed in the middle of deriving or importing history beside a gateway that serves: what counts is right at every moment, and the next run ends it. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { ends, starts, zorgpoort } from '../bin/command.ts'
import { environment } from '../fault/child.ts'
import { aanbieder, gemeente, makeWorld, message, until, type Running, type World } from '../flow/world.ts'

const count = 240

/** @returns the first number a question gives, asked beside everybody */
function asking (world: World): (sql: string) => number {
  return sql => {
    const db = new Database(world.path('zorgpoort.db'), { readonly: true })
    try { return Number(db.prepare(sql).pluck().get()) } finally { db.close() }
  }
}
/** Messages of which something else than their one fact is there, and facts of no message. */
const halves = 'select (select count(*) from source as s where (select count(*) from fact where source = s.place) <> 1) + (select count(*) from fact where source not in (select place from source))'

/** Sends the start of care of a story. @returns how it ended: `assessed` says whether the rule that asks for its assignment could be judged */
async function start (gateway: Running, seed: number, identificatie: string): Promise<{ verdict: unknown, assessed: boolean, codes: unknown[] }> {
  const bytes = Buffer.from(message('WMO305', seed).toString().replace(/(:Identificatie>)[^<]*/, `$1${identificatie}`))
  const { id } = await gateway.as('aanbieder').send(bytes)
  const told = await until(async () => { const { told } = await gateway.as('aanbieder').get(`/v1/messages/${id}`); return told['delivery'] === 'waiting' ? undefined : told }, 'the end of judging')
  const found = told.findings.filter(it => it['code'] === 'TR019')
  return { verdict: told['verdict'], assessed: found.every(it => it['assessed'] !== false), codes: told.findings.filter(it => it['assessed'] !== false).map(it => it['code']) }
}

/** Starts a command and kills it in the middle. */
async function killedWhen (args: readonly string[], env: Record<string, string>, done: () => boolean): Promise<void> {
  const { child, ended } = starts(args, { env })
  await until(() => done() ? true : undefined, 'its first steps')
  child.kill('SIGKILL')
  assert.equal((await ended).code, null, 'killed before its end')
}

const complete = ['history', 'complete', '--gemeente', gemeente, '--aanbieder', aanbieder, '--from', '2015-01-01']

test('rebuild: each message has all its facts or none, nothing is rejected wrongly meanwhile, and again is whole', { timeout: 300_000 }, async () => {
  const world = await makeWorld()
  const [gateway, env, ask] = [await world.start(), environment(world), asking(world)]
  for (let n = 0; n < count; n += 20) await Promise.all(Array.from({ length: 20 }, (_, nth) => gateway.as('gemeente').send(message('WMO301', 1 + n + nth))))
  await world.judge(gemeente, { level: 'full' })
  await killedWhen(['rebuild'], env, () => ask('select count(*) from source') > 0)
  const there = ask('select count(*) from source')
  assert.ok(there > 0 && there < count, `killed with ${there} of ${count}`)
  assert.equal(ask(halves), 0)
  const [first, last] = [await start(gateway, 1, 'FIRST'), await start(gateway, count, 'LAST')]
  assert.deepEqual([first.verdict, last.verdict, last.assessed], ['accepted', 'accepted', false])
  ends(await zorgpoort(['rebuild'], { env }), 0, new RegExp(`^${there + 2} messages as they should be, ${count - there} written anew, 0 taken away`))
  assert.deepEqual([ask(halves), ask('select count(*) from source')], [0, count + 2])
  ends(await zorgpoort(complete, { env }), 0, /all is here from 2015-01-01 on/)
  assert.deepEqual(await start(gateway, count - 1, 'KNOWN'), { verdict: 'accepted', assessed: true, codes: [] })
  assert.equal((await start(gateway, 100_000, 'UNKNOWN')).verdict, 'rejected')
})

test('import history: nothing of it counts before its end, and again takes the rest', { timeout: 300_000 }, async () => {
  const world = await makeWorld()
  const [gateway, env, ask] = [await world.start(), environment(world), asking(world)]
  await world.judge(gemeente, { level: 'full' })
  const folder = world.path('before')
  mkdirSync(folder)
  for (let n = 1; n <= count; n++) writeFileSync(join(folder, `${n}.xml`), message('WMO301', n))
  const args = ['import', 'history', folder, '--complete-from', '2015-01-01']
  await killedWhen(args, env, () => ask('select count(*) from source') > 20)
  const there = ask('select count(*) from source where waits = 2')
  assert.ok(there > 0 && there < count, `killed with ${there} of ${count}`)
  assert.deepEqual([ask(halves), ask('select count(*) from source where waits <> 2')], [0, 0])
  assert.deepEqual(await start(gateway, 1, 'HALF'), { verdict: 'accepted', assessed: false, codes: [] })
  assert.deepEqual((await gateway.as('operator').get('/v1/operator/history')).told['pairs'], [{ family: 'iwmo', gemeente, aanbieder, complete_from: null, messages: 1, importing: there }])
  ends(await zorgpoort(args, { env }), 0, new RegExp(`^${count - there} messages taken in between 1 pair of gemeente and aanbieder, ${there} known already`))
  assert.deepEqual([ask(halves), ask('select count(*) from source where waits = 0')], [0, count + 1])
  assert.deepEqual(await start(gateway, 2, 'WHOLE'), { verdict: 'accepted', assessed: true, codes: [] })
  assert.equal((await start(gateway, 100_000, 'STRANGE')).verdict, 'rejected')
  for (const who of ['gemeente', 'aanbieder'] as const) assert.deepEqual((await gateway.as(who).get('/v1/messages?type=WMO301')).told.messages, [], 'nobody is shown what was imported')
})
