/** The fixtures: as generated, valid or invalid as their names say, and about nobody. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fixtureFiles } from '../../src/rules/examples/files.ts'
import { rules } from '../../src/rules/rules.ts'
import { models, readMessage, valuesOf } from '../../src/standard/standard.ts'
import { needTool } from '../tools.ts'

const root = join(import.meta.dirname, '../..')
const folderOf = (model: typeof models[number]): string => join(root, 'fixtures', model.family, model.release, model.type)

describe('generated files', () => {
  for (const [script, of] of [['src/standard/generate.ts', 'the model gives'], ['src/rules/examples/generate.ts', 'the cases of the rules give']] as const) {
    it(`are what ${of}`, () => {
      const check = spawnSync(process.execPath, [join(root, script), '--check'], { encoding: 'utf8' })
      assert.equal(check.status, 0, check.stderr)
    })
  }

  it('of rules are no more than there are cases', () => {
    const made = new Set(fixtureFiles().keys())
    const there = readdirSync(join(root, 'fixtures'), { recursive: true, encoding: 'utf8' }).map(it => `fixtures/${it}`).filter(it => /\/invalid-[A-Z]{2}[0-9]{3}\b.*\.xml$|\/sources\/.*\.csv$/.test(it))
    assert.deepEqual(there.filter(it => !made.has(it)), [])
  })
})

/** Whether the schema holds against a file: a rule above level 1 is not the schema's. */
function isInvalid (name: string): boolean {
  const [, code] = /^invalid-([A-Z]{2}[0-9]{3})\b/.exec(name) ?? []
  return code === undefined ? name.startsWith('invalid-') : rules.some(it => it.code === code && it.level === 1)
}
/** The messages of a type; what came before those of level 3 and 4 stands in folders of its own. */
const namesOf = (model: typeof models[number]): string[] => readdirSync(folderOf(model), { withFileTypes: true }).map(it => it.isFile() ? it.name : `${it.name}/message.xml`)

describe('fixtures', () => {
  for (const model of models) {
    it(`of ${model.type} are valid or invalid for the reader as named`, () => {
      const names = namesOf(model)
      assert.ok(names.includes('small.xml') && names.includes('full.xml') && names.length >= 12)
      for (const name of names) {
        const reading = readMessage(readFileSync(join(folderOf(model), name)))
        assert.equal(reading.kind, isInvalid(name) ? 'unsure' : 'valid', name)
        if (reading.kind === 'valid') assert.equal(reading.model, model)
      }
    })

    it(`of ${model.type} are so for xmllint too`, t => {
      if (!needTool(t, 'xmllint', 'libxml2-utils')) return
      const schema = join(root, 'schemas/istandaarden', model.family, model.release, `${model.type}.xsd`)
      const valid = (name: string): boolean => spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, join(folderOf(model), name)]).status === 0
      for (const name of namesOf(model)) {
        // A DOCTYPE is no matter of the schema; the gateway refuses it before it looks at one.
        if (name !== 'invalid-doctype.xml') assert.equal(valid(name), !isInvalid(name), name)
      }
    })

    it(`of ${model.type} hold only test Bsn's`, () => {
      for (const name of ['small.xml', 'full.xml']) {
        const reading = readMessage(readFileSync(join(folderOf(model), name)))
        assert.ok(reading.kind === 'valid')
        for (const bsn of valuesOf(model, reading.message, 'Bsn')) {
          assert.match(bsn, /^9999[0-9]{5}$/)
          const sum = [...bsn].reduce((total, digit, at) => total + Number(digit) * (at === 8 ? -1 : 9 - at), 0)
          assert.equal(sum % 11, 0)
        }
      }
    })
  }
})
