/** Findings for people: on the right line, not too many, of every rule some; and weights that can be trusted. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import type { Finding } from '../../src/core/core.ts'
import { generateMessage, modelOf, models, writeMessage, type MessageModel, type Tree } from '../../src/standard/standard.ts'
import { findings_told_max, judgeAgainst, judgeAll, judgeWithin, placed, rules, shortened, weightFaults, type Outside } from '../../src/rules/rules.ts'
import { openHistory } from '../../src/history/history.ts'
import { noSources } from '../../src/sources/sources.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { edited } from './edit.ts'

const at = (path: string, code = 'CD075'): Finding => ({ level: 2, code, retourcode: '0001', class: path, line: null, path, found: '', expected: '', message: 'x', message_en: 'x' })

/** Every start tag of a text with its line and its path, each step numbered. */
function tagsOf (text: string): Map<string, number> {
  const found = new Map<string, number>()
  const open: Array<{ path: string, seen: Map<string, number> }> = []
  const bare = text.replace(/<!--.*?-->|<!\[CDATA\[.*?\]\]>/gs, it => it.replace(/[^\n]/g, '.'))
  for (const { 1: slash, 2: name = '', index } of bare.matchAll(/<(\/?)(?:[\w-]+:)?(\w+)[^<>]*>/g)) {
    if (slash === '/') { open.pop(); continue }
    const outer = open.at(-1)
    const nth = (outer?.seen.get(name) ?? 0) + 1
    outer?.seen.set(name, nth)
    const path = outer === undefined ? '' : `${outer.path}${outer.path === '' ? '' : '/'}${name}[${nth}]`
    found.set(path, bare.slice(0, index).split('\n').length)
    open.push({ path, seen: new Map() })
  }
  return found
}
const numbered = (path: string): string => path.split('/').map(step => step.endsWith(']') ? step : `${step}[1]`).join('/')

function pathsIn (model: MessageModel, message: Tree): string[] {
  const visit = (type: MessageModel['root'], tree: Tree, above: string): string[] => type.elements.flatMap(({ name, type: of, max }) => {
    const node = tree[name]
    const all = node === undefined ? [] : Array.isArray(node) ? node : [node]
    return all.flatMap((one, nth) => {
      const path = `${above}${name}${max === 1 ? '' : `[${nth + 1}]`}`
      return [path, ...(of.kind === 'complex' ? visit(of, one as Tree, `${path}/`) : [])]
    })
  })
  return visit(model.root, message, '')
}

describe('the line of a finding', () => {
  const validator = openValidator()
  after(() => validator.close())

  it('is that of its element, however the message is laid out', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...models), fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom('as written', 'on one line', 'odd'), async (model, seed, way) => {
      const written = Buffer.from(writeMessage(model, generateMessage(model, seed, seed % 2 === 0 ? 'full' : 'random'))).toString()
      const text = way === 'as written' ? written : way === 'on one line' ? written.replace(/>\s+</g, '><') : written.replace(/>\s+</g, '>\n<!-- <x> \n -->\r\n<')
      const judgement = await validator.validate(Buffer.from(text))
      assert.ok(judgement.kind === 'valid')
      const tags = tagsOf(text)
      const paths = pathsIn(judgement.model, judgement.message)
      const found = placed(paths.map(path => at(path)), judgement.model, judgement.message, Buffer.from(text))
      assert.deepEqual(found.map(it => it.line), paths.map(path => tags.get(numbered(path))))
    }), { numRuns: 60 })
  })

  it('is that of the class where the element is not there', () => {
    const model = modelOf('JW301')
    const T = 'Client/ToegewezenProducten/ToegewezenProduct'
    const message = edited(generateMessage(model, 1, 'full'), [[`${T}[4]/Einddatum`, undefined], [`${T}[2]/Einddatum`, undefined]])
    const bytes = writeMessage(model, message)
    const tags = tagsOf(Buffer.from(bytes).toString())
    const found = placed(judgeWithin(model, message), model, message, bytes)
    assert.deepEqual(found.map(it => [it.code, it.path, it.line]), [2, 4].map(nth => ['CD075', `${T}[${nth}]/Einddatum`, tags.get(numbered(`${T}[${nth}]`))]))
    assert.deepEqual(placed([at(`${T}[4]/Omvang/Frequentie`)], model, message, bytes)[0]?.line, tags.get(numbered(`${T}[4]`)))
  })

  it('is not sought where it is known, and not invented where there is none', () => {
    const model = modelOf('WMO319')
    const message = generateMessage(model, 1, 'small')
    const known = { ...at('Antwoord'), line: 7 }
    assert.deepEqual(placed([known, at('')], model, message, Buffer.alloc(0)), [known, at('')])
    assert.equal(placed([at('Niets')], model, message, writeMessage(model, message))[0]?.line, null)
  })
})

