/** graphile-worker as a queue under measurement: what it does by itself is what is measured, so its cycle waits until all of a batch is done. */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Shape } from './shapes.ts'

interface Runner { stop (): Promise<void> }
interface Graphile {
  run (options: { readonly connectionString: string, readonly concurrency: number, readonly pollInterval: number, readonly noHandleSignals: true, readonly logger: unknown, readonly taskList: Readonly<Record<string, () => Promise<void>>> }): Promise<Runner>
  Logger: new (make: () => () => void) => unknown
}

/** A peer of the bench alone: `npm install` in this folder brings it. */
const name = 'graphile-worker'

export async function graphile (url: string): Promise<Shape> {
  const { run, Logger } = await import(name) as Graphile
  let done = 0
  const runner = await run({ connectionString: url, concurrency: 32, pollInterval: 100, noHandleSignals: true, logger: new Logger(() => () => {}), taskList: { one: async () => { done++ } } })
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  let wanted = 0
  return {
    async cycle (_claimer, batch) {
      wanted += batch
      const until = wanted
      await pool.query("select graphile_worker.add_job('one') from generate_series(1, $1)", [batch])
      const left = (): boolean => done < until
      while (left()) await pause(1)
      return { done: batch, claim_ms: NaN }
    },
    claiming: () => null,
    waiting: async () => Number((await pool.query('select count(*) from graphile_worker.jobs')).rows[0].count),
    close: async () => { await runner.stop(); await pool.end() }
  }
}
