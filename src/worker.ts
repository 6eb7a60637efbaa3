/** The worker: claims due deliveries, lets the pipeline deal with them at its own pace, and hands back what it cannot end. */
import type { Clock } from './core/core.ts'
import { failed } from './acknowledge/acknowledge.ts'
import type { Log } from './log.ts'
import type { Pipeline } from './pipeline.ts'
import type { Claimed, Finish, Store } from './store/store.ts'

export interface Worker {
  /** Something was stored: look now instead of at the next poll. */
  wake (): void
  /** Claims nothing more, ends what ends by itself, hands the rest back at once. */
  stop (): Promise<void>
}

interface Options { store: Store, pipeline: Pick<Pipeline, 'work'>, clock: Clock, log: Log, lease_ms: number, claim_limit: number, poll_ms: number }

export function startWorker (options: Options): Worker {
  const { store, pipeline, clock, log } = options
  const stopping = new AbortController()
  const busy = new Map<number, Claimed>()
  let ended: Finish[] = []
  let woken = false
  let resume = (): void => {}
  const nudge = (): void => { woken = true; resume() }

  /** Waits until woken, or at most poll_ms; a nudge that came since the last look counts. */
  const idle = async (): Promise<void> => {
    if (!woken) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, options.poll_ms)
        resume = () => { clearTimeout(timer); resolve() }
      })
    }
  }

  const begin = (claimed: Claimed): void => {
    busy.set(claimed.delivery, claimed)
    pipeline.work(claimed, stopping.signal).then(end, error => { log.error({ err: error, message: claimed.envelope.id }, 'a delivery failed unexpectedly') })
  }

  /** What ends in one turn of the event loop is recorded together. */
  const end = (finish: Finish): void => {
    if (stopping.signal.aborted && finish.outcome.kind === 'later') return // handed back by stop
    if (ended.push(finish) === 1) setImmediate(() => { record().catch(error => { log.error({ err: error }, 'results could not be recorded; their leases will pass') }) })
  }

  const record = async (): Promise<void> => {
    const batch = ended
    ended = []
    try {
      const results = await store.finish(batch, clock.now())
      const refused = batch.filter((_, at) => results[at] === 'refused').flatMap(retryOf)
      if (refused.length > 0) await store.finish(refused, clock.now())
    } finally {
      for (const it of batch) busy.delete(it.delivery)
      nudge()
    }
  }

  /** What a handler made could not be stored: that is a failure of the handler, tried again and in the end dead. */
  const retryOf = (it: Finish): Finish[] => {
    const claimed = busy.get(it.delivery)
    return claimed === undefined ? [] : [failed(claimed, 'caused_refused', clock.now(), Math.random())]
  }

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      woken = false
      const room = options.claim_limit - busy.size
      const claims = room > 0 ? await store.claim(room, options.lease_ms, clock.now()).catch(error => { log.error({ err: error }, 'cannot claim'); return [] }) : []
      for (const claimed of claims) begin(claimed)
      if (claims.length === 0 || claims.length < room) await idle()
    }
  }
  const running = loop()

  return {
    wake: nudge,
    async stop () {
      stopping.abort(new Error('stopping'))
      nudge()
      await running
      await new Promise(resolve => setImmediate(resolve))
      await record()
      await store.release([...busy.values()])
    }
  }
}
