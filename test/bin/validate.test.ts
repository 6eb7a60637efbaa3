/** `zorgpoort validate` above the schema: rules within a message, earlier messages, the answer it would get. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { validateCommand, type ValidateOptions } from '../../bin/commands/validate.ts'
import { generateMessage, modelOf, readMessage, textAt, valuesOf, writeMessage, type MessageType, type Tree } from '../../src/standard/standard.ts'
import { answer, technical, type Made } from '../history/made.ts'
import { home } from '../../src/version.ts'
import { ends, folder, zorgpoort } from './command.ts'

/** Of one story: the assignment, its start and its stop go together. */
function sample (type: MessageType, identificatie: string, products: Tree = {}): Made {
  const model = modelOf(type)
  const message = generateMessage(model, 7, 'small', { identificatie })
  const client = message['Client']
  if (client === undefined || typeof client === 'string' || !('Bsn' in client)) return { model, message }
  const changed = Object.fromEntries(Object.entries(client).map(([name, node]) => [name, /Producten$/.test(name) ? inList(node, products) : node]))
  return { model, message: { ...message, Client: changed } }
}
const inList = (wrapper: Tree[string], products: Tree): Tree =>
  Object.fromEntries(Object.entries(wrapper ?? {}).map(([name, list]) => [name, [...(list as readonly Tree[])].map(it => ({ ...it, ...products }))]))

const toewijzing = sample('JW301', 'T1')
const start = sample('JW305', 'S1')
const again = sample('JW305', 'S2')
const deletion = sample('JW305', 'S3', { StatusAanlevering: '3' })
const stopsEarly = sample('JW307', 'E1', { Einddatum: '2025-12-31' })

/** Keeps messages as files. @returns the folder */
function kept (files: Readonly<Record<string, Made>>): string {
  const dir = folder()
  for (const [name, { model, message }] of Object.entries(files)) writeFileSync(join(dir, name), writeMessage(model, message))
  return dir
}
interface Line { readonly file: string, readonly valid: boolean, readonly retour?: string | null, readonly findings: ReadonlyArray<{ readonly code: string, readonly level: number, readonly retourcode?: string, readonly assessed?: false, readonly line: number | null }> }
/** In this process, which is quicker than one for each. */
async function judged (files: readonly string[], options: ValidateOptions = {}) {
  let out = ''
  const stdout = new Writable({ decodeStrings: false, write: (chunk: string, _, done) => { out += chunk; done() } })
  const code = await validateCommand(files, { json: true, ...options }, { stdin: Readable.from([]), stdout, stderr: new Writable({ write: (_, __, done) => { done() } }) })
  return { code, lines: out.trimEnd().split('\n').filter(it => it !== '').map((line): Line => JSON.parse(line)) }
}
const codes = (line: Line | undefined, assessed = true): string[] => (line?.findings ?? []).filter(it => (it.assessed !== false) === assessed).map(it => it.code)
const everything = { completeFrom: '2015-01-01' }

describe('zorgpoort validate, rules within a message', () => {
  const dir = kept({ 'stop.xml': stopsEarly, 'start.xml': start })
  const stop = join(dir, 'stop.xml')

  it('judges them unless --level 1 says otherwise, each with its place and return code', async () => {
    const { code, lines: [line] } = await judged([stop])
    assert.equal(code, 1)
    assert.equal(line?.valid, false)
    const [first] = line.findings
    assert.deepEqual([first?.level, first?.retourcode, Number(first?.line) > 1], [2, '0001', true])
    assert.equal((await judged([stop], { level: '1' })).code, 0)
    assert.equal((await judged([join(dir, 'start.xml')])).code, 0)
  })

  it('shows a person the rule, its return code, the place, what was found and what is expected', async () => {
    const { out } = await zorgpoort(['validate', stop])
    assert.match(out, /^ONGELDIG {2}.*stop\.xml {2}JW307\n {2}regel \d+ {2}Client\/StopProducten\/StopProduct\[1\]\/\w+ {2}[A-Z]{2}\d{3} {2}retourcode 0001\n {4}.+\n {4}.+\n {4}gevonden: .+; verwacht: .+\n/)
    assert.match(out, /\n1 bestand: 0 geldig, 1 ongeldig\n$/)
    assert.match((await zorgpoort(['validate', '--lang', 'en', stop])).out, /line \d+ {2}.* {2}return code 0001\n(?: {4}.+\n){2}/)
    const missing = join(home, 'fixtures/iwmo/3.2/WMO315/invalid-CD075.xml')
    for (const [lang, words] of [['nl', /gevonden: afwezig; verwacht: gevuld/], ['en', /found: absent; expected: filled/]] as const) assert.match((await zorgpoort(['validate', '--lang', lang, missing])).out, words)
  })
})

