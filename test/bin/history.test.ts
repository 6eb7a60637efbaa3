/** `zorgpoort import history` and `rebuild` as an operator runs them: what was before is known to rules, and derived anew is the same. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { allCases } from '../../src/rules/examples/examples.ts'
import { writeMessage } from '../../src/standard/standard.ts'
import { environment } from '../fault/child.ts'
import { fixture, gemeente, makeWorld, until, withText, type World } from '../flow/world.ts'
import { ends, zorgpoort } from './command.ts'

const found = allCases().find(it => it.code === 'TR074' && it.message.model.type === 'WMO305' && it.history.length > 0)
assert.ok(found)
const example = found
const bytesOf = ({ model, message }: typeof example.message): Buffer => Buffer.from(writeMessage(model, message))

/** What is kept of earlier messages, by its meaning: no row number, no key, no ciphertext. */
function factsIn (world: World): unknown[] {
  const db = new Database(world.path('zorgpoort.db'), { readonly: true })
  try {
    return db.prepare(`select s.place, s.id, s.number, s.identificatie, s.dagtekening, s.waits, s.voided_by, s.gone, f.position, f.of, hex(p.hash) as person, f.toewijzing, f.referentie, f.vorige, f.day, length(f.body) as size
      from source as s join fact as f on f.source = s.place left join person as p on p.id = f.person order by s.place, f.position`).all()
  } finally { db.close() }
}

test('messages of before are known to rules; wrong ones are refused by name, and again changes nothing', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const env = environment(world)
  const folder = world.path('before')
  mkdirSync(folder)
  for (const [n, sent] of example.history.entries()) writeFileSync(join(folder, `${n}.xml`), bytesOf(sent))
  ends(await zorgpoort(['import', 'history', folder], { env }), 0, /^0 messages taken in between 0 pairs.*\n\d+ between parties of whom none is judged in full: not taken/)
  await world.judge(gemeente, { level: 'full' })
  writeFileSync(join(folder, 'broken.xml'), withText(fixture('WMO301'), 'Bsn', '123'))
  writeFileSync(join(folder, 'real.XML'), withText(fixture('WMO301'), 'Bsn', '111222333'))
  const refused = await zorgpoort(['import', 'history', folder], { env })
  ends(refused, 1, /broken\.xml:\d+: ZP_\w+ Client\/Bsn: [^]*real\.XML: ZP_TEST_BSN[^]*2 wrong; nothing counts/)
  assert.doesNotMatch(refused.err, /111222333/)
  assert.deepEqual(factsIn(world), [])
  for (const name of ['broken.xml', 'real.XML']) writeFileSync(join(folder, name), bytesOf(example.history[0] ?? example.message))
  ends(await zorgpoort(['import', 'history', folder, '--complete-from', '2025-02-30'], { env }), 2, /--complete-from is a date/)
  const args = ['import', 'history', folder, '--complete-from', '2015-01-01']
  ends(await zorgpoort(args, { env }), 0, new RegExp(`^${example.history.length} messages taken in between 1 pair of gemeente and aanbieder, 2 known already. Nothing was sent.\nAll is here from 2015-01-01 on.\n$`))
  const facts = factsIn(world)
  assert.ok(facts.length >= example.history.length)
  ends(await zorgpoort(args, { env }), 0, new RegExp(`^0 messages taken in .*, ${example.history.length + 2} known already`))
  assert.deepEqual(factsIn(world), facts)
  for (const who of ['gemeente', 'aanbieder'] as const) assert.deepEqual((await gateway.as(who).get('/v1/messages')).told.messages, [])
  const { id } = await gateway.as('aanbieder').send(bytesOf(example.message))
  const told = await until(async () => { const { told } = await gateway.as('aanbieder').get(`/v1/messages/${id}`); return told['delivery'] === 'waiting' ? undefined : told }, 'the end of judging')
  assert.ok(told.findings.some(it => it['code'] === 'TR074' && it['assessed'] !== false), JSON.stringify(told.findings))
})

test('derived anew, beside a running gateway, all is as it was; a party’s first full judging begins with what is here', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const env = environment(world)
  for (const sent of example.history) await gateway.as(sent.model.afzender).send(bytesOf(sent))
  ends(await zorgpoort(['rebuild'], { env }), 0, new RegExp(`^${example.history.length} messages as they should be, 0 written anew, 0 taken away\n$`))
  assert.deepEqual(factsIn(world), [], 'nobody asks for it')
  await world.judge(gemeente, { level: 'full' })
  ends(await zorgpoort(['rebuild', '--dry'], { env }), 0, /Nothing was changed/)
  ends(await zorgpoort(['rebuild', '--party', '12345678'], { env }), 0, /^0 messages/)
  assert.deepEqual(factsIn(world), [])
  ends(await zorgpoort(['rebuild', '--party', gemeente], { env }), 0, new RegExp(`^0 messages as they should be, ${example.history.length} written anew`))
  const facts = factsIn(world)
  assert.ok(facts.length >= example.history.length)
  const db = new Database(world.path('zorgpoort.db'))
  db.exec("delete from fact where position = 0; update fact set toewijzing = 'lost'; delete from source where place = 1; delete from fact where source = 1")
  db.close()
  assert.notDeepEqual(factsIn(world), facts)
  ends(await zorgpoort(['rebuild'], { env }), 0, /written anew/)
  assert.deepEqual(factsIn(world), facts)
  assert.deepEqual(JSON.parse((await zorgpoort(['rebuild', '--json'], { env })).out), { same: example.history.length, written: 0, removed: 0, unread: 0 })
})
