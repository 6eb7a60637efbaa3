/** Large messages are judged in one worker thread with bounds on time, memory and waiting, so that the event loop keeps turning. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { invalid, type Asked, type Judgement, type JudgeLimits } from './judge.ts'
import type { Strikes } from './strikes.ts'
import { fromWire, type Answer } from './wire.ts'

export interface LargeLimits extends JudgeLimits {
  /** Time for one message, the thread's start included. */
  readonly worker_ms_max: number
  /**
   * JavaScript memory of the thread, in MB (2^20 bytes); libxml2's own comes on top. A last resort: a thread that passes it in
   * one large step takes the process with it, so it stays far above what a message of the allowed size and markup can need.
   */
  readonly worker_heap_mb: number
  /** Messages that may wait for the thread; the next one is told to come back. */
  readonly worker_waiting_max: number
}

/** Room in the thread for what is new: little, as most of what a large message makes stays until the end, and garbage that lies there counts beside it. */
const young_mb = 12

/**
 * A thread ends after so many messages, and after one of more bytes than this: WASM memory never shrinks once libxml2 has
 * `parsed` a large message, and what the reader leaves of a very large one would be held while the message is stored.
 */
const recycle = { parsed_bytes: 4_000_000, bytes: 10_000_000, messages: 200 } as const

export interface LargeJudge {
  judge (asked: Asked): Promise<Judgement>
  close (): Promise<void>
  state (): { readonly waiting: number, readonly running: boolean }
}

/** @param strikes judges a message on which the thread died or ran out of time @param onError is told of that, without the error's own text */
export function openLarge (limits: LargeLimits, strikes: Strikes, onError: (error: unknown) => void): LargeJudge {
  const busy = invalid('ZP_BUSY', null, [])
  let worker: Worker | null = null
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0; let served = 0; let closed = false

  async function end (): Promise<void> {
    const ended = worker
    worker = null
    served = 0
    await ended?.terminate()
  }

  /** A thread that dies while it has nothing to do is not asked again. */
  function begin (): Worker {
    const made = start(limits)
    made.once('exit', () => { if (worker === made) worker = null })
    return made
  }

  async function run (asked: Asked): Promise<Judgement> {
    const { bytes } = asked
    worker ??= begin()
    const answer = await ask(worker, asked, limits.worker_ms_max)
    served++
    if (answer === null || bytes.length > (answer.parsed ? recycle.parsed_bytes : recycle.bytes) || served >= recycle.messages) await end()
    if (answer === null && closed) return busy
    if (answer === null) {
      onError(new Error('the validation thread died or ran out of time'))
      return strikes.failed(bytes)
    }
    strikes.passed(bytes)
    return await fromWire(answer.judgement)
  }

  return {
    judge: asked => {
      if (closed || waiting >= limits.worker_waiting_max) return Promise.resolve(busy)
      waiting++
      const judged = last.then(() => {
        waiting--
        return closed ? busy : run(asked)
      })
      last = judged.catch(() => {})
      return judged
    },
    state: () => ({ waiting, running: worker !== null }),
    close: async () => {
      closed = true
      await end()
      await last
    }
  }
}

function start ({ payload_bytes_max, findings_max, level1_engine, worker_heap_mb }: LargeLimits): Worker {
  const workerData: JudgeLimits = { payload_bytes_max, findings_max, level1_engine }
  // The sources and the built files lie side by side in the same way.
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData, resourceLimits: { maxOldGenerationSizeMb: worker_heap_mb, maxYoungGenerationSizeMb: young_mb } })
  worker.on('error', () => { /* its exit tells; the error's text may hold anything */ })
  worker.unref()
  return worker
}

/** @returns the worker's answer, or null when it died or took too long */
function ask (worker: Worker, { bytes, wish }: Asked, ms_max: number): Promise<Answer | null> {
  return new Promise(resolve => {
    const done = (answer: Answer | null): void => {
      clearTimeout(timer)
      worker.off('message', done).off('exit', died).unref()
      resolve(answer)
    }
    const died = (): void => done(null)
    const timer = setTimeout(died, ms_max)
    worker.on('message', done).on('exit', died).ref()
    // A copy: the sender's bytes may be a view on something larger, and they are still needed here.
    const copy = new Uint8Array(bytes)
    worker.postMessage({ bytes: copy, wish } satisfies Asked, [copy.buffer])
  })
}
