/** Every rule is broken by a case of its own wherever it applies, at the place the standard names, and by none of its mended twins. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import type { Finding } from '../../src/core/core.ts'
import { allCases, casesOf, type Case, type Sent } from '../../src/rules/examples/examples.ts'
import { judgedAs } from '../../src/rules/examples/explain.ts'
import { rules } from '../../src/rules/rules.ts'
import { answerTo, families, leavesNamed, textAt, writeMessage, type MessageModel } from '../../src/standard/standard.ts'
import { compileSchema, isValid } from '../../src/validate/validate.ts'
import { openValidator, type Validator } from '../../src/validate/validate.ts'

const all = allCases()
const known = new Map(rules.map(it => [it.code, it]))
const nameOf = ({ code, family, at, name }: Case): string => `${code} ${family} ${at}${name === '' ? '' : ` (${name})`}`
const level = ({ code }: Case): number => known.get(code)?.level ?? 0

/** Code, class and element of a finding, with the return code; one that does not reject says so. */
const told = ({ code, retourcode, class: at = '', path, assessed, warning }: Finding): string =>
  [code, retourcode ?? '-', at, path.slice(at.length + 1), ...(assessed === false ? ['not assessed'] : []), ...(warning === true ? ['warning'] : [])].join(' ')
const expected = (it: Case): string[] => it.expected.map(({ code, class: at, element }) => [code, known.get(code)?.retourcode ?? '-', at, element].join(' '))

/** @returns what differs from what is expected, per case; a stack of it all is easier to mend than the first alone */
const differing = (cases: readonly Case[], of: (it: Case) => string[], wanted: (it: Case) => string[]): object[] => cases.flatMap(it => {
  const [is, should] = [of(it).toSorted(), wanted(it).toSorted()]
  return is.join('\n') === should.join('\n') ? [] : [{ case: nameOf(it), is, should }]
})

suite('cases of the rules', () => {
  test('stand at every place of every rule, in every family it is of', () => {
    // What a family's messages do not have is no place of theirs.
    const places = rules.flatMap(({ code, at, only }) => families.filter(it => (only ?? it) === it).flatMap(family => at.filter(place => family === 'ijw' || !place.includes('Woonplaatsbeginsel')).map(place => `${code} ${family} ${place}`)))
    assert.deepEqual([...new Set(all.map(({ code, family, at }) => `${code} ${family} ${at}`))].toSorted(), places.toSorted())
  })

  test('stand at every place that the standard names', t => {
    const file = join(process.env['OFFICIAL_DIR'] ?? '', '..', 'rules.json')
    if (process.env['OFFICIAL_DIR'] === undefined || !existsSync(file)) return t.skip('OFFICIAL_DIR is not set: no table of rules to compare with')
    const { rules: named } = JSON.parse(readFileSync(file, 'utf8')) as { rules: Array<{ code: string, at: string[], only?: string }> }
    const places = named.flatMap(({ code, at, only }) => (only === 'JW' ? ['ijw'] : families).flatMap(family => at
      .filter(place => family === 'ijw' || !place.includes('Woonplaatsbeginsel')).map(place => `${code} ${family} ${place}`)))
    assert.deepEqual(places.filter(it => !all.some(({ code, family, at }) => it === `${code} ${family} ${at}`)), [])
  })

  test('have Identificaties of their own, so that all of a type can be sent', () => {
    const sent = all.filter(({ code }) => code !== 'TR056').map(({ message: { model, message } }) => `${model.type} ${textAt(message, 'Header/BerichtIdentificatie/Identificatie') ?? ''}`)
    assert.deepEqual(sent.filter((it, nth) => sent.indexOf(it) !== nth), [])
  })

  test('of a code that is no rule’s are none', () => assert.deepEqual(casesOf('TR999'), []))

  for (const family of families) {
    for (const number of ['301', '305', '307', '315', '317', '319', '323', '325']) {
      const here = all.filter(it => it.family === family && it.number === number)

      test(`${family} ${number}: each breaks its rule, at its place`, () => {
        assert.deepEqual(differing(here.filter(it => level(it) > 1), it => judgedAs(it, it.message).map(told), expected), [])
      })

      test(`${family} ${number}: mended, with the same earlier messages, nothing is found`, () => {
        assert.deepEqual(differing(here, it => judgedAs(it, it.twin).map(told), () => []), [])
      })
    }
  }
})

