/** What level 1 costs, per part: `node test/validate/cost.ts [FILE]`. Not a test; the comparison of engines stands in test/bench. */
import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { readMessage } from '../../src/standard/standard.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { precheck } from '../../src/validate/precheck.ts'
import { typeOf } from '../../src/validate/type.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { sample } from './sample.ts'

const [file] = process.argv.slice(2)
const bytes = file === undefined ? Buffer.from(sample('JW301')) : readFileSync(file)
const round_ms = 1500; const rounds = 5; const batch = 32

/** Median over the rounds, in microseconds per message; the event loop turns between batches, as it must. */
async function cost (work: () => unknown): Promise<number> {
  const results: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now(); let n = 0
    while (performance.now() - start < round_ms) {
      for (let i = 0; i < batch; i++, n++) await work()
      await setImmediate()
    }
    results.push((performance.now() - start) / n * 1000)
  }
  return results.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
}

const ill = (): never => { throw new Error('the message must be well formed') }
const validator = openValidator({ worker_bytes: Infinity })
const parts: Record<string, () => unknown> = {
  'whole validate()': () => validator.validate(bytes),
  'pre-checks': () => precheck(bytes, Infinity),
  'libxml2: parse': () => withDocument(bytes, () => null, ill),
  'libxml2: parse + schema': () => withDocument(bytes, document => {
    const type = typeOf(document.root)
    return 'model' in type ? judgeBySchema(document, type.model) : ill()
  }, ill),
  reader: () => readMessage(bytes)
}
console.log(`${bytes.length} bytes`)
for (const [name, work] of Object.entries(parts)) {
  const each = await cost(work)
  console.log(`${name.padEnd(26)}${each.toFixed(1).padStart(9)} µs ${Math.round(1e6 / each).toString().padStart(8)}/s`)
}
await validator.close()
