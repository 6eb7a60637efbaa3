/** The answer to a message says of every class what was found in it, and gives back what was sent. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { XsdValidator } from 'libxml2-wasm'
import { isRejecting } from '../../src/core/core.ts'
import { judgeWithin, rules } from '../../src/rules/rules.ts'
import { answeredHeader, answerTo, generateMessage, headerLeaves, isWrapperType, leavesNamed, modelOf, models, readMessage, schemaFiles, textAt, valuesOf, writeMessage, type Answer, type ComplexType, type Ground, type MessageModel, type MessageType, type Node, type Tree } from '../../src/standard/standard.ts'
import { compileSchema, isValid } from '../../src/validate/validate.ts'
import { openValidator } from '../../src/validate/validate.ts'

const as = { identificatie: 'ZP0000000001', dagtekening: '2026-04-10' }
const ground = (at: string, retourcode: string, level: 2 | 3 | 4 = 3): Ground => ({ level, code: `TR${retourcode}`, retourcode, class: at })
const answered = (type: MessageType, ...findings: Ground[]): Answer => answerTo(modelOf(type), generateMessage(modelOf(type), 7, 'full'), findings, as)
/** Every code of an answer with the class it stands at. */
const codes = ({ model, message }: Answer): string[] => leavesNamed(model, message, 'RetourCode').map(it => `${it.path.replace(/\/?RetourCodes\/RetourCode\[\d\]$/, '')} ${it.text}`)
const read = ({ model, message }: Answer): Tree => {
  const reading = readMessage(writeMessage(model, message), model)
  assert.ok(reading.kind === 'valid', reading.kind === 'unsure' ? `${model.type}: ${reading.reason}` : '')
  return reading.message
}
const heen: readonly MessageModel[] = models.filter(it => it.role === 'heen')

describe('a retour', () => {
  for (const { type, number } of heen) {
    test(`to a ${type}: the Header alone when all is well, when level 2 or the Header is not, and then with its code`, () => {
      const well = answered(type)
      assert.deepEqual([well.approved, Object.keys(read(well)), codes(well)], [true, ['Header'], []])
      const technical = answered(type, ground(number === '319' ? 'Antwoord' : 'Client', '0001', 2))
      assert.deepEqual([technical.approved, Object.keys(read(technical)), codes(technical)], [false, ['Header'], ['Header 0001']])
      const header = answered(type, ground('Header', '9056'), ground(number === '319' ? 'Antwoord' : 'Client', '9374'), ground('Header', 'S300', 4), ground('Header', '9056'))
      assert.deepEqual([header.approved, Object.keys(read(header)), codes(header)], [false, ['Header'], ['Header 9056', 'Header S300']])
    })
  }

  test('says what is made by whom, and repeats the Header as it was', () => {
    const message = generateMessage(modelOf('JW307'), 7, 'full')
    assert.deepEqual(answered('JW307').message, {
      Header: { ...message['Header'] as Tree, BerichtCode: '441', IdentificatieRetour: 'ZP0000000001', DagtekeningRetour: '2026-04-10', XsdVersieRetour: { BasisschemaXsdVersie: '1.0.0', BerichtXsdVersie: '1.0.0' } }
    })
  })

  test('gives every class back with all its codes, and 0200 where nothing was found', () => {
    assert.deepEqual(codes(answered('WMO301', ground('Client/ToegewezenProducten/ToegewezenProduct[2]', '9332'), ground('Client/ToegewezenProducten/ToegewezenProduct[2]', 'S329', 4))), [
      'Header 0200',
      ...['Relatie[1]/Contact', 'Relatie[1]', 'Relatie[2]/Contact', 'Relatie[2]'].map(it => `Client/Relaties/${it} 0200`),
      'Client/Contactgegevens/Contact[1] 0200', 'Client/Contactgegevens/Contact[2] 0200',
      ...['[1] 0200', '[2] 9332', '[2] S329', '[3] 0200', '[4] 0200'].map(it => `Client/ToegewezenProducten/ToegewezenProduct${it}`),
      'Client 0200'
    ])
  })

  test('does not vouch for what stands in a class with a code, but tells what was found in it', () => {
    const product = 'Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct'
    assert.deepEqual(codes(answered('JW317', ground(`${product}[2]`, '9351'), ground('Client/Verzoek', '9349'))).filter(it => !it.includes('NieuwProduct')), [
      'Header 0200', 'Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[1] 0233', 'Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[2] 0233',
      `${product}[1] 0233`, `${product}[2] 9351`, 'Client/Verzoek 9349', 'Client 0200'
    ])
    assert.deepEqual(codes(answered('JW319', ground('Antwoord/Woonplaatsbeginsel', 'S300', 4))), ['Header 0200', 'Antwoord/Woonplaatsbeginsel S300', 'Antwoord 0200'])
  })

  test('says all is well where rules were broken that only warn, or could not be judged', () => {
    const at = { level: 3, code: 'TR332', retourcode: '9332', class: 'Client' } as const
    const answer = answered('WMO301', { ...at, warning: true }, { ...at, assessed: false })
    assert.deepEqual([answer.approved, Object.keys(answer.message), codes(answer)], [true, ['Header'], []])
  })

  test('is not made where it would leave out what was found', () => {
    for (const [wrong, expected] of [
      [[{ level: 3, code: 'TR371', class: 'Header' }], /TR371 rejects the message and brings no code/],
      [[{ level: 1, code: 'ZP_FACET' }], /ZP_FACET rejects/],
      ...['Client[1]', 'Client/Naam', 'Client/ToegewezenProducten', 'Client/ToegewezenProducten/ToegewezenProduct', 'Client/ToegewezenProducten/ToegewezenProduct[5]', 'Clint', ''].map(at =>
        [[ground(at, '9332')], /a code for a class that this WMO301 does not have: TR9332/] as const)
    ] as const) assert.throws(() => answered('WMO301', ...wrong), expected)
    assert.throws(() => answered('WMO302'), /a WMO302 has no answer/)
    assert.throws(() => answered('JW325'), /a JW325 has no answer/)
    assert.throws(() => answerTo(modelOf('WMO301'), {}, [], as), /no Header/)
  })
})

