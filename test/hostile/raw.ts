/** Clients that speak to the door in bytes of their own choosing: over TLS with a certificate, or below it. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as plain, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { Who, World } from '../flow/world.ts'

/** What came back on a connection until it was closed, or until `enough` said so. */
export interface Heard { readonly text: string, readonly closed: boolean }

export interface RawDoor {
  /** A TLS connection, its handshake done. */
  tls (who?: Who): Promise<TLSSocket>
  /** A TCP connection without TLS. */
  tcp (): Promise<Socket>
}

const quiet = (): void => { /* being cut off is what such a client must expect */ }

/** @param url where the gateway's REST door listens */
export function rawDoor (world: World, url: string): RawDoor {
  const { hostname: host, port } = new URL(url)
  const pem = (name: string): Buffer => readFileSync(world.path(name))
  return {
    async tls (who = 'gemeente') {
      const own = who === 'nobody' ? {} : { key: pem(`${who}.key`), cert: pem(`${who}.pem`) }
      const socket = connect({ host, port: Number(port), ca: world.ca, ...own })
      await once(socket, 'secureConnect')
      socket.on('error', quiet)
      return socket
    },
    async tcp () {
      const socket = plain(Number(port), host)
      await once(socket, 'connect')
      socket.on('error', quiet)
      return socket
    }
  }
}

/** Listens until the other side closes, or `enough` is satisfied with what was said. */
export function hear (socket: Socket, enough: (text: string) => boolean = () => false): Promise<Heard> {
  let text = ''
  return new Promise(resolve => {
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (enough(text)) resolve({ text, closed: false })
    })
    socket.once('close', () => { resolve({ text, closed: true }) })
  })
}

/** The statuses of all answers in a stretch of HTTP/1.1. */
export const statuses = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(match => Number(match[1]))
/** The code of the first problem in it. */
export const codeIn = (text: string): string | undefined => /"code":"(ZP_[A-Z_]+)"/.exec(text)?.[1]
