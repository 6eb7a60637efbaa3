/** The external sources of a development gateway: CBS's list, and products and contracts of the sample parties. */
import { join } from 'node:path'
import { instant } from '../src/core/core.ts'
import { readCsv, type ListName } from '../src/sources/sources.ts'
import type { Store } from '../src/store/store.ts'
import { home } from '../src/version.ts'
import { Problem } from './problem.ts'

const files: ReadonlyArray<readonly [ListName, string]> = [['municipalities', 'municipalities.csv'], ['products', 'sample/products.csv'], ['contracts', 'sample/contracts.csv']]

/** Takes in the lists that come along, where none of that kind is there yet. @returns whether anything was new @throws Problem when this installation is damaged */
export async function sampleSources (store: Store): Promise<boolean> {
  const known = new Set((await store.sourceParts()).map(it => it.part.list))
  const wanted = files.filter(([list]) => !known.has(list))
  for (const [list, name] of wanted) {
    const file = join(home, 'config/sources', name)
    const read = await readCsv(list, file)
    if ('faults' in read) throw new Problem(`${file} is damaged; install again`)
    await store.importSources({ ...read, whole: false, by: null, now: instant(Date.now()) })
  }
  return wanted.length > 0
}
