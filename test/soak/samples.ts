/** What a gateway holds while it works, looked at from outside. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Child } from '../fault/child.ts'
import type { Place } from './database.ts'

/** At one moment, after so many messages of its life. */
export interface Sample {
  readonly messages: number
  /** Which gateway: a new one begins from nothing. */
  readonly life: number
  readonly seconds: number
  readonly rss_mb: number
  readonly heap_mb: number
  readonly handles: number
  readonly threads: number
  readonly database_bytes: number
  readonly log_bytes: number
}
export type Reading = Pick<Sample, 'rss_mb' | 'heap_mb' | 'handles' | 'threads'>

/** @param status of /proc @returns the number a line of it has */
const lineOf = (status: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])

/** @returns what a process has open and takes; Linux @throws where there is none */
export function ofProcess (pid: number): Omit<Reading, 'heap_mb'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { rss_mb: lineOf(status, 'VmRSS') / 1_000, threads: lineOf(status, 'Threads'), handles: readdirSync(`/proc/${pid}/fd`).length }
}

async function heapOf (operations: string): Promise<number> {
  const metrics = await (await fetch(`${operations}/metrics`)).text()
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]) / 1e6
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

/** Looks often, and tells the middle of what it saw: what V8 has not given back yet goes up and down. */
export interface Watch {
  /** @returns what was seen since the last time */
  sample (messages: number, seconds: number): Promise<Sample>
  end (): void
}

const every_ms = 500

/** @param life number of this gateway */
export function watch (child: Child, place: Pick<Place, 'bytes'>, life: number): Watch {
  const { pid } = child.process
  if (pid === undefined) throw new Error('it did not start')
  let seen: Reading[] = []
  const look = async (): Promise<void> => { seen.push({ ...ofProcess(pid), heap_mb: await heapOf(child.operations) }) }
  // Where it was just killed there is nothing to be seen.
  const timer = setInterval(() => { look().catch(() => {}) }, every_ms)
  return {
    async sample (messages, seconds) {
      await look()
      const all = seen
      seen = []
      const { database, log } = await place.bytes()
      const of = (name: keyof Reading): number => middle(all.map(it => it[name]))
      return { messages, life, seconds, rss_mb: of('rss_mb'), heap_mb: of('heap_mb'), handles: of('handles'), threads: of('threads'), database_bytes: database, log_bytes: log }
    },
    end () { clearInterval(timer) }
  }
}