describe('findings told', () => {
  const many = (code: string, count: number): Finding[] => Array.from({ length: count }, (_, nth) => at(`X[${nth + 1}]`, code))

  it('are all of them up to 200', () => {
    const all = many('CD075', findings_told_max)
    assert.equal(shortened(all), all)
  })

  it('are 200 and one that says there are more, of every rule some, in their order', () => {
    const told = shortened([...many('CD075', 5_000), ...many('CS003', 3), ...many('TR302', 400)])
    assert.equal(told.length, findings_told_max + 1)
    const counts = Map.groupBy(told, it => it.code)
    assert.deepEqual([...counts].map(([code, all]) => [code, all.length]), [['CD075', 99], ['CS003', 3], ['TR302', 98], ['ZP_RULES_MORE', 1]])
    assert.deepEqual(counts.get('CD075')?.map(it => it.path), many('CD075', 99).map(it => it.path))
  })

  it('do not become a reason to reject by there being more', () => {
    const warned = many('TR342', 300).map((it): Finding => ({ ...it, warning: true }))
    assert.ok(shortened(warned).every(it => it.warning === true))
  })
})

describe('a judgement', () => {
  const model = modelOf('JW323')
  const claim = generateMessage(model, 1, 'full')
  const outside: Outside = { history: openHistory([], { compleetVanaf: '2015-01-01', clientOf: bsn => bsn }), sources: noSources, today: '2026-04-02' }
  const broken = edited(claim, [['Declaratie/TotaalIngediendBedrag/TotaalBedrag', '1']])

  it('goes above level 2 only where that is clean', () => {
    assert.deepEqual(judgeAll(model, broken, outside).map(it => it.code), ['TR358'])
    assert.deepEqual(judgeAll(model, claim, outside), judgeAgainst(model, claim, outside))
    assert.deepEqual(judgeAll(model, claim, null), [])
    assert.deepEqual(judgeAll(model, broken, outside, [3, 4]), judgeAgainst(model, broken, outside))
  })

  it('takes the levels it is asked for', () => {
    for (const level of [3, 4] as const) assert.ok(judgeAll(model, claim, outside, [2, level]).every(it => it.level === level))
    assert.deepEqual(judgeAll(model, broken, outside, [2]).map(it => it.level), [2])
  })

  it('holds 200 findings of a rule at most, of tens of thousands in one message', () => {
    const prestatie = (nth: number): Tree => ({
      ProductReferentie: { ReferentieNummer: `R${nth}` }, ToewijzingNummer: '1', ProductCategorie: '45', ProductCode: 'A', ProductPeriode: { Begindatum: '2020-03-01', Einddatum: '2020-04-31' },
      GeleverdVolume: '1', Eenheid: '83', ProductTarief: '1', IngediendBedrag: { Bedrag: '2', DebetCredit: 'D' }
    })
    const large = edited(claim, [['Declaratie/Clienten/Client[1]/Prestaties/Prestatie', Array.from({ length: 30_000 }, (_, nth) => prestatie(nth))]])
    const counts = [...Map.groupBy(judgeWithin(model, large), it => it.code)].map(([code, all]) => [code, all.length])
    assert.deepEqual(counts, [['CD087', 200], ['CS100', 200], ['CS337', 200], ['CS339', 200], ['TR335', 200], ['TR358', 1], ['TR416', 200]])
  })
})

