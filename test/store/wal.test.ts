/** SQLite's log, read beside who writes it: what is wrong with a damaged one stands in `test/fault/damage.test.ts`. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { logDamage } from '../../src/store/wal.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-wal-'))
after(() => { rmSync(folder, { recursive: true, force: true }) })

test('a log in which a command writes all the while is not damaged', { timeout: 120_000 }, async () => {
  const path = join(folder, 'busy.db')
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'keep-writing.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(writer.stdout, 'data')
  const found = Array.from({ length: 30 }, () => logDamage(path))
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  assert.deepEqual(new Set(found), new Set([null]))
  assert.equal(logDamage(path), null)
})
