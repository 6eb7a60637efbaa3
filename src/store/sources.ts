/** External sources: a list is written beside the one that counts, and takes its place at once. */
import { sha256Hex } from '../core/core.ts'
import type { ListName, Part, SourceRow } from '../sources/sources.ts'
import type { Audit } from './audit.ts'
import { StoreUnavailable, type Db, type Row, type Session } from './db.ts'
import { at, hold, places, prepared, type Dialect } from './dialect.ts'
import { at as moment, families, maybe, oneOf, text, whole } from './rows.ts'
import type { SourceImport, SourceImported, SourceVerbs } from './sourced.ts'

/** A server that runs waits for no longer than these rows take. */
const rows_at_once = 2_000

const part = ['list', 'family', 'gemeente', 'aanbieder'] as const
const lists = ['municipalities', 'products', 'contracts'] as const
const variants = ['inspanning', 'output', 'taakgericht'] as const
const values = ['position', 'categorie', 'code', 'naam', 'variant', 'eenheid', 'tarief_cents', 'per_uur', 'van', 'tot'] as const

function statements ({ sql }: Dialect) {
  const ofPart = places(part)
  return {
    version: prepared(sql('meta').select('value').where('name', 'sources_version')),
    changed: prepared(sql('meta').insert({ name: 'sources_version', value: at('edition') }).onConflict('name').merge()),
    rows: prepared(sql('source_part as p').join('source_row as r', join => { for (const it of [...part, 'edition']) join.on(`r.${it}`, `p.${it}`) })
      .select('r.*').where(Object.fromEntries(part.map(it => [`p.${it}`, at(it)]))).orderBy('r.position')),
    parts: prepared(sql('source_part as p').join('source_edition as e', 'e.edition', 'p.edition').select(['p.list', 'p.family', 'p.gemeente', 'p.aanbieder', 'e.at_ms', 'e.sha256']).orderBy(part.map(it => `p.${it}`))),
    edition: prepared(sql('source_edition').insert(places(['list', 'sha256', 'rows', 'at_ms'])).returning('edition')),
    row: prepared(sql('source_row').insert(places([...part, 'edition', ...values]))),
    written: prepared(sql('source_row').where('list', at('list')).where('edition', at('edition')).count({ count: '*' })),
    former: prepared(sql('source_part').select('*').where('list', at('list'))),
    current: prepared(sql('source_part').insert({ ...ofPart, edition: at('edition') }).onConflict([...part]).merge(['edition'])),
    gone: prepared(sql('source_part').where(ofPart).delete()),
    left: prepared(sql('source_row as r').select(['r.list', 'r.family', 'r.gemeente', 'r.aanbieder', 'r.edition']).count({ count: '*' }).groupBy(['r.list', 'r.family', 'r.gemeente', 'r.aanbieder', 'r.edition']).where('r.list', at('list')).where('r.edition', '<', at('edition'))
      .whereNotExists(sql('source_part as p').select(sql.raw('1')).whereRaw([...part, 'edition'].map(it => `p.${it} = r.${it}`).join(' and ')))),
    // It may count by now.
    remove: prepared(sql('source_row').where({ ...ofPart, edition: at('edition') }).whereNotExists(sql('source_part').select(sql.raw('1')).where({ ...ofPart, edition: at('edition') })).delete())
  }
}

/** @returns of which part of a list a row is */
export const partOf = (row: Row): Part => ({
  list: oneOf(row, 'list', lists),
  family: text(row, 'family') === '' ? '' : oneOf(row, 'family', families),
  gemeente: text(row, 'gemeente'),
  aanbieder: text(row, 'aanbieder')
})

const rowOf = (row: Row): SourceRow => ({
  part: partOf(row),
  categorie: maybe(row, 'categorie', text),
  code: maybe(row, 'code', text),
  naam: maybe(row, 'naam', text),
  variant: maybe(row, 'variant', (row, column) => oneOf(row, column, variants)),
  eenheid: maybe(row, 'eenheid', text),
  tarief_cents: maybe(row, 'tarief_cents', whole),
  perUur: whole(row, 'per_uur') === 1,
  van: text(row, 'van'),
  tot: maybe(row, 'tot', text)
})