describe('what could not be assessed', () => {
  const model = modelOf('JW301')
  const fresh: Outside = { history: openHistory([], { compleetVanaf: null, clientOf: bsn => bsn }), sources: noSources, today: '2026-04-02' }
  const found = judgeAgainst(model, generateMessage(model, 1, 'full'), fresh)

  it('is told once of a rule for one reason, with of how many more it holds', () => {
    assert.deepEqual(found.map(it => [it.code, it.assessed]), [['TR332', false], ['TR379', false], ['TR378', false], ['TR381', false]])
    assert.match(found[0]?.message ?? '', / Dat geldt ook voor 3 andere\. /)
    assert.match(found[0]?.message_en ?? '', / The same goes for 3 more\. /)
  })

  it('does not read as a fault: why comes first, and the sentence of the rule is quoted', () => {
    for (const { code, message, message_en: english } of found) {
      const text = rules.find(it => it.code === code)?.text
      assert.ok(message.startsWith('Niet beoordeeld: ') && message.endsWith(`“${text?.nl}”`), message)
      assert.ok(english.startsWith('Not assessed: ') && english.endsWith(`“${text?.en}”`), english)
    }
  })

  it('finds nothing where nothing is known', () => {
    const start = modelOf('JW305')
    const told = judgeAgainst(start, generateMessage(start, 1, 'small'), fresh)
    assert.deepEqual(told.filter(it => it.code === 'TR326').map(it => it.found), ['niets bekend'])
  })
})

describe('weights', () => {
  const model = modelOf('WMO325')
  const wrong = edited(generateMessage(model, 1, 'full'), [['DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag', '1']])

  it('make a rule that is inferred tell only, or be silent', () => {
    assert.deepEqual(judgeWithin(model, wrong).map(it => [it.code, it.warning]), [['TR342', undefined]])
    assert.deepEqual(judgeWithin(model, wrong, { TR342: 'warn' }).map(it => [it.code, it.warning]), [['TR342', true]])
    assert.deepEqual(judgeWithin(model, wrong, { TR342: 'off' }), [])
    assert.deepEqual(judgeWithin(model, wrong, { TR358: 'off' }).map(it => it.code), ['TR342'])
  })

  it('change nothing of a rule that stands in the standard', () => {
    const claim = modelOf('WMO323')
    const broken = edited(generateMessage(claim, 1, 'full'), [['Declaratie/TotaalIngediendBedrag/TotaalBedrag', '1']])
    assert.deepEqual(judgeWithin(claim, broken, { TR358: 'off' }).map(it => [it.code, it.warning]), [['TR358', undefined]])
  })

  it('are checked, each fault in a sentence', () => {
    assert.deepEqual(weightFaults({}), [])
    assert.deepEqual(weightFaults(Object.fromEntries(rules.filter(it => it.inferred).map(it => [it.code, 'warn']))), [])
    const [unknown, fixed, value] = weightFaults({ TR9999: 'off', CD075: 'warn', TR342: 'loud' })
    assert.match(unknown ?? '', /^TR9999 is no rule .* TR342/)
    assert.match(fixed ?? '', /^CD075 .* always rejects/)
    assert.match(value ?? '', /^the weight of TR342 is reject, warn or off$/)
    for (const given of [null, [], 'off', 3]) assert.equal(weightFaults(given).length, 1)
    assert.doesNotMatch(weightFaults({ 'Jansen\n999900006 en meer': 'off' }).join(), /\n|999900006/)
  })
})
