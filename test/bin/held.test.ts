/** `zorgpoort held` and `zorgpoort tasks`: what waits for a person is shown, decided once, and every mistake told with what to do. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { newMessageId, newTaskId, systemClock } from '../../src/core/core.ts'
import { openStore, type Acceptance, type Finish, type Store } from '../../src/store/store.ts'
import { makeRoots, readRoots, rootsIn } from '../../src/vault/vault.ts'
import { claimOne, finish, heen, later } from '../store/sample.ts'
import { ends, folder, zorgpoort, type Ended } from './command.ts'

/** A database of its own with what `put` leaves in it, and the command on it. */
async function place (put: (store: Store) => Promise<void> = async () => {}) {
  const cwd = folder()
  makeRoots(cwd, systemClock.now())
  const url = `sqlite:${join(cwd, 'p.db')}`
  const store = await openStore({ url, mode: 'test', roots: readRoots(rootsIn(cwd)) })
  await put(store)
  await store.close()
  return async (...args: string[]): Promise<Ended> => await zorgpoort([...args, '--database', url], { cwd })
}

async function ending (store: Store, item: Acceptance, outcome: Finish['outcome'], tasks: Finish['tasks'] = []): Promise<void> {
  await store.accept([item])
  assert.deepEqual(await store.finish([{ ...finish(await claimOne(store, later(9)), outcome), tasks }], later(10)), ['done'])
}

describe('held', () => {
  test('messages are listed with since when, why and until when, by party and reason, and as JSON', async () => {
    const [one, other] = [heen(), heen()]
    const run = await place(async store => {
      await ending(store, one, { kind: 'held', reason: 'large_claim', until: later(5_000) })
      await ending(store, other, { kind: 'held', reason: 'person' })
    })
    ends(await run('held', 'list'), 0, new RegExp(`^2026-09-21T\\S+Z {2}${one.envelope.id} {2}WMO301 {2}0344 -> 12345678 {2}large_claim {2}looked at again 2026-09-21T\\S+Z\n.*${other.envelope.id}.* {2}person\n\n2 messages wait for a person: `))
    ends(await run('held', 'list', '--limit', '1'), 0, /^.*\n\n1 message waits for a person and there are more \(--limit\): /)
    ends(await run('held', 'list', '--code', 'person', '--party', '0344'), 0, new RegExp(`^\\S+ {2}${other.envelope.id}.*\n\n1 message waits`))
    ends(await run('held', 'list', '--party', '0363'), 0, /^No message waits for a person\.\n$/)
    const { messages, more } = JSON.parse((await run('held', 'list', '--json')).out) as { messages: ReadonlyArray<Record<string, unknown>>, more: boolean }
    assert.deepEqual([messages.map(it => [it['id'], it['held_reason'], it['held_until'] === null]), more], [[[one.envelope.id, 'large_claim', false], [other.envelope.id, 'person', true]], false])
    assert.match(String(messages[1]?.['nl']), /besluit/)
  })

  test('a decision comes once, with a reason, about a message that is there', async () => {
    const item = heen()
    const run = await place(async store => { await ending(store, item, { kind: 'held', reason: 'person' }) })
    const { id } = item.envelope
    ends(await run('held', 'release', id), 2, /required option '--reason <code>' not specified/)
    for (const reason of ['Jan is ill', 'x999900006', '']) ends(await run('held', 'release', id, '--reason', reason), 2, /it is a code such as spoke_to_sender/)
    ends(await run('held', 'release', 'x', '--reason', 'x'), 2, /that is no id; "zorgpoort held list" shows them/)
    ends(await run('held', 'refuse', newMessageId(later(1)), '--reason', 'x'), 1, /no message .* in this database/)
    ends(await run('held', 'list', '--party', 'x'), 2, /--party is four digits/)
    ends(await run('held', 'list', '--limit', '0'), 2, /it is a number from 1 to 1000/)
    ends(await run('held', 'refuse', id, '--reason', 'wrong_gemeente'), 0, /is refused: its receiver never gets it/)
    ends(await run('held', 'release', id, '--reason', 'x'), 1, new RegExp(`message ${id} waits for nobody: it was decided already.*"zorgpoort inspect ${id}"`))
    ends(await run('inspect', id), 0, /refused_by_person \(wrong_gemeente\)/)
  })
})

describe('tasks', () => {
  test('are listed by state, ended once with a reason, and told as JSON', async () => {
    const [call, check] = [newTaskId(later(1)), newTaskId(later(2))]
    const item = heen()
    const run = await place(async store => { await ending(store, item, { kind: 'offered' }, [{ id: call, handler: 'back-office', code: 'call_client', due: later(5) }, { id: check, handler: 'back-office', code: 'check' }]) })
    ends(await run('tasks', 'list'), 0, new RegExp(`${call} {2}12345678 {2}call_client \\(back-office\\) {2}about WMO301 ${item.envelope.id} {2}due \\S+Z\\S* LATE\n\\S+ {2}${check}.*\n\n2 tasks are open: "zorgpoort tasks done ID`))
    ends(await run('tasks', 'list', '--code', 'check', '--party', '12345678'), 0, new RegExp(`^\\S+ {2}${check}.*\n\n1 task is open`))
    ends(await run('tasks', 'list', '--state', 'maybe'), 2, /Allowed choices are open, done, refused/)
    ends(await run('tasks', 'done', 'x', '--reason', 'x'), 2, /that is no task id/)
    ends(await run('tasks', 'done', newTaskId(later(3)), '--reason', 'x'), 1, /no task .* in this database/)
    ends(await run('tasks', 'done', call, '--reason', 'called'), 0, /is done\.\n$/)
    ends(await run('tasks', 'refuse', call, '--reason', 'x'), 1, /was decided already; "zorgpoort tasks list --state done"/)
    ends(await run('tasks', 'refuse', check, '--reason', 'not_needed'), 0, /is refused\.\n$/)
    ends(await run('tasks', 'list'), 0, /^No task is open\.\n$/)
    const { tasks } = JSON.parse((await run('tasks', 'list', '--state', 'done', '--json')).out) as { tasks: ReadonlyArray<Record<string, unknown>> }
    assert.deepEqual(tasks.map(it => [it['id'], Object(it['decided']).reason, Object(it['decided']).by]), [[call, 'called', null]])
  })
})
