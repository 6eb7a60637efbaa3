/** What a soak is asked to do. */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const parts = ['reader', 'kills', 'load', 'drills'] as const
export type Part = typeof parts[number]
export type Database = 'sqlite' | 'postgres'

export interface Options {
  readonly parts: readonly Part[]
  readonly databases: readonly Database[]
  /** Of this run; all parts together. */
  readonly minutes: number
  readonly seed: number
  /** For the reader. */
  readonly documents: number
  /** In all, over the databases. */
  readonly kills: number
  /** To each database. */
  readonly messages: number
  /** Between two samples of what the gateway holds. */
  readonly sample: number
  /** The run's own folder. */
  readonly dir: string
  readonly report: string | null
  readonly resume: boolean
  readonly fresh: boolean
}

export const usage = `npm run soak -- [options]: proof under load and faults, over hours
  --part reader|kills|load|drills|all   default all: one after the other
  --database sqlite|postgres|both       of kills and load; default both
  --minutes N                           ends by then, with a report; default 60
  --messages N                          of the load, to each database; default 1000000
  --kills N                             default 1000
  --documents N                         for the reader; default 1000000
  --seed N                              repeats a run; default: by the clock
  --sample N                            messages between two samples; default 10000
  --report FILE                         where the report goes (Markdown); default: report.md in the folder
  --dir FOLDER                          ledgers, state and databases; default test/soak/.work
  --resume                              goes on with the run in the folder, however it ended
  --fresh                               forgets the run in the folder`

const among = <T extends string>(name: string, value: string, all: readonly T[], every: string): readonly T[] => {
  const found = value === every ? all : all.filter(it => it === value)
  if (found.length === 0) throw new TypeError(`--${name} is ${all.join(', ')} or ${every}, not ${value}`)
  return found
}

/** @returns what the words of a command line ask @throws TypeError saying what is wrong with them */
export function optionsOf (args: readonly string[]): Options {
  const text = (otherwise: string) => ({ type: 'string', default: otherwise } as const)
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: text('all'), database: text('both'), minutes: text('60'), messages: text('1000000'), kills: text('1000'), documents: text('1000000'),
      seed: text(String(Date.now() % 1_000_000_000)), sample: text('10000'), dir: text(join(import.meta.dirname, '.work')),
      report: { type: 'string' }, resume: { type: 'boolean', default: false }, fresh: { type: 'boolean', default: false }
    }
  })
  const number = (name: 'minutes' | 'messages' | 'kills' | 'documents' | 'seed' | 'sample'): number => {
    const value = Number(values[name])
    if (!(value >= 0) || (name !== 'minutes' && !Number.isSafeInteger(value))) throw new TypeError(`--${name} is a number, not ${values[name]}`)
    return value
  }
  return {
    parts: among('part', values.part, parts, 'all'),
    databases: among<Database>('database', values.database, ['sqlite', 'postgres'], 'both'),
    minutes: number('minutes'), seed: number('seed'), documents: number('documents'), kills: number('kills'), messages: number('messages'), sample: Math.max(1, number('sample')),
    dir: resolve(values.dir), report: values.report === undefined ? null : resolve(values.report), resume: values.resume, fresh: values.fresh
  }
}
