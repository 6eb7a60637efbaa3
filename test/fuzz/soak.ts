/**
 * A million broken messages for the reader, and more: `npm run soak -- [--documents N] [--minutes N] [--seed N]`. What the reader
 * calls valid and libxml2 or the pre-checks do not is written to `found/` beside this file, where the tests try it from then on.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { progress } from '../../bin/progress.ts'
import { models } from '../../src/standard/standard.ts'
import { documentOf, said } from './spoil.ts'

/** No more of one kind helps who mends it. */
const found_max = 20

const { values } = parseArgs({ options: { documents: { type: 'string', default: '1000000' }, minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` } } })
const [documents, minutes, seed] = [values.documents, values.minutes, values.seed].map(Number)
if (documents === undefined || minutes === undefined || seed === undefined || ![documents, minutes, seed].every(it => it >= 0)) throw new RangeError('--documents, --minutes and --seed are numbers')

console.log(`the reader against libxml2: ${documents} documents, at most ${minutes} minutes, --seed ${seed}`)
const until = performance.now() + minutes * 60_000
const bar = progress(process.stderr, 'documents', documents)
const counts = { tried: 0, valid: 0, found: 0 }

for (let nth = 0; nth < documents && counts.found < found_max && performance.now() < until; nth++) {
  const model = models[nth % models.length]
  if (model === undefined) break
  const own = seed + Math.floor(nth / models.length)
  const bytes = documentOf(model, own)
  const { valid, wrong } = said(bytes, nth % 16 === 0)
  counts.tried++
  if (valid) counts.valid++
  if (wrong !== null) {
    counts.found++
    const file = join(import.meta.dirname, 'found', `${model.type}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.xml`)
    writeFileSync(file, bytes)
    console.log(`${model.type}, seed ${own}: valid to the reader, and ${wrong}; kept as ${file}`)
  }
  bar.step()
  if (nth % 32 === 0) await turn()
}
bar.end()
console.log(`${counts.tried} tried, ${counts.valid} of them valid to the reader, ${counts.found} wrongly; from --seed ${seed} on`)
process.exitCode = counts.found === 0 ? 0 : 1
