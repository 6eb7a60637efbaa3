/** Keeps generated files as their source has them: writes what differs, or only says so. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

function differs (path: string, content: string | Uint8Array): boolean {
  try {
    return !readFileSync(join(root, path)).equals(Buffer.from(content))
  } catch {
    return true
  }
}

/**
 * Works as the end of a script: tells each file that differs, and with `--check` among its arguments leaves it so and ends with 1.
 * @param files content by path from the project's root
 */
export function keepFiles (files: ReadonlyMap<string, string | Uint8Array>): void {
  const changed = [...files].filter(([path, content]) => differs(path, content))
  const check = process.argv.includes('--check')
  if (check && changed.length > 0) process.exitCode = 1
  for (const [path, content] of changed) {
    if (check) {
      console.error(`differs from its source: ${path}`)
      continue
    }
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    console.log(`written: ${path}`)
  }
}
