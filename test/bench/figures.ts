/** Figures: medians, spread, and the tables they are shown in. */

/** What several runs of the same thing gave. */
export interface Spread { readonly median: number, readonly min: number, readonly max: number }

/** @returns the value below which `share` (0 to 1) of the values lie; NaN when there are none */
export function quantile (values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}

export const spread = (values: readonly number[]): Spread => ({ median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) })

/** @returns a figure with as many digits as mean something */
export function shown (value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-GB', { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

export const shownSpread = ({ median, min, max }: Spread): string => `${shown(median)} (${shown(min)}–${shown(max)})`

/** @returns a Markdown table */
export function table (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, at) => at === 0 ? '---' : '---:')), ...rows.map(line)].join('\n')
}
