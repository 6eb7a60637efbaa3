/** Our own schemas of StUF-GGk against the published ones: same verdict on examples, mutants, and all that we write. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { home } from '../../src/version.ts'
import { needPublishedGgk, needTool } from '../tools.ts'
import { mutants, outcome, inEnvelope, samples, type Kind } from './samples.ts'
import { written } from './written.ts'

const own = (kind: Kind | 'stuf'): string => join(home, 'schemas', 'ggk0210', kind === 'Di01' || kind === 'Du01' ? 'ggk0210.xsd' : 'stuf0301.xsd')
const published = (folder: string, kind: Kind | 'stuf'): string =>
  kind === 'Di01' || kind === 'Du01' ? join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_msg_ggkberichten.xsd') : join(folder, '0301', 'stuf0301.xsd')

/** @returns xmllint's verdict by file */
function judge (schema: string, files: readonly string[]): ReadonlyMap<string, boolean> {
  const { stderr } = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, ...files], { encoding: 'utf8' })
  const verdicts = new Map(files.map(file => [file, stderr.includes(`${file} validates\n`)]))
  assert.ok(files.every(file => verdicts.get(file) === true || stderr.includes(`${file} fails to validate\n`)), stderr.slice(0, 2_000))
  return verdicts
}

function folderOf (t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'zp-stuf-'))
  t.after(() => { rmSync(folder, { recursive: true }) })
  return folder
}

interface Named { readonly name: string, readonly kind: Kind | 'stuf', readonly text: string | Uint8Array }

/** @returns the verdicts of the schemas, in the order of the texts */
function verdicts (t: TestContext, texts: readonly Named[], schemaOf: (kind: Kind | 'stuf') => string): boolean[] {
  const folder = folderOf(t)
  const files = texts.map((it, at) => ({ schema: schemaOf(it.kind), file: join(folder, `${at}.xml`), text: it.text }))
  for (const { file, text } of files) writeFileSync(file, text)
  const judged = new Map([...Map.groupBy(files, it => it.schema)].flatMap(([schema, some]) => [...judge(schema, some.map(it => it.file))]))
  return files.map(({ file }) => judged.get(file) ?? assert.fail(file))
}
const named = (texts: readonly Named[], judged: readonly boolean[]): Record<string, boolean> => Object.fromEntries(texts.map(({ kind, name }, at) => [`${kind}: ${name}`, judged[at] ?? assert.fail(name)]))

const good: readonly Named[] = (['Di01', 'Du01', 'Fo01'] as const).map(kind => ({ name: 'sample', kind, text: samples[kind] }))
const all: readonly Named[] = [...good, ...mutants]
const expected = Object.fromEntries([...good.map(it => [`${it.kind}: ${it.name}`, true]), ...mutants.map(it => [`${it.kind}: ${it.name}`, it.valid])])

test('our schemas find the mutants as they are meant to be found', t => {
  if (!needTool(t, 'xmllint', 'libxml2-utils')) return
  assert.ok(mutants.length >= 60)
  assert.deepEqual(named(all, verdicts(t, all, own)), expected)
})

test('so do the published schemas', t => {
  const folder = needPublishedGgk(t)
  if (folder === null || !needTool(t, 'xmllint', 'libxml2-utils')) return
  assert.deepEqual(named(all, verdicts(t, all, kind => published(folder, kind))), expected)
})

test('the published examples are valid by our schemas, and are read', t => {
  const folder = needPublishedGgk(t)
  if (folder === null || !needTool(t, 'xmllint', 'libxml2-utils')) return
  const examples = join(folder, 'voorbeeldberichten')
  const files = readdirSync(examples).map(name => join(examples, name))
  assert.equal(files.length, 4)
  for (const file of files) {
    const kind = file.endsWith('Fo01.xml') ? 'Fo01' : 'Di01'
    assert.equal(judge(own(kind), [file]).get(file), true, file)
  }
})

test('what we write is valid by the published schemas', t => {
  const folder = needPublishedGgk(t)
  if (folder === null || !needTool(t, 'xmllint', 'libxml2-utils')) return
  assert.deepEqual(verdicts(t, written, kind => published(folder, kind)).map((valid, at) => valid ? [] : written[at]?.name).flat(), [])
})

test('and by ours, which have been seen to refuse', t => {
  if (!needTool(t, 'xmllint', 'libxml2-utils')) return
  assert.deepEqual(verdicts(t, written, own).map((valid, at) => valid ? [] : written[at]?.name).flat(), [])
})

test('every gap of the schema, and all it catches, is told with the code of either list', () => {
  for (const { name, kind, text, read } of mutants) {
    assert.deepEqual([outcome(inEnvelope(text), '2025'), outcome(inEnvelope(text), '2018')], read, `${kind}: ${name}`)
  }
})
