/** Whether what a gateway holds is level: the last third of a run against the middle third, by least squares. */
import type { Sample } from './samples.ts'

/** A straight line through points: how much it rises a step, and how unsure that is (one standard error). */
export interface Line { readonly slope: number, readonly error: number }

/** @returns the line nearest to the points; NaN where fewer than three */
export function lineThrough (points: ReadonlyArray<readonly [x: number, y: number]>): Line {
  const n = points.length
  const mean = (at: 0 | 1): number => points.reduce((sum, it) => sum + it[at], 0) / n
  const [x, y] = [mean(0), mean(1)]
  const sum = (of: (dx: number, dy: number) => number): number => points.reduce((total, it) => total + of(it[0] - x, it[1] - y), 0)
  const [xx, xy, yy] = [sum(dx => dx * dx), sum((dx, dy) => dx * dy), sum((_, dy) => dy * dy)]
  const slope = xy / xx
  return n < 3 ? { slope: NaN, error: NaN } : { slope, error: Math.sqrt(Math.max(0, yy - slope * xy) / (n - 2) / xx) }
}

/** What is watched, what a rise of 100,000 messages may be, and below which rise between the thirds nothing is said. */
interface Bound { readonly name: string, readonly of: (it: Sample) => number, readonly slope_max: number, readonly rise_min: number }
export const bounds: readonly Bound[] = [
  { name: 'memory (RSS), MB', of: it => it.rss_mb, slope_max: 3, rise_min: 15 },
  { name: 'heap in use, MB', of: it => it.heap_mb, slope_max: 3, rise_min: 10 },
  { name: 'open handles', of: it => it.handles, slope_max: 1, rise_min: 5 },
  { name: 'threads', of: it => it.threads, slope_max: 0.2, rise_min: 2 },
  // Of each message digest and receipt are kept for ever.
  { name: 'database and its log, MB', of: it => (it.database_bytes + it.log_bytes) / 1e6, slope_max: 250, rise_min: 15 }
]

/** Of one thing: its mean in the middle and the last third, its rise a 100,000 messages in each, and whether that is too much. */
export interface Level { readonly name: string, readonly means: readonly [number, number], readonly slopes: readonly [Line, Line], readonly slope_max: number, readonly rises: boolean }

/** Each third must have so many samples, of so many messages, or nothing can be said: one that began a moment ago takes more of everything. */
const third_min = { samples: 3, messages: 9_000 }

/** It rises where the line through both thirds does by more than it may, beyond doubt, and by more than what comes and goes. */
function levelOf ({ name, of, slope_max, rise_min }: Bound, thirds: readonly [readonly Sample[], readonly Sample[]]): Level {
  const points = (all: readonly Sample[]) => all.map(it => [it.messages / 100_000, of(it)] as const)
  const mean = (all: readonly Sample[]): number => all.reduce((sum, it) => sum + of(it), 0) / all.length
  const means = [mean(thirds[0]), mean(thirds[1])] as const
  const both = lineThrough(points(thirds.flat()))
  return { name, means, slopes: [lineThrough(points(thirds[0])), lineThrough(points(thirds[1]))], slope_max, rises: both.slope - 3 * both.error > slope_max && means[1] - means[0] > rise_min }
}

/** @returns of each thing that is watched how level it was in the longest life of a gateway; null where that is too short to say */
export function levels (samples: readonly Sample[]): readonly Level[] | null {
  const lives = [...Map.groupBy(samples, it => it.life).values()]
  const longest = lives.toSorted((a, b) => b.length - a.length)[0] ?? []
  const third = Math.floor(longest.length / 3)
  const thirds = [longest.slice(-2 * third, -third), longest.slice(-third)] as const
  const [first, last] = [thirds[1][0]?.messages ?? 0, thirds[1].at(-1)?.messages ?? 0]
  if (third < third_min.samples || last - first < third_min.messages * (third - 1) / third) return null
  return bounds.map(bound => levelOf(bound, thirds))
}
