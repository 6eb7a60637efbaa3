/** One run of the soak: what was asked, the folder it works in, how far it is, and when it has to end. */
import { mkdirSync, existsSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { progress, type Progress } from '../../bin/progress.ts'
import type { Options, Part } from './options.ts'

/** Of one store: kills at any moment, strikes at named points. */
export interface Killed { readonly anywhere: number, readonly named: number }
/** How far it is; what else it goes on from are the ledgers. */
export interface State {
  readonly options: Options
  readonly reader?: { readonly tried: number, readonly valid: number, readonly found: number }
  readonly kills?: Readonly<Record<string, Killed>>
  /** How often it was gone on with. */
  readonly resumed: number
  /** For how long it ran before. */
  readonly ran_ms: number
}

/** What a part came to. `whole`: all that was asked was done. */
export interface Told { readonly part: Part, readonly whole: boolean, readonly faults: readonly string[], readonly said: readonly string[] }

export interface Run {
  readonly options: Options
  readonly state: State
  readonly dir: string
  /** Keeps how far it is. */
  keep (what: Partial<State>): void
  /** Whether to come to an end now: the time of this part is up, the disk nearly full, or somebody said stop. */
  over (): boolean
  /** Why it came to an end before all was done. */
  why (): string
  /** From now on a part runs, or one of a part's own, which may have this share of the time that is left to it. */
  begin (share: number, within?: Part): void
  say (line: string): void
  progress (what: string, total: number): Progress
  shown (count: number): string
  ran_ms (): number
}

/** Below this nothing more is written. */
const free_bytes_min = 2_000_000_000

/** @throws Error saying what to do, where there is a run that was not asked to go on, or none to go on with */
export function openRun (asked: Options, stop: AbortSignal): Run {
  const { dir } = asked
  const file = join(dir, 'state.json')
  if (!asked.resume && existsSync(file)) {
    if (!asked.fresh) throw new Error('there is a run in this folder already: --resume goes on with it, --fresh forgets it and begins anew')
    rmSync(dir, { recursive: true })
  }
  if (asked.resume && !existsSync(file)) throw new Error('there is no run to go on with: leave out --resume')
  mkdirSync(dir, { recursive: true })
  const before = asked.resume ? JSON.parse(readFileSync(file, 'utf8')) as State : null
  let state: State = before === null ? { options: asked, resumed: 0, ran_ms: 0 } : { ...before, resumed: before.resumed + 1 }
  const options: Options = { ...state.options, dir, minutes: asked.minutes, report: asked.report ?? state.options.report }
  const began = performance.now()
  const end = began + options.minutes * 60_000
  let [until, part_end] = [end, end]
  const ran_ms = (): number => (before?.ran_ms ?? 0) + performance.now() - began
  const full = (): boolean => { const { bavail, bsize } = statfsSync(dir); return bavail * bsize < free_bytes_min }
  const keep = (what: Partial<State>): void => {
    state = { ...state, ...what, ran_ms: ran_ms() }
    writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`)
    renameSync(`${file}.new`, file)
  }
  keep({})
  return {
    options,
    dir,
    get state () { return state },
    keep,
    over: () => stop.aborted || performance.now() >= until || full(),
    why: () => stop.aborted ? 'it was stopped' : full() ? 'the disk is nearly full' : 'the time was up',
    begin (share, within) {
      const last = within === undefined ? end : part_end
      until = performance.now() + (last - performance.now()) * share
      if (within === undefined) part_end = until
    },
    say: line => { process.stderr.write(`${line}\n`) },
    progress: (what, total) => progress(process.stderr, what, Math.max(total, 0)),
    shown: count => count.toLocaleString('en-GB'),
    ran_ms
  }
}