describe('zorgpoort validate --history', () => {
  const file = join(kept({ 'start.xml': again }), 'start.xml')

  it('judges against the folder; what it may not hold is not assessed, and rejects nothing', async () => {
    const none = kept({ '1.xml': sample('JW315', 'V1') })
    const unsure = await judged([file], { history: none })
    assert.equal(unsure.code, 0)
    assert.deepEqual([codes(unsure.lines[0]), codes(unsure.lines[0], false).includes('TR019')], [[], true])
    const sure = await judged([file], { history: none, ...everything })
    assert.deepEqual([sure.code, codes(sure.lines[0])], [1, ['TR019']])
    assert.equal((await judged([file], { history: kept({ 'a.xml': toewijzing }), ...everything })).code, 0)
  })

  it('shows apart what was not assessed', async () => {
    const { code, out } = await zorgpoort(['validate', '--lang', 'nl', '--history', kept({ '1.xml': sample('JW315', 'V1') }), file])
    assert.equal(code, 0)
    assert.match(out, /^geldig {4}.*\n(?: {2}niet beoordeeld {2}.*TR019\n {4}.+\n)/)
    assert.match(out, /\n\d+ niet beoordeeld: .*\n$/)
  })

  it('takes messages in natural order of their names', async () => {
    const history = kept({ '1-toewijzing.xml': toewijzing, '2-start.xml': start, '10-deletion.xml': deletion })
    assert.equal((await judged([file], { history, ...everything })).code, 0)
    const other = kept({ '1-toewijzing.xml': toewijzing, '2-deletion.xml': deletion, '10-start.xml': start })
    assert.deepEqual(codes((await judged([file], { history: other, ...everything })).lines[0]).toSorted(), ['TR074', 'TR326'])
  })

  it('a rejecting retour takes effect, wherever it stands', async () => {
    for (const name of ['0-retour.xml', '3-retour.xml']) {
      assert.equal((await judged([file], { history: kept({ '1.xml': toewijzing, '2.xml': start, [name]: technical(start) }), ...everything })).code, 0, name)
    }
    assert.equal((await judged([file], { history: kept({ '1.xml': toewijzing, '2.xml': start, '3.xml': answer(start) }), ...everything })).code, 1)
  })

  it('stops at an earlier message that does not fit its schema, and at an empty folder', async () => {
    const history = kept({ '1.xml': toewijzing })
    writeFileSync(join(history, '2.xml'), '<Bericht/>')
    ends(await zorgpoort(['validate', '--history', history, file]), 1, /^zorgpoort: --history: .*2\.xml does not fit its schema/)
    ends(await zorgpoort(['validate', '--history', folder(), file]), 1, /^zorgpoort: .* has no \*\.xml/)
    ends(await zorgpoort(['validate', '--history', join(history, 'weg'), file]), 1, /^zorgpoort: cannot read the folder/)
  })
})

describe('zorgpoort validate --chain', () => {
  it('counts each file as sent for those after it, and what was rejected as never sent', async () => {
    const dir = kept({ '1.xml': toewijzing, '2.xml': start, '3.xml': again, '4.xml': deletion, '5.xml': sample('JW305', 'S4'), '6.xml': sample('JW305', 'S2') })
    const files = readdirSync(dir).toSorted().map(it => join(dir, it))
    const chained = await judged(files, { chain: true, ...everything })
    assert.deepEqual(chained.lines.map(it => codes(it).toSorted()), [[], [], ['TR074', 'TR326'], [], [], ['TR056', 'TR074', 'TR326']], 'a rejected one uses up its Identificatie')
    const apart = await judged(files, { level: '3' })
    assert.deepEqual(apart.lines.map(it => it.valid), [true, true, true, true, true, true])
  })
})

