/** What a metric is, and the expressions by which most are drawn. */

/** How a number is to be read; Grafana's names. */
export type Unit = 'short' | 's' | 'bytes' | 'ops' | 'dateTimeFromNow'
/** `page`: now. `ticket`: in working hours. */
export type Severity = 'page' | 'ticket'

/** When somebody must look, what it means then, and what he does. */
export interface Alarm {
  readonly name: string
  /** PromQL that gives something as long as it is wrong. */
  readonly expr: string
  /** How long it must be wrong. */
  readonly for: string
  readonly severity: Severity
  readonly means: string
  readonly what_to_do: string
}

export interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Codes of ours and of parties only. */
  readonly labels: readonly string[]
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[]
  readonly row: typeof rows[number]
  readonly title: string
  readonly expr: string
  /** How a line is named, in Grafana's notation. */
  readonly legend: string
  readonly unit: Unit
  readonly alarms?: readonly Alarm[]
  /** It is of the database, so every process there tells the same: drawn and alarmed about once. Other gauges are of the process, or of its host. */
  readonly same?: true
  /** What counts it, where that is not the metrics themselves. */
  readonly by?: 'upkeep'
}

/** The dashboard from its top to its bottom. */
export const rows = ['Traffic', 'Deliveries', 'Pushes', 'Time', 'Storage', 'Gateway'] as const

/** @returns the metric as it is drawn and alarmed about where several processes tell it */
export function once (name: string, metric: Metric): Metric {
  if (metric.same !== true) return metric
  const by = metric.labels.length === 0 ? 'max' : `max by (${metric.labels.join(', ')})`
  const drawn = (expr: string): string => expr.replaceAll(new RegExp(`\\b${name}\\b(?:\\{[^}]*\\})?`, 'g'), it => `${by} (${it})`)
  return { ...metric, help: `${metric.help} Of the database: every process tells the same.`, expr: drawn(metric.expr), ...metric.alarms === undefined ? {} : { alarms: metric.alarms.map(it => ({ ...it, expr: drawn(it.expr) })) } }
}

/** Upper bounds of times of ours, in seconds; `long`: of what waits for others. */
export const short = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15] as const
export const long = [0.1, 1, 10, 60, 600, 3_600, 14_400, 86_400, 259_200, 604_800, 1_209_600] as const
/** @returns PromQL: how often it happens */
export const perSecond = (name: string, by: string): string => `sum by (${by}) (rate(${name}[5m]))`
/** @returns PromQL: what 99 of 100 stay below */
export const p99 = (name: string, by = 'le'): string => `histogram_quantile(0.99, sum by (${by}) (rate(${name}_bucket[5m])))`
