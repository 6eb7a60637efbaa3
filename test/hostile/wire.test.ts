/** The wire: what comes too slowly, too large, twice, in pieces or not as HTTP at all is refused or cut off, and the next good message is accepted. */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fixture, makeWorld, message, until, withText, type Reply } from '../flow/world.ts'
import { largeClaim } from '../validate/sample.ts'
import { codeIn, hear, rawDoor, statuses } from './raw.ts'

const world = await makeWorld()
// Who means well is in time on a busy machine too.
const gateway = await world.start({ handshake_ms_max: 4_000, headers_ms_max: 4_000, request_ms_max: 8_000, idle_ms_max: 5_000, headers_bytes_max: 8_000, connections_max: 300, payload_bytes_max: 1_000_000, inflight_bytes_max: 3_000_000, requests_at_once_max: 1_000 })
const door = rawDoor(world, gateway.rest)
const mine = gateway.as('gemeente')
const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\n'
const asks = 'GET /v1/mailbox HTTP/1.1\r\nHost: localhost\r\n\r\n'
const good = fixture('WMO301')

let seed = 0
/** After every attack a new client sends a message of its own, and it is accepted. */
afterEach(async () => {
  const fresh = world.client('gemeente', gateway.rest)
  const { status } = await until(async () => await fresh.post(message('WMO301', ++seed)).catch(() => undefined), 'a connection')
  assert.ok(status === 202 || status === 200, String(status))
})

/** Sends until the connection ends. */
async function drip (socket: Socket, pieces: Iterable<string>, every_ms: number): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return
    socket.write(piece)
    await pause(every_ms)
  }
}

function * forever (piece: string): Generator<string> { for (;;) yield piece }

describe('too slow', () => {
  test('a head, a byte at a time', async () => {
    const socket = await door.tls()
    const heard = hear(socket)
    await drip(socket, `${head}X-Slow: ${'s'.repeat(10_000)}`, 50)
    const { text, closed } = await heard
    assert.deepEqual([statuses(text), codeIn(text), closed], [[408], 'ZP_SLOW', true])
    assert.match(text, /Content-Type: application\/problem\+json[\s\S]*Retry-After: 5/)
  })

  test('a body, a byte at a time', async () => {
    const socket = await door.tls()
    const heard = hear(socket)
    socket.write(`${head}Content-Length: 100000\r\n\r\n`)
    await drip(socket, forever('x'), 50)
    const { text, closed } = await heard
    assert.deepEqual([statuses(text), codeIn(text), closed], [[408], 'ZP_SLOW', true])
  })

  test('a connection that asks nothing, before TLS, in the handshake, after it, and after an answer', async () => {
    const silent = await door.tcp()
    const half = await door.tcp()
    half.write(Buffer.from('1603010200010001fc0303', 'hex'))
    const idle = await door.tls()
    const used = await door.tls()
    used.write(asks)
    await Promise.all([silent, half, idle, used].map(socket => hear(socket)))
  })

  test('an answer that is not taken', async () => {
    // An answer larger than the buffers of both sides, so that it cannot go out by itself.
    const patient = await makeWorld()
    const big = await patient.start({ request_ms_max: 3_000 })
    const { id } = await big.as('aanbieder').send(withText(withText(largeClaim(12_000_000), 'Afzender', '42420001'), 'Ontvanger', '0344'))
    const socket = await rawDoor(patient, big.rest).tls('aanbieder')
    socket.pause()
    socket.write(asks.replace('mailbox', `messages/${id}/payload`))
    // A closed connection is noticed by writing, as nothing is read from it.
    await until(() => { socket.write('\r\n'); return socket.destroyed || undefined }, 'the end of the connection')
  })
})

