/** The schemas: the same verdicts as the published ones, and a reader that never says more than they do. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { compileSchema, conformance, models, mutantOf, readMessage, schemaFiles } from '../../src/standard/standard.ts'
import { isValid } from '../../src/standard/compile.ts'

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

  it('differ where they should: a schema of another type is seen at once', async () => {
    const [result] = await conformance({ ours: schemas, theirs: join(schemas, 'ijw', '3.2'), types: ['WMO301'], perType: 1, seed: 1 })
    assert.equal(result?.absent, 'theirs')
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
