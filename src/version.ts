/** The version of this package, from its own package.json, whether it runs from source or from `dist/`. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function packageFolder (from: string): string {
  try { readFileSync(join(from, 'package.json')); return from } catch { return packageFolder(dirname(from)) }
}

/** The folder that holds package.json, schemas and fixtures. */
export const home = packageFolder(dirname(fileURLToPath(import.meta.url)))

const manifest: unknown = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
/** Such as `0.1.0`. */
export const version = String((manifest as { version: unknown }).version)