suite('the schema', () => {
  let validator: Validator
  before(() => { validator = openValidator() })

  test('has nothing against cases, their twins and their earlier messages, but where it holds the rule', async t => {
    t.after(async () => await validator.close())
    const valid = async ({ model, message }: Sent): Promise<boolean> => (await validator.validate(writeMessage(model, message))).kind === 'valid'
    const wrong: string[] = []
    for (const it of all) {
      if (await valid(it.message) === (level(it) === 1) || !await valid(it.twin)) wrong.push(nameOf(it))
      for (const earlier of it.history) if (!await valid(earlier)) wrong.push(`${nameOf(it)}: ${earlier.model.type}`)
    }
    assert.deepEqual(wrong, [])
  })

  test('refuses a case of level 1 at its place', async t => {
    const own = openValidator()
    t.after(async () => await own.close())
    for (const it of all.filter(it => level(it) === 1)) {
      const judgement = await own.validate(writeMessage(it.message.model, it.message.message))
      const paths = judgement.kind === 'valid' ? [] : judgement.findings.map(({ path }) => path)
      assert.deepEqual(paths, it.expected.map(({ class: at, element }) => `${at}/${element}`), nameOf(it))
    }
  })
})

/** The published schema of a type, compiled; null where there is none. */
function publishedSchema ({ family, type }: MessageModel): ReturnType<typeof compileSchema> | null {
  const folder = join(process.env['OFFICIAL_DIR'] ?? '', 'xsd', `${family}-3.2`)
  if (process.env['OFFICIAL_DIR'] === undefined || !existsSync(folder)) return null
  const text = (name: string): string => readFileSync(join(folder, readdirSync(folder).find(it => it.toLowerCase() === name) ?? name), 'utf8')
  return compileSchema({ message: text(`${type.toLowerCase()}.xsd`), basis: text('basisschema.xsd') })
}

suite('the answer to a case', () => {
  const judged = all.filter(it => level(it) > 1 && it.number !== '325')
  const answered = judged.map(it => ({ it, answer: answerTo(it.message.model, it.message.message, judgedAs(it, it.message), { identificatie: 'ZP0000000001', dagtekening: it.today }) }))
  /** Each class with its codes. */
  const codes = (model: MessageModel, message: Sent['message']): Map<string, readonly string[]> => {
    const all = leavesNamed(model, message, 'RetourCode').map(({ path, text }) => ({ at: path.replace(/\/?RetourCodes\/RetourCode\[\d+\]$/, ''), text }))
    return new Map([...Map.groupBy(all, it => it.at)].map(([at, its]) => [at, its.map(({ text }) => text)]))
  }

  test('carries the code of the rule at its class, and elsewhere says no remark or not assessed', () => {
    const wrong = answered.flatMap(({ it, answer }) => {
      const is = codes(answer.model, answer.message)
      const [{ code, class: at } = { code: '', class: '' }] = it.expected
      const header = level(it) === 2 || at === 'Header'
      const [retourcode, where] = [known.get(code)?.retourcode ?? '', header ? 'Header' : at.replace(/^Declaratie/, 'DeclaratieAntwoord')]
      // A 325 lists only what it rejects, so its places are counted anew.
      const carried = it.number === '323' && !header ? [...is.values()].flat().includes(retourcode) : is.get(where)?.includes(retourcode)
      const own = new Set(it.expected.map(other => known.get(other.code)?.retourcode))
      const strange = [...is.values()].flat().filter(one => !own.has(one) && one !== '0200' && one !== '0233')
      return !answer.approved && carried === true && strange.length === 0 ? [] : [{ case: nameOf(it), is: [...is].map(([at, of]) => `${at} ${of.join(' ')}`) }]
    })
    assert.deepEqual(wrong, [])
  })

  test('holds to our schema', async t => {
    const validator = openValidator()
    t.after(async () => await validator.close())
    const wrong: string[] = []
    for (const { it, answer } of answered) if ((await validator.validate(writeMessage(answer.model, answer.message))).kind !== 'valid') wrong.push(nameOf(it))
    assert.deepEqual(wrong, [])
  })

  test('holds to the published schema', t => {
    const types = [...Map.groupBy(answered, ({ answer }) => answer.model)].map(([model, its]) => ({ its, schema: publishedSchema(model) }))
    if (types.every(({ schema }) => schema === null)) return t.skip('OFFICIAL_DIR is not set: no published schemas to compare with')
    const wrong = types.flatMap(({ its, schema }) => schema === null ? [] : its.filter(({ answer }) => !isValid(schema, writeMessage(answer.model, answer.message))).map(({ it }) => nameOf(it)))
    for (const { schema } of types) schema?.dispose()
    assert.deepEqual(wrong, [])
  })
})
