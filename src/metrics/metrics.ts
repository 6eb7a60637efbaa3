/** The face of the metrics: counters without side effects, and gauges that ask when they are read; neither fails nor slows a delivery. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { BreakerState, Clock, Instant, PartyCode, RefusalCode } from '../core/core.ts'
import type { Depth, Store, StoreObserver } from '../store/store.ts'
import { once } from './metric.ts'
import { metrics, type Metric, type MetricName, type NameOf } from './table.ts'

export { allMetrics, metrics, type Metric, type MetricName } from './table.ts'
export { alarmRules } from './alarms.ts'
export { dashboard } from './dashboard.ts'

/** The stages of receiving that are timed. */
export type Stage = 'validate' | 'seal' | 'store'
type Outcome = 'offered' | 'delivered' | 'later' | 'held' | 'rejected' | 'dead'

export interface Metrics {
  readonly registry: Registry
  received (type: string): void
  rejected (type: string): void
  duplicate (): void
  refused (code: RefusalCode): void
  /** An envelope of the municipal door was odd, and taken all the same. @param check name of the check, never a value */
  odd (check: string): void
  answered (route: string, status: number, duration_ms: number): void
  /** A delivery was dealt with, so long after its message was accepted. */
  dealt (outcome: Outcome, duration_ms: number): void
  unjudged (): void
  /** @returns the same work, whose time is told */
  timed<A extends readonly unknown[], R>(stage: Stage, work: (...given: A) => Promise<R>): (...given: A) => Promise<R>
  /** For the store: it tells its commits and what was collected. */
  readonly store: StoreObserver
  /** For the pusher: it tells how each push ended, and how destinations are. */
  readonly pushes: PushMetrics
  /** Adds what is asked at a scrape, once there is somebody to ask. */
  watch (sources: Sources): void
}

/** Told of what pushing does, beside doing it. */
export interface PushMetrics {
  /** @param reason code of ours of why it was not taken; null when it was */
  pushed (to: PartyCode, outcome: 'accepted' | 'refused' | 'failed' | 'busy', reason: string | null, duration_ms: number): void
  turned (to: PartyCode, state: BreakerState): void
}

/** What is asked when the metrics are read. */
export interface Sources {
  readonly store: Pick<Store, 'stats' | 'measures' | 'destinations'>
  readonly clock: Clock
  readonly version: string
  readonly mode: string
  readonly roles: string
  /** Expiry of the gateway's own certificates, by use. */
  readonly certificates: () => Readonly<Record<string, Instant>>
  readonly inflight_bytes: () => number
  readonly connections: () => Promise<number>
  readonly revocation: { readonly faults: () => number, readonly nextUpdate: () => Instant | null }
  readonly validator: () => { readonly waiting: number, readonly running: boolean }
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]
type Readings = Readonly<Record<NameOf<'gauge'>, () => readonly Sample[] | Promise<readonly Sample[]>>>
/** Scrapes within this time share one counting. */
const counted_ms = 5_000

/** @returns name, help and labels as the table has them, for who counts by himself */
export function optionsOf (name: MetricName): { readonly name: MetricName, readonly help: string, readonly labelNames: string[] } {
  const { help, labels }: Metric = once(name, metrics[name])
  return { name, help, labelNames: [...labels] }
}

function counters (registers: Registry[]) {
  const options = (name: NameOf<'counter'> | NameOf<'histogram'>) => {
    const { buckets }: Metric = metrics[name]
    return { ...optionsOf(name), registers, ...(buckets === undefined ? {} : { buckets: [...buckets] }) }
  }
  return {
    counter: (name: NameOf<'counter'>): Counter => new Counter(options(name)),
    histogram: (name: NameOf<'histogram'>): Histogram => new Histogram(options(name))
  }
}

/** Statuses of their own would be a hundred lines; what an endpoint added to its no stands behind a dot. */
const classOf = (reason: string | null): string => reason === null ? '' : reason.replace(/\..*$/s, '').replace(/^(http_\d).*$/, '$1xx')

