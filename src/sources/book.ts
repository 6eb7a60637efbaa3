/** Sources out of the store: what a message may need is loaded, kept while nothing changes, and bounded. */
import type { Store } from '../store/store.ts'
import { partKey, type Part } from './list.ts'
import { looked, municipalitiesPart, sourcesOver, type Looked } from './look.ts'
import type { Parties, Sources } from './sources.ts'

/** External sources as they are now, also when another process changed them. */
export interface SourceBook {
  /** @returns what rules may ask about messages between these two; about others it knows nothing */
  of (parties: Parties): Promise<Sources>
}

/** Above this many rows, what was not asked for longest is let go; some 30 MB. */
const rows_max = 100_000

/** @param store asked for a number each time, and for a part of a list only when that number is another or the part is not kept */
export function openSources (store: Pick<Store, 'sourcesVersion' | 'sourceRows'>): SourceBook {
  let version = -1
  let size = 0
  const kept = new Map<string, Looked | null>()

  function keep (key: string, list: Looked | null): void {
    kept.delete(key)
    kept.set(key, list)
    size += list?.size ?? 0
    for (const [oldest, its] of kept) {
      if (size <= rows_max || oldest === key) return
      kept.delete(oldest)
      size -= its?.size ?? 0
    }
  }

  async function part (part: Part): Promise<Looked | null> {
    const key = partKey(part)
    const known = kept.get(key)
    if (known !== undefined) {
      kept.delete(key)
      kept.set(key, known)
      return known
    }
    const asked = version
    const rows = await store.sourceRows(part)
    const list = rows.length === 0 ? null : looked(rows)
    // What another message loaded meanwhile stands; what is of another version is not kept.
    if (asked === version && !kept.has(key)) keep(key, list)
    return list
  }

  async function load (parties: Parties): Promise<ReadonlyMap<string, Looked | null>> {
    const { family, gemeente, aanbieder } = parties
    const parts: readonly Part[] = [
      municipalitiesPart,
      { list: 'products', family, gemeente: '', aanbieder: '' }, { list: 'products', family, gemeente, aanbieder: '' },
      { list: 'contracts', family, gemeente, aanbieder }
    ]
    const found = new Map<string, Looked | null>()
    for (const it of parts) found.set(partKey(it), await part(it))
    return found
  }

  return {
    async of (parties) {
      for (;;) {
        const now = await store.sourcesVersion()
        if (now !== version) {
          kept.clear()
          version = now
          size = 0
        }
        const found = await load(parties)
        // An import in between would mix two lists.
        if (now === await store.sourcesVersion()) return sourcesOver(it => found.get(partKey(it)) ?? null)
      }
    }
  }
}
