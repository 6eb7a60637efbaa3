/** Chaos at the database: whatever becomes of the PostgreSQL server, the line to it, a connection or a gateway, every receipt is honoured, once, and the gateway recovers by itself. */
import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { makeWorld, message, until, type Client } from '../flow/world.ts'
import { missing, startPostgres } from '../postgres.ts'
import { startProxy } from '../proxy.ts'
import { assertAcked } from './acked.ts'
import { startChild } from './child.ts'
import { allOffered } from './lanes.ts'
import { lineOf } from './ledger.ts'

const skip = missing('bundled')
if (skip !== false) test('chaos at PostgreSQL', { skip }, () => {})
else await chaos()

async function chaos (): Promise<void> {
  // Commits are on disk before they are told: what a crash may take is what is looked for.
  const server = await startPostgres({ durable: true, settings: { max_connections: '30' } })
  after(() => server.close())
  const url = await server.freshDatabase()
  const world = await makeWorld('test', url)
  let sent = 0

  const receipts = new Set<string>()

  /** What was told of one try: a receipt is kept, a 503 says when to come again; nothing else is told. */
  async function post (client: Client, bytes: Buffer): Promise<boolean> {
    const reply = await client.post(bytes).catch(() => null)
    if (reply === null) return false
    if (reply.status === 503) {
      assert.equal(reply.told.code, 'ZP_BUSY')
      assert.ok(Number(reply.headers['retry-after']) >= 1)
      return false
    }
    assert.ok(reply.status === 202 || (reply.status === 200 && reply.headers['duplicate'] === 'true'), `${reply.status} ${reply.bytes.toString()}`)
    receipts.add(lineOf(reply.bytes, bytes))
    return true
  }

  /** Six clients, each sending one message after the other, and each until it has its receipt, as software of a party does. @returns what ends it @param to by which gateway a client's next try goes */
  function load (t: TestContext, to: (nth: number) => Client): { stop (): Promise<{ taken: number, refused: number }> } {
    const ending = new AbortController()
    const over = new AbortController()
    t.after(() => { over.abort(); ending.abort() })
    let [taken, refused, nth] = [0, 0, 0]
    const one = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        const number = ++sent
        const bytes = message('WMO301', number, { identificatie: `C${number}` })
        while (!over.signal.aborted && !await post(to(nth++), bytes)) { refused++; await pause(50) }
        taken++
      }
    }
    const all = Promise.all(Array.from({ length: 6 }, one))
    all.catch(() => {})
    return { async stop () { ending.abort(); await all; return { taken, refused } } }
  }

  /** Everything promised is there, once, and the chain of its audit is whole. */
  const honoured = async (): Promise<void> => { await assertAcked(world, receipts, { all: true }) }
  const ready = async (operations: string): Promise<Response> => await fetch(`${operations}/health/ready`)
  const recovered = async (operations: string): Promise<true> => await until(async () => (await ready(operations)).ok || undefined, 'ready again')

  for (const how of ['fast', 'immediate', 'kill'] as const) {
    test(`the server is stopped (${how}) and started again in the middle of load`, { timeout: 300_000 }, async t => {
      const gateway = await world.start()
      const loading = load(t, () => gateway.as('gemeente'))
      let away_ms = 0
      for (let round = 0; round < 2; round++) {
        await pause(500)
        const since = performance.now()
        await server.stop(how)
        t.after(() => server.start())
        // Processes of a server that was killed answer for a moment yet.
        const said = await until(async () => { const it = await ready(gateway.operations); return it.status === 503 ? await it.text() : undefined }, 'it says that it is not ready')
        assert.match(said, /storage cannot be used/)
        await server.start()
        await recovered(gateway.operations)
        away_ms += performance.now() - since
      }
      await pause(300)
      // Who was soon enough back had nobody refused.
      const { taken } = await loading.stop()
      assert.ok(taken > 0)
      const loud = gateway.lines.filter(it => /"level":(50|60)/.test(it))
      assert.ok(loud.length < 100 + away_ms / 10, `${loud.length} errors logged in ${away_ms} ms, such as ${loud[0]}`)
      await gateway.stop()
      await honoured()
    })
  }

  test('connections are ended by an administrator, again and again', { timeout: 300_000 }, async t => {
    const gateway = await world.start()
    const loading = load(t, () => gateway.as('gemeente'))
    for (let round = 0; round < 25; round++) {
      await pause(60)
      await server.killBackend()
    }
    const { taken } = await loading.stop()
    assert.ok(taken > 0)
    await recovered(gateway.operations)
    await gateway.stop()
    await honoured()
  })

  test('nothing comes through any more: who asks is told in time, and it goes on when the line is back', { timeout: 300_000 }, async t => {
    const proxy = await startProxy(server.port)
    const gateway = await world.start({ database: proxy.url(url), postgres_connections_max: 4, postgres_statement_ms_max: 2_000 })
    const loading = load(t, () => gateway.as('gemeente'))
    await pause(500)
    proxy.cut()
    proxy.refuse()
    await until(async () => (await ready(gateway.operations)).status === 503 || undefined, 'it says that it is not ready')
    proxy.pass()
    await recovered(gateway.operations)
    proxy.swallow()
    await pause(1_000)
    const begun = performance.now()
    assert.equal(await post(gateway.as('aanbieder'), message('WMO301', 1)).catch(() => false), false)
    assert.ok(performance.now() - begun < 60_000)
    proxy.pass()
    await recovered(gateway.operations)
    const { taken, refused } = await loading.stop()
    assert.ok(taken > 0 && refused > 0)
    await gateway.stop()
    await honoured()
  })

  test('others have every connection of the server: 503 until they leave', { timeout: 300_000 }, async t => {
    const gateway = await world.start()
    await gateway.as('gemeente').get('/v1/messages')
    const others = await Promise.all(Array.from({ length: 12 }, () => server.hold()))
    const busy = await Promise.all(Array.from({ length: 40 }, () => server.hold().catch(() => null)))
    const loading = load(t, () => gateway.as('gemeente'))
    await pause(1_000)
    for (const leave of [...others, ...busy]) await leave?.()
    await recovered(gateway.operations)
    const { taken } = await loading.stop()
    assert.ok(taken > 0)
    await gateway.stop()
    await honoured()
  })

  test('of two gateways one is killed, twice: the other goes on', { timeout: 300_000 }, async t => {
    const stays = await world.start()
    const own = stays.as('gemeente')
    let other: Client | null = null
    const loading = load(t, nth => nth % 2 === 0 || other === null ? own : other)
    for (let round = 0; round < 2; round++) {
      const child = await startChild(world, { log_level: 'info', lease_ms: 1_000, handler_ms_max: 500 })
      other = world.client('gemeente', child.rest)
      await pause(500)
      assert.equal(await child.end('SIGKILL'), 'SIGKILL')
      other = null
    }
    const { taken } = await loading.stop()
    assert.ok(taken > 0)
    await allOffered(stays.operations)
    await stays.stop()
    await honoured()
  })
}
