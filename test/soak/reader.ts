/** A million broken messages for the reader, and more: what it calls valid and libxml2 or the pre-checks do not is kept in test/fuzz/found, where the tests try it from then on. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { digestOf } from '../../src/core/core.ts'
import { models } from '../../src/standard/standard.ts'
import { documentOf, said } from '../fuzz/spoil.ts'
import type { Run, Told } from './run.ts'

/** No more of one kind helps who mends it. */
const found_max = 20
/** So often where it is, is written down. */
const kept_every = 1_000

/** @returns how many were tried, in all, and what was found wrong */
export async function reader (run: Run): Promise<Told> {
  const { documents, seed } = run.options
  const counts = { tried: 0, valid: 0, found: 0, ...run.state.reader }
  const faults: string[] = []
  const bar = run.progress('documents', documents - counts.tried)
  while (counts.tried < documents && counts.found < found_max && !run.over()) {
    const nth = counts.tried
    const model = models[nth % models.length]
    if (model === undefined) break
    const own = seed + Math.floor(nth / models.length)
    const bytes = documentOf(model, own)
    const { valid, wrong } = said(bytes, nth % 16 === 0)
    counts.tried++
    if (valid) counts.valid++
    if (wrong !== null) {
      counts.found++
      const name = `${model.type}-${digestOf(bytes).slice(0, 12)}.xml`
      writeFileSync(join(import.meta.dirname, '../fuzz/found', name), bytes)
      faults.push(`${model.type}, seed ${own}: valid to the reader, and ${wrong}; kept as test/fuzz/found/${name}`)
    }
    bar.step()
    if (nth % kept_every === 0) run.keep({ reader: counts })
    if (nth % 32 === 0) await turn()
  }
  bar.end()
  run.keep({ reader: counts })
  return { part: 'reader', whole: counts.tried >= documents, faults, said: [`${run.shown(counts.tried)} spoilt messages of ${models.length} types, ${run.shown(counts.valid)} of them valid to the reader, ${counts.found} of those wrongly (libxml2 and the pre-checks are asked of each).`] }
}
