/** What operators watch of the upkeep. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../core/core.ts'
import type { Rekeyed } from './rekey.ts'
import type { Report } from './sweep.ts'

export interface UpkeepMetrics {
  swept (report: Report): void
  rekeyed (what: keyof Rekeyed, count: number): void
}

/** @param registry to which the metrics are added */
export function upkeepMetrics (registry: Registry, clock: Clock): UpkeepMetrics {
  const registers = [registry]
  const swept = new Counter({ name: 'zorgpoort_swept_total', help: 'Messages of which the payload, or all metadata, were forgotten because of their age.', labelNames: ['what'], registers })
  const kept = new Gauge({ name: 'zorgpoort_sweep_kept', help: 'Messages old enough to be forgotten that stay, by why, at the last sweep.', labelNames: ['what', 'why'], registers })
  const last = new Gauge({ name: 'zorgpoort_sweep_last_timestamp_seconds', help: 'When the last sweep ended (Unix time).', registers })
  const rekeyed = new Counter({ name: 'zorgpoort_rekeyed_total', help: 'Messages that came under the current key of a ring, by what was done: rewrapped (kek) or remarked (index_key).', labelNames: ['what'], registers })
  return {
    rekeyed: (what, count) => { rekeyed.inc({ what }, count) },
    swept (report) {
      for (const [what, tally] of Object.entries(report)) {
        swept.inc({ what }, tally.swept)
        for (const [why, count] of Object.entries(tally.kept)) kept.set({ what, why }, count)
      }
      last.set(clock.now() / 1000)
    }
  }
}
