/** Where a secret comes from: a file, or what a command prints; never the configuration itself. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { Unusable } from '../core/core.ts'

/** How a secret's place is written in a setting. */
export const sourcePattern = '^(file|command):.+'

/** How long a command may take to print a secret. */
const command_ms_max = 30_000
/** No secret is longer. */
const secret_bytes_max = 64_000

/** Whoever else may read a secret's file knows the secret. */
function readFile (path: string, setting: string): string {
  let text: string
  let mode: number
  try {
    mode = statSync(path).mode
    text = readFileSync(path, 'utf8')
  } catch { throw new Unusable(`${setting}: cannot read ${path}`) }
  if ((mode & 0o007) !== 0) throw new Unusable(`${setting}: ${path} can be read by everybody on this machine; chmod 600 it`)
  return text
}

/** No shell: the words go to the program as they stand. What it says on its error output is not shown, it may hold the secret. */
function runCommand (words: string, setting: string): string {
  const [program = '', ...args] = words.trim().split(/\s+/)
  try {
    return execFileSync(program, args, { encoding: 'utf8', timeout: command_ms_max, maxBuffer: secret_bytes_max, stdio: ['ignore', 'pipe', 'ignore'] })
  } catch { throw new Unusable(`${setting}: the command ${program} failed or took longer than ${command_ms_max / 1000} s`) }
}

/**
 * @param source `file:PATH` or `command:PROGRAM ARG…` (without a shell) @param setting what a failure names
 * @returns the text as it stands there
 * @throws Unusable when it cannot be had, or everybody on this machine could read it
 */
export function readSource (source: string, setting: string): string {
  const [, kind, rest = ''] = /^(file|command):(.+)$/s.exec(source) ?? []
  if (kind === 'file') return readFile(rest, setting)
  if (kind === 'command') return runCommand(rest, setting)
  throw new Unusable(`${setting}: it is file:PATH or command:PROGRAM ARG…`)
}

/** @returns the one line a source gives, such as a passphrase, without its line end. @throws Unusable as `readSource`, or when there is more than a line, or nothing */
export function readLine (source: string, setting: string): string {
  const line = readSource(source, setting).replace(/\r?\n$/, '')
  if (line === '' || /[\r\n]/.test(line)) throw new Unusable(`${setting}: it must give one line`)
  return line
}
