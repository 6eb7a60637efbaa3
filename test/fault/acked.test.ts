/** The look at the acked set refuses what it is there for: a promise nobody kept, kept otherwise, or kept twice. */
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { makeWorld, message } from '../flow/world.ts'
import { assertAcked, type Expected } from './acked.ts'
import { lineOf, openLedger, promisedIn } from './ledger.ts'

test('it finds what was promised, and says which promise is not kept', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const lines: string[] = []
  const all = [1, 2, 3, 4].map(nth => message('WMO301', nth))
  for (const bytes of all) lines.push(lineOf((await gateway.as('gemeente').post(bytes)).bytes, bytes))
  const { bytes: again } = await gateway.as('gemeente').post(all[0] ?? '')
  assert.throws(() => lineOf(again, all[1] ?? again), /the receipt of \S+ is not of what was sent/)
  const [first = '', second = '', third = ''] = lines
  assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${promisedIn(first).id}`)).status, 204)
  await gateway.stop()
  const { promised, offered, delivered, seals } = await assertAcked(world, [...lines, second], { all: true })
  assert.deepEqual([promised, offered, delivered, seals], [4, 3, 1, 4])

  const refused = (with_: readonly string[], why: RegExp, how: Expected = {}) => assert.rejects(assertAcked(world, with_, how), why)
  const never = first.replace(/^.{8}/, '00000000')
  await refused([...lines, never.replace(/W301S\d+|\S+(?= \S+ \S+$)/, 'NIEMAND')], /is not honoured: 00000000\S+ is not there/)
  await refused([...lines, never], /got two receipts/)
  await refused([first.replace(/.$/, it => it === '0' ? '1' : '0')], /of \S+ another is kept/)
  await refused([first, second], /nobody has a receipt for it/, { all: true })

  const db = new Database(world.path('zorgpoort.db'))
  const spoiled = async (sql: string, back: string, why: RegExp): Promise<void> => {
    db.prepare(sql).run()
    await refused(lines, why)
    db.prepare(back).run()
  }
  const { id } = promisedIn(third)
  await spoiled(`update message set delivery = 'waiting' where id = '${id}'`, `update message set delivery = 'offered' where id = '${id}'`, /waiting, .*accepted, offered/)
  await spoiled(`update message set delivery = 'delivered' where id = '${id}'`, `update message set delivery = 'offered' where id = '${id}'`, /delivered, .*: accepted, offered$/m)
  await spoiled(`update message set seal = x'00' where id = '${id}'`, `update message set seal = (select seal from message where id <> '${id}') where id = '${id}'`, new RegExp(`the seal of ${id} does not hold: form`))
  await refused(lines, new RegExp(`the seal of ${id} does not hold: digest`))
  db.close()
})

test('a line of a ledger that was not written whole is no promise', async () => {
  const world = await makeWorld()
  const path = world.path('ledger')
  writeFileSync(path, 'one\ntwo\nthr')
  const ledger = openLedger(path)
  assert.deepEqual([ledger.count(), ledger.lines()], [2, ['one', 'two']])
  ledger.write('three')
  assert.deepEqual([ledger.count(), ledger.lines()], [3, ['one', 'two', 'three']])
  ledger.close()
  appendFileSync(path, 'fo')
  assert.equal(openLedger(path).count(), 3)
})