describe('a 325', () => {
  const total = (tree: Tree, name: string): string => `${textAt(tree, `DeclaratieAntwoord/${name}/TotaalBedrag`)} ${textAt(tree, `DeclaratieAntwoord/${name}/DebetCredit`)}`
  const clients = ['Declaratie/Clienten/Client[1]', 'Declaratie/Clienten/Client[2]'] as const

  for (const type of ['WMO323', 'JW323'] as const) {
    test(`to a ${type} grants all, or nothing, and always says so`, () => {
      const well = answered(type)
      assert.deepEqual([well.approved, codes(well)], [true, ['Header 0200', 'DeclaratieAntwoord 8001']])
      assert.equal(total(read(well), 'TotaalToegekendBedrag'), total(read(well), 'TotaalIngediendBedrag'))
      assert.equal(textAt(well.message, 'Header/Afzender'), '0344')
      assert.deepEqual(codes(answered(type, ground(clients[1], '0001', 2))), ['Header 0001'])
      assert.deepEqual(codes(answered(type, ground('Header', '9056'), ground('Declaratie', '9333'))), ['Header 9056'])
      const nothing = answered(type, ground(`${clients[0]}/Prestaties/Prestatie[1]`, '9321'), ground('Declaratie', '9333'), ground('Declaratie', '8214'))
      assert.deepEqual(codes(nothing), ['Header 0200', 'DeclaratieAntwoord 9333', 'DeclaratieAntwoord 8214'])
      assert.equal(total(read(nothing), 'TotaalToegekendBedrag'), '0 D')
    })
  }

  test('lists of the Clienten with an error the Prestaties that are not granted', () => {
    const one = answered('JW323', ground(`${clients[1]}/Prestaties/Prestatie[2]`, '9321'), ground(`${clients[1]}/Prestaties/Prestatie[2]`, '0611'))
    const listed = 'DeclaratieAntwoord/Clienten/Client[1]'
    assert.deepEqual(codes(one), ['Header 0200', `${listed}/Prestaties/Prestatie[1] 9321`, `${listed}/Prestaties/Prestatie[1] 0611`, `${listed} 0200`, 'DeclaratieAntwoord 0200'])
    const whole = answered('JW323', ground(clients[0], '8187'), ground(`${clients[0]}/Prestaties/Prestatie[1]`, '9338'))
    assert.deepEqual(codes(whole), ['Header 0200', `${listed}/Prestaties/Prestatie[1] 0233`, `${listed}/Prestaties/Prestatie[2] 0233`, `${listed} 8187`, 'DeclaratieAntwoord 0200'])
    read(one)
    read(whole)
  })
})

