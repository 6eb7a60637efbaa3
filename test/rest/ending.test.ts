/** The door closes also while clients hold connections open: those that ask nothing keep nobody waiting, what is under way is answered. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { makeWorld, message, type World } from '../flow/world.ts'

async function dial (world: World, url: string): Promise<TLSSocket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', servername: 'localhost', ca: world.ca, cert: readFileSync(world.path('gemeente.pem')), key: readFileSync(world.path('gemeente.key')) })
  await once(socket, 'secureConnect')
  return socket
}

test('a connection that asked nothing yet is closed', { timeout: 300_000 }, async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const socket = await dial(world, gateway.rest)
  const closed = once(socket, 'close')
  socket.on('error', () => {})
  await gateway.stop()
  await closed
})

test('a request under way is answered, and its connection closed although the answer keeps it open', { timeout: 300_000 }, async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const socket = await dial(world, gateway.rest)
  let answer = ''
  socket.on('data', (chunk: Buffer) => { answer += chunk.toString() })
  const body = message('WMO301', 1)
  socket.write(`POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`)
  await once(socket, 'data')
  assert.match(answer, /^HTTP\/1.1 100 /)
  const stopping = gateway.stop()
  socket.write(body)
  await Promise.all([stopping, once(socket, 'close')])
  assert.match(answer, /HTTP\/1.1 202 /)
})
