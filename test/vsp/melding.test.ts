/** Meldingen: the chain's own code first, then everything that was found; of what goes its way there is none. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refusals, type Finding, type RefusalCode } from '../../src/core/core.ts'
import { meldingenOf, meldingenRefused } from '../../src/transport/vsp/melding.ts'
import { statuses } from '../../src/transport/vsp/states.ts'

const finding: Finding = { level: 2, code: 'TR134', retourcode: '0001', class: 'Client', line: 7, path: 'Client/Geboortedatum', found: 'een datum', expected: 'op of voor 2026-04-01', message: 'Deze datum ligt na de Dagtekening.', message_en: 'This date lies after the Dagtekening.' }
const told = { code: 'TR134', omschrijving: 'Deze datum ligt na de Dagtekening.', toelichting: 'regel 7; Client/Geboortedatum; gevonden: een datum; verwacht: op of voor 2026-04-01; retourcode 0001' }
const still = { verdict: 'accepted', dead_reason: null, work: null } as const

describe('meldingen', () => {
  test('of a refusal begin with the chain’s code where it has one, else with ours', () => {
    for (const [code, { transportCode, nl }] of Object.entries(refusals)) {
      const [first, ...others] = meldingenRefused({ code: code as RefusalCode, detail: null, findings: [finding] })
      assert.deepEqual([first, others], [{ code: transportCode ?? code, omschrijving: nl }, [told]])
    }
    assert.deepEqual(meldingenRefused({ code: 'ZP_SIZE', detail: '9 > 8 bytes', findings: [] }), [{ code: 'BRS06', omschrijving: 'Het bericht is te groot.', toelichting: '9 > 8 bytes' }])
  })

  test('of what was rejected say by which level, and warn of what rejects nothing', () => {
    const rejected = (findings: readonly Finding[]): string[] => meldingenOf('AfgekeurdDoorDienst', { ...still, verdict: 'rejected' }, findings).map(it => it.code)
    assert.deepEqual(rejected([finding]), ['BRS28', 'TR134'])
    assert.deepEqual(rejected([{ ...finding, level: 3 }, { ...finding, warning: true }]), ['rejected', 'TR134', 'TR134'])
    assert.match(meldingenOf('Bezorgd', still, [{ ...finding, warning: true }])[0]?.toelichting ?? '', /; waarschuwing$/)
    assert.match(meldingenOf('Bezorgd', still, [{ ...finding, assessed: false }])[0]?.toelichting ?? '', /; niet beoordeeld$/)
  })

  test('of a message that goes its way are none, of one that does not say why', () => {
    const quiet = ['Ontvangen', 'WordtAangeboden', 'Bezorgd', 'VerwerkingVoltooid', 'DeelsOntvangen', 'DeelberichtAanleveringAfgekeurd']
    for (const status of statuses) assert.equal(meldingenOf(status, still, []).length, quiet.includes(status) ? 0 : 1, status)
    const dead = (dead_reason: string) => meldingenOf('BezorgingAfgebroken', { ...still, dead_reason }, [])
    assert.deepEqual(dead('http_422.UNKNOWN_CLIENT').map(it => [it.code, it.toelichting?.endsWith('(http_422.UNKNOWN_CLIENT)')]), [['given_up', true]])
    for (const reason of ['receiver_left', 'receiver_left_family', 'receiver_has_no_door']) assert.deepEqual(dead(reason).map(it => it.code), ['BRS33'], reason)
    const work = { kind: 'push', state: 'due', since: null, attempts: 2, next: null, under_way: false, reason: 'timeout', behind: null } as const
    assert.match(meldingenOf('AanbiedenMislukt', { ...still, work }, [])[0]?.toelichting ?? '', /niet binnen de tijd.*\(timeout\)$/)
  })
})
