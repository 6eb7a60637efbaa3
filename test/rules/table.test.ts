/** The table of rules is the standard's: none missing, doubled, or with another level, code, message, class, element or family. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { modelOf, models, type ComplexType, type MessageModel, type MessageNumber } from '../../src/standard/standard.ts'
import { rules } from '../../src/rules/rules.ts'

interface Written { readonly code: string, readonly level: number, readonly returnCode: string | null, readonly messages: readonly string[], readonly at: readonly string[], readonly atBasis: string, readonly only?: string, readonly rule: string, readonly note?: string }

const isInferred = (it: Written): boolean => it.atBasis === 'inferred' || /\[inferred/.test(it.rule + (it.note ?? ''))
const byCode = (a: { code: string }, b: { code: string }): number => a.code < b.code ? -1 : a.code > b.code ? 1 : 0

describe('the table of rules', () => {
  it('is the one of the standard', t => {
    const official = process.env['OFFICIAL_DIR']
    const path = official === undefined ? null : join(official, '..', 'rules.json')
    if (path === null || !existsSync(path)) return t.skip('OFFICIAL_DIR is not set, or no rules.json stands beside it: no table to compare with')
    // A file of the standard's facts; a field that is missing shows as a difference.
    const { rules: written, logicalKeys } = JSON.parse(readFileSync(path, 'utf8')) as { rules: readonly Written[], logicalKeys: Readonly<Record<string, object>> }
    for (const model of models.filter(it => it.role !== 'retour')) assert.deepEqual(keysOf(model), ofModel(model, logicalKeys[model.number] ?? {}), model.type)
    const expected = written.map(it => ({
      code: it.code, level: it.level, retourcode: it.returnCode, at: it.at, inferred: isInferred(it), only: it.only === 'JW' ? 'ijw' : it.only === 'WMO' ? 'iwmo' : undefined, messages: it.messages
    }))
    const ours = rules.map(({ code, level, retourcode, at, inferred, only }) =>
      ({ code, level, retourcode, at, inferred, only, messages: [...new Set(at.map(place => place.slice(0, 3)))].toSorted() }))
    assert.deepEqual(ours.toSorted(byCode), expected.map(it => ({ ...it, messages: it.messages.toSorted() })).toSorted(byCode))
    assert.equal(expected.length, new Set(expected.map(it => it.code)).size)
  })

  it('names every rule once', () => {
    assert.deepEqual(rules.map(it => it.code).filter((code, nth, all) => all.indexOf(code) !== nth), [])
  })

  it('names only classes and elements of the model', () => {
    for (const { code, at, only } of rules) {
      for (const place of at) {
        const [number = '', path = ''] = place.split(':')
        const [name = '', ...steps] = path.split('/')
        const families = (['iwmo', 'ijw'] as const).filter(it => only === undefined || only === it)
        const found = families.map(family => elementAt(typeIn(modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number as MessageNumber}`).root, name), steps))
        assert.ok(found.some(Boolean), `${code}: ${place}`)
      }
    }
  })

  it('tells every rule in a sentence in Dutch and one in English', () => {
    for (const { code, text: { nl, en } } of rules) {
      assert.match(nl, /^[A-ZÉ].*\.$/s, code)
      assert.match(en, /^[A-Z].*\.$/s, code)
      assert.notEqual(nl, en, code)
    }
  })

  it('asks nothing of a retour', () => {
    for (const { number } of models.filter(it => it.role === 'retour')) assert.deepEqual(rules.filter(it => it.at.some(place => place.startsWith(number))), [])
  })
})

/** Keys of the classes that a type has: Woonplaatsbeginsel is of one family only. */
const keysOf = (model: MessageModel): object => Object.fromEntries(Object.entries(model.keys).filter(([name]) => typeIn(model.root, name) !== undefined))
const ofModel = (model: MessageModel, keys: object): object => Object.fromEntries(Object.entries(keys).filter(([name]) => typeIn(model.root, name) !== undefined))

function typeIn (type: ComplexType, name: string): ComplexType | undefined {
  return type.name === name ? type : type.elements.map(it => it.type.kind === 'complex' ? typeIn(it.type, name) : undefined).find(it => it !== undefined)
}

function elementAt (type: ComplexType | undefined, steps: readonly string[]): boolean {
  const [step, ...rest] = steps
  if (type === undefined || step === undefined) return type !== undefined
  const element = type.elements.find(it => it.name === step)
  return element !== undefined && (rest.length === 0 || (element.type.kind === 'complex' && elementAt(element.type, rest)))
}
