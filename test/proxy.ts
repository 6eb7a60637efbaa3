/** A line between a client and a server that a test may cut, slow down, or leave open with nothing coming through. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'

export interface Proxy {
  readonly port: number
  /** The same place, by way of this line. */
  url (direct: string): string
  /** Connections are taken, and those there are stay, but nothing comes through any more: as when a firewall forgot them. What is lost so stays lost. */
  swallow (): void
  /** Ends every connection at once. */
  cut (): void
  /** Connections are ended as soon as they are made. */
  refuse (): void
  /** What comes now or is connected from now on comes through, this much later. */
  pass (delay_ms?: number): void
  /** How many connections there are. */
  count (): number
}

interface Line { readonly ends: readonly [Socket, Socket], lost: boolean }

/** @param port of a server on loopback */
export async function startProxy (port: number): Promise<Proxy> {
  const lines = new Set<Line>()
  let [state, delay]: ['pass' | 'swallow' | 'refuse', number] = ['pass', 0]
  const carry = (line: Line, from: Socket, to: Socket): void => {
    from.on('data', async (bytes: Buffer) => {
      if (state === 'swallow') line.lost = true
      if (line.lost) return
      if (delay > 0) await pause(delay)
      to.write(bytes)
    })
    from.on('error', () => {})
    from.on('close', () => { lines.delete(line); if (!line.lost) to.destroy() })
  }
  const server = createServer(client => {
    if (state === 'refuse') { client.on('error', () => {}); client.resetAndDestroy(); return }
    const line: Line = { ends: [client, connect(port, '127.0.0.1')], lost: state === 'swallow' }
    lines.add(line)
    carry(line, line.ends[0], line.ends[1])
    carry(line, line.ends[1], line.ends[0])
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const proxy: Proxy = {
    port: address.port,
    url: direct => direct.replace(`:${port}/`, `:${address.port}/`),
    swallow () { state = 'swallow'; for (const line of lines) line.lost = true },
    cut () { for (const { ends } of lines) for (const end of ends) end.destroy() },
    refuse () { state = 'refuse' },
    pass (delay_ms = 0) { [state, delay] = ['pass', delay_ms] },
    count: () => lines.size
  }
  server.unref()
  return proxy
}