function pushMetrics ({ counter, histogram }: ReturnType<typeof counters>): PushMetrics {
  const outcomes = counter('zorgpoort_pushes_total')
  const durations = histogram('zorgpoort_push_seconds')
  const turns = counter('zorgpoort_destination_turns_total')
  return {
    pushed: (_to, outcome, reason, duration_ms) => {
      outcomes.inc({ outcome, reason: classOf(reason) })
      durations.observe({ outcome }, duration_ms / 1000)
    },
    turned: (_to, state) => { turns.inc({ state }) }
  }
}

/** @returns metrics that count from now on; `watch` adds the rest */
export function openMetrics (): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counting = counters([registry])
  const { counter, histogram } = counting
  const received = counter('zorgpoort_messages_received_total')
  const rejected = counter('zorgpoort_messages_rejected_total')
  const duplicates = counter('zorgpoort_messages_duplicate_total')
  const refused = counter('zorgpoort_refused_total')
  const oddities = counter('zorgpoort_envelope_warnings_total')
  const outcomes = counter('zorgpoort_deliveries_total')
  const failures = counter('zorgpoort_validator_failures_total')
  const requests = histogram('zorgpoort_request_seconds')
  const stages = histogram('zorgpoort_stage_seconds')
  const offers = histogram('zorgpoort_offer_seconds')
  const collects = histogram('zorgpoort_collect_seconds')
  const commits = histogram('zorgpoort_commit_seconds')
  const pieces = histogram('zorgpoort_commit_pieces')
  return {
    registry,
    received: type => { received.inc({ type }) },
    rejected: type => { rejected.inc({ type }) },
    duplicate: () => { duplicates.inc() },
    refused: code => { refused.inc({ code }) },
    odd: check => { oddities.inc({ check }) },
    answered: (route, status, duration_ms) => { requests.observe({ route, status: String(status) }, duration_ms / 1000) },
    dealt: (outcome, duration_ms) => {
      outcomes.inc({ outcome })
      if (outcome === 'offered') offers.observe(duration_ms / 1000)
    },
    unjudged: () => { failures.inc() },
    timed: (stage, work) => async (...given) => {
      const begun = performance.now()
      try { return await work(...given) } finally { stages.observe({ stage }, (performance.now() - begun) / 1000) }
    },
    store: {
      committed: (count, duration_ms) => { commits.observe(duration_ms / 1000); pieces.observe(count) },
      collected: duration_ms => { collects.observe(Math.max(0, duration_ms) / 1000) }
    },
    pushes: pushMetrics(counting),
    watch: sources => { gauges([registry], readings(sources)) }
  }
}

/** What cannot be read is left out of the scrape, and does not fail it. */
function gauges (registers: Registry[], all: Readings): void {
  for (const [name, read] of Object.entries(all)) {
    const options = optionsOf(name as keyof Readings)
    const gauge = new Gauge({
      ...options, registers,
      async collect () {
        gauge.reset()
        const samples = await Promise.resolve().then(read).catch(() => [])
        if (options.labelNames.length === 0) gauge.remove()
        for (const [label, value] of samples) gauge.set(label, value)
      }
    })
  }
}

/** @returns what is asked again only when the answer is some seconds old; a failure is not kept */
function kept<T> (ask: () => Promise<T>): () => Promise<T> {
  let answer: { readonly at: number, readonly value: Promise<T> } | null = null
  return () => {
    const now = performance.now()
    if (answer !== null && now - answer.at < counted_ms) return answer.value
    const value = ask()
    answer = { at: now, value }
    value.catch(() => { answer = null })
    return value
  }
}

const one = (value: number | null): Sample[] => value === null ? [] : [[{}, value]]
const per = (label: string, counts: Readonly<Record<string, number>>): Sample[] => Object.entries(counts).map(([name, count]) => [{ [label]: name }, count])