type Prestatie = readonly [cents: number, creditOf?: string]

/** A claim with these Prestaties per Client. */
function claimOf (...clients: ReadonlyArray<readonly Prestatie[]>): Tree {
  const sample = generateMessage(modelOf('JW323'), 3, 'full')
  const declaratie = sample['Declaratie'] as Tree
  const [client] = (declaratie['Clienten'] as Tree)['Client'] as readonly Tree[]
  const [prestatie] = (client?.['Prestaties'] as Tree)['Prestatie'] as readonly Tree[]
  const sum = clients.flat().reduce((all, [cents]) => all + cents, 0)
  const made = (own: readonly Prestatie[], nth: number): Tree => ({
    ...client,
    Bsn: ['999990019', '999990020', '999990032'][nth],
    Prestaties: {
      Prestatie: own.map(([cents, of], at) => ({
        ...prestatie,
        ProductReferentie: { ReferentieNummer: `P${nth}${at}`, ...(of === undefined ? {} : { VorigReferentieNummer: of }) },
        IngediendBedrag: { Bedrag: `${Math.abs(cents)}`, DebetCredit: cents < 0 ? 'C' : 'D' }
      }))
    }
  })
  return { ...sample, Declaratie: { ...declaratie, TotaalIngediendBedrag: { TotaalBedrag: `${Math.abs(sum)}`, DebetCredit: sum < 0 ? 'C' : 'D' }, Clienten: { Client: clients.map(made) } } }
}

describe('what a 325 grants', () => {
  const at = (client: number, prestatie: number): string => `Declaratie/Clienten/Client[${client}]/Prestaties/Prestatie[${prestatie}]`
  const rejecting = (claim: Tree, ...paths: string[]): Answer => answerTo(modelOf('JW323'), claim, paths.map(it => ground(it, '9321')), as)
  const told = (answer: Answer): string => {
    const message = read(answer)
    assert.deepEqual(judgeWithin(answer.model, message).filter(it => ['TR342', 'CS325', 'CD060'].includes(it.code)), [])
    const granted = ['TotaalBedrag', 'DebetCredit'].map(it => textAt(message, `DeclaratieAntwoord/TotaalToegekendBedrag/${it}`)).join(' ')
    return `${granted}; ${valuesOf(answer.model, message, 'Bsn').length} ${valuesOf(answer.model, message, 'ReferentieNummer').join(' ')}`
  }

  test('is the sum of what was approved, over the Clienten, of whom only those with an error are listed', () => {
    const claim = claimOf([[1000], [2000]], [[4000]], [[8000], [16000]])
    assert.equal(told(rejecting(claim, at(1, 2), at(3, 1))), '21000 D; 2 P01 P20')
    assert.equal(told(rejecting(claim, at(1, 1), at(1, 2), at(2, 1), at(3, 1), at(3, 2))), '0 D; 3 P00 P01 P10 P20 P21')
    assert.equal(told(rejecting(claim)), '31000 D; 0 ')
    assert.equal(told(rejecting(claim, 'Declaratie', at(1, 1))), '0 D; 0 ')
    assert.equal(told(rejecting(claim, 'Declaratie/Clienten/Client[3]', at(1, 1))), '6000 D; 2 P00 P20 P21')
  })

  test('may be less than nothing, and is never a credit of nothing', () => {
    const corrected = claimOf([[-5000, 'V1'], [4000]])
    assert.equal(told(rejecting(corrected)), '1000 C; 0 ')
    assert.equal(told(rejecting(corrected, at(1, 2))), '5000 C; 1 P01')
    assert.equal(told(rejecting(corrected, at(1, 1))), '4000 D; 1 P00')
    assert.equal(told(rejecting(claimOf([[-5000, 'V1'], [5000], [700]]), at(1, 3))), '0 D; 1 P02')
    assert.equal(told(rejecting(claimOf([[-5000, 'V1'], [5000]]))), '0 D; 0 ')
  })

  test('is counted by value, however amounts are written', () => {
    const claim = claimOf([[1000], [2000]])
    const bytes = Buffer.from(writeMessage(modelOf('JW323'), claim)).toString().replace(/(:Bedrag>)1000</, '$1 +0001000\n<')
    const reading = readMessage(Buffer.from(bytes))
    assert.ok(reading.kind === 'valid')
    assert.equal(told(rejecting(reading.message, at(1, 2))), '1000 D; 1 P01')
    assert.deepEqual(valuesOf(modelOf('JW325'), read(rejecting(reading.message, at(1, 1))), 'Bedrag'), [' +0001000\n'])
  })
})

