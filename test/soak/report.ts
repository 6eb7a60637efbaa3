/** What a soak came to, as Markdown: for whom it may concern, so it names no path and no host. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { home, version } from '../../src/version.ts'
import { bundled } from '../postgres.ts'
import { shown, table } from '../bench/figures.ts'
import type { Level, Line } from './level.ts'
import type { Run, Told } from './run.ts'
import type { Sample } from './samples.ts'

/** A table of more rows is thinned. */
const rows_max = 12

function sqlite (): string {
  const db = new Database(':memory:')
  try { return String(db.prepare('select sqlite_version()').pluck().get()) } finally { db.close() }
}
const postgres = (): string => /[\d.]+/.exec(spawnSync(join(bundled, 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/' }).stdout ?? '')?.[0] ?? 'not installed'

const versions = (): string => `Zorgpoort ${version}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, SQLite ${sqlite()}, PostgreSQL ${postgres()}`
const machine = (): string => `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 1e9)} GB of memory, ${process.platform}`

/** @returns the samples, some of them where there are many */
export function sampleTable (samples: readonly Sample[]): string {
  const every = Math.max(1, Math.ceil(samples.length / rows_max))
  const rows = samples.filter((_, nth) => (samples.length - 1 - nth) % every === 0).map(it => {
    const before = samples[samples.indexOf(it) - 1]
    const rate = before === undefined || before.life !== it.life ? it.messages / it.seconds : (it.messages - before.messages) / (it.seconds - before.seconds)
    return [it.messages.toLocaleString('en-GB'), shown(it.rss_mb), shown(it.heap_mb), String(it.handles), String(it.threads), shown(it.database_bytes / 1e6), shown(it.log_bytes / 1e6), shown((it.database_bytes + it.log_bytes) / it.messages), it.life > (before?.life ?? it.life) ? '–' : shown(rate)]
  })
  return table(['messages', 'RSS, MB', 'heap, MB', 'handles', 'threads', 'database, MB', 'its log, MB', 'bytes a message', 'messages a second'], rows)
}

const line = ({ slope, error }: Line): string => Number.isNaN(slope) ? '–' : `${shown(slope)} ± ${shown(error)}`

/** @returns the last third of a run beside the middle third */
export const levelTable = (levels: readonly Level[] | null): string => levels === null
  ? 'No gateway lived for long enough to say what is level.'
  : table(['', 'middle third', 'last third', 'a 100,000 messages, middle', 'last', 'may be', ''], levels.map(it => [it.name, shown(it.means[0]), shown(it.means[1]), line(it.slopes[0]), line(it.slopes[1]), shown(it.slope_max), it.rises ? '**rises**' : 'level']))

/** Nothing of this machine but what it is. */
const nameless = (text: string, dir: string): string => text.replaceAll(dir, 'the folder').replaceAll(home, '.').replace(/postgres:\/\/\S+/g, 'postgres://…')

/** @returns the report */
export function reportOf (run: Run, told: readonly Told[]): string {
  const faults = told.flatMap(it => it.faults)
  const { seed } = run.options
  const minutes = (run.ran_ms() / 60_000).toFixed(1)
  const head = [
    `Of ${new Date().toISOString().slice(0, 10)}, ${machine()}. ${versions()}. Seed ${seed}; ${minutes} minutes${run.state.resumed > 0 ? `, gone on with ${['once', 'twice'][run.state.resumed - 1] ?? `${run.state.resumed} times`}` : ''}.`,
    faults.length === 0 ? '**No fault.**' : `**${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:**\n\n${faults.map(it => `* ${it}`).join('\n')}`
  ]
  const parts = told.flatMap(it => [`### ${it.part}`, ...it.said, ...it.whole ? [] : [`Not all that was asked was done: ${it.faults.length > 0 ? 'it failed' : run.why()}.`]])
  return nameless(['## Soak', ...head, ...parts].join('\n\n'), run.dir) + '\n'
}

/** @returns the file it stands in */
export function writeReport (run: Run, told: readonly Told[]): string {
  const file = run.options.report ?? join(run.dir, 'report.md')
  writeFileSync(file, reportOf(run, told))
  return file
}
