/** The answer to a message says of every class what was found in it, and gives back what was sent. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answerTo, generateMessage, leavesNamed, modelOf, models, readMessage, textAt, writeMessage, type Answer, type Ground, type MessageModel, type MessageType, type Tree } from '../../src/standard/standard.ts'

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