describe('too much', () => {
  const head400 = [[400], 'ZP_REQUEST', true] as const
  const head431 = [[431], 'ZP_HEADERS', true] as const
  const bodies: ReadonlyArray<readonly [what: string, bytes: string, expected: readonly [readonly number[], string, boolean]]> = [
    ['headers too large', `${asks.slice(0, -2)}X-Large: ${'x'.repeat(9_000)}\r\n\r\n`, head431],
    ['headers too many', `${asks.slice(0, -2)}${'a:b\r\n'.repeat(150)}\r\n`, head431],
    ['headers without end', `${asks.slice(0, -2)}${'a: b\r\n'.repeat(5_000)}`, head431],
    ['a url too long', `GET /v1/mailbox?${'x'.repeat(9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, head431],
    ['chunk extensions', `${head}Transfer-Encoding: chunked\r\n\r\n1;${'e'.repeat(20_000)}\r\n`, head400],
    ['a chunk size that is no number', `${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, head400],
    ['a chunk size beyond every number', `${head}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n`, head400],
    ['a length beyond every number', `${head}Content-Length: ${'9'.repeat(30)}\r\n\r\n`, head400],
    ['a length below nothing', `${head}Content-Length: -1\r\n\r\n`, head400],
    ['a length that is no number', `${head}Content-Length: 0x10\r\n\r\n`, head400]
  ]
  for (const [what, bytes, expected] of bodies) {
    test(what, async () => {
      const socket = await door.tls()
      const heard = hear(socket)
      socket.write(bytes)
      const { text, closed } = await heard
      assert.deepEqual([statuses(text), codeIn(text), closed], expected)
    })
  }

  test('a length over the limit is refused before the body, one that was not declared when it is reached', async () => {
    for (const bytes of ['Content-Length: 5000000000\r\n\r\n', `Transfer-Encoding: chunked\r\n\r\nf4241\r\n${'x'.repeat(1_000_001)}\r\n`]) {
      const socket = await door.tls()
      const heard = hear(socket, text => text.includes('ZP_SIZE'))
      socket.write(head + bytes)
      assert.deepEqual(statuses((await heard).text), [413])
      socket.destroy()
    }
  })

  test('a body of a hundred thousand chunks of one byte', async () => {
    const socket = await door.tls()
    const heard = hear(socket, text => text.includes('ZP_XML'))
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(100_000)}0\r\n\r\n`)
    assert.deepEqual(statuses((await heard).text), [422])
    socket.destroy()
  })

  test('connections: hundreds that stand still keep nobody out for longer than they may stand', async () => {
    const opening = await Promise.allSettled(Array.from({ length: 350 }, () => door.tcp()))
    const sockets = opening.flatMap(it => it.status === 'fulfilled' ? [it.value] : [])
    await Promise.all(sockets.map(async socket => await hear(socket)))
  })

  test('requests in one go, more than are answered at once: the connection ends', async () => {
    const socket = await door.tls()
    const heard = hear(socket)
    socket.write(asks.replace('mailbox', 'codes/retour').repeat(3_000))
    assert.ok((await heard).closed)
  })

  test('requests in one go: each gets its answer, in order, and none is lost', async () => {
    const socket = await door.tls()
    const heard = hear(socket, text => statuses(text).length === 300)
    socket.write([asks, asks.replace('mailbox', 'nowhere'), asks.replace('mailbox', 'messages?limit=0')].join('').repeat(100))
    assert.deepEqual(statuses((await heard).text), Array.from({ length: 100 }, () => [200, 404, 400]).flat())
    socket.destroy()
  })
})

describe('two readings of one request', () => {
  const inner = asks.replace('mailbox', 'smuggled')
  const chunked = `${(inner.length).toString(16)}\r\n${inner}\r\n0\r\n\r\n`
  const odd: Record<string, string> = {
    'a length and chunks': `${head}Content-Length: ${chunked.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    'chunks and a length': `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunked}`,
    'two lengths': `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nxxxx${inner}`,
    'two lengths in one': `${head}Content-Length: 4, 5\r\n\r\nxxxx${inner}`,
    'a length with a sign': `${head}Content-Length: +4\r\n\r\nxxxx${inner}`,
    'a space before the colon': `${head}Content-Length : 4\r\n\r\nxxxx${inner}`,
    'a folded header': `${head}Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\nxxxx${inner}`,
    'chunks twice': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    'chunks, then the same': `${head}Transfer-Encoding: chunked, identity\r\n\r\n${chunked}`,
    'chunks within gzip': `${head}Transfer-Encoding: gzip, chunked\r\n\r\n${chunked}`,
    'an unknown coding': `${head}Transfer-Encoding: xchunked\r\n\r\n${chunked}`,
    'a line feed alone': `${head.replaceAll('\r\n', '\n')}Content-Length: 4\n\nxxxx${inner}`,
    'a NUL in a header': `${head}X-Nul: a\0b\r\n\r\n${inner}`,
    'a carriage return in a header': `${head}X-Return: a\rContent-Length: 4\r\n\r\n${inner}`,
    'no host': `GET /v1/mailbox HTTP/1.1\r\n\r\n${inner}`,
    'two hosts': `GET /v1/mailbox HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere\r\n\r\n${inner}`,
    'an expectation nobody knows': `${head}Expect: the-moon\r\nContent-Length: 4\r\n\r\nxxxx${inner}`,
    'HTTP/0.9': `GET /v1/mailbox\r\n\r\n${inner}`,
    'HTTP/2 without asking': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inner}`,
    'no HTTP at all': `\x16\x03\x01\x00${inner}`
  }
  for (const [what, bytes] of Object.entries(odd)) {
    test(`${what}: refused, and nothing behind it is read`, async () => {
      const socket = await door.tls()
      const heard = hear(socket)
      socket.write(bytes)
      const { text, closed } = await heard
      assert.deepEqual([statuses(text), codeIn(text), closed], [[400], 'ZP_REQUEST', true])
    })
  }

  test('a body longer than declared: what is over is no part of the message, and no request', async () => {
    const socket = await door.tls()
    const heard = hear(socket)
    socket.write(`${head}Content-Length: ${good.length}\r\n\r\n${good.toString()}<more/>`)
    const { text } = await heard
    assert.deepEqual(statuses(text).at(-1), 400)
    assert.doesNotMatch(text, /ZP_XML/)
  })

  test('a tunnel, a change of protocol and strange methods are no way in', async () => {
    const ways = [`CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n${inner}`, asks.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'), asks.replace('GET', 'TRACE'), asks.replace('GET', 'PROPFIND')]
    await Promise.all(ways.map(async bytes => {
      const socket = await door.tls()
      const heard = hear(socket)
      socket.write(bytes)
      const { text } = await heard
      assert.doesNotMatch(text, /smuggled|101 Switching/)
      assert.ok(statuses(text).every(status => status < 500), text)
    }))
  })
})

describe('broken off', () => {
  test('a hundred bodies, in the middle: nothing is stored and their room is given back', async () => {
    const before = (await mine.get('/v1/messages?limit=250')).told.messages.length
    for (let times = 0; times < 100; times++) {
      const socket = await door.tls()
      socket.write(`${head}Content-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`)
      await until(() => socket.writableLength === 0 || undefined)
      socket.destroy()
    }
    // A hundred halves are three times what all requests together may hold.
    const replies: Reply[] = []
    await until(async () => { const reply = await mine.post('x'.repeat(900_000)); replies.push(reply); return reply.status === 422 || undefined }, 'room')
    assert.equal((await mine.get('/v1/messages?limit=250')).told.messages.length, before)
  })

  test('two hundred handshakes, and as much that is no handshake', async () => {
    for (const hello of [asks, '\x16\x03\x01', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '\x80\x2e\x01\x00\x02', '\x00'.repeat(2_000), '\x15\x03\x03\x00\x02\x02\x28']) {
      await Promise.all(Array.from({ length: 40 }, async () => {
        const socket = await door.tcp()
        socket.write(Buffer.from(hello, 'latin1'))
        socket.destroySoon()
      }))
    }
  })
})

test('strangers get no further than the question who they are, whatever they send', async () => {
  const socket = await door.tls('nobody')
  const heard = hear(socket, text => text.includes('ZP_CERTIFICATE'))
  socket.write(`${head}Content-Length: 900000\r\n\r\n`)
  assert.deepEqual(statuses((await heard).text), [401])
  socket.destroy()
})

test('all of it is counted, and none of it was a fault of ours', async () => {
  const told = await (await fetch(`${gateway.operations}/metrics`)).text()
  for (const code of ['ZP_SLOW', 'ZP_HEADERS', 'ZP_REQUEST']) assert.match(told, new RegExp(`zorgpoort_refused_total\\{code="${code}"\\} [1-9]`))
  assert.doesNotMatch(told, /ZP_INTERNAL/)
  assert.doesNotMatch(gateway.lines.join(''), /"level":(?:50|60)/)
})
