/** The fixtures: as generated, valid or invalid as their names say, and about nobody. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { models, readMessage, valuesOf } from '../../src/standard/standard.ts'
import { needTool } from '../tools.ts'

const root = join(import.meta.dirname, '../..')
const folderOf = (model: typeof models[number]): string => join(root, 'fixtures', model.family, model.release, model.type)

describe('generated files', () => {
  it('are what the model gives', () => {
    const check = spawnSync(process.execPath, [join(root, 'src/standard/generate.ts'), '--check'], { encoding: 'utf8' })
    assert.equal(check.status, 0, check.stderr)
  })
})

describe('fixtures', () => {
  for (const model of models) {
    it(`of ${model.type} are valid or invalid for the reader as named`, () => {
      const names = readdirSync(folderOf(model))
      assert.ok(names.includes('small.xml') && names.includes('full.xml') && names.length >= 12)
      for (const name of names) {
        const reading = readMessage(readFileSync(join(folderOf(model), name)))
        assert.equal(reading.kind, name.startsWith('invalid-') ? 'unsure' : 'valid', name)
        if (reading.kind === 'valid') assert.equal(reading.model, model)
      }
    })

    it(`of ${model.type} are so for xmllint too`, t => {
      if (!needTool(t, 'xmllint', 'libxml2-utils')) return
      const schema = join(root, 'schemas/istandaarden', model.family, model.release, `${model.type}.xsd`)
      const valid = (name: string): boolean => spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, join(folderOf(model), name)]).status === 0
      for (const name of readdirSync(folderOf(model))) {
        // A DOCTYPE is no matter of the schema; the gateway refuses it before it looks at one.
        if (name !== 'invalid-doctype.xml') assert.equal(valid(name), !name.startsWith('invalid-'), name)
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
