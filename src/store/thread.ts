/** The thread in which a store works for the one that serves: calls in, answers out, many of each at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { rootsOf } from '../vault/vault.ts'
import type { Asked, Given, Told } from './aside.ts'
import { failed, goesAlong, load, unload, type Load } from './ferry.ts'
import { openStore } from './open.ts'

const port = parentPort
if (!port) throw new Error('thread.ts runs in a thread of its own only')

let leaving: Told[] = []

function leave (): void {
  const told = leaving
  leaving = []
  port?.postMessage(told, told.flatMap(it => it.kind === 'given' ? goesAlong(it.load) : []))
}

/** What a commit brings about is told at once, and together. */
function tell (told: Told): void {
  if (leaving.push(told) === 1) process.nextTick(leave)
}

const observe = {
  committed (pieces: number, duration_ms: number) { tell({ kind: 'committed', pieces, duration_ms }) },
  collected (duration_ms: number) { tell({ kind: 'collected', duration_ms }) }
}

const { roots, now, ...given }: Given = workerData
const opened = await openStore({ ...given, careful: true, roots: roots === null ? null : rootsOf(roots), clock: { now: () => now }, observe }).then(store => ({ store }), (error: unknown) => ({ error }))
if ('error' in opened) tell({ kind: 'failed', nth: 0, failed: failed(opened.error) })
else {
  const { store } = opened
  const verbs: Readonly<Record<string, unknown>> = { ...store }
  const verbOf = (name: string) => {
    const verb = verbs[name]
    if (typeof verb !== 'function') throw new TypeError(`the store has no verb ${name}`)
    return verb
  }
  const carried = (nth: number, value: unknown): Told => ({ kind: 'given', nth, load: load(value) })
  const answered = async (nth: number, verb: string, asked: Load): Promise<void> => {
    try {
      const args = unload(asked)
      tell(carried(nth, await verbOf(verb)(...Array.isArray(args) ? args : [])))
    } catch (error) {
      tell({ kind: 'failed', nth, failed: failed(error) })
    }
    if (verb === 'close') process.nextTick(() => { port.close() })
  }
  store.hear(topic => { tell({ kind: 'heard', topic }) })
  port.on('message', (all: readonly Asked[]) => { for (const { nth, verb, load } of all) answered(nth, verb, load) })
  tell(carried(0, Object.keys(store)))
}
