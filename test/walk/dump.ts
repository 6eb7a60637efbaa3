/** What stands in a database, told so that two of them can be compared: all tables, but for when something was, what was closed, and what only the database counts by. */

/** The rows of each table, as they stand. */
export type Rows = Readonly<Record<string, ReadonlyArray<Record<string, unknown>>>>
/** What a test compares: of each table its rows, each as a line. */
export type Dump = Readonly<Record<string, readonly string[]>>

/** Of this process and the database itself; the rows of the audit are told as one table, wherever they stand. */
const left = /^(migration|process|tenure|request_count|moved|sqlite_.*|audit(_new)?)$/
/** Rises when something is claimed or tried again, or is random. */
const loose = /^(fence|attempts|tried|nonce|mac|prev)$/

/** Numbers that the database gives out, and what refers to them: two databases may have counted differently. */
const numbers: Readonly<Record<string, readonly string[]>> = {
  'message.seq': ['payload.message', 'finding.message', 'delivery.message', 'client.message', 'signature.message', 'task.message', 'message.seq', 'message.voids', 'source.place', 'fact.source', 'message_key.seq', 'pair.gapless'],
  'delivery.id': ['delivery.id'],
  'pair.id': ['pair.id', 'source.pair', 'fact.pair'],
  'person.id': ['person.id', 'fact.person'],
  'arrival.seq': ['arrival.seq', 'notice.arrival'],
  'notice.seq': ['notice.seq'],
  'batch.seq': ['batch.seq'],
  'refused.seq': ['refused.seq'],
  'checkpoint.number': ['checkpoint.number'],
  'source_edition.edition': ['source_edition.edition', 'source_part.edition', 'source_row.edition']
}
/** An edition is that of its file. */
const named: Readonly<Record<string, string>> = { 'source_edition.edition': 'sha256' }

type Rank = ReadonlyMap<string, unknown>

/** @returns for each column that refers to such a number what stands for each number: its place among all of its kind */
function ranks (all: Rows): Map<string, Rank> {
  const found = new Map<string, Rank>()
  for (const [of, columns] of Object.entries(numbers)) {
    const [table = '', column = ''] = of.split('.')
    const known = (all[table] ?? []).toSorted((a, b) => Number(a[column]) - Number(b[column]))
    const rank = new Map(known.map((row, nth) => [String(row[column]), row[named[of] ?? ''] ?? nth + 1]))
    for (const it of columns) found.set(it, rank)
  }
  return found
}

/** Of a moment and of what is closed only whether it is there; 0 is none. */
function told (name: string, value: unknown, rank: Rank | undefined): unknown {
  if (value === null || loose.test(name)) return null
  if (rank !== undefined) return rank.get(String(value)) ?? 'gone'
  if (value instanceof Uint8Array || String(value).startsWith('\\x')) return 'bytes'
  if (name.endsWith('_ms')) return Number(value) === 0 ? 0 : 'moment'
  return typeof value === 'boolean' ? Number(value) : /^\d+$/.test(String(value)) ? String(value) : value
}

/** What of a row of the audit does not hang on its place in the chain. That it was begun is the chain's own. */
const ofAudit = ({ event, message, account, detail, digest }: Record<string, unknown>): Record<string, unknown> => ({ event, message, account, detail, digest })

/** What is drawn: by which order it comes in stands for it. */
const drawn = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}/g

/** @returns the same tables, where what is drawn is told by numbers */
function numbered (tables: ReadonlyArray<readonly [string, readonly string[]]>): Dump {
  const known = new Map<string, string>()
  const number = (it: string): string => { const nth = known.get(it) ?? `#${known.size + 1}`; known.set(it, nth); return nth }
  const blank = (line: string): string => line.replaceAll(drawn, '*')
  const order = (a: string, b: string): number => blank(a) < blank(b) ? -1 : blank(a) > blank(b) ? 1 : 0
  return Object.fromEntries(tables.map(([table, rows]) => [table, rows.toSorted(order).map(line => line.replaceAll(drawn, number)).toSorted()] as const))
}

/** @param of all tables */
export function dumpOf (of: Rows): Dump {
  const rank = ranks(of)
  const line = (table: string, row: Record<string, unknown>): string =>
    JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, told(name, value, rank.get(`${table}.${name}`))] as const).filter(([, it]) => it !== null).toSorted(([a], [b]) => a < b ? -1 : 1)))
  // Messages first: they tell each other apart best.
  const all = [...['message', ...Object.keys(of).filter(it => it !== 'message').toSorted()].filter(it => !left.test(it)).map(it => [it, of[it] ?? []] as const),
    ['audit', [...of['audit'] ?? [], ...of['audit_new'] ?? []].map(ofAudit).filter(it => it['event'] !== 'chained')] as const]
  return numbered(all.filter(([, rows]) => rows.length > 0).map(([table, rows]) => [table, rows.map(row => line(table, row))] as const))
}

/** @returns the lines in which two of them differ, for who reads a failure */
export function differences (one: Dump, other: Dump): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap(table => {
    const [a, b] = [one[table] ?? [], other[table] ?? []]
    return [...a.filter(it => !b.includes(it)).map(it => `- ${table} ${it}`), ...b.filter(it => !a.includes(it)).map(it => `+ ${table} ${it}`), ...a.length === b.length ? [] : [`${table}: ${a.length} and ${b.length} rows`]]
  })
}
