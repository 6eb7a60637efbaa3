/**
 * A walk over a flow: its first call to the storage fails, then its second, and so on until a run in which so many are not made. After
 * each, who asked was told so clearly, what is left is a state the flow names, and doing the flow again ends as if nothing had happened.
 */
import assert from 'node:assert/strict'
import { Refusal, refusals, type Instant } from '../../src/core/core.ts'
import { openStore, StoreFailure, type Db, type Store, type StoreOptions } from '../../src/store/store.ts'
import { seed } from '../fuzz/seed.ts'
import { later, roots } from '../store/sample.ts'
import { assertWhole } from '../store/whole.ts'
import { aside, counting, type Fault, type Plan } from './calls.ts'
import { differences, dumpOf, type Dump, type Rows } from './dump.ts'

/** What a flow is done with. */
export interface Hands { readonly store: Store, now (): Instant, /** Time passes. */ pass (ms: number): void }
/** The same, where who does it may be started anew. */
interface Life extends Hands { restart (): Promise<Hands> }

/** Something that is done with the storage, in transactions each of which is whole or not there. */
export interface Flow {
  readonly name: string
  /** The states it may be left in, in their order: the one before, the one after each transaction that changes something. There are no others. */
  readonly states: readonly [before: string, ...after: string[]]
  /** Fewer calls than this were no walk. */
  readonly least: number
  /** What stands before it. */
  prepare? (hands: Hands): Promise<unknown>
  /** Does it, as who does it would, also where it was broken off before. Says the state whenever who asked was told of it: then it stands. */
  run (hands: Hands): AsyncGenerator<string>
  readonly options?: Partial<StoreOptions>
  /** With what it is opened for what stands before it, where that is something else. */
  readonly filling?: Partial<StoreOptions>
  /** Lines that stand there once more where who did not hear that it was done does it again. */
  readonly again?: RegExp
  /** Parts of lines that may be others then. */
  readonly loose?: RegExp
  /** Something is asked after its last change: who asked may be refused although that stands. */
  readonly trails?: true
  /** Who may sign checkpoints: certificates, PEM. */
  readonly trusted?: readonly string[]
}

/** A database of its own, which is thrown away. */
export interface Copy { readonly url: string, rows (): Promise<Rows>, drop (): Promise<void> }
/** Where a flow is walked. */
export interface Ground {
  readonly faults: readonly Fault[]
  /** @param fill done once with the store of a new database @returns what copies that database */
  prepared (fill: (url: string) => Promise<void>): Promise<() => Promise<Copy>>
  /** @returns the calls that are to fail, of so many; null for all, one after the other */
  chosen (calls: number): readonly number[] | null
}

/** How many calls it makes where none fails, and how many runs there were in which one did. */
export interface Walked { readonly calls: number, readonly runs: number }

/** Longer than any lease and any time after which something is tried again. */
const long_ms = 3_600_000

/** @returns what stands; what may stand there again stands there once */
async function dumped ({ again, loose }: Flow, { rows }: Copy): Promise<Dump> {
  const once = (line: string, nth: number, all: readonly string[]): boolean => again?.test(line) !== true || all.indexOf(line) === nth
  return Object.fromEntries(Object.entries(dumpOf(await rows())).map(([table, lines]) => [table, lines.map(it => loose === undefined ? it : it.replace(loose, '')).filter(once)]))
}

const wholeOf = async ({ options, trusted }: Flow, store: Store): Promise<number> => await assertWhole(store, (options?.roots ?? roots).audit, trusted)

function clear (error: unknown, which: string): void {
  if (error instanceof assert.AssertionError) throw error
  if (error instanceof StoreFailure || (error instanceof Refusal && refusals[error.code].retry === 'later')) return
  throw new Error(`${which}: who asked got no clear refusal`, { cause: error })
}

/** @throws AssertionError where it is none of them */
function same (left: Dump, wanted: readonly Dump[], which: string): void {
  const found = wanted.map(it => differences(it, left))
  if (found.some(it => it.length === 0)) return
  assert.fail(`${which}:\n${found[0]?.slice(0, 20).join('\n')}`)
}

async function opened<T> (flow: Flow, copy: Copy, work: (hands: Life) => Promise<T>, around = (db: Db): Db => db): Promise<T> {
  const { wrap = (db: Db): Db => db } = flow.options ?? {}
  const open = (): Promise<Store> => openStore({ url: copy.url, mode: 'test', roots, ...flow.options, wrap: db => around(wrap(db)) })
  let [store, ms] = [await open(), 0]
  const hands = () => ({ store, now: () => later(ms), pass (more: number) { ms += more } })
  const restart = async (): Promise<Hands> => {
    await store.close()
    store = await open()
    return hands()
  }
  try {
    return await work({ ...hands(), restart })
  } finally {
    await store.close()
    await copy.drop()
  }
}

interface Known {
  /** What stands in each of its states. */
  readonly states: readonly Dump[]
  /** The places among them of those that were said. */
  readonly said: readonly number[]
  readonly calls: number
}

