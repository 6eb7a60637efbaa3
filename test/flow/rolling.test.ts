/** A rolling upgrade on PostgreSQL: gateways of this version and of the next at one database, whose schema the next one brought forward under the other's feet. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { partyCode } from '../../src/core/core.ts'
import { usualJudging } from '../../src/register/register.ts'
import { ends, started, zorgpoort } from '../bin/command.ts'
import { assertAcked } from '../fault/acked.ts'
import { environment, startChild, type Child } from '../fault/child.ts'
import { lineOf } from '../fault/ledger.ts'
import { missing, startPostgres } from '../postgres.ts'
import { openReceivers, reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { adds, takes } from './next-steps.ts'
import { makeWorld, message, until } from './world.ts'

const next = join(import.meta.dirname, 'next.ts')

describe('two versions side by side', { skip: missing('bundled') }, async () => {
  const server = await startPostgres()
  after(() => server.close())
  const url = await server.freshDatabase()
  const [world, receivers] = [await makeWorld('test', url), await openReceivers()]
  after(() => receivers.close())
  const destinations = await Promise.all(Array.from({ length: 6 }, async (_, n) => ({ code: partyCode(`4245000${n}`), receiver: await receivers.open() })))
  await world.store(async store => { for (const { code, receiver } of destinations) await putParty(store, aParty(code, { connections: [receiver.connection()], judging: { ...usualJudging, level: 'schema' } })) })
  const over = { ...reaching(world, receivers, destinations.map(it => it.receiver)), lease_ms: 4_000, poll_ms: 200, log_level: 'info' }
  const env = environment(world, over)
  const children: Child[] = []
  after(async () => { for (const it of children) if (it.process.exitCode === null && it.process.signalCode === null) await it.end('SIGKILL') })
  const start = async (version: 'this' | 'next'): Promise<Child> => {
    const child = await startChild(world, over, '', version === 'this' ? {} : { script: next })
    children.push(child)
    return child
  }
  const nextly = (args: readonly string[], NEXT = '') => started(process.execPath, [next, ...args], { env: { ...env, NEXT } }).ended
  const stepsThere = async (): Promise<readonly unknown[]> => (await server.query("select name from migration where name like '999%' order by name", [], url.slice(url.lastIndexOf('/') + 1))).map(it => it['name'])

  const sent = new Map<string, string[]>(destinations.map(it => [it.code, []]))
  const receipts: Array<{ readonly payload: Buffer, readonly receipt: Buffer }> = []
  const honoured = async (): Promise<void> => { await assertAcked(world, receipts.map(it => lineOf(it.receipt, it.payload)), { all: true }) }
  /** To each destination so many about one client, taken by each of these in turn; every destination beside the others. */
  const send = async (by: readonly Child[], each: number): Promise<void> => {
    const clients = by.map(it => world.client('gemeente', it.rest))
    await Promise.all(destinations.map(async ({ code }, at) => {
      for (let n = 0; n < each; n++) {
        const payload = message('WMO301', 1 + at, { ontvanger: code, identificatie: `R${receipts.length}${at}` })
        const reply = await clients[(n + at) % clients.length]?.post(payload)
        assert.equal(reply?.status, 202, reply?.bytes.toString())
        receipts.push({ payload, receipt: reply.bytes })
        sent.get(code)?.push(reply.told.id)
      }
    }))
  }
  const missed = (): number => destinations.reduce((sum, { code, receiver }) => sum + (sent.get(code)?.length ?? 0) - new Set(receiver.arrived.map(it => it.id)).size, 0)
  /** Waits as long as they come. */
  const arrived = async (): Promise<void> => {
    for (let left = missed(); left > 0; left = missed()) await until(() => missed() < left || undefined, `one of ${left} messages (${children.flatMap(it => it.lines).filter(it => /"level":[56]0/.test(it)).slice(-3).join(' ')})`)
  }

  test('both take, judge and push while the next version brings the database forward and after the one before was started again; nothing is lost or doubled', async () => {
    const old = await start('this')
    const sending = send([old], 6)
    const newer = await start('next')
    await sending
    assert.deepEqual(await stepsThere(), [adds.name])
    await send([old, newer], 4)
    await arrived()
    assert.equal(await old.end('SIGTERM'), 0)
    await send([newer], 2)
    const again = await start('this')
    await send([newer, again], 4)
    // What the next version has in hand, the one before goes on with.
    const last = send([again], 3)
    assert.equal(await newer.end('SIGKILL'), 'SIGKILL')
    await last
    await arrived()
    for (const { code, receiver } of destinations) {
      assert.deepEqual([...new Set(receiver.arrived.map(it => it.id))], sent.get(code), 'in the order in which they were taken')
      assert.deepEqual(receiver.faults, [])
    }
    const mine = world.client('gemeente', again.rest)
    for (const { payload, receipt } of receipts) {
      const repeat = await mine.post(payload)
      assert.deepEqual([repeat.status, repeat.bytes], [200, receipt])
    }
    await honoured()
    assert.doesNotMatch((await zorgpoort(['doctor'], { env })).out, /newer version/)
  })

  test('a step that is not taken side by side waits for the version before to end, and says who and what', async () => {
    ends(await nextly(['migrate', '--database', url], 'takes'), 1, /the version before is still at this database \(process(es)? [0-9a-f-]{36} of version \d\S+.*\) and cannot go on beside 9999-takes: stop it everywhere, and start this version then/)
    assert.deepEqual(await stepsThere(), [adds.name], 'nothing was changed')
    await send(children.filter(it => it.process.exitCode === null && it.process.signalCode === null), 1)
    await arrived()
    for (const it of children) if (it.process.exitCode === null && it.process.signalCode === null) assert.equal(await it.end('SIGTERM'), 0)
    await honoured()
    await until(async () => (await nextly(['migrate', '--database', url], 'takes')).code === 0 || undefined, 'the one that was killed to be forgotten')
    assert.deepEqual(await stepsThere(), [adds.name, takes.name])
  })

  test('and after it the version before does not start, and doctor says why', async () => {
    ends(await zorgpoort(['serve'], { env }), 1, /made by a newer version, beside which this one cannot go on \(9999-takes\): run that version, or a newer one/)
    assert.match((await zorgpoort(['doctor'], { env })).out, /made by a newer version \(9999-takes\)/, 'nothing is said of what it could go on beside')
  })
})
