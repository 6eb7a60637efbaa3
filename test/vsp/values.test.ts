/** Rol, berichttype and actie: as the settings and the register have them, and what is said of others. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant, partyCode } from '../../src/core/core.ts'
import { supportedTypes } from '../../src/standard/standard.ts'
import type { VspConnection } from '../../src/store/store.ts'
import type { BerichtMetadata } from '../../src/transport/vsp/metadata.ts'
import { openValues, type VspValues } from '../../src/transport/vsp/values.ts'
import { aParty } from '../register.ts'

const usual: VspValues = {
  rollen: { gemeente: 'Gemeente', aanbieder: 'Instelling', instantie: 'Instelling' },
  berichttypes: { iwmo: 'WMO', ijw: 'JW' },
  acties: { 315: 'VerzoekToewijzing', 301: 'Toewijzing', JW301: 'Indienen' },
  unknown: 'take',
  payload: 'xml'
}
const [utrecht, praktijk, elsewhere] = ['0344', '42420001', '42420002'].map(partyCode)
const connection: VspConnection = { door: 'vsp', direction: 'both', payload: 'zip', rol: 'Praktijk' }
const opened = (over: Partial<VspValues> = {}) => openValues({ ...usual, ...over }, { party: code => code === praktijk ? aParty(code, { connections: [connection] }) : null }, () => instant(0))

function metadata (over: { rol?: string, geadresseerde?: string, berichttype?: string, berichtsubtype?: string, actie?: string } = {}): BerichtMetadata {
  const { rol = 'Praktijk', geadresseerde = 'gemeente', berichttype = 'JW', berichtsubtype = 'JW315', actie = 'VerzoekToewijzing' } = over
  return {
    routeringgegevens: { afzender: { rol, code: '42420001' }, geadresseerden: [{ rol: geadresseerde, code: '0344' }], berichtstroom: { berichttype, berichtsubtype, berichtversie: 3, berichtsubversie: 2, actie } },
    referentiegegevens: { conversatieId: '00000000-0000-4000-8000-000000000001', traceerId: '00000000-0000-4000-8000-000000000001' }
  }
}

describe('the values of the provider door', () => {
  test('name a party by the rol of its connection, else of its kind', () => {
    assert.ok(utrecht && praktijk && elsewhere)
    const values = opened()
    assert.deepEqual([utrecht, praktijk, elsewhere, partyCode('SVB')].map(values.relatie), [{ rol: 'Gemeente', code: '0344' }, { rol: 'Praktijk', code: '42420001' }, { rol: 'Instelling', code: '42420002' }, { rol: 'Instelling', code: 'SVB' }])
    assert.deepEqual([values.payload(praktijk), values.payload(elsewhere), opened({ payload: 'zip' }).payload(elsewhere)], ['zip', 'xml', 'zip'])
  })

  test('name a message by its standard, functie, version and actie', () => {
    const values = opened()
    assert.deepEqual(values.berichtstroom('JW315'), { berichttype: 'JW', berichtsubtype: 'JW315', berichtversie: 3, berichtsubversie: 2, actie: 'VerzoekToewijzing' })
    assert.deepEqual(['WMO301', 'JW301', 'WMO302'].map(it => supportedTypes().find(type => type === it)).map(it => it === undefined ? '' : values.berichtstroom(it).actie), ['Toewijzing', 'Indienen', 'WMO302'])
  })

  test('find the types of a berichtstroom by as much of it as is asked', () => {
    const { types } = opened()
    assert.deepEqual(types({}), supportedTypes())
    assert.deepEqual(types({ berichttype: 'wmo' }), supportedTypes().filter(it => it.startsWith('WMO')))
    assert.deepEqual(types({ actie: 'VerzoekToewijzing' }), ['WMO315', 'JW315'])
    assert.deepEqual(types({ berichttype: 'JW', actie: 'Toewijzing' }), [])
    assert.deepEqual(types({ berichtsubtype: 'JW315', berichtversie: 3, berichtsubversie: 2 }), ['JW315'])
    assert.deepEqual(types({ berichtsubtype: 'JW315', berichtversie: 2 }), [])
  })

  test('take what they do not know, or say where it stands without repeating it', () => {
    const strange = metadata({ rol: 'Zorgverlener', geadresseerde: 'Stad', berichttype: 'WMO', actie: 'Vragen' })
    assert.deepEqual(opened().faults(strange), [])
    const { faults } = opened({ unknown: 'refuse' })
    assert.deepEqual(faults(metadata()), [])
    assert.deepEqual(faults(strange).map(it => [it.path, it.expected]), [
      ['routeringgegevens.afzender.rol', 'Praktijk'], ['routeringgegevens.geadresseerden[0].rol', 'Gemeente'],
      ['routeringgegevens.berichtstroom.berichttype', 'JW'], ['routeringgegevens.berichtstroom.actie', 'VerzoekToewijzing']
    ])
    for (const value of ['Zorgverlener', 'Stad', 'Vragen']) assert.ok(!JSON.stringify(faults(strange)).includes(value))
    assert.deepEqual(faults(metadata({ berichtsubtype: 'WMO399', berichttype: 'X', actie: 'Y' })), [], 'a type there is not is told by another')
  })
})
