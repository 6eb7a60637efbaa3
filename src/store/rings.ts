/** A database knows its rings: a key of the right name and other bytes, or the ring of another installation, is refused before anything is done with it. */
import { createHmac } from 'node:crypto'
import type { Ring, RingKey, Roots, RootSources } from '../vault/vault.ts'
import { StoreUnusable, type Db, type Row } from './db.ts'
import { at, once, prepared, type Dialect } from './dialect.ts'
import { text } from './rows.ts'

/** The rings by the names of their settings. */
type Name = keyof RootSources
const names = ['kek', 'index_key', 'audit_key'] as const satisfies readonly Name[]
const ringOf = (roots: Roots, name: Name): Ring => ({ kek: roots.kek, index_key: roots.index, audit_key: roots.audit })[name]

/** Rows of `meta`: which key was current when this database was last used, and by what each key is known again. */
const currentRow = (name: Name): string => `ring:${name}`
const keyRow = (name: Name, id: string): string => `ring:${name}:${id}`

/** By this a key is known again; it tells nothing of the key. */
const proof = (name: Name, { id, bytes }: RingKey): string => createHmac('sha256', bytes).update(`zorgpoort-ring|${name}|${id}`).digest('hex')

/** @param meta rows of the table meta @returns a sentence when the ring is not this database's, else null */
export function ringFault (name: Name, ring: Ring, meta: readonly Row[]): string | null {
  const known = new Map(meta.map(row => [text(row, 'name'), text(row, 'value')]))
  const other = ring.keys.find(key => (known.get(keyRow(name, key.id)) ?? proof(name, key)) !== proof(name, key))
  if (other !== undefined) return `${name}: its key ${other.id} is not the one this database knows by that name; this is the ring of another installation, or its line was changed: put the right one back`
  const last = known.get(currentRow(name))
  if (last === undefined || ring.key(last) !== null) return null
  return `${name}: it does not hold the key ${last}, which was in use when this database was last opened; this is the ring of another installation, or a line was lost: put it back`
}

/** Remembers what is new of the rings. @throws StoreUnusable when one of them is not this database's */
export async function recognise (db: Db, { sql }: Dialect, roots: Roots): Promise<void> {
  const meta = await db.read(session => session.all(once(sql('meta').select('name', 'value'))))
  const fault = names.map(name => ringFault(name, ringOf(roots, name), meta)).find(it => it !== null)
  if (fault !== undefined) throw new StoreUnusable(fault)
  const wanted = names.flatMap(name => {
    const { current, keys } = ringOf(roots, name)
    return [[currentRow(name), current.id] as const, ...keys.map(key => [keyRow(name, key.id), proof(name, key)] as const)]
  })
  const news = wanted.filter(([name, value]) => !meta.some(row => row['name'] === name && row['value'] === value))
  if (news.length === 0) return
  const remember = prepared(sql('meta').insert({ name: at('name'), value: at('value') }).onConflict('name').merge())
  await db.write(async session => { for (const [name, value] of news) await session.run(remember, { name, value }) })
}
