/** Many faults in one message, its type, and the limit on findings. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { models, supportedTypes } from '../../src/standard/standard.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { edit, findingsOf, lineOf, sample } from './sample.ts'

const message = sample('JW301')

describe('one message with many faults', () => {
  const validator = openValidator()
  after(() => validator.close())
  const findings = async (text: string) => findingsOf(await validator.validate(Buffer.from(text)))

  it('all are found, also after an unexpected child, in the order of their lines', async () => {
    const steps: ReadonlyArray<readonly [part: string | RegExp, by: string]> = [
      ['<jw301:BerichtCode>', '<jw301:Vreemd/>\n    <jw301:BerichtCode>'],
      [/(<jw301:Afzender>)[^<]*/, '<jw301:Afzender>344'],
      [/(<ijw:Dagtekening>)[^<]*/, '<ijw:Dagtekening>2026-02-31'],
      [/ *<jw301:Bsn>.*\n/, ''],
      [/(<jw301:Geslacht>)[^<]*/, '<jw301:Geslacht>7'],
      [/ *<jw301:Toewijzingsdatum>.*\n/, '']
    ]
    const text = steps.reduce((before, [part, by]) => edit(before, part, by), message)
    const last = text.lastIndexOf('<ijw:Volume>')
    const broken = `${text.slice(0, last)}<ijw:Volume>veel${text.slice(last + '<ijw:Volume>'.length)}`
    assert.deepEqual((await findings(broken)).map(each => [each.line, each.path, each.code]), [
      [lineOf(broken, '<jw301:Vreemd/>'), 'Header/Vreemd', 'ZP_SCHEMA_UNEXPECTED'],
      [lineOf(broken, '<jw301:Afzender>'), 'Header/Afzender', 'ZP_SCHEMA_PATTERN'],
      [lineOf(broken, '<ijw:Dagtekening>'), 'Header/BerichtIdentificatie/Dagtekening', 'ZP_SCHEMA_DATE'],
      [lineOf(broken, '<jw301:Client>'), 'Client/Bsn', 'ZP_SCHEMA_MISSING'],
      [lineOf(broken, '<jw301:Geslacht>'), 'Client/Geslacht', 'ZP_SCHEMA_CODE'],
      [lineOf(broken, '<jw301:ToegewezenProduct>'), 'Client/ToegewezenProducten/ToegewezenProduct[1]/Toewijzingsdatum', 'ZP_SCHEMA_MISSING'],
      [lineOf(broken, 'veel'), 'Client/ToegewezenProducten/ToegewezenProduct[2]/Omvang/Volume', 'ZP_SCHEMA_INTEGER']
    ])
    withDocument(Buffer.from(broken), document => assert.equal(judgeBySchema(document, models.find(model => model.type === 'JW301') ?? assert.fail()).kind, 'invalid'), () => assert.fail())
  })

  it('what follows a processing instruction is judged too', async () => {
    const text = edit(edit(message, '<jw301:Afzender>', '<?p?><jw301:Afzender>'), /(<jw301:Ontvanger>)[^<]*/, '<jw301:Ontvanger>1')
    assert.deepEqual((await findings(text)).map(each => each.path), ['Header/Ontvanger'])
  })

  it('Dutch and English say the same thing', async () => {
    const [found] = await findings(edit(message, /(<jw301:Bsn>)[^<]*/, '<jw301:Bsn>12345678x'))
    assert.equal(found?.message, 'Bsn heeft niet de juiste vorm (9 tekens, waarvan 1 geen cijfer); verwacht is 9 cijfers.')
    assert.equal(found?.message_en, 'Bsn does not have the right form (9 characters, 1 of them no digit); expected is 9 digits.')
    assert.deepEqual([found?.found, found?.expected], ['9 tekens, waarvan 1 geen cijfer', '9 cijfers'])
  })

  it('200 findings, then one that says there are more; exactly 200 need none', async () => {
    const faults = (count: number): string => edit(message, '<jw301:Geslacht>', `${'<jw301:Fout/>\n'.repeat(count)}<jw301:Geslacht>`)
    const many = await findings(faults(5000))
    assert.equal(many.length, 201)
    assert.deepEqual(many.map(each => each.code).filter(code => code === 'ZP_SCHEMA_MORE').length, 1)
    assert.equal(many.at(-1)?.code, 'ZP_SCHEMA_MORE')
    assert.deepEqual([...new Set((await findings(faults(200))).map(each => each.code))], ['ZP_SCHEMA_UNEXPECTED'])
  })
})

describe('the type of a message', () => {
  const validator = openValidator()
  after(() => validator.close())

  for (const model of models) {
    it(`${model.type} is known by its namespace, and its Header may not contradict it`, async () => {
      const text = sample(model.type)
      const good = await validator.validate(Buffer.from(text))
      assert.deepEqual([good.kind, good.model?.type], ['valid', model.type])
      const other = models.find(each => each.type !== model.type && each.number === model.number) ?? assert.fail()
      for (const [element, value] of [['BerichtCode', other.berichtCode], ['BerichtVersie', '2'], ['BerichtSubversie', '4']] as const) {
        const judgement = await validator.validate(Buffer.from(edit(text, new RegExp(`(:${element}>)[^<]*`), `:${element}>${value}`)))
        assert.deepEqual([judgement.kind === 'invalid' && judgement.code, judgement.model?.type], ['ZP_TYPE', model.type])
        assert.deepEqual(findingsOf(judgement).map(each => [each.code, each.path]), [['ZP_TYPE_CONTRADICTED', `Header/${element}`]])
      }
    })
  }

  it('an unknown namespace is answered with what is supported', async () => {
    const judgement = await validator.validate(Buffer.from(message.replaceAll('3_2/jw301', '4_0/jw301')))
    assert.deepEqual([judgement.kind === 'invalid' && judgement.code, judgement.model], ['ZP_TYPE', null])
    assert.match(findingsOf(judgement)[0]?.expected ?? '', /^JW301 in release 3\.2: http:.*3_2\/jw301\/schema$/)
    const strange = await validator.validate(Buffer.from('<Bericht xmlns="urn:x"/>'))
    assert.equal(findingsOf(strange)[0]?.expected, supportedTypes().join(', '))
  })
})
