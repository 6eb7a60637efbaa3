/** What reading and writing a message of 25 MB holds at its peak. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envelopSize, readBericht, writeEnvelopCall } from '../../src/stuf/stuf.ts'
import { options } from './samples.ts'
import { zending } from './written.ts'

const largest_bytes = 18_749_181
const held = (): number => { const { heapUsed, external } = process.memoryUsage(); return heapUsed + external }

test('reading holds the payload besides what came in, and writing the message once', () => {
  const payload = Buffer.alloc(largest_bytes, 'Zorgpoort ')
  readBericht(writeEnvelopCall(zending), undefined, options) // the schemas are compiled
  const size_bytes = envelopSize(zending, largest_bytes)
  const before = held()
  const call = writeEnvelopCall({ ...zending, payload })
  const written = held()
  const it = readBericht(call, undefined, options)
  const read = held()
  assert.ok(it.kind === 'Di01' && it.payload?.length === largest_bytes)
  assert.ok(written - before < 1.6 * size_bytes, `writing: ${((written - before) / size_bytes).toFixed(2)} times the message`)
  assert.ok(read - written < 1.6 * size_bytes, `reading: ${((read - written) / size_bytes).toFixed(2)} times the message`)
})
