/** Drives something as fast as it goes, or at a pace, and counts what it answers and how soon. */
import { setTimeout as pause } from 'node:timers/promises'
import { quantile } from './figures.ts'
import { say } from './place.ts'

export interface Drive {
  readonly name: string
  /** At most so many under way; at a pace they wait for each other only where what sends lets them. */
  readonly connections: number
  readonly warm_ms: number
  readonly measure_ms: number
  /** Ends after so many, when that is sooner. */
  readonly messages_max?: number
  /** At this pace, whatever the answers take, each counted from when it was to be sent. Without it each connection sends when it has its answer. */
  readonly per_second?: number
}

export interface Counted {
  /** All that were accepted, of the warm-up too. */
  readonly accepted: number
  /** Other answers, or connections that broke. */
  readonly failed: number
  /** Of the measured time only. */
  readonly perSecond: number
  readonly p50_ms: number
  readonly p99_ms: number
  /** Processor time of what sends per accepted message, in microseconds. */
  readonly sender_us: number
}

/** Sends the nth. @returns whether it was accepted */
export type Send = (nth: number) => Promise<boolean>

/** The clock of one run, and what was counted by it. */
function tally ({ warm_ms, measure_ms }: Drive) {
  const [begin, used] = [performance.now(), process.cpuUsage()]
  const from = begin + warm_ms
  const end = from + measure_ms
  const latencies: number[] = []
  let [accepted, failed, measured] = [0, 0, 0]
  return {
    begin, end,
    add (sent: number, well: boolean): void {
      const done = performance.now()
      if (!well) { failed++; return }
      accepted++
      if (done >= from && done < end) measured++
      if (sent >= from) latencies.push(done - sent)
    },
    shown: (): string => `${accepted} accepted, ${failed} failed`,
    counted (): Counted {
      const { user, system } = process.cpuUsage(used)
      return { accepted, failed, perSecond: measured / measure_ms * 1000, p50_ms: quantile(latencies, 0.5), p99_ms: quantile(latencies, 0.99), sender_us: (user + system) / accepted }
    }
  }
}

/** @param sender makes what sends: one for each connection, at a pace one for each message, so that it may keep what it sends */
export async function drive (order: Drive, sender: () => Send): Promise<Counted> {
  const { name, connections, messages_max = Infinity, per_second } = order
  const counts = tally(order)
  let next = 0
  const lane = async (): Promise<void> => {
    const send = sender()
    for (let sent = performance.now(); sent < counts.end && next < messages_max; sent = performance.now()) counts.add(sent, await send(next++))
  }
  const paced = async (every_ms: number): Promise<void> => {
    const under: Array<Promise<void>> = []
    for (let due = counts.begin; due < counts.end && next < messages_max; due += every_ms) {
      if (due > performance.now()) await pause(due - performance.now())
      under.push(sender()(next++).then(well => { counts.add(due, well) }))
    }
    await Promise.all(under)
  }
  const progress = setInterval(() => { say(`    ${name}: ${counts.shown()}`) }, 2_000)
  await (per_second === undefined ? Promise.all(Array.from({ length: connections }, lane)) : paced(1000 / per_second))
  clearInterval(progress)
  return counts.counted()
}
