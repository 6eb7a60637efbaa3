/** The receivers of the tests take what is well-formed, refuse what is not, and know who came. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent, request } from 'undici'
import { certificateFacts } from '../../src/sign/sign.ts'
import { openReceivers, readParts, type Receivers } from '../receivers.ts'

let world: Receivers
before(async () => { world = await openReceivers() })
after(() => world.close())

const type = 'multipart/form-data; boundary=b'
const body = (...parts: readonly string[]): Buffer => Buffer.from([...parts.map(part => `--b\r\n${part}\r\n`), '--b--\r\n'].join(''))
const part = 'Content-Disposition: form-data; name="payload"; filename="a.xml"\r\nContent-Type: application/xml\r\n\r\n<a>\r\n</a>'

test('a whole push is kept with its parts and the certificate it came with', async () => {
  const receiver = await world.open()
  const dispatcher = new Agent({ connect: { ca: world.ca, ...world.own } })
  const send = async (sent: Buffer): Promise<number> => {
    const answer = await request(receiver.url, { method: 'POST', dispatcher, body: sent, headers: { 'content-type': type, 'zorgpoort-message': 'x', 'zorgpoort-attempt': '2' } })
    await answer.body.dump()
    return answer.statusCode
  }
  assert.equal(await send(body(part)), 204)
  const [it] = receiver.arrived
  assert.deepEqual([it?.id, it?.attempt, it?.certificate], ['x', 2, certificateFacts(world.own.cert).fingerprint])
  assert.deepEqual(it?.parts.get('payload'), { type: 'application/xml', filename: 'a.xml', bytes: Buffer.from('<a>\r\n</a>') })
  receiver.behave(number => ({ kind: 'answer', status: number === 2 ? 503 : 200 }))
  assert.equal(await send(body(part)), 503)
  await receiver.stop()
  await assert.rejects(send(body(part)))
  await receiver.start()
  assert.equal(await send(body(part)), 200)
  assert.deepEqual([receiver.faults, receiver.heads()], [[], 3])
  await dispatcher.destroy()
})

test('what is not exactly multipart/form-data has no parts', () => {
  assert.equal(readParts(type, body(part)).size, 1)
  for (const bad of [body(part, part), body('x'), body('Content-Type: a/b\r\n\r\n'), Buffer.from(`\r\n${body(part)}`), body(part).subarray(0, -2), body(`${part}--b`)]) assert.throws(() => readParts(type, bad))
  for (const other of [undefined, 'multipart/mixed; boundary=b', 'multipart/form-data']) assert.throws(() => readParts(other, body(part)))
})