const same = (one: Part, other: Part): boolean => part.every(it => one[it] === other[it])

/** Parts with together some thousands of rows, or a single one. */
function * portions (parts: readonly Row[]): Generator<readonly Row[]> {
  let [some, rows]: [Row[], number] = [[], 0]
  for (const part of parts) {
    some.push(part)
    rows += whole(part, 'count')
    if (rows < rows_at_once) continue
    yield some
    ;[some, rows] = [[], 0]
  }
  if (some.length > 0) yield some
}

/** @returns the verbs of external sources */
export function sourceVerbs (db: Db, dialect: Dialect, audit: Audit): SourceVerbs {
  const sql = statements(dialect)
  /** One import of a list at a time is taken, or clears away what others left. */
  const alone = (session: Session, list: ListName): Promise<void> => hold(session, dialect, `sources|${list}`)

  const begin = async ({ list, rows, sha256, now }: SourceImport): Promise<number> => await db.write(async session => {
    const [row] = await session.all(sql.edition, { list, sha256, rows: rows.length, at_ms: now })
    return whole(row ?? {}, 'edition')
  })

  const write = async (rows: readonly SourceRow[], edition: number, first: number): Promise<void> => await db.write(async session => {
    for (const [nth, { part, perUur, ...row }] of rows.entries()) await session.run(sql.row, { ...part, ...row, edition, position: first + nth, per_uur: perUur ? 1 : 0 })
  })

  async function take (session: Session, edition: number, { list, rows, whole: all, sha256, by, now }: SourceImport, parts: readonly Part[]): Promise<SourceImported> {
    await alone(session, list)
    const [counted] = await session.all(sql.written, { list, edition })
    // Another import that ran meanwhile took these rows for what a killed one left behind.
    if (whole(counted ?? {}, 'count') !== rows.length) throw new StoreUnavailable('another import ran at the same time; nothing was changed by this one')
    const before = (await session.all(sql.former, { list })).map(partOf)
    const removed = all ? before.filter(it => !parts.some(its => same(it, its))) : []
    for (const it of removed) await session.run(sql.gone, { ...it })
    for (const it of parts) await session.run(sql.current, { ...it, edition })
    await session.run(sql.changed, { edition: String(edition) })
    await audit(session, { event: 'sources_imported', message: null, account: by, at: now, detail: `${list}:${rows.length}:${parts.length}:${removed.length}`, digest: sha256 })
    return { parts: parts.length, replaced: parts.filter(it => before.some(its => same(it, its))).length, removed: removed.length }
  }

  async function clear (list: ListName, edition: number): Promise<void> {
    const left = await db.read(session => session.all(sql.left, { list, edition }))
    for (const some of portions(left)) {
      await db.write(async session => {
        await alone(session, list)
        for (const row of some) await session.run(sql.remove, { ...partOf(row), edition: whole(row, 'edition') })
      })
    }
  }

  return {
    sourcesVersion: () => db.read(async session => {
      const [row] = await session.all(sql.version)
      return row === undefined ? 0 : whole(row, 'value')
    }),
    sourceRows: of => db.read(async session => (await session.all(sql.rows, { ...of })).map(rowOf)),
    sourceParts: () => db.read(async session => (await session.all(sql.parts)).map(row => ({ part: partOf(row), imported: moment(row, 'at_ms'), sha256: sha256Hex(text(row, 'sha256')) }))),
    async importSources (given) {
      const parts = [...Map.groupBy(given.rows, ({ part }) => `${part.family} ${part.gemeente} ${part.aanbieder}`).values()].flatMap(([row]) => row === undefined ? [] : [row.part])
      const edition = await begin(given)
      for (let first = 0; first < given.rows.length; first += rows_at_once) {
        const some = given.rows.slice(first, first + rows_at_once)
        await write(some, edition, first)
        given.onWritten?.(some.length)
      }
      const done = await db.write(session => take(session, edition, given, parts))
      await clear(given.list, edition)
      return done
    }
  }
}
