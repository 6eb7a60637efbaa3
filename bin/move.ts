/** Moving an installation from an SQLite file into PostgreSQL, as a person at a terminal sees it. */
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createHash } from 'node:crypto'
import { verifyAudit, type AuditReport } from '../src/audit/audit.ts'
import { sha256Hex, systemClock } from '../src/core/core.ts'
import { copyAhead, finishMove, lockForServe, openLinker, planMove, refuseMove, StoreFailure, StoreUnusable, undoMove, type Moved, type MoveOptions, type MovePlan, type Store, type Verify } from '../src/store/store.ts'
import { readRoots } from '../src/vault/vault.ts'
import { findPlace, openingIn, type Place } from './place.ts'
import { Problem, WrongUse } from './problem.ts'
import { progress, type Progress } from './progress.ts'

/** What was said of a move. */
export interface MoveWishes extends Place {
  readonly from: string
  readonly to: string
  readonly check?: boolean
  readonly ahead?: boolean
  readonly quick?: boolean
  readonly undo?: boolean
  readonly leaveBehind?: boolean
  readonly json?: boolean
}

/** A gateway that serves is waited for so often, and so long at most. */
const wait = { every_ms: 500, times: 2 * 3_600 * 24 } as const
/** Rows of about this many a second are copied and compared over a network, for a rough word beforehand. */
const rows_per_second = 10_000
const bytes_per_second = 20_000_000

const say = (line: string): void => { process.stderr.write(`${line}\n`) }
const out = (json: boolean | undefined, object: unknown, lines: readonly string[]): void => { console.log(json === true ? JSON.stringify(object) : lines.join('\n')) }

/** @returns what the store is told @throws WrongUse or Problem when the source is not there, or its rings are not known */
function optionsOf (wishes: MoveWishes): MoveOptions {
  const { path, roots } = findPlace({ ...wishes, database: wishes.from })
  if (path === null || !existsSync(path)) throw new Problem(`no database at ${path ?? wishes.from}`)
  if (roots === null) throw new WrongUse('give --config FILE, or ZORGPOORT_KEK, ZORGPOORT_INDEX_KEY and ZORGPOORT_AUDIT_KEY: a move checks that everything opens at the other side')
  const target = findPlace({ ...wishes, database: wishes.to })
  return { from: path, to: openingIn(target), shown: target.shown, roots: readRoots(roots), quick: wishes.quick === true }
}

/** What fails on the way is told with what to do: nothing is lost, and the same goes on. */
async function going<T> (work: () => Promise<T>): Promise<T> {
  try { return await work() } catch (error) {
    if (error instanceof StoreFailure) throw new Problem(`${error.message}. Nothing was decided: the source may serve on. Run the same again when that is mended: it goes on where it was`)
    throw error
  }
}

