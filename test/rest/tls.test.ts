/** The connection itself: TLS 1.2 and 1.3 only, no session that outlives a decision, and bodies that break off. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { describe, test } from 'node:test'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { fixture, makeWorld, until } from '../flow/world.ts'

const world = await makeWorld()
const gateway = await world.start({ inflight_bytes_max: 20_000, payload_bytes_max: 15_000 })
const { hostname, port } = new URL(gateway.rest)
const pem = (name: string): Buffer => readFileSync(world.path(name))
const options: ConnectionOptions = { host: hostname, port: Number(port), ca: world.ca, key: pem('gemeente.key'), cert: pem('gemeente.pem') }

async function connected (over: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ ...options, ...over })
  await once(socket, 'secureConnect')
  return socket
}

async function statusOf (socket: TLSSocket, request: string): Promise<string> {
  socket.write(request)
  const [answer] = await once(socket, 'data') as [Buffer]
  return answer.toString().slice(0, 12)
}
const asks = 'GET /v1/mailbox HTTP/1.1\r\nHost: localhost\r\n\r\n'

describe('a connection', () => {
  test('is TLS 1.2 or 1.3', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await connected({ minVersion: version, maxVersion: version })
      assert.equal(socket.getProtocol(), version)
      assert.equal(await statusOf(socket, asks), 'HTTP/1.1 200')
      socket.destroy()
    }
    await assert.rejects(connected({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }))
  })

  test('gives no ticket to resume it by', async () => {
    const socket = await connected({ maxVersion: 'TLSv1.2' })
    assert.equal(await statusOf(socket, asks), 'HTTP/1.1 200')
    assert.equal(socket.getTLSTicket(), undefined)
    socket.destroy()
  })

  test('that is no TLS, or breaks off in a handshake, harms nobody', async () => {
    for (const hello of [asks, '\x16\x03\x01', '']) {
      const socket = new Socket()
      socket.on('error', () => { /* the door closed it */ })
      socket.connect(Number(port), hostname)
      await once(socket, 'connect')
      socket.write(hello)
      socket.destroy()
    }
    assert.equal((await gateway.as('gemeente').get('/v1/mailbox')).status, 200)
  })

  test('that breaks off in a body stores nothing and gives its share back', async () => {
    for (let times = 0; times < 10; times++) {
      const socket = await connected()
      socket.write(`POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\nContent-Length: 12000\r\n\r\n${' '.repeat(9_000)}`)
      await until(() => socket.writableLength === 0 || undefined)
      socket.destroy()
    }
    // Ten shares of 9,000 bytes are far more than all requests together may hold.
    await until(async () => (await gateway.as('gemeente').post(fixture('WMO301'))).status < 300 || undefined, 'room')
    assert.equal((await gateway.as('gemeente').get('/v1/messages')).told.messages.length, 1)
  })

  test('with two lengths, or a length and chunks, is not read at all', async () => {
    for (const lengths of ['Content-Length: 4\r\nContent-Length: 5', 'Content-Length: 4\r\nTransfer-Encoding: chunked']) {
      const socket = await connected()
      assert.equal(await statusOf(socket, `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\n${lengths}\r\n\r\n4\r\nxxxx\r\n0\r\n\r\n`), 'HTTP/1.1 400')
      socket.destroy()
    }
  })
})