/** Every class of a message by its path; plural wrappers and data types are none. */
function classes (type: ComplexType, tree: Tree, above = ''): Array<readonly [path: string, it: Tree]> {
  return type.elements.flatMap(({ name, type: of, max }) => of.kind === 'simple' || of.basis || tree[name] === undefined
    ? []
    : [tree[name]].flat().flatMap((node, nth) => {
        const path = `${above}${name}${max === 1 ? '' : `[${nth + 1}]`}`
        return [...(isWrapperType(of) ? [] : [[path, node as Tree] as const]), ...classes(of, node as Tree, `${path}/`)]
      }))
}

/** The same without what an answer says of it. */
const unsaid = (node: Node): Node => typeof node === 'string'
  ? node
  : Array.isArray(node) ? node.map(unsaid) : Object.fromEntries(Object.entries(node).filter(([name]) => name !== 'RetourCodes').map(([name, value]) => [name, unsaid(value as Node)]))

/** The schemas that judge the answers of a type: ours, and the published one where it is at hand. */
function schemasOf (model: MessageModel): XsdValidator[] {
  const official = process.env['OFFICIAL_DIR']
  const published = (name: string): string => readFileSync(join(official ?? '', 'xsd/ijw-3.2', `${name}.xsd`), 'utf8')
  return [compileSchema(schemaFiles(model)), ...(official === undefined || model.family !== 'ijw' ? [] : [compileSchema({ message: published(model.type), basis: published('basisschema') })])]
}

describe('any findings on any message', () => {
  const levels = fc.constantFrom(3, 3, 3, 3, 4, 4, 2)
  const finding = fc.record({ level: levels, at: fc.nat(), code: fc.constantFrom('9321', '9056', 'S300', '0611'), kind: fc.constantFrom('rejects', 'rejects', 'rejects', 'warns', 'unassessed') })

  for (const model of models.filter(it => it.answeredBy !== null)) {
    test(`give an answer that is valid, echoes what it must and says what was found: ${model.type}`, async () => {
      const schemas = schemasOf(modelOf(model.answeredBy ?? model.type))
      await fc.assert(fc.asyncProperty(fc.nat(0xffff), fc.constantFrom('small', 'full', 'random'), fc.array(finding, { maxLength: 6 }), async (seed, size, given) => {
        const heen = generateMessage(model, seed, size)
        const all = classes(model.root, heen)
        const grounds = given.map(({ level, at, code, kind }): Ground => ({
          ...ground(all[at % all.length]?.[0] ?? '', code, level), ...(kind === 'warns' ? { warning: true } : kind === 'unassessed' ? { assessed: false } : {})
        }))
        const answer = answerTo(model, heen, grounds, as)
        const bytes = writeMessage(answer.model, answer.message)
        await turn()
        for (const schema of schemas) assert.ok(isValid(schema, bytes))
        const message = read(answer)
        const counting = grounds.filter(isRejecting)
        assert.equal(answer.approved, counting.length === 0)
        const echo = answeredHeader(answer.model, message)
        assert.equal(echo?.type, model.type)
        const leaves = headerLeaves(model, heen)
        for (const [path, text] of Object.entries(echo.echo)) assert.equal(leaves[path], text, path)
        const whole = counting.length === 0 || counting.some(it => it.level === 2 || it.class === 'Header')
        if (model.role === 'heen') assertRetour(heen, counting, whole, answer)
        else assertAntwoord(heen, counting, whole, answer)
      }), { numRuns: 60 })
      for (const it of schemas) it.dispose()
    })
  }

  test('have a code wherever a rule above level 2 may reject what is answered', () => {
    const answered = new Set(models.flatMap(it => it.answeredBy === null ? [] : [it.number as string]))
    const without = rules.filter(({ level, retourcode }) => level > 1 && retourcode === null)
    assert.deepEqual(without.filter(({ at }) => at.some(it => answered.has(it.slice(0, 3)))).map(it => it.code), [])
  })
})

