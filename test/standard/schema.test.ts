/** The schemas: the same verdicts as the published ones, and a reader that never says more than they do. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { modelOf, models, mutantOf, readMessage, schemaFiles } from '../../src/standard/standard.ts'
import { compileSchema, isValid, conformance } from '../../src/validate/validate.ts'

const schemas = join(import.meta.dirname, '../../schemas/istandaarden')
const perType = 250

describe('our schemas and the published ones', () => {
  const official = process.env['OFFICIAL_DIR']

  it('give every mutant the same verdict', async t => {
    if (official === undefined) return t.skip('OFFICIAL_DIR is not set: no published schemas to compare with')
    const results = await conformance({ ours: schemas, theirs: join(official, 'xsd', 'ijw-3.2'), perType, seed: 1 })
    const absent = results.filter(result => result.absent !== null)
    t.diagnostic(`not published there, so not compared: ${absent.map(result => result.type).join(' ')}`)
    assert.deepEqual(absent.filter(result => !result.type.startsWith('WMO')), [])
    for (const result of results.filter(one => one.absent === null)) {
      assert.equal(result.compared, perType)
      assert.ok(result.valid > 10 && result.valid < perType - 10, `${result.type}: mutants of both kinds`)
      assert.deepEqual(result.different, [], result.type)
    }
  })

  it('are told apart when one is changed, and when one is absent', async t => {
    const folder = await mkdtemp(join(tmpdir(), 'schemas-'))
    t.after(() => rm(folder, { recursive: true }))
    const { message, basis } = schemaFiles(modelOf('WMO305'))
    await writeFile(join(folder, 'wmo305.XSD'), message.replace('basisschema.xsd', 'Basisschema.xsd'))
    await writeFile(join(folder, 'Basisschema.xsd'), basis.replace('maxLength value="12"', 'maxLength value="5"'))
    const [changed, absent] = await conformance({ theirs: folder, types: ['WMO305', 'WMO306'], perType: 20, seed: 1 })
    assert.ok(changed !== undefined && changed.different.length > 0)
    assert.ok(changed.different.every(one => one.ours && !one.theirs))
    assert.deepEqual([absent?.absent, absent?.compared], ['theirs', 0])
  })

  it('tell a folder that cannot be read', async () => {
    await assert.rejects(conformance({ ours: join(schemas, 'none'), theirs: schemas, perType: 1, seed: 1 }), /cannot read the folder/)
  })
})

describe('reader and schema', () => {
  for (const model of models) {
    it(`agree: what the reader calls valid is valid: ${model.type}`, async () => {
      const schema = compileSchema(schemaFiles(model))
      let valid = 0
      for (let seed = 5_000; seed < 5_000 + perType; seed++) {
        const mutant = mutantOf(model, seed)
        if (readMessage(mutant.bytes).kind === 'valid') {
          valid++
          assert.ok(isValid(schema, mutant.bytes), `seed ${seed}: ${mutant.name}`)
        }
        await turn()
      }
      schema.dispose()
      assert.ok(valid > perType / 20, `only ${valid} read as valid`)
    })
  }
})
