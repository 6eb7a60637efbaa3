/** `npm run generate`: writes the schemas, types and fixtures of the model; with `--check` it only says which files differ. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { outputs } from './outputs.ts'

const root = join(import.meta.dirname, '..', '..')

function differs (path: string, content: string | Uint8Array): boolean {
  try {
    return !readFileSync(join(root, path)).equals(Buffer.from(content))
  } catch {
    return true
  }
}

const changed = [...outputs()].filter(([path, content]) => differs(path, content))
if (process.argv.includes('--check')) {
  for (const [path] of changed) console.error(`differs from the model: ${path}`)
  if (changed.length > 0) process.exitCode = 1
} else {
  for (const [path, content] of changed) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    console.log(`written: ${path}`)
  }
}
