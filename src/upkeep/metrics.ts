/** What operators watch of the upkeep. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../core/core.ts'
import { optionsOf } from '../metrics/metrics.ts'
import type { Rekeyed } from './rekey.ts'
import type { Report } from './sweep.ts'

export interface UpkeepMetrics {
  swept (report: Report): void
  rekeyed (what: keyof Rekeyed, count: number): void
}

/** @param registry to which the metrics are added */
export function upkeepMetrics (registry: Registry, clock: Clock): UpkeepMetrics {
  const registers = [registry]
  const swept = new Counter({ ...optionsOf('zorgpoort_swept_total'), registers })
  const kept = new Gauge({ ...optionsOf('zorgpoort_sweep_kept'), registers })
  const last = new Gauge({ ...optionsOf('zorgpoort_sweep_last_timestamp_seconds'), registers })
  const rekeyed = new Counter({ ...optionsOf('zorgpoort_rekeyed_total'), registers })
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
