/** `zorgpoort rules`: the catalogue, one rule explained with what breaks it, and its example as files. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ruleCodes } from '../../src/codes/codes.ts'
import { compared, judgedAs } from '../../src/rules/examples/explain.ts'
import { allCases } from '../../src/rules/examples/examples.ts'
import { ends, folder, zorgpoort } from './command.ts'

const rules = async (...args: string[]): Promise<Awaited<ReturnType<typeof zorgpoort>>> => await zorgpoort(['rules', ...args])
const codesIn = (out: string): string[] => [...out.matchAll(/^([A-Z]{2}\d{3}) /gm)].map(([, code = '']) => code)

describe('the catalogue', () => {
  test('has every rule with its level, RetourCode, messages and sentence', async () => {
    const every = await rules()
    ends(every, 0, /^CD005 {2}2 {6}0001 {8}301\n {7}\S/m, /^TR377 .*319 \(ijw only\)$/m, /^TR326 .* \*$/m, /\d+ rules; \* may be set to warn or off/)
    assert.deepEqual(codesIn(every.out), ruleCodes().map(({ code }) => code))
  })

  test('can be narrowed to a level, a message, a type, a RetourCode', async () => {
    assert.deepEqual(codesIn((await rules('--level', '1')).out), ['CS015', 'CS025', 'CS319'])
    assert.deepEqual(codesIn((await rules('--level', '2', '--message', 'jw319')).out), ['CD085', 'CD086', 'TR377', 'TR409'])
    assert.deepEqual(codesIn((await rules('--level', '2', '--message', 'WMO319')).out), ['CD085', 'CD086'])
    assert.ok(codesIn((await rules('0001')).out).length > 50)
    ends(await rules('9414'), 0, /^TR414 {2}level 3/)
  })

  test('as JSON is what the interface gives', async () => {
    const every = await rules('--json', '--message', '305')
    assert.deepEqual(JSON.parse(every.out), ruleCodes().filter(({ messages }) => messages.includes('305')))
  })
})

describe('one rule', () => {
  test('is explained: where, with which code, what weighs, and the line that breaks it', async () => {
    const one = await rules('tr414')
    ends(one, 0, /^TR414 {2}level 3, against earlier messages\n {2}\S.*\n {2}\S/, /^Where +307:StopProduct\/Einddatum$/m, /^RetourCode +9414$/m, /^Weight +always rejects$/m,
      /WMO307 of 2026-04-01, StopProduct\/RedenBeeindiging 20, StopProduct\/Einddatum 2026-02-28/, /- .*<wmo307:Einddatum>2026-02-28</, /\+ .*<wmo307:Einddatum>2026-02-27<.* {3}<-- TR414$/m,
      /^line \d+ {2}Client\/StopProducten\/StopProduct\[1\]\/Einddatum {2}TR414$/m)
    ends(await rules('CS015', '--message', 'JW305', '--lang', 'en'), 0, /Example: a JW305/, /\+ .*<jw305:BerichtSubversie>1<.*<-- CS015/, /ZP_TYPE_CONTRADICTED/)
    ends(await rules('TR326'), 0, /rules unless|rejects, unless rule_weights says TR326=warn or TR326=off/)
  })

  test('of every code is explained at a terminal without showing a Bsn in its findings', () => {
    const cases = allCases().filter(({ code }) => ruleCodes().some(it => it.code === code))
    for (const it of cases) {
      assert.ok(compared(it).some(({ mark }) => mark !== ' '), it.at)
      assert.doesNotMatch(JSON.stringify(judgedAs(it, it.message)), /\b9999\d{5}\b/, it.at)
    }
  })

  test('that is none is answered with the nearest, or where to look', async () => {
    ends(await rules('TRR414'), 2, /TRR414 is no rule and no RetourCode of a rule; did you mean TR414\?/)
    ends(await rules('something'), 2, /"zorgpoort rules" lists all/)
    ends(await rules('TR414', '--message', '305'), 2, /TR414 is not asked of a 305; it is of 307/)
    ends(await rules('TR377', '--message', 'WMO319'), 2, /TR377 is not asked of a 319 of that standard/)
    ends(await rules('--message', '302'), 2, /--message 302 has no rules/)
    ends(await rules('--level', '5'), 2, /--level is 1/)
  })
})

describe('its example', () => {
  test('is written as files that the command judges', async () => {
    const dir = join(folder(), 'tr414')
    ends(await rules('TR414', '--message', 'JW307', '--example', dir), 0, /message\.xml breaks it, mended\.xml does not/, /zorgpoort validate --history/)
    assert.deepEqual(readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted(), [
      'history', 'history/01-JW301.xml', 'history/02-JW305.xml', 'history/03-JW307.xml', 'mended.xml', 'message.xml', 'sources', 'sources/contracts.csv', 'sources/municipalities.csv', 'sources/products.csv'
    ])
    assert.match(readFileSync(join(dir, 'message.xml'), 'utf8'), /<jw307:Einddatum>2026-02-27</)
  })

  test('without earlier messages is judged by the commands it tells, as they say', async () => {
    const dir = join(folder(), 'tr378')
    const { out } = await rules('TR378', '--example', dir)
    const told = [...out.matchAll(/^npx zorgpoort (validate .*?) +# exit (\d)$/gm)]
    assert.equal(told.length, 2, out)
    for (const [, command = '', code] of told) {
      const ended = await zorgpoort(command.split(' '))
      assert.equal(ended.code, Number(code), ended.err)
      assert.match(ended.out, ended.code === 0 ? /: 1 geldig/ : /TR378/)
    }
  })

  test('is not written over something else, nor for a list', async () => {
    const dir = folder()
    ends(await rules('CD075', '--example', join(dir, 'one')), 0)
    ends(await rules('CD075', '--example', join(dir, 'one')), 1, /is not empty; name a folder that is new/)
    ends(await rules('--example', join(dir, 'two')), 2, /name its code/)
    assert.ok(!existsSync(join(dir, 'two')))
  })
})
