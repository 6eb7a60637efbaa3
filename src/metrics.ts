/** What operators watch: counters without side effects, and gauges that ask the store when they are read. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { deliveries, type Clock, type Instant, type RefusalCode } from './core/core.ts'
import type { Store } from './store/store.ts'

export interface Metrics {
  readonly registry: Registry
  received (type: string): void
  duplicate (): void
  refused (code: RefusalCode): void
  answered (route: string, status: number, duration_ms: number): void
}

type Sources = { readonly store: Pick<Store, 'stats'>, readonly clock: Clock, readonly certificates: Readonly<Record<string, Instant>> }

/** @param sources asked at every scrape; a failing store leaves its gauges out rather than failing the scrape */
export function openMetrics (sources: Sources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const received = new Counter({ name: 'zorgpoort_messages_received_total', help: 'Messages accepted and stored, by type.', labelNames: ['type'], registers })
  const duplicates = new Counter({ name: 'zorgpoort_messages_duplicate_total', help: 'Messages that came again and got their first receipt.', registers })
  const refused = new Counter({ name: 'zorgpoort_refused_total', help: 'Requests refused, by code.', labelNames: ['code'], registers })
  const duration = new Histogram({ name: 'zorgpoort_request_seconds', help: 'Time to answer, by route and status.', labelNames: ['route', 'status'], buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5], registers })
  stateGauges(registers, sources)
  certificateGauge(registers, sources)
  return {
    registry,
    received: type => { received.inc({ type }) },
    duplicate: () => { duplicates.inc() },
    refused: code => { refused.inc({ code }) },
    answered: (route, status, duration_ms) => { duration.observe({ route, status: String(status) }, duration_ms / 1000) }
  }
}

function stateGauges (registers: Registry[], { store, clock }: Sources): void {
  const depth = new Gauge({ name: 'zorgpoort_queue_depth', help: 'Deliveries still to do, by receiver.', labelNames: ['receiver'], registers })
  const age = new Gauge({ name: 'zorgpoort_queue_oldest_seconds', help: 'Age of the oldest delivery still to do, by receiver.', labelNames: ['receiver'], registers })
  const states = new Gauge({
    name: 'zorgpoort_messages',
    help: 'Messages in the store, by delivery state.',
    labelNames: ['delivery'],
    registers,
    async collect () {
      const stats = await store.stats().catch(() => null)
      for (const gauge of [depth, age, states]) gauge.reset()
      if (stats === null) return
      for (const it of deliveries) states.set({ delivery: it }, stats.deliveries[it])
      for (const { receiver, depth: waiting, oldest } of stats.queue) {
        depth.set({ receiver }, waiting)
        age.set({ receiver }, (clock.now() - oldest) / 1000)
      }
    }
  })
}

function certificateGauge (registers: Registry[], { certificates }: Sources): void {
  const expiry = new Gauge({ name: 'zorgpoort_certificate_expiry_timestamp_seconds', help: 'When a certificate of the gateway expires (Unix time).', labelNames: ['use'], registers })
  for (const [use, at] of Object.entries(certificates)) expiry.set({ use }, at / 1000)
}
