/** Why a message is still here while its receiver's endpoint is down, what operators see of that endpoint, and having it tried. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { aanbieder, message, until, type Running, type Told } from './world.ts'
import { makePushWorld, reaches } from './pushing.ts'
import { zorgpoort } from '../bin/command.ts'

const world = await makePushWorld()
interface Endpoint { readonly party: string, readonly state: string, readonly failing_since: string | null, readonly left_until: string | null, readonly reason: string | null, readonly nl: string | null, readonly en: string | null, readonly waiting: number, readonly oldest: string | null }
const destinations = async (gateway: Running, who: 'operator' | 'auditor' = 'operator'): Promise<readonly Endpoint[]> => (await gateway.as(who).get('/v1/operator/destinations')).told['destinations'] as Endpoint[]
const why = (told: Told): Record<string, unknown> => told['here'] as Record<string, unknown>
const trying = (gateway: Running, party: string, body: unknown) => gateway.as('operator').call('POST', `/v1/operator/destinations/${party}`, JSON.stringify(body), { 'content-type': 'application/json' })

describe('an endpoint that is down', async () => {
  const receiver = await world.receiver({ behaviour: { kind: 'answer', status: 503 } })
  await world.connect(aanbieder, [receiver.connection({ breaker: { failures: 1, open_ms: 3_600_000, probes: 1 }, retry: { first_ms: 3_600_000, longest_ms: 3_600_000, total_ms: 432_000_000 } })])
  const gateway = await world.pushing()
  after(() => gateway.stop())
  const sender = gateway.as('gemeente')
  const seen = async (id: string, who: 'gemeente' | 'aanbieder' = 'gemeente'): Promise<Told> => (await gateway.as(who).get(`/v1/messages/${id}`)).told
  const first = await sender.send(message('WMO301', 1))
  await until(async () => (await destinations(gateway))[0]?.state === 'open' ? true : undefined, 'an open breaker')
  const second = await sender.send(message('WMO301', 2))

  test('every message says so and why, and to nobody where the endpoint is', async () => {
    const [tried, waits] = [why(await seen(first.id)), why(await seen(second.id))]
    assert.ok(['left_alone', 'push_again'].includes(String(tried['code'])), String(tried['code']))
    assert.deepEqual([waits['code'], waits['waits_for'], waits['reason']], ['left_alone', 'gateway', 'http_503'])
    assert.ok(Date.parse(String(waits['next'])) > Date.now() + 3_000_000 && Date.parse(String(waits['since'])) <= Date.now())
    assert.doesNotMatch(JSON.stringify([tried, waits]), /localhost|127\.0\.0\.1|https:/)
    assert.equal(why(await seen(second.id, 'aanbieder'))['reason'], 'http_503')
    assert.equal(why((await gateway.as('auditor').get(`/v1/operator/messages/${second.id}`)).told['message'] as Told)['reason'], 'http_503')
    for (const path of ['/v1/messages?delivery=offered', '/v1/mailbox']) for (const it of (await gateway.as('aanbieder').get(path)).told.messages) assert.ok(['left_alone', 'push_again'].includes(String(why(it)['code'])), path)
  })

  test('operators and auditors see which, why, since when, and how much waits', async () => {
    for (const who of ['operator', 'auditor'] as const) {
      const [it, ...others] = await destinations(gateway, who)
      assert.ok(it && others.length === 0)
      assert.deepEqual([it.party, it.state, it.reason, it.waiting], [String(aanbieder), 'open', 'http_503', 2])
      assert.ok(it.failing_since !== null && it.left_until !== null && it.oldest !== null && (it.nl ?? '').length > 20 && (it.en ?? '').length > 20)
    }
    const text = await (await fetch(`${gateway.operations}/metrics`)).text()
    for (const line of [/^zorgpoort_destination_down\{receiver="42420001"\} 1$/m, /^zorgpoort_push_waiting\{receiver="42420001"\} 2$/m, /^zorgpoort_pushes_total\{outcome="failed",reason="http_5xx"\} 1$/m, /^zorgpoort_destination_turns_total\{state="open"\} 1$/m, /^zorgpoort_queue_depth /m]) {
      if (line.source.includes('queue_depth')) assert.doesNotMatch(text, line, 'nobody waits for the worker')
      else assert.match(text, line)
    }
  })

  test('what is asked wrongly changes nothing', async () => {
    for (const [body, code] of [[{ action: 'close', reason: 'repaired' }, 'ZP_REQUEST'], [{ action: 'try' }, 'ZP_REQUEST'], [{ action: 'try', reason: 'two words' }, 'ZP_REQUEST']] as const) assert.equal((await trying(gateway, aanbieder, body)).told.code, code)
    assert.equal((await trying(gateway, '0344', { action: 'try', reason: 'repaired' })).told.code, 'ZP_NOT_FOUND')
    assert.equal((await trying(gateway, 'x', { action: 'try', reason: 'repaired' })).told.code, 'ZP_QUERY')
    assert.equal((await destinations(gateway))[0]?.state, 'open')
  })

  test('mended and tried because a person says so, everything arrives at once, and the audit knows who', async () => {
    receiver.behave({ kind: 'answer' })
    const { status, told } = await trying(gateway, aanbieder, { action: 'try', reason: 'repaired' })
    assert.deepEqual([status, told['hurried'], typeof told['left_until']], [200, 1, 'string'])
    for (const { id } of [first, second]) await reaches(sender, id, 'delivered')
    const arrived = why(await seen(second.id))
    assert.deepEqual([arrived['code'], arrived['waits_for']], ['answer_awaited', 'receiver'])
    await until(async () => (await destinations(gateway))[0]?.state === 'closed' ? true : undefined, 'a closed breaker')
    const rows = (await gateway.as('operator').get('/v1/operator/audit?event=destination_tried')).told['rows'] as Array<Record<string, unknown>>
    assert.deepEqual(rows.map(it => [it['account'], it['detail']]), [['operator', `${aanbieder}:repaired`]])
  })

  test('the command does the same beside the gateway', async () => {
    receiver.behave({ kind: 'answer', status: 500 })
    const third = await sender.send(message('WMO301', 3))
    await until(async () => (await destinations(gateway))[0]?.state === 'open' ? true : undefined, 'an open breaker')
    const place = ['--database', world.database]
    assert.match((await zorgpoort(['destinations', ...place])).out, /^42420001 {2}left alone, until .*; 1 waiting, one since .*\n +http_500: /)
    receiver.behave({ kind: 'answer' })
    assert.match((await zorgpoort(['destinations', 'try', aanbieder, '--reason', 'repaired', ...place])).out, /left alone no longer\. 1 messages? /)
    await reaches(sender, third.id, 'delivered')
  })
})
