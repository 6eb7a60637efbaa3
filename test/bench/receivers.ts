/**
 * Endpoints of many parties, a process of their own: `startReceivers` starts it. Each takes what is pushed over mutual TLS and
 * notes when each message first came; each can be made to hang up on everybody, or to say nothing, and counts who knocked.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { createServer as listener, type AddressInfo, type Socket } from 'node:net'

/** up: takes everything. hangs_up: ends every connection at once. silent: accepts it and says nothing. */
export type Mood = 'up' | 'hangs_up' | 'silent'

export interface Order { readonly count: number, readonly certificate: string, readonly key: string, readonly ca: string }

/** What one endpoint saw since the last `reset`. */
export interface Seen {
  /** When each message came for the first time, in the order they came; milliseconds of the wall clock. */
  readonly arrivals: readonly number[]
  /** Messages that came once more. */
  readonly again: number
  /** Connections while it was not up. */
  readonly knocks: number
}

type Asked = { readonly kind: 'reset' } | { readonly kind: 'seen' } | { readonly kind: 'when', readonly ids: readonly string[] } | { readonly kind: 'mood', readonly nth: number, readonly mood: Mood }

/** The receivers, as who measures has them. */
export interface Receivers {
  readonly ports: readonly number[]
  reset (): Promise<void>
  seen (): Promise<readonly Seen[]>
  /** When these messages came for the first time; null for one that did not. */
  when (ids: readonly string[]): Promise<ReadonlyArray<number | null>>
  mood (nth: number, mood: Mood): Promise<void>
  stop (): Promise<void>
}

interface Endpoint { readonly port: number, seen (): Seen, when (id: string): number | null, reset (): void, mood (to: Mood): void }

async function open (server: (take: (id: string) => void) => Server): Promise<Endpoint> {
  let arrivals = new Map<string, number>()
  let [again, knocks, mood]: [number, number, Mood] = [0, 0, 'up']
  const https = server(id => { if (arrivals.has(id)) again++; else arrivals.set(id, Date.now()) })
  const sockets = new Set<Socket>()
  const door = listener({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => { /* whoever was there is gone */ })
    if (mood === 'up') { https.emit('connection', socket); return }
    knocks++
    if (mood === 'hangs_up') socket.destroy()
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  return {
    port: (door.address() as AddressInfo).port,
    seen: () => ({ arrivals: [...arrivals.values()], again, knocks }),
    when: id => arrivals.get(id) ?? null,
    reset () { arrivals = new Map(); again = knocks = 0 },
    mood (to) { mood = to; for (const socket of sockets) socket.destroy() }
  }
}

function answer (endpoints: readonly Endpoint[], asked: Asked): unknown {
  switch (asked.kind) {
    case 'reset': endpoints.forEach(it => { it.reset() }); return null
    case 'seen': return endpoints.map(it => it.seen())
    case 'when': return asked.ids.map(id => endpoints.map(it => it.when(id)).find(it => it !== null) ?? null)
    case 'mood': endpoints[asked.nth]?.mood(asked.mood); return null
  }
}

/** The process itself. */
async function receive ({ count, certificate, key, ca }: Order): Promise<void> {
  const tls = { cert: readFileSync(certificate), key: readFileSync(key), ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true }
  const server = (take: (id: string) => void): Server => createServer({ ...tls, keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume().once('end', () => {
      take(String(request.headers['zorgpoort-message']))
      response.writeHead(204).end()
    })
  })
  const endpoints = await Promise.all(Array.from({ length: count }, () => open(server)))
  process.on('message', (asked: Asked) => { process.send?.(answer(endpoints, asked)) })
  process.once('disconnect', () => { process.exit() })
  process.send?.(endpoints.map(it => it.port))
}

/** Starts them; they end with this process. */
export async function startReceivers (order: Order): Promise<Receivers> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(order)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const told = async (): Promise<unknown> => {
    const [answer] = await once(child, 'message') as [unknown]
    return answer
  }
  const ask = async (asked: Asked): Promise<unknown> => {
    const answer = told()
    child.send(asked)
    return await answer
  }
  const ports = await told() as readonly number[]
  return {
    ports,
    reset: async () => { await ask({ kind: 'reset' }) },
    seen: async () => await ask({ kind: 'seen' }) as readonly Seen[],
    when: async ids => await ask({ kind: 'when', ids }) as ReadonlyArray<number | null>,
    mood: async (nth, mood) => { await ask({ kind: 'mood', nth, mood }) },
    stop: async () => { child.disconnect(); await once(child, 'exit') }
  }
}

if (process.argv[1] === import.meta.filename) {
  const order: unknown = JSON.parse(process.argv[2] ?? '')
  await receive(order as Order)
}