const total = ({ rows }: MovePlan): number => Object.values(rows).reduce((sum, it) => sum + it, 0)
const minutes = (seconds: number): string => seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${Math.round(seconds / 60)} min`
const estimate = (plan: MovePlan): number => total(plan) / rows_per_second + plan.bytes / bytes_per_second

/** `--check` */
export async function look (wishes: MoveWishes): Promise<void> {
  const options = optionsOf(wishes)
  const plan = await going(() => planMove(options))
  const served = isServed(options)
  out(wishes.json, { ...plan, to: options.shown, served, room_bytes: plan.bytes * 2, seconds: Math.ceil(estimate(plan)) }, [
    `${total(plan)} rows (${plan.rows['message'] ?? 0} messages), ${(plan.bytes / 1e6).toFixed(1)} MB, mode ${plan.mode}; the target needs room for twice that.`,
    `${minutes(estimate(plan))} to copy, most of it while the gateway serves; ${minutes(estimate(plan) / 2)} without a gateway to compare everything${wishes.quick === true ? ', less with --quick' : ''}.`,
    ...plan.missing.length > 0 ? [`The source is brought forward first (${plan.missing.join(', ')}): for that the gateway must be stopped. Make a backup before.`] : [],
    ...plan.state === 'begun' ? ['A move was begun; it goes on where it was.'] : plan.state === 'deciding' ? ['Everything is moved and checked; one step is left: run it again.'] : plan.state === 'moved' ? ['Everything was moved already.'] : [],
    served ? 'A gateway serves on the source.' : 'No gateway serves on the source.',
    ...plan.faults.map(it => `In the way: ${it}`)
  ])
  if (plan.faults.length > 0) throw new Problem('this cannot be moved as it is')
}

/** @returns whether a server has the source; whoever asks takes its place for a moment */
function isServed ({ from }: MoveOptions): boolean {
  try { lockForServe(`sqlite:${from}`)(); return false } catch (error) {
    if (error instanceof StoreUnusable) return true
    throw error
  }
}

/** What the audit of a store comes to. */
async function auditOf (store: Store, { roots }: MoveOptions): Promise<AuditReport> {
  return await store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted: [] }))
}

/** The audit of the target must come to what that of the source did, row for row. Whose signatures hold is asked of either. */
const verifying = (options: MoveOptions): Verify => async source => {
  const before = await auditOf(source, options)
  const wrong = before.findings.filter(it => it.fault !== 'checkpoint')
  if (wrong.length > 0) say(`The audit of the source is not whole (${wrong[0]?.fault ?? ''} at ${wrong[0]?.seq ?? 0}); it is moved as it is.`)
  return async target => {
    if (!isDeepStrictEqual(await auditOf(target, options), before)) throw new StoreUnusable('the audit of the target is not that of the source: nothing was decided, the source may serve on')
  }
}

/** Counts rows on the terminal, a bar a part. */
function bars (what: string, rows: number): Progress & { readonly tell: (rows: number) => void } {
  const bar = progress(process.stderr, what, rows)
  return { ...bar, tell: count => { for (let nth = 0; nth < count; nth++) bar.step() } }
}

async function first (options: MoveOptions, plan: MovePlan): Promise<void> {
  const bar = bars('rows copied', total(plan))
  try { await copyAhead({ ...options, tell: bar.tell }) } finally { bar.end() }
}

/** @throws Problem when the gateway was not stopped within a day */
async function stopped (options: MoveOptions, plan: MovePlan): Promise<void> {
  if (!isServed(options)) return
  say('Copied up to now. Stop the gateway: the rest begins when it has stopped. (Ctrl-C does no harm; run the same again later.)')
  for (let nth = 0; nth < wait.times && isServed(options); nth++) {
    await pause(wait.every_ms)
    // What comes meanwhile is not left for the end.
    if (nth % 120 === 119) await first(options, plan)
  }
}

const digest = (moved: Moved): ReturnType<typeof sha256Hex> => sha256Hex(createHash('sha256').update(JSON.stringify(moved.tables)).digest('hex'))

/** The move itself, or with `--ahead` its first part. */
export async function finish (wishes: MoveWishes): Promise<void> {
  const options = optionsOf(wishes)
  await going(async () => {
    const plan = await planMove(options)
    refuseMove(plan)
    if (plan.missing.length > 0) say(`The source is brought forward first: ${plan.missing.join(', ')}`)
    await first(options, plan)
    if (wishes.ahead === true) {
      out(wishes.json, { state: 'ahead', to: options.shown }, [`Copied up to now. Run the same without --ahead for the rest; the gateway serves on ${options.from} until then.`])
      return
    }
    await stopped(options, plan)
    const bar = bars('rows compared', total(plan) * 2)
    const moved = await finishMove({ ...options, tell: bar.tell }, verifying(options), digest, systemClock.now()).finally(() => { bar.end() })
    out(wishes.json, { state: 'moved', to: options.shown, ...moved }, told(options, moved))
  })
}

const told = ({ from, shown }: MoveOptions, moved: Moved | null): string[] => [
  moved === null
    ? `Moved: ${from} to ${shown}.`
    : `Moved: ${from} to ${shown}. ${moved.messages} messages; ${Object.values(moved.tables).reduce((sum, it) => sum + it.rows, 0)} rows in ${Object.keys(moved.tables).length} tables are the same on both sides, ${moved.opened} payloads were opened there, the audit is what it was.`,
  `Set database to ${shown} and start the gateway. ${from} serves no more and is kept; "zorgpoort migrate --from sqlite:${from} --to ${shown} --undo" is the way back.`
]

/** `--undo` */
export async function undo (wishes: MoveWishes): Promise<void> {
  const options = optionsOf(wishes)
  const behind = await going(() => undoMove(options, wishes.leaveBehind === true))
  out(wishes.json, { state: 'undone', behind }, [`${options.from} is the right database again; ${options.shown} serves no more. ${behind === 0 ? 'Nothing was accepted there since.' : `${behind} messages stay behind there.`}`])
}
