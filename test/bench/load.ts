/**
 * The load generator, a process of its own: posts one prepared message over and over under new Identificaties, over mutual TLS
 * with keep-alive, and counts. `node load.ts JSON` prints one line of JSON; see `Order` here and `Counted` in drive.ts.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Pool } from 'undici'
import { drive, type Counted, type Drive } from './drive.ts'

export interface Order extends Drive {
  readonly url: string
  readonly path: string
  /** The message, its Identificatie being `placeholder`; one without it is sent as it is. */
  readonly file: string
  readonly ca: string
  readonly certificate: string
  readonly key: string
  /** With which all Identificaties begin: two runs on one gateway have different ones. */
  readonly letter?: string
}

/** Stands in the prepared message where the Identificatie comes: twelve characters. */
export const placeholder = 'JBENCH000000'

/** Each connection patches a copy of its own in place: nothing is made per message but the request itself. */
async function pump ({ file, path, letter = 'B', ...order }: Order): Promise<Counted> {
  const template = readFileSync(file)
  const at = template.indexOf(placeholder)
  const pool = poolOf(order)
  const counted = await drive(order, () => {
    const body = Buffer.from(template)
    return async nth => {
      if (at >= 0) body.write(`${letter}${nth.toString(36).toUpperCase().padStart(placeholder.length - 1, '0')}`, at, 'latin1')
      return await post(pool, path, body) === 202
    }
  })
  await pool.close()
  return counted
}

/** @returns connections of a client with that certificate */
export const poolOf = ({ url, ca, certificate, key, connections }: Pick<Order, 'url' | 'ca' | 'certificate' | 'key' | 'connections'>): Pool => new Pool(url, {
  connections, pipelining: 1, connect: { ca: readFileSync(ca), cert: readFileSync(certificate), key: readFileSync(key), servername: 'localhost' }
})

/** @returns the status of the answer; 0 when the connection broke */
export async function post (pool: Pool, path: string, body: Buffer): Promise<number> {
  try {
    const { statusCode, body: answer } = await pool.request({ method: 'POST', path, body, headers: { 'content-type': 'application/xml' } })
    await answer.dump()
    return statusCode
  } catch { return 0 }
}

/** Runs the generator in a process of its own, so that it does not share a core's thread with what is measured. */
export async function load (order: Order): Promise<Counted> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>(resolve => { child.once('exit', resolve) })
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) last = line
  if (await ended !== 0) throw new Error('the load generator ended badly')
  const counted: unknown = JSON.parse(last)
  return counted as Counted
}

if (process.argv[1] === import.meta.filename) {
  const order: unknown = JSON.parse(process.argv[2] ?? '')
  console.log(JSON.stringify(await pump(order as Order)))
}
