/** Answers of the municipal door that get lost: who sends the same again gets one message, and the same Bv03. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ownView } from '../../src/party/party.ts'
import type { World } from '../flow/world.ts'
import { gemeente, message, until, withText, type Reply } from '../flow/world.ts'
import { hear, rawDoor } from '../hostile/raw.ts'
import { startChild } from '../fault/child.ts'
import { actions, bv03, di01, fo03, ggkPath, makeChain, soap, soapHeaders } from '../chain.ts'

const times = 100
const struck = join(import.meta.dirname, '../fault/struck.ts')

/** A whole request as it goes over the wire. */
function requestOf (envelope: string): string {
  const body = soap(envelope)
  return [`POST ${ggkPath} HTTP/1.1`, 'Host: localhost', ...Object.entries(soapHeaders(actions.Di01)).map(([name, value]) => `${name}: ${value}`), `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

/** Every message the gemeente sent. */
const sent = async (world: World): Promise<readonly string[]> => await world.store(async store => {
  const page = await store.list({ view: ownView(gemeente), limit: 250 })
  assert.equal(page.next, null)
  return page.items.map(it => it.referentienummer)
})

describe('a Bv03 that never arrives', () => {
  test(`${times} times, at every moment after the request was written: each message is there once`, async () => {
    const chain = await makeChain()
    const gateway = await chain.start({ requests_per_minute_max: 100_000 })
    const door = rawDoor(chain.world, gateway.rest)
    const client = gateway.as('gemeente')
    const numbers = Array.from({ length: times }, () => randomUUID())
    let heard = 0
    for (const [nth, referentienummer] of numbers.entries()) {
      const envelope = di01(message('WMO301', 1, { identificatie: `L${nth}` }), { referentienummer })
      const socket = await door.tls()
      const answer = hear(socket, text => nth % 4 === 3 && text.length > 0)
      await new Promise<void>(resolve => { socket.write(requestOf(envelope), () => { resolve() }) })
      // At once, some milliseconds later, with the answer on its way, or when its first bytes are there.
      if (nth % 4 === 1) await pause(1 + nth % 7)
      if (nth % 4 === 2) await until(async () => (await sent(chain.world)).includes(referentienummer) || undefined, 'the message')
      if (nth % 4 === 3) heard += (await answer).text === '' ? 0 : 1
      socket.destroy()
      const [first, second] = [bv03(await client.call('POST', ggkPath, soap(envelope), soapHeaders(actions.Di01))), bv03(await client.call('POST', ggkPath, soap(envelope), soapHeaders(actions.Di01)))]
      assert.deepEqual(second, first)
    }
    assert.equal(heard, times / 4, 'a quarter of the answers were cut while they came')
    assert.deepEqual((await sent(chain.world)).toSorted(), numbers.toSorted())
  })
})

describe('the same again', () => {
  test('gets the same Bv03 byte for byte, also of many at once and after a restart', async () => {
    const chain = await makeChain()
    const gateway = await chain.start()
    const post = async (envelope: string): Promise<Reply> => await gateway.ggk('gemeente', envelope, actions.Di01)
    const good = di01(message('WMO301', 2))
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(good)))
    for (const reply of [...replies, await post(good)]) {
      bv03(reply)
      assert.deepEqual(reply.bytes, replies[0]?.bytes)
    }
    assert.equal((await sent(chain.world)).length, 1)
    await gateway.stop()
    const again = await chain.start()
    assert.deepEqual((await again.ggk('gemeente', good, actions.Di01)).bytes, replies[0]?.bytes, 'also after a restart')
  })

  test('by two at once with other contents under one number: one is stored, the other is told StUF016', async () => {
    const chain = await makeChain()
    const gateway = await chain.start()
    for (let round = 0; round < 10; round++) {
      const referentienummer = randomUUID()
      const replies = await Promise.all([0, 1].map(nth => gateway.ggk('gemeente', di01(message('WMO301', 3, { identificatie: `T${round}${nth}` }), { referentienummer }), actions.Di01)))
      assert.deepEqual(replies.map(it => it.status).toSorted(), [200, 500])
      for (const reply of replies.filter(it => it.status === 500)) assert.equal(fo03(reply).code, 'StUF016')
    }
    assert.equal((await sent(chain.world)).length, 10)
  })

  test('the same payload under another number is the message that is there already', async () => {
    const chain = await makeChain()
    const gateway = await chain.start()
    const bytes = message('WMO301', 4)
    const [first, second] = [randomUUID(), randomUUID()]
    const one = bv03(await gateway.ggk('gemeente', di01(bytes, { referentienummer: first }), actions.Di01))
    const two = bv03(await gateway.ggk('gemeente', di01(bytes, { referentienummer: second }), actions.Di01))
    assert.notEqual(one.referentienummer, two.referentienummer)
    assert.deepEqual([one.cross, two.cross], [first, second])
    assert.deepEqual(bv03(await gateway.ggk('gemeente', di01(bytes, { referentienummer: second }), actions.Di01)), two)
    assert.deepEqual(await sent(chain.world), [first])
    const known = await chain.world.store(async store => await Promise.all([first, second].map(async number => await store.byNumber(ownView(gemeente), number))))
    assert.equal(known[0], known[1])
    assert.equal(fo03(await gateway.ggk('gemeente', di01(withText(bytes, 'Identificatie', 'ANDERE'), { referentienummer: second }), actions.Di01)).code, 'StUF016')
  })
})

describe('a gateway that is killed', () => {
  for (const point of ['accepting', 'accepted'] as const) {
    test(`${point === 'accepting' ? 'before' : 'right after'} the commit answers nothing; the same again makes one message, and one Bv03`, { timeout: 300_000 }, async t => {
      const chain = await makeChain()
      const strike = chain.world.path('strike')
      const child = await startChild(chain.world, { client_ca: chain.world.path('ca.pem') }, '', { preload: struck, env: { STRIKE: strike } })
      t.after(() => { child.process.kill('SIGKILL') })
      const referentienummer = randomUUID()
      const envelope = soap(di01(message('WMO301', 5), { referentienummer }))
      const ended = once(child.process, 'exit')
      writeFileSync(strike, `${point} SIGKILL`)
      const lost = await chain.world.clientWith(chain.issued.gemeente, child.rest).call('POST', ggkPath, envelope, soapHeaders(actions.Di01)).catch(() => null)
      assert.equal(lost, null, 'nothing was answered')
      assert.deepEqual((await ended)[1], 'SIGKILL')
      assert.deepEqual(await sent(chain.world), point === 'accepting' ? [] : [referentienummer])
      const gateway = await chain.start()
      const post = async (): Promise<Reply> => await gateway.by('gemeente').call('POST', ggkPath, envelope, soapHeaders(actions.Di01))
      const first = await post()
      bv03(first)
      assert.deepEqual((await post()).bytes, first.bytes)
      assert.deepEqual(await sent(chain.world), [referentienummer])
    })
  }
})
