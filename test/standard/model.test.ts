/** The model: every message type, how the families and the retours differ, and that unsound data stop the load. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { codeList, modelByNamespace, modelOf, models, supportedTypes, type ComplexType, type MessageType } from '../../src/standard/standard.ts'
import { codesIn, elementsIn, simpleTypesIn } from '../../src/standard/notation.ts'
import { release, releases } from '../../src/standard/release.ts'
import { basisOf, classesIn, modelsOf } from '../../src/standard/build.ts'

const names = (type: ComplexType | undefined): string[] => (type?.elements ?? []).map(({ name, min, max }) => `${name}${min === 0 ? '?' : ''}${max === 1 ? '' : '+'}`)
const classNames = (type: MessageType, name: string): string[] => names(classesIn(modelOf(type).root).get(name))

describe('model', () => {
  it('has 28 message types, each found by name and namespace', () => {
    assert.equal(models.length, 28)
    assert.equal(supportedTypes().length, 28)
    for (const model of models) {
      assert.equal(modelOf(model.type), model)
      assert.equal(modelByNamespace(model.namespace), model)
    }
    assert.equal(modelOf('JW999'), undefined)
    assert.equal(modelByNamespace('http://www.istandaarden.nl/ijw/3_1/jw301/schema'), undefined)
  })

  it('gives every message its own BerichtCode', () => {
    assert.equal(new Set(models.map(model => model.berichtCode)).size, 28)
    assert.deepEqual(models.map(model => model.berichtCode).slice(0, 4), ['414', '415', '418', '419'])
    assert.equal(modelOf('JW325').berichtCode, '491')
  })

  it('knows who answers whom', () => {
    assert.deepEqual([modelOf('WMO301').answeredBy, modelOf('WMO302').answers, modelOf('WMO302').role], ['WMO302', 'WMO301', 'retour'])
    assert.deepEqual([modelOf('JW323').answeredBy, modelOf('JW325').answers, modelOf('JW325').role], ['JW325', 'JW323', 'answer'])
    assert.deepEqual(models.filter(model => model.answeredBy === null && model.answers === null), [])
  })

  it('makes a retour by rule: Header grows, the rest is optional, every class but the plural ones closes with RetourCodes', () => {
    assert.deepEqual(classNames('JW302', 'Root'), ['Header', 'Client?'])
    assert.deepEqual(classNames('JW302', 'Header').slice(6), ['XsdVersie', 'IdentificatieRetour', 'DagtekeningRetour', 'XsltVersie?', 'XsdVersieRetour', 'RetourCodes?'])
    const retours = models.filter(model => model.role !== 'heen' && model.role !== 'claim')
    for (const model of retours) {
      for (const [name, type] of classesIn(model.root)) {
        if (name === 'Root' || name === 'RetourCodes') continue
        const plural = type.elements[0]?.max === 'unbounded'
        assert.equal(type.elements.at(-1)?.name === 'RetourCodes', !plural, `${model.type} ${name}`)
      }
    }
    assert.deepEqual(classNames('WMO325', 'Header').slice(7), ['DeclaratieIdentificatie', 'XsltVersie?', 'XsdVersieDeclaratie', 'RetourCodes'])
    assert.equal(classesIn(modelOf('WMO302').root).get('RetourCodes')?.basis, false)
  })

  it('keeps the families apart only where the standard does', () => {
    assert.ok(classNames('JW315', 'Client').includes('GezagsdragerBekend?'))
    assert.ok(!classNames('WMO316', 'Client').includes('GezagsdragerBekend?'))
    assert.deepEqual(classNames('JW320', 'Woonplaatsbeginsel'), ['Gemeente', 'RetourCodes'])
    assert.deepEqual(classNames('WMO319', 'Antwoord'), ['ReferentieAanbieder', 'VerzoekAntwoord', 'RedenAfwijzingVerzoek?'])
    const label = (list: string, family: 'iwmo' | 'ijw', code: string): string | undefined => codeList(list, family).find(([one]) => one === code)?.[1]
    assert.match(label('LDT_RedenBeeindiging', 'ijw', '31') ?? '', /volgens plan/)
    assert.match(label('LDT_RedenBeeindiging', 'iwmo', '31') ?? '', /andere gemeente/)
    assert.equal(codeList('LDT_RetourCode', 'iwmo').length, codeList('LDT_RetourCode', 'ijw').length)
    assert.equal(codeList('LDT_ProductCategorie', 'iwmo').length, 18)
    assert.throws(() => codeList('LDT_Datum', 'iwmo'), RangeError)
  })

  it('marks what is about a person', () => {
    const marked = new Map<string, boolean>()
    const visit = (type: ComplexType): void => type.elements.forEach(element => {
      marked.set(element.name, (marked.get(element.name) ?? false) || element.personal)
      if (element.type.kind === 'complex') visit(element.type)
    })
    models.forEach(model => visit(model.root))
    for (const name of ['Bsn', 'Achternaam', 'Voornamen', 'Postcode', 'Huisnummer', 'Datum', 'Geboortedatum', 'Telefoonnummer', 'Emailadres', 'Commentaar', 'BeschikkingNummer', 'JuridischeStatus']) assert.equal(marked.get(name), true, name)
    for (const name of ['BerichtCode', 'Afzender', 'Identificatie', 'ToewijzingNummer', 'Begindatum', 'RetourCode', 'Client']) assert.equal(marked.get(name), false, name)
  })

  it('has the logical keys of every class, the retour those of its heenbericht', () => {
    assert.deepEqual(modelOf('WMO305').keys['StartProduct'], ['ToewijzingNummer', 'Product/Categorie', 'Product/Code', 'Begindatum'])
    assert.deepEqual(modelOf('WMO306').keys, modelOf('WMO305').keys)
    assert.equal(modelOf('WMO319').keys['Woonplaatsbeginsel'], undefined)
    assert.deepEqual(modelOf('JW319').keys['Woonplaatsbeginsel'], ['Gemeente'])
  })
})

describe('notation', () => {
  it('refuses what it does not know', () => {
    for (const text of ['naam', 'Naam:', 'Naam:LDT_Naam*', 'Naam:LDT_Naam?+', 'Naam@wlz', 'Naam:LDT_Naam Naam:LDT_Naam', '<Naam>']) assert.throws(() => elementsIn(text), SyntaxError, text)
    for (const text of ['01', '01 A\n01 B', 'a b', '01@wlz A']) assert.throws(() => codesIn(text, 'ijw'), SyntaxError, text)
    for (const text of ['LDT_X', 'LDT_X decimal', 'LDT_X string 1..2 a b', 'LDT_X code ..1', 'LDT_X date 1..2']) assert.throws(() => simpleTypesIn(text, () => undefined), SyntaxError, text)
  })

  it('refuses a structure with an unknown type, a class within itself or a key that leads nowhere', () => {
    const [structure] = release('3.2').structures
    assert.ok(structure !== undefined)
    const basis = basisOf(release('3.2'), 'iwmo')
    const broken = [
      { ...structure, classes: { ...structure.classes, Contact: 'Soort:LDT_Onbekend' } },
      { ...structure, classes: { ...structure.classes, Contact: 'Relatie' } },
      { ...structure, keys: { Client: 'Bsnummer' } },
      { ...structure, codes: { iwmo: ['414'], ijw: [] } }
    ]
    for (const one of broken) assert.throws(() => modelsOf(one, basis), SyntaxError)
    assert.equal(modelsOf(structure, basis).length, 2)
  })

  it('has releases side by side', () => {
    assert.deepEqual(releases.map(one => one.release), ['3.2'])
    assert.throws(() => release('9.9'), /no release 9\.9/)
  })
})
