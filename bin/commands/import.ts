/** `zorgpoort import`: external sources out of CSV files, checked whole before anything changes. */
import type { Command } from 'commander'
import { instant } from '../../src/core/core.ts'
import { columns, listNames, partKey, readCsv, type ListName, type ReadList, type RefusedList } from '../../src/sources/sources.ts'
import type { SourceImported, Store } from '../../src/store/store.ts'
import { reasonOf, visible } from '../files.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { Problem } from '../problem.ts'
import { progress } from '../progress.ts'

interface ImportOptions extends Place { readonly dry?: boolean, readonly whole?: boolean }

/** What a list is, and which piece of it an import replaces. */
const about: Readonly<Record<ListName, readonly [what: string, replaces: string]>> = {
  municipalities: ['the municipalities of CBS, and when each was there (rule TR378)', 'The whole list is replaced.'],
  products: [
    'the product codes of each categorie: the national list, or that of a gemeente (rule TR381)',
    'The list of each family and gemeente named in the file is replaced; an empty gemeente is the national list. Others stay, unless --whole.\nA gemeente that has a list of its own uses that alone, from the day on which it is complete.'
  ],
  contracts: [
    'what gemeente and aanbieder agreed: variant, unit and tariff (rules TR019, TR321 to TR346, TR418)',
    'All contracts between the gemeente and aanbieder of each row are replaced, per family. Those of others stay, unless --whole.\nA row without code is for the whole categorie, one without categorie for all products; the row that says most is used.'
  ]
}

/** @throws Problem when the file cannot be read */
async function read (list: ListName, file: string): Promise<ReadList | RefusedList> {
  const bar = progress(process.stderr, 'rows read', null)
  try { return await readCsv(list, file, bar.step) } catch (error) {
    throw error instanceof Error && 'code' in error && 'syscall' in error ? new Problem(`cannot read ${visible(file)}: ${reasonOf(error).en}`) : error
  } finally { bar.end() }
}

async function store (read: ReadList, options: ImportOptions): Promise<SourceImported> {
  const bar = progress(process.stderr, 'rows stored', read.rows.length)
  const onWritten = (rows: number): void => { for (let n = 0; n < rows; n++) bar.step() }
  const given = { ...read, whole: options.whole === true, by: null, now: instant(Date.now()), onWritten }
  return await withStore(options, async (it: Store) => {
    await refuseRemnant(it, given)
    return await it.importSources(given)
  }).finally(bar.end)
}

/** A piece of a list in the place of the whole would have the others' messages rejected. @throws Problem */
async function refuseRemnant (it: Pick<Store, 'sourceRows'>, { list, rows, whole }: ReadList & { readonly whole: boolean }): Promise<void> {
  const [first] = rows
  if (list !== 'municipalities' || whole || first === undefined) return
  const before = (await it.sourceRows(first.part)).length
  if (rows.length * 2 < before) throw new Problem(`the file has ${count(rows.length, 'row')} and the list that is here ${before}: messages of all other gemeenten would be rejected (TR378). Name them too, or say --whole when that is meant. Nothing was imported`)
}

const count = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`

/** @returns a line a fault, for a terminal or an editor: FILE:LINE */
export const faultsOf = (file: string, { faults, count: all }: RefusedList): string => [
  ...faults.map(({ line, column, found, expected }) => `${visible(file)}:${line}: ${column === '' ? '' : `${column}: `}found ${found === '' ? 'nothing' : visible(found).slice(0, 60)}; expected ${expected}`),
  ...(all > faults.length ? [`and ${all - faults.length} more`] : []),
  `${count(all, 'fault')}; nothing was imported`
].join('\n')

/** @returns what is said of a list that was taken in, or could be */
async function taken (list: ReadList, options: ImportOptions): Promise<string> {
  const parts = new Set(list.rows.map(it => partKey(it.part))).size
  const of = list.list === 'municipalities' ? '' : list.list === 'products' ? ` in ${count(parts, 'list')}` : ` between ${count(parts, 'pair')} of gemeente and aanbieder`
  if (options.dry === true) return `${count(list.rows.length, 'row')} of ${list.list}${of}: all right. Nothing was changed (--dry).`
  const { replaced, removed } = await store(list, options)
  const former = list.list === 'municipalities' ? (replaced > 0 ? ', in the place of the former list' : '') : `: ${replaced} replaced, ${parts - replaced} new${removed > 0 ? `, ${removed} removed` : ''}`
  return `Imported ${count(list.rows.length, 'row')} of ${list.list}${of}${former}. A running gateway uses them from its next message on.`
}

function listCommand (group: Command, list: ListName, end: (code: number) => void): void {
  const [what, replaces] = about[list]
  const names = columns[list].map(it => it.required ? it.name : `[${it.name}]`).join(' ')
  withPlace(group.command(list).description(what).argument('<file>', 'CSV, UTF-8, with a header row'))
    .option('--dry', 'only check the file')
    .option('--whole', 'what this list has of others than the file names is removed')
    .addHelpText('after', `\nColumns, in any order, divided by ; or ,:\n  ${names}\n${replaces}\nOne wrong row and nothing is imported; each is told by line and column.`)
    .action(async (file: string, options: ImportOptions) => {
      const it = await read(list, file)
      if ('rows' in it) return console.log(await taken(it, options))
      console.error(faultsOf(file, it))
      end(1)
    })
}

/** Adds the command to the program; `end` gets its exit code. */
export function importing (program: Command, end: (code: number) => void): void {
  const group = program.command('import').description('take in what messages do not carry and their rules need')
  for (const list of listNames) listCommand(group, list, end)
}