describe('zorgpoort validate --retour', () => {
  const dir = kept({ 'start.xml': start, 'stop.xml': stopsEarly, 'retour.xml': answer(start) })
  const files = ['start.xml', 'stop.xml', 'retour.xml'].map(it => join(dir, it))
  writeFileSync(join(dir, 'fout.xml'), '<Bericht/>')

  it('writes the answer each file would get, named after the file', async () => {
    const out = join(folder(), 'a', 'b')
    const { code, lines } = await judged([...files, join(dir, 'fout.xml')], { retour: out, today: '2026-05-06' })
    assert.equal(code, 1)
    assert.deepEqual(lines.map(it => it.retour), [join(out, 'start-retour.xml'), join(out, 'stop-retour.xml'), null, null])
    assert.deepEqual(readdirSync(out).toSorted(), ['start-retour.xml', 'stop-retour.xml'])
    const read = (name: string) => readMessage(readFileSync(join(out, name)))
    const [good, bad] = [read('start-retour.xml'), read('stop-retour.xml')]
    assert.ok(good.kind === 'valid' && bad.kind === 'valid')
    assert.deepEqual([good.model.type, valuesOf(good.model, good.message, 'RetourCode')], ['JW306', []])
    assert.deepEqual([bad.model.type, valuesOf(bad.model, bad.message, 'RetourCode')], ['JW308', ['0001']])
    assert.equal(textAt(bad.message, 'Header/DagtekeningRetour'), '2026-05-06')
    assert.match(textAt(bad.message, 'Header/IdentificatieRetour') ?? '', /^ZP[0-9A-Z]{10}$/)
    assert.equal(statSync(join(out, 'stop-retour.xml')).mode & 0o077, 0)
  })

  it('answers a rule of level 3 with the code at its class', async () => {
    const out = folder()
    await judged([join(kept({ 'again.xml': again }), 'again.xml')], { retour: out, history: kept({ '1.xml': toewijzing, '2.xml': start }), ...everything })
    const retour = readMessage(readFileSync(join(out, 'again-retour.xml')))
    assert.ok(retour.kind === 'valid')
    assert.deepEqual(valuesOf(retour.model, retour.message, 'RetourCode'), ['0200', '9074', '9326', '0200'])
  })

  it('overwrites nothing', async () => {
    const out = folder()
    writeFileSync(join(out, 'start-retour.xml'), 'mine')
    ends(await zorgpoort(['validate', '--retour', out, ...files]), 1, /^zorgpoort: .*start-retour\.xml is there already and is not overwritten/)
    assert.equal(readFileSync(join(out, 'start-retour.xml'), 'utf8'), 'mine')
  })
})

describe('zorgpoort validate, wrong use', () => {
  it('says what to type instead', async () => {
    const dir = folder()
    mkdirSync(join(dir, 'history'))
    const wrong: ReadonlyArray<readonly [args: readonly string[], says: RegExp]> = [
      [[], /name one or more files/],
      [['--level', '5', 'x.xml'], /--level is 1 \(schema\)/],
      [['--level', '2', '--history', dir, 'x.xml'], /leave --level out/],
      [['--level', '3', '--sources', dir, 'x.xml'], /leave --level out/],
      [['--level', '1', '--retour', dir, 'x.xml'], /--retour needs level 2/],
      [['--complete-from', '2015-01-01', 'x.xml'], /--complete-from says something about/],
      [['--today', '2026-02-30', 'x.xml'], /--today is a date such as/],
      [['--chain', '--complete-from', '1 april', 'x.xml'], /--complete-from is a date such as/]
    ]
    for (const [args, says] of wrong) ends(await zorgpoort(['validate', ...args]), 2, /^zorgpoort validate: /, says)
  })
})
