/** The soak itself, for some seconds: what was stopped goes on where its ledgers say that it was, what it came to is told, and what is wrong makes it fail. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder, started, type Ended } from '../bin/command.ts'
import { promisedIn } from '../fault/ledger.ts'
import { until } from '../flow/world.ts'
import { home } from '../../src/version.ts'
import { levels } from './level.ts'
import type { Sample } from './samples.ts'

const script = join(import.meta.dirname, 'soak.ts')
const messages = 200

const soaks = (dir: string, ...args: string[]): ReturnType<typeof started> => started(process.execPath, [script, '--dir', dir, '--seed', '7', '--minutes', '5', ...args], { cwd: home })
const soak = async (dir: string, ...args: string[]): Promise<Ended> => await soaks(dir, ...args).ended
const reportIn = (dir: string): string => readFileSync(join(dir, 'report.md'), 'utf8')
const linesIn = (file: string): string[] => existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []

test('a load that was killed goes on with its ledger, tells what it came to, and fails for a promise that nobody made', { timeout: 300_000 }, async () => {
  const dir = join(folder(), 'run')
  const asked = ['--part', 'load', '--database', 'sqlite', '--messages', String(messages), '--sample', '25']
  const ledgers = Array.from({ length: 16 }, (_, lane) => join(dir, 'load-sqlite', `receipts-${lane}`))
  const kept = (): string[] => ledgers.flatMap(linesIn)
  const { child, ended } = soaks(dir, ...asked)
  await until(() => kept().length > 60 || undefined, 'some receipts', 120_000)
  child.kill('SIGKILL')
  assert.equal((await ended).code, null)
  const before = kept()
  assert.ok(before.length < messages, 'it was killed in the middle')

  const anew = await soak(dir, ...asked)
  assert.deepEqual([anew.code, anew.err.trim()], [2, 'there is a run in this folder already: --resume goes on with it, --fresh forgets it and begins anew'])
  const resumed = await soak(dir, '--resume')
  assert.equal(resumed.code, 0, resumed.err)
  const after = kept()
  assert.deepEqual(before.filter(line => !after.includes(line)), [])
  const report = reportIn(dir)
  const numbers = new Set(after.map(line => promisedIn(line).identificatie))
  assert.ok(numbers.size === after.length && after.length >= messages)
  assert.match(report, new RegExp(`^## Soak\n\nOf \\d{4}-\\d\\d-\\d\\d, .*Node ${process.versions.node}.*SQLite .*PostgreSQL .*Seed 7; .*gone on with once\\.\n\n\\*\\*No fault\\.\\*\\*\n\n### load\n\n${after.length} messages on sqlite`))
  assert.match(report, /^\| messages \| RSS, MB \|.*\n\|[- :|]+\n\| \d+ \|/m)
  for (const it of [dir, home, '/tmp/']) assert.ok(!report.includes(it), it)

  appendFileSync(ledgers[3] ?? '', `${after[0]?.replace(/^.{8}/, '00000000').replace(/S\d+/, 'NOOIT')}\n`)
  const wrong = await soak(dir, '--resume')
  assert.equal(wrong.code, 1, wrong.err)
  assert.match(reportIn(dir), /\*\*1 fault:\*\*\n\n\* it has a receipt, and nobody took it: 00000000\S+ .* NOOIT /)
})

test('kills that were stopped are told as far as they came', { timeout: 300_000 }, async () => {
  const dir = join(folder(), 'run')
  const { child, said, ended } = soaks(dir, '--part', 'kills', '--database', 'sqlite', '--kills', '1000')
  await until(() => linesIn(join(dir, 'state.json')).join().includes('"anywhere":2') || undefined, 'a kill', 120_000)
  child.kill('SIGINT')
  assert.equal((await ended).code, 130, said.err)
  assert.match(reportIn(dir), /\*\*No fault\.\*\*\n\n### kills\n\n[23] kills at any moment on sqlite: of \d+ receipts each .*\n\n0 kills at .*\n\nNot all that was asked was done: it was stopped\.\n$/)
})

/** A gateway that held so much more with each 1,000 messages, and something that comes and goes. */
const lived = (more: Partial<Record<keyof Sample, number>>): Sample[] => Array.from({ length: 40 }, (_, nth) => {
  const wave = 5 * Math.sin(nth * 2)
  const of = (name: keyof Sample, from: number, up = 0): number => from + up + ((more[name] ?? 0) * nth)
  return {
    messages: (nth + 1) * 1_000, life: 0, seconds: nth, rss_mb: of('rss_mb', 400, wave), heap_mb: of('heap_mb', 100, wave), handles: of('handles', 100), threads: of('threads', 12),
    database_bytes: of('database_bytes', 1e8), log_bytes: 1e7
  }
})
const rising = (more: Partial<Record<keyof Sample, number>>): string[] => (levels(lived(more)) ?? []).filter(it => it.rises).map(it => it.name)

test('what rises with the messages is found, and what comes and goes is not', () => {
  assert.deepEqual(rising({}), [])
  assert.deepEqual(rising({ database_bytes: 1_000_000 }), [], 'what is kept of each message for ever')
  assert.deepEqual(rising({ rss_mb: 2 }), ['memory (RSS), MB'])
  assert.deepEqual(rising({ heap_mb: 1 }), ['heap in use, MB'])
  assert.deepEqual(rising({ handles: 1 }), ['open handles'])
  assert.deepEqual(rising({ threads: 0.5 }), ['threads'])
  assert.deepEqual(rising({ database_bytes: 10_000_000 }), ['database and its log, MB'])
  assert.equal(levels(lived({}).slice(0, 20)), null, 'a short life tells nothing')
})
