/**
 * The load generator, a process of its own: posts one prepared message over and over under new Identificaties, over mutual TLS
 * with keep-alive, and counts. `node load.ts JSON` prints one line of JSON; see `Order` and `Counted`.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Pool } from 'undici'
import { quantile } from './figures.ts'
import { say } from './place.ts'

export interface Order {
  readonly url: string
  readonly path: string
  /** The message, its Identificatie being `placeholder`; one without it is sent as it is. */
  readonly file: string
  readonly ca: string
  readonly certificate: string
  readonly key: string
  readonly connections: number
  readonly warm_ms: number
  readonly measure_ms: number
  readonly name: string
  /** Ends after so many, when that is sooner. */
  readonly messages_max?: number
}

export interface Counted {
  /** All 202s, of the warm-up too. */
  readonly accepted: number
  /** Answers that were not 202, or connections that broke. */
  readonly failed: number
  /** Of the measured time only. */
  readonly perSecond: number
  readonly p50_ms: number
  readonly p99_ms: number
}

/** Stands in the prepared message where the Identificatie comes: twelve characters. */
export const placeholder = 'JBENCH000000'

/** Each connection patches a copy of its own in place: nothing is made per message but the request itself. */
async function pump (order: Order): Promise<Counted> {
  const template = readFileSync(order.file)
  const at = template.indexOf(placeholder)
  const pool = poolOf(order)
  const latencies: number[] = []
  let [accepted, failed, measured, next] = [0, 0, 0, 0]
  const begin = performance.now()
  const from = begin + order.warm_ms
  const end = from + order.measure_ms
  const messages_max = order.messages_max ?? Infinity
  const lane = async (): Promise<void> => {
    const body = Buffer.from(template)
    for (let sent = performance.now(); sent < end && next < messages_max; sent = performance.now()) {
      const identificatie = `B${(next++).toString(36).toUpperCase().padStart(11, '0')}`
      if (at >= 0) body.write(identificatie, at, 'latin1')
      const status = await post(pool, order.path, body)
      const done = performance.now()
      if (status !== 202) failed++
      else {
        accepted++
        if (done >= from && done < end) measured++
        if (sent >= from) latencies.push(done - sent)
      }
    }
  }
  const progress = setInterval(() => { say(`    ${order.name}: ${accepted} accepted, ${failed} failed`) }, 2_000)
  await Promise.all(Array.from({ length: order.connections }, lane))
  clearInterval(progress)
  await pool.close()
  return { accepted, failed, perSecond: measured / order.measure_ms * 1000, p50_ms: quantile(latencies, 0.5), p99_ms: quantile(latencies, 0.99) }
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
