/** The tables of the manual, drawn from the source: `npm run generate` writes them into README.md, `--check` compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configSchema, configShape, environmentName } from './config.ts'
import { transportCodes } from './codes/codes.ts'
import { reasons } from './deliver/deliver.ts'
import { allKinds } from './here/here.ts'
import { alarmRules, allMetrics, dashboard } from './metrics/metrics.ts'
import { columns, listNames } from './sources/sources.ts'
import { findingCodes } from './validate/validate.ts'
import { models } from './standard/standard.ts'
import { checks, faultOf, foutOf, type CodeList } from './stuf/stuf.ts'
import { toldStatuses } from './transport/vsp/vsp.ts'
import { home } from './version.ts'

type Cells = readonly string[]
const row = (cells: Cells): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
const table = (head: Cells, rows: readonly Cells[]): string => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
const code = (text: unknown): string => text === null || text === undefined ? '' : `\`${String(text)}\``

const member = (it: object, name: string): unknown => Object.entries(it).find(([key]) => key === name)?.[1]

function settings (): string {
  const required: readonly string[] = configSchema.required
  const rows = Object.entries(configSchema.properties).map(([key, schema]) => {
    const byDefault = member(schema, 'default')
    return [code(key), code(environmentName(key)), byDefault !== undefined ? code(byDefault) : required.includes(key) ? 'required' : '', String(member(schema, 'description'))]
  })
  return table(['setting', 'environment', 'default', 'what'], rows)
}

const refusalTable = (): string => table(['code', 'HTTP', 'chain', 'what to do', 'meaning'],
  transportCodes().map(it => [code(it.code), String(it.status), it.transportCode ?? '', it.retry, `${it.nl}<br>${it.en}`]))

const findingTable = (): string => table(['code', 'Nederlands', 'English'],
  Object.entries(findingCodes).map(([name, { nl, en }]) => [code(name), nl, en].map(cell => cell.replaceAll('<', '&lt;'))))

const sides = { gateway: 'of the gateway', receiver: 'of the receiver', both: 'of either' } as const
const reasonTable = (): string => table(['operator', 'reason', 'Nederlands', 'English'],
  Object.entries(reasons).map(([name, { side, nl, en }]) => [sides[side], code(name), ...[nl, en].map(({ wrong, mend }) => `${wrong.charAt(0).toUpperCase()}${wrong.slice(1)}. ${mend}`)]))

function messageTable (): string {
  const codeIn = (family: string, number: string): string => models.find(it => it.family === family && it.number === number)?.berichtCode ?? ''
  const rows = models.filter(it => it.family === 'iwmo').map(({ number, role, afzender, answeredBy }) => {
    const from = (role === 'retour') === (afzender === 'gemeente') ? 'aanbieder' : 'gemeente'
    return [number, from, codeIn('iwmo', number), codeIn('ijw', number), answeredBy?.slice(-3) ?? '']
  })
  return table(['message', 'sent by', 'BerichtCode WMO', 'BerichtCode JW', 'answered by'], rows)
}

const metricTable = (): string => table(['metric', 'labels', 'what'],
  allMetrics.map(([name, { help, labels }]) => [code(name), labels.map(code).join(', '), help]))

const alarmTable = (): string => table(['alarm', 'call', 'what it means', 'what to do'],
  allMetrics.flatMap(([, { alarms = [] }]) => alarms.map(it => [code(it.name), it.severity === 'page' ? 'now' : 'in working hours', it.means, it.what_to_do])))

/** Places are shown as they are; what is left out where it is not known, as if it were. */
const hereTable = (): string => table(['waits for', 'code', 'Nederlands', 'English'],
  allKinds.map(([name, { waits_for, nl, en }]) => [waits_for, code(name), ...[nl, en].map(it => it.replace(/[[\]]|\{kept\}/g, '').replaceAll('  ', ' '))]))

const sourceTable = (): string => table(['file', 'column', 'must be filled', 'what stands there'],
  listNames.flatMap(list => columns[list].map((it, at) => [at === 0 ? code(`${list}.csv`) : '', code(it.name), it.required ? 'yes' : '', it.expected])))