function assertRetour (heen: Tree, counting: readonly Ground[], whole: boolean, { model, message }: Answer): void {
  if (whole) return assert.deepEqual(Object.keys(message), ['Header'])
  assert.deepEqual(unsaid({ ...message, Header: '' }), { ...heen, Header: '' }, 'every class comes back as it was')
  for (const [path, it] of classes(model.root, message)) {
    if (path.endsWith('RetourCodes') || path === 'Header') continue
    const own = [...new Set(counting.filter(it => it.class === path).map(it => it.retourcode))]
    const spoilt = counting.some(it => path.startsWith(`${it.class}/`))
    assert.deepEqual((it['RetourCodes'] as Tree)['RetourCode'], own.length > 0 ? own : [spoilt ? '0233' : '0200'], path)
  }
}

function assertAntwoord (claim: Tree, counting: readonly Ground[], whole: boolean, answer: Answer): void {
  const { message } = answer
  if (whole && counting.length > 0) return assert.deepEqual(Object.keys(message), ['Header'])
  assert.deepEqual(judgeWithin(answer.model, message).filter(it => it.code === 'TR342' || it.code === 'CS325'), [])
  const erroneous = classes(modelOf('JW323').root, claim).filter(([path]) => /Client\[\d+\]$/.test(path) && counting.some(it => `${it.class}/`.startsWith(`${path}/`)))
  const none = counting.some(it => it.class === 'Declaratie')
  assert.deepEqual(valuesOf(answer.model, message, 'Bsn'), none ? [] : erroneous.map(([, it]) => it['Bsn']))
}

describe('a leaf', () => {
  test('comes back as it was sent, however it was written', async t => {
    const validator = openValidator()
    t.after(() => validator.close())
    const model = modelOf('WMO301')
    const plain = Buffer.from(writeMessage(model, generateMessage(model, 3, 'full'))).toString()
    const odd = (text: string, nth = 0): string => { let seen = 0; return plain.replaceAll(/(<[\w.]+:Commentaar>)[^<]*/g, (all, open: string) => seen++ === nth ? open + text : all) }
    const changed = [
      odd('  begint en eindigt met wit \t\t '), odd('&#13;&#10;&#9;&amp;&lt;&gt;&quot;&apos;&#x1F600;\u{10FFFD}'), odd('een\r\ntwee\ndrie\rvier&#13;vijf&#xD;&#xA;zes'),
      odd('\u0085 \u2028 \u00a0 \ufeff é e\u0301 ]]&gt; &amp;amp; &#38;#13;', 1), odd('<![CDATA[ <x> & ]]> en <!-- weg --> verder'),
      plain.replaceAll(/(:ToewijzingNummer>)(\d+)/g, '$1\r\n 000$2&#13;&#9;'), plain.replaceAll(/(:Volume>)(\d+)/g, '$1+0$2 '), plain.replaceAll(/(:(?:Einddatum|Toewijzingsdatum)>)(\d[^<]+)/g, '$1 $2\n'),
      plain.replaceAll(/(:Toewijzingstijd>)(\d[^<]+)/g, '$1$2.500 '), plain.replaceAll(/(:Achternaam>|:Naam>)([A-Z][a-z]+)</g, '$1 $2 <')
    ]
    for (const text of changed) {
      assert.notEqual(text, plain)
      const judged = await validator.validate(Buffer.from(text))
      assert.ok(judged.kind === 'valid', JSON.stringify(judged.kind === 'invalid' ? judged.findings : ''))
      const { model: retour, message } = answerTo(model, judged.message, [ground('Client', '9374')], as)
      const bytes = writeMessage(retour, message)
      const again = await validator.validate(bytes)
      assert.ok(again.kind === 'valid', JSON.stringify(again.kind === 'invalid' ? again.findings : ''))
      assert.deepEqual(unsaid({ ...again.message, Header: '' }), { ...judged.message, Header: '' }, text)
    }
  })
})
