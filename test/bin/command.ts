/** Runs the command as a person at a terminal does, in a folder of its own. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { home } from '../../src/version.ts'

const script = join(import.meta.dirname, 'run.ts')
/** Where Node keeps what it compiled: it halves the start of a process, and tests start many. */
export const compileCache = join(home, 'node_modules/.cache/zorgpoort-test')

export interface Ended { readonly code: number | null, readonly out: string, readonly err: string }
export interface Circumstances { readonly cwd?: string, readonly env?: Record<string, string>, readonly input?: string, readonly uid?: number }

/** A folder that goes when the tests of the file are over. */
export function folder (): string {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-bin-'))
  after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Starts any program; what it says is gathered. */
export function started (program: string, args: readonly string[], { cwd = tmpdir(), env = {}, input = '', uid }: Circumstances = {}): { readonly child: ChildProcess, readonly said: { out: string, err: string }, readonly ended: Promise<Ended> } {
  const child = spawn(program, args, { cwd, env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', NODE_COMPILE_CACHE: compileCache, ...env }, stdio: 'pipe', ...(uid === undefined ? {} : { uid, gid: uid }) })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => { said.out += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { said.err += chunk.toString() })
  child.stdin.on('error', () => { /* it ended without reading */ })
  child.stdin.end(input)
  return { child, said, ended: once(child, 'close').then(([code]: Array<number | null>) => ({ code: code ?? null, ...said })) }
}

/** Starts `zorgpoort`. */
export const starts = (args: readonly string[], at?: Circumstances): ReturnType<typeof started> => started(process.execPath, [script, ...args], at)
/** Runs `zorgpoort` to its end. */
export const zorgpoort = async (args: readonly string[], at?: Circumstances): Promise<Ended> => await starts(args, at).ended

/** It ended with that code and said this (on stdout when all is well, else on stderr), and showed no stack. */
export function ends ({ code, out, err }: Ended, expected: number, ...says: RegExp[]): void {
  assert.equal(code, expected, out + err)
  for (const it of says) assert.match(expected === 0 ? out : err, it)
  assert.doesNotMatch(out + err, /^\s+at .*:\d+:\d+/m)
}
