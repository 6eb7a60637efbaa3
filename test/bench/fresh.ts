/** What a sender notices: messages posted one after the other at a steady pace, and how long after each post its receiver has it. */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { generateMessage, modelOf, writeMessage } from '../../src/standard/standard.ts'
import { codes, last, type Field } from './destinations.ts'
import { quantile } from './figures.ts'

/** One message: when it was posted, on the wall clock, and how long after that its receiver had it; null when it never came. */
export interface Journey { readonly at: number, readonly took_ms: number | null }
export interface Fresh { readonly posted: number, readonly came: number, readonly p50_ms: number, readonly p99_ms: number }

export function summed (journeys: readonly Journey[]): Fresh {
  const took = journeys.flatMap(it => it.took_ms === null ? [] : [it.took_ms])
  return { posted: journeys.length, came: took.length, p50_ms: quantile(took, 0.5), p99_ms: quantile(took, 0.99) }
}

const model = modelOf('WMO301')
/** Time for the last ones to arrive. */
const patience_ms = 10_000
let made = 0

/** @param url of the gateway @param rate posts a second, over all destinations but the last */
export async function fresh ({ keys, receivers }: Field, url: string, rate: number, count: number): Promise<Journey[]> {
  const client = keys.parties['gemeente']
  if (client === undefined) throw new TypeError('no keys of the gemeente')
  const pool = new Pool(url, { connections: 16, connect: { ca: readFileSync(keys.ca.certificate), cert: readFileSync(client.certificate), key: readFileSync(client.key), servername: 'localhost' } })
  const posted = new Map<string, number>()
  const post = async (nth: number): Promise<void> => {
    const seed = ++made
    const body = writeMessage(model, generateMessage(model, seed, 'small', { ontvanger: codes[nth % last] ?? '', identificatie: `F${seed}` }))
    const at = Date.now()
    const answer = await pool.request({ method: 'POST', path: '/v1/messages', body: Buffer.from(body), headers: { 'content-type': 'application/xml' } })
    const told: unknown = await answer.body.json()
    if (answer.statusCode !== 202) throw new Error(`a fresh message got ${answer.statusCode}: ${JSON.stringify(told)}`)
    posted.set(String(Object(told).id), at)
  }
  const begun: Array<Promise<void>> = []
  const start = performance.now()
  for (let nth = 0; nth < count; nth++) {
    await pause(Math.max(0, start + nth * 1000 / rate - performance.now()))
    begun.push(post(nth))
  }
  await Promise.all(begun)
  const ids = [...posted.keys()]
  let when = await receivers.when(ids)
  for (const end = performance.now() + patience_ms; when.includes(null) && performance.now() < end;) {
    await pause(100)
    when = await receivers.when(ids)
  }
  await pool.close()
  return ids.map((id, nth) => {
    const [at, came] = [posted.get(id) ?? NaN, when[nth] ?? null]
    return { at, took_ms: came === null ? null : came - at }
  })
}
