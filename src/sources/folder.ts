/** Sources of a folder of CSV files, for the command line. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv, type RefusedList } from './csv.ts'
import { listNames, type SourceRow } from './list.ts'
import { sourcesOf } from './look.ts'
import type { Sources } from './sources.ts'

/** What a folder gives, or the file of it that was refused. */
export type ReadSources = { readonly sources: Sources } | { readonly file: string, readonly refused: RefusedList }

/**
 * Reads `municipalities.csv`, `products.csv` and `contracts.csv` of a folder; one that is not there is no source.
 * @throws Unusable when one is no such list at all
 */
export async function readSources (dir: string): Promise<ReadSources> {
  const rows: SourceRow[] = []
  for (const list of listNames) {
    const file = join(dir, `${list}.csv`)
    if (!existsSync(file)) continue
    const read = await readCsv(list, file)
    if ('faults' in read) return { file, refused: read }
    for (const row of read.rows) rows.push(row)
  }
  return { sources: sourcesOf(rows) }
}
