/**
 * The store of who serves: on SQLite all of it works in a thread of its own, as a commit waits for the disk and what is large takes
 * long to be closed and written, and nobody else is to wait for that. The same verbs, the same answers; a call goes there as plain data.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { systemClock, type Instant } from '../core/core.ts'
import { keysOf, type RootKeys } from '../vault/vault.ts'
import { StoreUnavailable, type Topic } from './db.ts'
import { failure, goesAlong, load, unload, type Failed, type Load } from './ferry.ts'
import { sizes } from './file.ts'
import { openStore, pathOf, type StoreOptions } from './open.ts'
import { isPostgres } from './postgres.ts'
import { openVersion } from './sqlite.ts'
import type { Store } from './verbs.ts'

/** All that who serves does with a store; the rest, which commands do, is given work to do that does not go to another thread. */
export type Served = Omit<Store, 'trail' | 'importSources'>
type Options = Omit<StoreOptions, 'wrap' | 'moving'>

/** With what a store is opened there. */
export interface Given extends Pick<StoreOptions, 'url' | 'mode' | 'retour_unknown' | 'cache_bytes_max'> { readonly roots: RootKeys | null, readonly now: Instant }
/** A verb that is asked; `load` is what it is given. Its number comes back with the answer. */
export interface Asked { readonly nth: number, readonly verb: string, readonly load: Load }
export type Told =
  | { readonly kind: 'given', readonly nth: number, readonly load: Load }
  | { readonly kind: 'failed', readonly nth: number, readonly failed: Failed }
  | { readonly kind: 'committed', readonly pieces: number, readonly duration_ms: number }
  | { readonly kind: 'collected', readonly duration_ms: number }
  | { readonly kind: 'heard', readonly topic: Topic }

interface Waiting { resolve (value: unknown): void, reject (error: unknown): void }

const gone = (): StoreUnavailable => new StoreUnavailable('the store is closed')

/** Room in the thread for what is new: V8 takes up to 192 MB where the machine has much, and gives back none of it; what a message makes is soon done with. */
const young_mb = 12

/** The thread, and who waits for what it was asked. */
function startThread ({ url, mode, retour_unknown, cache_bytes_max, roots = null, clock = systemClock, observe }: Options, heard: (topic: Topic) => void) {
  const given: Given = { url, mode, ...(retour_unknown === undefined ? {} : { retour_unknown }), ...(cache_bytes_max === undefined ? {} : { cache_bytes_max }), roots: roots === null ? null : keysOf(roots), now: clock.now() }
  const worker = new Worker(new URL(`./thread${extname(import.meta.filename)}`, import.meta.url), { name: 'store', workerData: given, resourceLimits: { maxYoungGenerationSizeMb: young_mb } })
  const waiting = new Map<number, Waiting>()
  let asked: Asked[] = []
  let [last, over] = [0, false]

  function told (it: Told): void {
    if (it.kind === 'committed') return observe?.committed(it.pieces, it.duration_ms)
    if (it.kind === 'collected') return observe?.collected(it.duration_ms)
    if (it.kind === 'heard') return heard(it.topic)
    const who = waiting.get(it.nth)
    waiting.delete(it.nth)
    // What could not be opened ends.
    if (it.nth === 0 && it.kind === 'failed') over = true
    if (it.kind === 'failed') who?.reject(failure(it.failed))
    else who?.resolve(unload(it.load))
  }
  function ended (): void {
    over = true
    for (const who of waiting.values()) who.reject(gone())
    waiting.clear()
  }
  function leave (): void {
    const all = asked
    asked = []
    worker.postMessage(all, all.flatMap(it => goesAlong(it.load)))
  }
  const answer = (nth: number): Promise<unknown> => new Promise((resolve, reject) => { waiting.set(nth, { resolve, reject }) })

  worker.on('message', (all: readonly Told[]) => { for (const it of all) told(it) })
  worker.on('exit', () => {
    const expected = over
    ended()
    if (!expected) throw new Error('the thread of the store ended by itself')
  })
  // A mistake of ours, or no memory: it ends the process, as it would have in the one thread.
  worker.on('error', error => {
    ended()
    throw error
  })
  async function ask (verb: string, ...given: readonly unknown[]): Promise<unknown> {
    if (over) throw gone()
    const nth = ++last
    // What is asked in one turn of the event loop goes together.
    if (asked.push({ nth, verb, load: load(given) }) === 1) setImmediate(leave)
    return await answer(nth)
  }
  return {
    /** @returns the names of its verbs, once it is open */
    opened: () => answer(0),
    ask,
    waiting: () => waiting.size,
    /** After what was asked before. */
    async close (): Promise<void> {
      const exit = new Promise(resolve => worker.once('exit', resolve))
      const closed = ask('close')
      over = true
      await closed
      await exit
    }
  }
}

/** @throws StoreFailure when that cannot be had: then the thread is not left behind */
async function versionBeside (path: string, thread: { close (): Promise<void> }): Promise<ReturnType<typeof openVersion>> {
  try { return openVersion(path) } catch (error) {
    await thread.close()
    throw error
  }
}

async function openAside (options: Options): Promise<Served> {
  const listeners: Array<(topic: Topic) => void> = []
  const heard = (topic: Topic): void => { for (const listener of listeners) listener(topic) }
  const thread = startThread(options, heard)
  const names = await thread.opened()
  const path = pathOf(options.url)
  const version = await versionBeside(path, thread)
  let closed: Promise<void> | null = null
  const verbs = Object.fromEntries(Array.isArray(names) ? names.map(name => [name, (...given: readonly unknown[]) => thread.ask(name, ...given)]) : [])
  const own: Pick<Store, 'registerVersion' | 'measures' | 'tell' | 'hear' | 'close'> = {
    registerVersion: version.now,
    measures: () => ({ waiting: thread.waiting(), ...sizes(path) }),
    tell: heard,
    hear (listener) { listeners.push(listener) },
    async close () {
      // First, so that the thread's are the last connections: those take in what is in the log, and it goes.
      if (closed === null) version.close()
      closed ??= thread.close()
      await closed
    }
  }
  // The names are those of what openStore gives there, of the same version of this code.
  return { ...verbs, ...own } as unknown as Served
}

/** Opens the store for who serves. @throws as `openStore` */
export const openServed = async (options: Options): Promise<Served> => isPostgres(options.url) ? await openStore(options) : await openAside(options)
