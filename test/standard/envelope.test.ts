/** Header, echo and answers: what routing, correlation and the retours read. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answeredHeader, answerTo, generateMessage, headerLeaves, headerOf, modelOf, models, textAt, valuesOf } from '../../src/standard/standard.ts'

describe('envelope', () => {
  it('travels from Afzender to Ontvanger, a retour the other way, under its own identity', () => {
    const heen = generateMessage(modelOf('WMO305'), 5, 'small', { identificatie: 'HEEN' })
    assert.deepEqual(headerOf(modelOf('WMO305'), heen), { afzender: '42420001', ontvanger: '0344', sender: '42420001', receiver: '0344', identificatie: 'HEEN', berichtCode: '418', versie: '3', subversie: '2' })
    const retour = answerTo(modelOf('WMO305'), heen, [], { identificatie: 'TERUG', dagtekening: '2026-04-02' }).message
    assert.deepEqual(headerOf(modelOf('WMO306'), retour), { afzender: '42420001', ontvanger: '0344', sender: '0344', receiver: '42420001', identificatie: 'TERUG', berichtCode: '419', versie: '3', subversie: '2' })
    assert.throws(() => headerOf(modelOf('WMO305'), {}), /no Afzender in the Header of a WMO305/)
  })

  it('lists the Header leaves, of a 323 also the DeclaratieNummer', () => {
    const model = modelOf('JW323')
    const claim = generateMessage(model, 5, 'full')
    const leaves = headerLeaves(model, claim)
    assert.equal(leaves['BerichtIdentificatie/Identificatie'], 'J323F5')
    assert.equal(leaves['DeclaratieNummer'], textAt(claim, 'Declaratie/DeclaratieNummer'))
    assert.equal(Object.keys(leaves).length, 10)
  })

  for (const model of models.filter(one => one.answeredBy !== null)) {
    it(`finds every echoed leaf of a ${model.type} in its answer`, () => {
      for (const size of ['small', 'full'] as const) {
        const heen = generateMessage(model, 9, size)
        const answer = modelOf(model.answeredBy ?? model.type)
        const answered = answeredHeader(answer, generateMessage(answer, 9, size))
        assert.equal(answered?.type, model.type)
        assert.equal(answered.identificatie, headerOf(model, heen).identificatie)
        const leaves = headerLeaves(model, heen)
        for (const [path, value] of Object.entries(answered.echo)) assert.equal(leaves[path], value, path)
        const own = Object.keys(leaves).filter(path => !(path in answered.echo))
        assert.deepEqual(own, model.role === 'heen' ? ['BerichtCode'] : ['BerichtCode', 'BerichtVersie', 'BerichtSubversie', 'Afzender', 'Ontvanger'])
      }
      assert.equal(answeredHeader(model, generateMessage(model, 9, 'small')), null)
    })
  }

  it('finds every Bsn, wherever it stands', () => {
    const model = modelOf('WMO323')
    assert.equal(valuesOf(model, generateMessage(model, 5, 'full'), 'Bsn').length, 2)
  })
})
