/** Ports for servers that have to be told theirs. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that the system gives to connections: none of them is taken before the server that was told it listens. */
const [low, high] = [10_000, 30_000]

/** @returns a port of loopback that nobody listens on */
export async function freePort (): Promise<number> {
  const port = randomInt(low, high)
  const server = createServer().listen(port, '127.0.0.1')
  try { await once(server, 'listening') } catch { return await freePort() }
  server.close()
  await once(server, 'close')
  return port
}
