/** Every hostile document against a running gateway: its answer, no file read, no connection made, the process alive within its memory, the next good message accepted. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { startChild } from '../fault/child.ts'
import { makeWorld, message } from '../flow/world.ts'
import { documents, expectations, hostile, type Expected } from './corpus.ts'
import { giants } from './giants.ts'

const secret = 'canary-b7c1e9'
/** What the whole process may ever have held: eight times the largest message, its JavaScript and WASM, and the worker's heap. */
const resident_bytes_max = 1_000_000_000

const world = await makeWorld()
writeFileSync(world.path('canary'), secret)
let calls = 0
const web = createServer((_, response) => { response.end(`<!ENTITY e "${secret}">`) })
web.on('connection', () => { calls++ })
await new Promise<void>(resolve => { web.listen(0, '127.0.0.1', resolve) })
const { port } = web.address() as AddressInfo
const child = await startChild(world, { log_level: 'info' })
after(async () => { web.closeAllConnections(); web.close(); await child.end('SIGTERM') })

const client = world.client('gemeente', child.rest)
let seed = 0
const goodIsAccepted = async (): Promise<void> => { assert.equal((await client.post(message('WMO301', ++seed))).status, 202) }

async function answers (bytes: Buffer, { status, code, finding }: Omit<Expected, 'name'>): Promise<void> {
  const reply = await client.post(bytes)
  const text = reply.bytes.toString()
  const found = reply.told.findings?.[0]?.['code']
  assert.deepEqual([reply.status, reply.told.code ?? ''], [status, code], text.slice(0, 600))
  if (finding !== '') assert.equal(found, finding)
  assert.ok(text.length < 200_000, 'the answer is bounded')
  assert.doesNotMatch(text, new RegExp(secret))
}

/** Ports of the process's sockets that are not its own doors: connections it made, and datagrams, such as a question to DNS. Linux tells. */
function outgoing (): string[] {
  const pid = child.process.pid ?? 0
  const mine = new Set(readdirSync(`/proc/${pid}/fd`).map(fd => { try { return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] } catch { return undefined } }))
  const doors = [child.rest, child.operations].map(url => Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0'))
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap(kind => readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').split('\n').slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[9] !== undefined && mine.has(fields[9]) && !doors.includes(fields[1]?.split(':')[1] ?? ''))
    .map(fields => `${kind} ${fields[1]} ${fields[2]}`))
}

describe('the corpus', () => {
  const expected = expectations()

  test('and the table beside it name the same documents', () => {
    assert.deepEqual(expected.map(it => it.name).toSorted(), documents().toSorted())
    assert.ok(expected.length > 80)
  })

  for (const it of expected) {
    test(`${it.name}: ${it.status} ${it.code} ${it.finding}`, async () => {
      await answers(hostile(it.name, pathToFileURL(world.path('canary')).href, `http://127.0.0.1:${port}/x`), it)
      if (process.platform === 'linux') assert.deepEqual(outgoing(), [])
      await goodIsAccepted()
    })
  }

  test('names files and addresses that could be read and reached: the watch works', async () => {
    assert.equal(calls, 0)
    assert.match(hostile('external-entity-file', pathToFileURL(world.path('canary')).href, '').toString(), /file:\/\/\/.*canary/)
    assert.match(await (await fetch(`http://127.0.0.1:${port}/x`)).text(), new RegExp(secret))
    assert.equal(calls, 1)
  })
})

describe('giants', () => {
  for (const it of giants) {
    test(`${it.name}: ${it.status} ${it.code} ${it.finding}`, async () => {
      await answers(it.make(), it)
      await goodIsAccepted()
    })
  }

  test('have not made the process larger than it may be', { skip: process.platform !== 'linux' && 'only Linux tells the peak' }, () => {
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.process.pid}/status`, 'utf8'))?.[1]) * 1024
    assert.ok(peak < resident_bytes_max, `${Math.round(peak / 1e6)} MB`)
  })
})

test('after all of it no document came to the log, and nothing failed', () => {
  assert.equal(child.process.exitCode, null)
  const log = child.lines.join('\n')
  assert.doesNotMatch(log, new RegExp(secret))
  assert.doesNotMatch(log, /"level":(?:50|60)/)
  assert.doesNotMatch(log, /ZP_INTERNAL/)
})
