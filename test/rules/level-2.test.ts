/** The rules within one message: what breaks each and what just does not, where it is told, and that a good message breaks none. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { generateMessage, modelOf, models, writeMessage, type Family, type MessageModel } from '../../src/standard/standard.ts'
import { judgeWithin, rules, rulesOf } from '../../src/rules/rules.ts'
import { openValidator, type Validator } from '../../src/validate/validate.ts'
import { cases, type Case } from './cases-2.ts'
import { edited } from './edit.ts'

const families: readonly Family[] = ['iwmo', 'ijw']
const familiesOf = ({ family }: Case): readonly Family[] => family === undefined ? families : [family]
const modelFor = (family: Family, { number }: Pick<Case, 'number'>): MessageModel => modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number}`)
const level2 = rules.filter(it => it.level === 2)

/** @returns the places where the case's code is told; the message goes through level 1 first, which must allow it */
async function judged (validator: Validator, family: Family, it: Case): Promise<string[]> {
  const model = modelFor(family, it)
  const judgement = await validator.validate(writeMessage(model, edited(generateMessage(model, 1, 'full'), it.edits)))
  assert.ok(judgement.kind === 'valid', `the schema allows ${family} ${it.number} ${JSON.stringify(it.edits)}`)
  const found = judgeWithin(judgement.model, judgement.message).filter(({ code }) => code === it.code)
  return found.map(({ class: at = '', path }) => `${at}|${path.slice(at.length + 1)}`)
}

/** `Client/Contactgegevens/Contact[1]|Soort` of a 301 is `301:Contact/Soort` in the table. */
const placeOf = (number: string, told: string): string => {
  const [at = '', element = ''] = told.split('|')
  return `${number}:${at.replace(/^.*\//, '').replace(/\[\d+\]$/, '')}${element === '' ? '' : `/${element}`}`
}

describe('rules within one message', () => {
  const validator = openValidator()
  after(() => validator.close())

  for (const rule of level2) {
    it(`${rule.code} is told where it is broken, and only there`, async () => {
      const own = cases.filter(it => it.code === rule.code)
      const hit = new Set<string>()
      const held = new Set<string>()
      for (const one of own) {
        for (const family of familiesOf(one)) {
          const told = await judged(validator, family, one)
          assert.deepEqual(told.toSorted(), [...one.breaks].toSorted(), `${family} ${one.number} ${JSON.stringify(one.edits)}`)
          for (const each of told) hit.add(`${family} ${placeOf(one.number, each)}`)
          if (told.length === 0) held.add(`${family} ${one.number}`)
        }
      }
      const applies = families.filter(family => rule.only === undefined || rule.only === family)
      assert.deepEqual([...hit].toSorted(), applies.flatMap(family => rule.at.map(place => `${family} ${place}`)).toSorted(), 'every place of the table was broken, and no other')
      const numbers = [...new Set(rule.at.map(place => place.slice(0, 3)))]
      assert.deepEqual(applies.flatMap(family => numbers.map(number => `${family} ${number}`)).filter(it => !held.has(it)), [], 'was held by a message near to breaking it')
    })
  }

  it('are broken by no good message, of whatever type, size or seed', () => {
    fc.assert(fc.property(fc.constantFrom(...models), fc.integer({ min: 0, max: 4_000_000_000 }), fc.constantFrom('small' as const, 'full' as const, 'random' as const), (model, seed, size) => {
      assert.deepEqual(judgeWithin(model, generateMessage(model, seed, size)), [])
    }), { numRuns: 3_000 })
  })

  it('find in the published examples what is known to be wrong with them, and nothing else', async t => {
    const official = process.env['OFFICIAL_DIR']
    if (official === undefined) return t.skip('OFFICIAL_DIR is not set: no published examples to judge')
    const folder = join(official, 'examples')
    const found: Record<string, string[]> = {}
    for (const file of readdirSync(folder).filter(it => it.endsWith('.xml'))) {
      const judgement = await validator.validate(readFileSync(join(folder, file)))
      assert.ok(judgement.kind === 'valid', file)
      const codes = judgeWithin(judgement.model, judgement.message).map(it => it.code)
      if (codes.length > 0) found[file] = codes
    }
    // Two of its Prestaties have one ReferentieNummer, and two persons are claimed for on one assignment.
    assert.deepEqual(found, { 'JW323.xml': ['TR416', 'TR101'] })
  })

  it('are not asked of a retour', () => {
    for (const model of models.filter(it => it.role === 'retour')) assert.deepEqual(rulesOf(model), [])
  })
})
