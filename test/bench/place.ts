/** Where the bench works, how long it may take, and how it tells what it is doing. */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the bench. */
export const here = dirname(fileURLToPath(import.meta.url))
/** Throw-away files: on the disk of the project, since a database in memory would flatter. */
export const work = join(here, '.work')
/** Short runs, to see that everything works; their figures mean nothing. */
export const quick = process.argv.includes('--quick')

/** @returns an empty folder below `work` */
export function emptyFolder (name: string): string {
  const path = join(work, name)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  return path
}

/** Tells what is happening, on stderr: stdout is for results. */
export function say (line: string): void {
  process.stderr.write(`${line}\n`)
}

/** @returns the number behind `--name` or `--name=` on the command line, else `otherwise` */
export function option (name: string, otherwise: number): number {
  const at = process.argv.findIndex(it => it === `--${name}` || it.startsWith(`--${name}=`))
  if (at < 0) return otherwise
  const value = Number(process.argv[at]?.split('=')[1] ?? process.argv[at + 1])
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name} takes a whole number`)
  return value
}

/** @returns what stands behind `--name` or `--name=` on the command line, or undefined @throws TypeError when nothing does */
export function text (name: string): string | undefined {
  const at = process.argv.findIndex(it => it === `--${name}` || it.startsWith(`--${name}=`))
  if (at < 0) return undefined
  const found = process.argv[at] === `--${name}` ? process.argv[at + 1] : process.argv[at]?.slice(name.length + 3)
  if (found === undefined || found === '') throw new TypeError(`--${name} takes a value`)
  return found
}
