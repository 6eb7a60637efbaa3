/** The end of the door's connections: a closing server waits for every one of them, also for those on which nothing will come any more. */
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** How often it is looked whether an answer was sent over a connection that was asked to stay open. */
const look_ms = 50

/** @returns what to call when the server closes: requests under way end, and then their connections; those on which nothing was asked end at once */
export function openEnding (server: Server): () => void {
  const unused = new Set<Socket>()
  let ending = false
  server.on('secureConnection', (socket: TLSSocket) => {
    if (ending) { socket.destroy(); return }
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', ({ socket }) => { unused.delete(socket) })
  return () => {
    ending = true
    for (const socket of unused) socket.destroy()
    const timer = setInterval(() => { server.closeIdleConnections() }, look_ms)
    server.once('close', () => { clearInterval(timer) })
  }
}