function readings ({ store, clock, version, mode, roles, certificates, inflight_bytes, connections, validator, revocation }: Sources): Readings {
  const stats = kept(() => store.stats(clock.now()))
  const depths = (all: readonly Depth[]): Sample[] => all.map(({ receiver, depth }) => [{ receiver }, depth])
  const ages = (all: readonly Depth[]): Sample[] => all.map(({ receiver, oldest }) => [{ receiver }, Math.max(0, clock.now() - oldest) / 1000])
  return {
    zorgpoort_connections: async () => one(await connections()),
    zorgpoort_inflight_bytes: () => one(inflight_bytes()),
    zorgpoort_queue_depth: async () => depths((await stats()).queue),
    zorgpoort_queue_oldest_seconds: async () => ages((await stats()).queue),
    zorgpoort_mailbox_depth: async () => depths((await stats()).mailbox),
    zorgpoort_mailbox_oldest_seconds: async () => ages((await stats()).mailbox),
    zorgpoort_push_waiting: async () => depths((await stats()).pushes),
    zorgpoort_push_oldest_seconds: async () => ages((await stats()).pushes),
    zorgpoort_destination_down: async () => {
      const states = new Map((await store.destinations()).map(it => [it.party, it.state]))
      return (await stats()).pushes.map(({ receiver }) => [{ receiver }, (states.get(receiver) ?? 'closed') === 'closed' ? 0 : 1])
    },
    zorgpoort_dead_letters: async () => per('class', (await stats()).dead),
    zorgpoort_notices: async () => per('state', (await stats()).notices),
    zorgpoort_held_oldest_seconds: async () => {
      const { held } = await stats()
      return one(held === null ? 0 : Math.max(0, clock.now() - held) / 1000)
    },
    zorgpoort_tasks_open: async () => one((await stats()).tasks),
    zorgpoort_messages: async () => per('delivery', (await stats()).deliveries),
    zorgpoort_overdue: async () => (await stats()).overdue.map(({ receiver, count }) => [{ receiver }, count]),
    zorgpoort_store_up: () => stats().then(() => one(1), () => one(0)),
    zorgpoort_audit_unchecked_seconds: async () => {
      const { unchecked } = await stats()
      return one(unchecked === null ? 0 : Math.max(0, clock.now() - unchecked) / 1000)
    },
    zorgpoort_audit_unchained_seconds: async () => {
      const { unchained } = await stats()
      return one(unchained === null ? 0 : Math.max(0, clock.now() - unchained) / 1000)
    },
    zorgpoort_audit_strange: async () => one((await stats()).strange),
    zorgpoort_source_ends_timestamp_seconds: async () => (await stats()).sources.map(({ list, until }) => [{ list }, until / 1000]),
    zorgpoort_history_importing: async () => one((await stats()).importing),
    zorgpoort_store_waiting: () => one(store.measures().waiting),
    zorgpoort_store_connections: () => one(store.measures().connections ?? null),
    zorgpoort_store_connections_max: () => one(store.measures().connections_max ?? null),
    zorgpoort_database_bytes: () => one(store.measures().database_bytes),
    zorgpoort_wal_bytes: () => one(store.measures().wal_bytes),
    zorgpoort_disk_free_bytes: () => one(store.measures().free_bytes),
    zorgpoort_info: () => [[{ version, mode, roles, node: process.versions.node }, 1]],
    zorgpoort_certificate_expiry_timestamp_seconds: () => Object.entries(certificates()).map(([use, at]) => [{ use }, at / 1000]),
    zorgpoort_revocation_faults: () => one(revocation.faults()),
    zorgpoort_revocation_next_update_timestamp_seconds: () => { const at = revocation.nextUpdate(); return one(at === null ? null : at / 1000) },
    zorgpoort_client_certificates: async () => per('state', (await stats()).certificates),
    zorgpoort_validator_waiting: () => one(validator().waiting),
    zorgpoort_validator_running: () => one(validator().running ? 1 : 0)
  }
}
