/** Reads a list from a CSV file: every row right, or told by line and column what is wrong. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { sha256Hex, Unusable, type Sha256 } from '../core/core.ts'
import { columns, rowKey, rowOf, type ListName, type SourceRow, type Wrong } from './list.ts'

/** One thing wrong in a file. */
export interface CsvFault extends Wrong { readonly line: number }

/** A list as a file has it. */
export interface ReadList { readonly list: ListName, readonly rows: readonly SourceRow[], readonly sha256: Sha256 }
/** Why a file is not taken: the first faults, and how many there are in all. */
export interface RefusedList { readonly faults: readonly CsvFault[], readonly count: number }

/** Why a file is no such list at all, before it is known which file. */
class NoList extends Error {}

/** More rows than this are no list of one gateway. */
export const rows_max = 300_000
const faults_max = 100
const row_bytes_max = 10_000
/** Within this much the header row must end. */
const head_bytes = 65_536

/**
 * Reads a file row by row. Columns are known by the header row, in any order, divided by `;` or `,`; UTF-8 with or without byte order mark.
 * @param onRow told of each row
 * @throws Unusable when it is no CSV of that list at all: the sentence says what to do
 */
export async function readCsv (list: ListName, path: string, onRow: () => void = () => {}): Promise<ReadList | RefusedList> {
  const digest = createHash('sha256')
  const delimiter = await delimiterOf(path)
  const parser = parse({ delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true, max_record_size: row_bytes_max })
  const source = Readable.from(texts(path, chunk => digest.update(chunk)))
  source.on('error', error => parser.destroy(error))
  const gathered = new Gathered(list)
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<{ readonly record: readonly string[], readonly info: { readonly lines: number } }>) {
      if (gathered.take(record, info.lines)) onRow()
    }
    return gathered.end(sha256Hex(digest.digest('hex')))
  } catch (error) {
    if (error instanceof CsvError) throw new Unusable(`${path} cannot be read as CSV near line ${Number(error['lines'] ?? 0)}: ${why(error.code)}`)
    throw error instanceof NoList ? new Unusable(`${path}: ${error.message}`) : error
  } finally { source.destroy() }
}

const why = (code: string): string => code === 'CSV_MAX_RECORD_SIZE'
  ? `a row of more than ${row_bytes_max} bytes, or a quote that is never closed`
  : 'a quote " that is not closed, or stands within a field without being doubled'

/** @throws NoList when it is not UTF-8 */
async function * texts (path: string, tell: (chunk: Buffer) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decoded = (chunk?: Buffer): string => {
    try { return decoder.decode(chunk, { stream: chunk !== undefined }) } catch { throw new NoList('it is not UTF-8; in a spreadsheet save it as “CSV UTF-8”') }
  }
  // Line ends of any kind count as one, also where a chunk ends within one: faults are told by their line.
  let held = ''
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.from(chunk)
    tell(bytes)
    const text = held + decoded(bytes)
    held = text.endsWith('\r') ? '\r' : ''
    yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n')
  }
  yield (held + decoded()).replace('\r', '\n')
}

/** @returns whichever of `;` and `,` the header row has more of */
async function delimiterOf (path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(head_bytes), 0, head_bytes, 0)
    const [header = ''] = buffer.subarray(0, bytesRead).toString('latin1').trimStart().split(/[\r\n]/, 1)
    return header.split(';').length > header.split(',').length ? ';' : ','
  } finally { await file.close() }
}

/** What was read so far. */
class Gathered {
  readonly #list: ListName
  readonly #rows: SourceRow[] = []
  readonly #lines: number[] = []
  readonly #faults: CsvFault[] = []
  #count = 0
  #header: readonly string[] | null = null

  constructor (list: ListName) { this.#list = list }

  #fault (line: number, wrong: Wrong): void {
    if (++this.#count <= faults_max) this.#faults.push({ line, ...wrong })
  }

  /** @returns whether it was a row of the list: not the header, and not empty */
  take (record: readonly string[], line: number): boolean {
    if (this.#header === null) {
      this.#header = headerOf(this.#list, record)
      return false
    }
    if (record.every(it => it === '')) return false
    if (this.#rows.length >= rows_max) throw new NoList(`more than ${rows_max} rows; a list of one gateway is smaller, so divide it`)
    if (record.length === this.#header.length) this.#row(this.#header, record, line)
    else this.#fault(line, { column: '', found: `${record.length} fields`, expected: `${this.#header.length}, as the header row has; a field with the divider in it stands in quotes` })
    return true
  }

  #row (header: readonly string[], record: readonly string[], line: number): void {
    const none = columns[this.#list].map(({ name }): [string, string] => [name, ''])
    const row = rowOf(this.#list, Object.fromEntries([...none, ...header.map((name, at): [string, string] => [name, record[at] ?? ''])]))
    if (!('part' in row)) return row.forEach(it => this.#fault(line, it))
    this.#rows.push(row)
    this.#lines.push(line)
  }

  end (sha256: Sha256): ReadList | RefusedList {
    if (this.#header === null) throw new NoList(`it is empty; the first row must name the columns: ${namesOf(this.#list).join(', ')}`)
    for (const { line, ...wrong } of this.#overlaps()) this.#fault(line, wrong)
    return this.#count === 0 ? { list: this.#list, rows: this.#rows, sha256 } : { faults: this.#faults.toSorted((a, b) => a.line - b.line), count: this.#count }
  }

  /** Of two rows about the same thing that hold on one day, the later one is told. */
  * #overlaps (): Generator<CsvFault> {
    const placed = this.#rows.map((row, at) => ({ row, line: this.#lines[at] ?? 0 }))
    for (const like of Map.groupBy(placed, ({ row }) => rowKey(row)).values()) {
      let last: typeof placed[number] | null = null
      for (const it of like.toSorted((a, b) => a.row.van < b.row.van ? -1 : a.row.van > b.row.van ? 1 : a.line - b.line)) {
        if (last !== null && (last.row.tot === null || it.row.van <= last.row.tot)) yield overlap(it, last)
        if (last === null || (last.row.tot !== null && (it.row.tot === null || it.row.tot > last.row.tot))) last = it
      }
    }
  }
}

interface Placed { readonly row: SourceRow, readonly line: number }

function overlap (one: Placed, other: Placed): CsvFault {
  const [later, earlier] = one.line > other.line ? [one, other] : [other, one]
  return { line: later.line, column: 'van', found: periodOf(later.row), expected: `no day in common with line ${earlier.line}, which is about the same and holds ${periodOf(earlier.row)}` }
}
const periodOf = ({ van, tot }: SourceRow): string => `from ${van} ${tot === null ? 'without end' : `to ${tot}`}`

const namesOf = (list: ListName): string[] => columns[list].map(it => it.name)

/** @throws NoList when a column is missing, twice there or unknown */
function headerOf (list: ListName, record: readonly string[]): readonly string[] {
  const header = record.map(it => it.toLowerCase())
  const known = namesOf(list)
  const missing = columns[list].filter(it => it.required && !header.includes(it.name)).map(it => it.name)
  const strange = header.filter(it => !known.includes(it))
  const double = header.filter((it, at) => header.indexOf(it) !== at)
  const fault = missing.length > 0 ? `no column ${missing.join(', ')}` : strange.length > 0 ? `a column ${JSON.stringify((strange[0] ?? '').slice(0, 40))} that is not known` : double.length > 0 ? `a column ${double[0]} twice` : null
  if (fault !== null) throw new NoList(`the header row has ${fault}; columns of ${list} are ${known.join(', ')}`)
  return header
}