/** A run in which nothing fails, and after each commit it is looked what stands. @throws where the flow does not go as it says */
async function clean (flow: Flow, copy: Copy): Promise<Known> {
  const states: Dump[] = []
  const look = (): Promise<void> => aside(async () => {
    const now = await dumped(flow, copy)
    if (differences(states.at(-1) ?? {}, now).length > 0) states.push(now)
  })
  const looking = (db: Db): Db => ({
    ...db,
    async write (work, weight) {
      const value = await db.write(work, weight)
      await look()
      return value
    }
  })
  return await opened(flow, copy, async hands => {
    states.push(await dumped(flow, copy))
    const { calls, within, end } = counting({ nth: 0, fault: 'cut' })
    const said: number[] = []
    const ways = (): string => `${flow.name} goes by its states\n${states.slice(1).map((it, nth) => `${flow.states[nth + 1]}:\n${differences(states[nth] ?? {}, it).slice(0, 10).join('\n')}`).join('\n')}`
    for (const run = flow.run(hands); ;) {
      const { value, done } = await within(() => run.next())
      if (done === true) break
      assert.ok(value === flow.states[states.length - 1], ways())
      said.push(states.length - 1)
    }
    end()
    assert.ok(states.length === flow.states.length, ways())
    await wholeOf(flow, hands.store)
    return { states, said, calls: calls.count }
  }, looking)
}

/** Goes through all steps. */
async function done (run: AsyncGenerator<string>): Promise<void> {
  while ((await run.next()).done !== true);
}

/** @param from the state that was said last @param to the one that would have been said next @param after whether that may stand too @returns those that may be left */
const between = ({ states }: Known, from: number, to: number, after: boolean): readonly Dump[] => states.slice(from, after ? to + 1 : Math.max(to, from + 1))

/** @returns whether a call failed */
async function tried (flow: Flow, copy: Copy, plan: Plan, known: Known): Promise<boolean> {
  const last = known.states.length - 1
  return await opened(flow, copy, async hands => {
    const { calls, within, end } = counting(plan)
    const which = (): string => `${flow.name}, call ${plan.nth} (${calls.failed?.slice(0, 80)}), ${plan.fault}${plan.stays === true ? ' and it stays so' : ''}`
    let [told, looked] = [0, false]
    const at = (nth: number): number => nth === 0 ? 0 : known.said[nth - 1] ?? last
    try {
      for (const run = flow.run(hands); ;) {
        if ((await within(() => run.next())).done === true) break
        told++
        if (calls.failed !== null && !looked) {
          looked = true
          same(await dumped(flow, copy), known.states.slice(at(told), at(told) + 1), `${which()}, and it was said that it is ${flow.states[at(told)]}`)
        }
      }
    } catch (error) {
      clear(error, which())
      same(await dumped(flow, copy), between(known, at(told), at(told + 1), flow.trails === true || plan.fault === 'answer lost'), `${which()}: what is left is not "${flow.states[at(told)]}"`)
    }
    end()
    if (calls.failed === null) return false
    const failed = which()
    hands.pass(long_ms)
    // What stays broken a process may not outlive: another does it again.
    const anew = plan.stays === true && plan.nth % 2 === 0 ? await hands.restart() : hands
    await done(flow.run(anew))
    same(await dumped(flow, copy), known.states.slice(-1), `${failed}: done again it is not as if nothing had happened`)
    await wholeOf(flow, anew.store)
    return true
  })
}

/** WALK=all has every call fail in every way; else each in one, which the seed says. */
const all = process.env['WALK'] === 'all'

/** @returns how a call fails: once, or so that it stays so until who asked was told */
function plansOf ({ faults }: Ground, nth: number): Plan[] {
  const every = faults.flatMap(fault => [{ nth, fault, stays: false }, { nth, fault, stays: true }])
  return all ? every : every.slice((nth + seed) % every.length).slice(0, 1)
}

/** @throws AssertionError naming the call after which something is not as it should be */
export async function walk (ground: Ground, flow: Flow): Promise<Walked> {
  const copied = await ground.prepared(async url => {
    const store = await openStore({ url, mode: 'test', roots, ...flow.options, ...flow.filling })
    let ms = 0
    await flow.prepare?.({ store, now: () => later(ms), pass: more => { ms += more } })
    await store.close()
  })
  const known = await clean(flow, await copied())
  assert.ok(known.calls >= flow.least, `${flow.name} made only ${known.calls} calls`)
  let runs = 0
  const trial = async (call: number): Promise<boolean> => {
    const before = runs
    for (const plan of plansOf(ground, call)) if (await tried(flow, await copied(), plan, known)) runs++
    return runs > before
  }
  const chosen = ground.chosen(known.calls)
  if (chosen === null) for (let call = 1; await trial(call);) call++
  else for (const call of chosen) await trial(call)
  return { calls: known.calls, runs }
}
