/** What an operator says of history, by command line and interface: seen by the next message, written in the audit, and refused where it cannot be so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environment } from '../fault/child.ts'
import { ends, zorgpoort } from '../bin/command.ts'
import { aanbieder, gemeente, makeWorld, message, until, type Reply, type Told } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const env = environment(world)
const said = { gemeente, aanbieder, family: 'iwmo', complete_from: '2015-01-01' }
const say = async (body: unknown): Promise<Reply> =>
  await gateway.as('operator').call('POST', '/v1/operator/history', typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json' })
const pairs = async (): Promise<unknown> => (await gateway.as('auditor').get('/v1/operator/history')).told['pairs']
const complete = async (from: string, ...more: string[]) => await zorgpoort(['history', 'complete', '--gemeente', gemeente, '--aanbieder', aanbieder, '--from', from, ...more], { env })
const list = async () => await zorgpoort(['history', 'list'], { env })

/** A start of what nobody assigned. */
async function start (seed: number): Promise<Told> {
  const { id } = await gateway.as('aanbieder').send(message('WMO305', seed))
  return await until(async () => { const { told } = await gateway.as('aanbieder').get(`/v1/messages/${id}`); return told['delivery'] === 'waiting' ? undefined : told }, 'the end of judging')
}

test('what cannot be is refused, in the same words by both', async () => {
  ends(await list(), 0, /^Nothing is kept of earlier messages/)
  assert.deepEqual(await pairs(), [])
  ends(await complete('2015-01-01'), 1, /none of the two is judged in full/)
  await world.judge(gemeente, { level: 'full' })
  ends(await complete('2015-02-30'), 1, /is written such as 2015-01-01/)
  ends(await complete('2999-01-01'), 1, /is still to come/)
  ends(await zorgpoort(['history', 'complete', '--gemeente', '9999', '--aanbieder', aanbieder, '--from', 'unknown'], { env }), 1, /the gemeente that was named is not in the register/)
  ends(await zorgpoort(['history', 'complete', '--gemeente', aanbieder, '--aanbieder', gemeente, '--from', 'unknown'], { env }), 1, /the gemeente that was named/)
  ends(await zorgpoort(['history', 'complete', '--gemeente', '0599', '--aanbieder', aanbieder, '--family', 'ijw', '--from', 'unknown'], { env }), 1, /share no such family/)
  for (const [body, words] of [
    [{ ...said, complete_from: '2999-01-01' }, /still to come/], [{ ...said, complete_from: 2015 }, /complete_from/], [{ ...said, family: 'iwlz' }, /iwmo or ijw/],
    [{ ...said, strange: 1 }, /member we do not know/], [{ gemeente, aanbieder }, /complete_from/], ['{', /not JSON/]
  ] as const) {
    const { status, told } = await say(body)
    assert.deepEqual([status, told.code], [422, 'ZP_REGISTER'], JSON.stringify(body))
    assert.match(told.detail ?? '', words)
  }
  assert.deepEqual(await pairs(), [])
})

test('until it is said a rule that finds nothing says so; from then on it rejects; and it can be taken back', async () => {
  const before = await start(1)
  assert.equal(before['verdict'], 'accepted')
  assert.ok(before.findings.some(it => it['code'] === 'TR019' && it['assessed'] === false), JSON.stringify(before.findings))
  assert.deepEqual(await pairs(), [{ family: 'iwmo', gemeente, aanbieder, complete_from: null, messages: 1, importing: 0 }])
  assert.deepEqual((await say(said)).told['families'], ['iwmo'])
  const after = await start(2)
  assert.equal(after['verdict'], 'rejected')
  assert.ok(after.findings.some(it => it['code'] === 'TR019' && it['assessed'] !== false), JSON.stringify(after.findings))
  ends(await complete('unknown'), 0, new RegExp(`^iwmo and ijw between ${gemeente} and ${aanbieder}: it is not known`))
  assert.equal((await start(3))['verdict'], 'accepted')
  ends(await complete('2020-05-06', '--family', 'ijw'), 0, /^ijw between .*: all is here from 2020-05-06 on\. /)
  ends(await list(), 0, new RegExp(`^family {2}gemeente {2}aanbieder {2}complete from {2}messages kept\nijw {5}${gemeente} {6}${aanbieder} {3}2020-05-06 {5}0\niwmo {4}${gemeente} {6}${aanbieder} {3}unknown {8}[23]\n$`))
  assert.deepEqual(JSON.parse((await zorgpoort(['history', 'list', '--json'], { env })).out), { pairs: await pairs() })
  const { told } = await gateway.as('auditor').get('/v1/operator/audit?event=history_complete')
  assert.deepEqual((told['rows'] as Told[]).map(row => [row['account'], row['detail']]).toReversed(), [
    ['operator', `iwmo:${gemeente}:${aanbieder}:2015-01-01`], [null, `iwmo:${gemeente}:${aanbieder}:unknown`], [null, `ijw:${gemeente}:${aanbieder}:unknown`], [null, `ijw:${gemeente}:${aanbieder}:2020-05-06`]
  ])
})