const statusTable = (): string => table(['berichtstatus v3', 'v2', 'the message is'],
  toldStatuses.map(({ status, v2, means }) => [code(status), code(v2), means]))

const checkHow = { fault: 'Fo03', refuse: 'Fo01', warn: 'none: it is taken' } as const
const ggkCheckTable = (): string => table(['told by', '2025', '2018', 'what is caught', 'omschrijving'],
  checks.map(it => [checkHow[it.how], ...it.how === 'warn' ? ['', ''] : [code(it.codes[2025]), code(it.codes[2018])], it.catches, it.omschrijving]))

/** How the municipal door tells a refusal, where it is not by Fo01: never; at once; either way. */
const never = /^ZP_(REASON|QUERY|DECIDED|REPLACES|PAYLOAD_GONE|REGISTER|ZIP.*|SIGN.*)$/
const atOnce = /^ZP_(REQUEST|PARTY|CERTIFICATE|ACCOUNT_ROLE|NOT_SENDER|NOT_FOUND|MEDIA_TYPE|HEADERS|NUMBER|SLOW|RATE|INTERNAL|SEAL|BUSY|DISK)$/
const either = /^ZP_(SIZE|ENVELOPE|RETOUR_SECOND)$/
const ggkCodeTable = (): string => table(['refusal', 'Fo03 at once', 'Fo01, 2025', 'Fo01, 2018', 'omschrijving'], transportCodes().flatMap(({ code: name, nl }) => {
  const later = (list: CodeList): string => atOnce.test(name) ? '' : code(foutOf(name, list).code)
  return never.test(name) ? [] : [[code(name), atOnce.test(name) || either.test(name) ? code(faultOf({ code: name, detail: null }, '2025').code) : '', later('2025'), later('2018'), nl]]
}))

/** Name of a table's place in README.md, and what belongs there. */
export const tables: Readonly<Record<string, () => string>> = { settings, refusals: refusalTable, findings: findingTable, reasons: reasonTable, messages: messageTable, metrics: metricTable, alarms: alarmTable, here: hereTable, statuses: statusTable, sources: sourceTable, 'ggk-checks': ggkCheckTable, 'ggk-codes': ggkCodeTable }

const place = (name: string): RegExp => new RegExp(`(<!-- table: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`)

/** @returns the text with every table as the source has it. @throws Error when a table has no place in it */
export function withTables (text: string): string {
  return Object.entries(tables).reduce((before, [name, draw]) => {
    if (!place(name).test(before)) throw new Error(`README.md has no place for the table of ${name}`)
    return before.replace(place(name), (_all, start: string, end: string) => `${start}${draw()}\n${end}`)
  }, text)
}

/** The configuration's JSON schema, for editors and deployment tools. */
export const configSchemaText = (): string => `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Zorgpoort configuration', ...configShape }, null, 2)}\n`

/** @returns the files of the manual that differ from the source; with `write` they are made the same */
export function manual (write: boolean): string[] {
  const readme = join(home, 'README.md')
  const files: Array<readonly [string, string]> = [
    [readme, withTables(readFileSync(readme, 'utf8'))],
    [join(home, 'schemas/config.schema.json'), configSchemaText()],
    [join(home, 'config/grafana/zorgpoort.json'), dashboard()],
    [join(home, 'config/prometheus/alarms.yml'), alarmRules()]
  ]
  const different = files.filter(([path, text]) => read(path) !== text)
  if (write) for (const [path, text] of different) writeFileSync(path, text)
  return different.map(([path]) => path)
}

function read (path: string): string | null {
  try { return readFileSync(path, 'utf8') } catch { return null }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const check = process.argv.includes('--check')
  const different = manual(!check)
  for (const path of different) console.log(`${check ? 'differs from the source, run "npm run generate"' : 'written'}: ${path}`)
  if (check && different.length > 0) process.exitCode = 1
}
