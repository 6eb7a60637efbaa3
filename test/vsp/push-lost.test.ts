/** The answer of a push is lost, or the gateway is killed before it gave one: who sends it again has sent one message. */
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import { makeChain } from '../chain.ts'
import { startChild, type Child } from '../fault/child.ts'
import { makeWorld, message, withText, type Client } from '../flow/world.ts'
import { dotnet, metadata, pushPath, type Written } from './pushing.ts'

const pushes = 100
const chain = await makeChain()
const gateway = await chain.start()

const asked = (type: string, body: Buffer): Buffer => Buffer.concat([
  Buffer.from(`POST ${pushPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`), body
])

/** Sends all of a request and ends the connection `after_ms` later, or at the first byte of the answer. @returns whether an answer had come */
async function cut ({ type, body }: Written, after_ms: number | 'answer'): Promise<boolean> {
  const { hostname, port } = new URL(gateway.rest)
  const { key, certificate: cert } = chain.issued.aanbieder
  return await new Promise(resolve => {
    let answered = false
    const socket = connect({ host: hostname, port: Number(port), key, cert, ca: chain.world.ca, servername: 'localhost' }, () => {
      socket.write(asked(type, body), () => { if (after_ms !== 'answer') setTimeout(() => { socket.destroy() }, after_ms) })
    })
    socket.once('data', () => { answered = true; socket.destroy() })
    socket.once('error', () => { socket.destroy() })
    socket.once('close', () => { resolve(answered) })
  })
}

const again = async (client: Client, { type, body }: Written): Promise<number> => (await client.call('POST', pushPath, body, { 'content-type': type })).status

test(`the answers of ${pushes} pushes are cut, each up to three times: sent until answered, each is one message`, { timeout: 300_000 }, async t => {
  let cuts = 0
  const one = async (at: number): Promise<void> => {
    const written = dotnet(metadata('WMO305', { traceerId: randomUUID() }), message('WMO305', at, { identificatie: `L${at}` }))
    for (let time = randomInt(1, 4); time > 0; time--) {
      const heard = await cut(written, at % 2 === 0 ? 'answer' : randomInt(25))
      cuts += heard ? 1 : 0
    }
    assert.equal(await again(gateway.by('aanbieder'), written), 204)
  }
  for (let from = 0; from < pushes; from += 10) await Promise.all(Array.from({ length: 10 }, (_, at) => one(from + at)))
  const { messages } = (await gateway.as('gemeente').get('/v1/mailbox?limit=250')).told
  assert.deepEqual(messages.map(it => it['identificatie']).toSorted(), Array.from({ length: pushes }, (_, at) => `L${at}`).toSorted())
  assert.equal((await gateway.as('aanbieder').get('/v1/messages?limit=250')).told.messages.length, pushes)
  assert.ok(cuts >= pushes / 2, `${cuts} answers were cut`)
  t.diagnostic(`${cuts} answers were cut while they came`)
})

test('of a refused message whose answer was lost the refusal stands, and its correction is one message', async () => {
  const bytes = message('WMO305', 500, { identificatie: 'L500' })
  const traceerId = randomUUID()
  const [wrong, right] = [withText(bytes, 'Bsn', '12'), bytes].map(it => dotnet(metadata('WMO305', { traceerId }), it))
  assert.ok(wrong !== undefined && right !== undefined)
  for (const written of [wrong, right]) {
    await cut(written, 'answer')
    await cut(written, 3)
    assert.equal(await again(gateway.by('aanbieder'), written), 204)
  }
  assert.equal((await gateway.as('gemeente').get('/v1/messages?identificatie=L500')).told.messages.length, 1)
})

describe('a gateway that is killed', () => {
  for (const point of ['accepting', 'accepted']) {
    test(`at ${point}: who sends it again has sent one message`, { timeout: 300_000 }, async t => {
      const world = await makeWorld()
      const file = world.path('strike')
      const start = async (): Promise<Child> => {
        const child = await startChild(world, { log_level: 'info' }, '', { preload: join(import.meta.dirname, '../fault/struck.ts'), env: { STRIKE: file } })
        t.after(() => { child.process.kill('SIGKILL') })
        return child
      }
      const written = dotnet(metadata('WMO305', { traceerId: randomUUID() }), message('WMO305', 600, { identificatie: 'L600' }))
      const first = await start()
      writeFileSync(file, `${point} SIGKILL`)
      await assert.rejects(again(world.client('aanbieder', first.rest), written), 'no answer came')
      assert.equal(await first.end('SIGKILL'), 'SIGKILL')
      const second = await start()
      const [sender, receiver] = [world.client('aanbieder', second.rest), world.client('gemeente', second.rest)]
      const count = async (): Promise<number> => (await receiver.get('/v1/mailbox')).told.messages.length
      assert.equal(await count(), point === 'accepted' ? 1 : 0)
      assert.deepEqual([await again(sender, written), await again(sender, written)], [204, 204])
      assert.equal(await count(), 1)
      assert.equal(await second.end('SIGTERM'), 0)
    })
  }
})
