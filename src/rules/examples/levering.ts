/** Cases of start (305) and stop (307). */
import type { Specs } from './case.ts'
import { copy, gone } from './edit.ts'
import type { Tale } from './tale.ts'

const dagtekening = 'Header/BerichtIdentificatie/Dagtekening'
const april = { [dagtekening]: '2026-04-02', 'StartProduct/Begindatum': '2026-04-01' }

/** @returns the cases of a start */
export const start = (it: Tale): Specs => ({
  'CS058 StartProduct/StatusAanlevering': { wrong: { 'StartProduct/StatusAanlevering': '2' } },
  'TR101 StartProduct': { wrong: { 'StartProduct[2]': copy('StartProduct'), 'StartProduct[2]/StatusAanlevering': '3' }, in: 'StartProduct[2]' },
  'TR134 StartProduct/Begindatum': { wrong: { 'StartProduct/Begindatum': '2026-01-06' } },
  'TR019 StartProduct/ToewijzingNummer': { wrong: { 'StartProduct/ToewijzingNummer': '7777' } },
  'TR019 StartProduct/ToewijzingNummer: zonder nummer, niet taakgericht': { given: { 'StartProduct/ToewijzingNummer': gone, 'StartProduct/Product': it.taakgericht }, wrong: { 'StartProduct/Product': it.product(1) } },
  'TR063 StartProduct/StatusAanlevering': { wrong: { 'StartProduct/StatusAanlevering': '3' } },
  'TR071 StartProduct/StatusAanlevering': { after: [['305'], ['307']], given: april, wrong: { 'StartProduct/Begindatum': '2026-01-01', 'StartProduct/StatusAanlevering': '3' } },
  'TR074 StartProduct': { after: [['305'], ['307']], given: april, wrong: { 'StartProduct/Begindatum': '2026-01-01' } },
  'TR326 StartProduct': { after: [['305']], given: { ...april, 'StartProduct/ToewijzingNummer': '1002', 'StartProduct/Product': it.product(2) }, wrong: { 'StartProduct/ToewijzingNummer': '1001', 'StartProduct/Product': it.product(1) } },
  'TR381 StartProduct/Product/Code': { wrong: { 'StartProduct/Product/Code': '99Z99' } }
})

/** The delivery was stopped for a while at the end of February. */
const gepauzeerd = ['307', { 'StopProduct/RedenBeeindiging': '20', 'StopProduct/Einddatum': '2026-02-28' }] as const
const verwijderd = { 'StopProduct/StatusAanlevering': '3' }

/** @returns the cases of a stop */
export const stop = (it: Tale): Specs => ({
  'CS058 StopProduct/StatusAanlevering': { wrong: { 'StopProduct/StatusAanlevering': '9' } },
  'TR018 StopProduct/Einddatum': { given: { 'StopProduct/Einddatum': '2026-01-01' }, wrong: { 'StopProduct/Einddatum': '2025-12-31' } },
  'TR101 StopProduct': { wrong: { 'StopProduct[2]': copy('StopProduct') }, in: 'StopProduct[2]' },
  'TR134 StopProduct/Einddatum': { wrong: { 'StopProduct/Einddatum': '2026-04-02' } },
  'TR019 StopProduct/ToewijzingNummer': { wrong: { 'StopProduct/ToewijzingNummer': '7777' }, besides: ['TR382 StopProduct'] },
  'TR063 StopProduct/StatusAanlevering': { wrong: { 'StopProduct/StatusAanlevering': '3' } },
  'TR074 StopProduct': { after: [['307']], given: verwijderd, wrong: { 'StopProduct/StatusAanlevering': '1' }, besides: ['TR415 StopProduct'] },
  'TR382 StopProduct': { wrong: { 'StopProduct/Begindatum': '2026-02-01' } },
  'TR413 StopProduct/RedenBeeindiging': { after: [gepauzeerd], wrong: { 'StopProduct/RedenBeeindiging': '20' } },
  'TR414 StopProduct/Einddatum': { after: [gepauzeerd], given: { 'StopProduct/Einddatum': '2026-02-28' }, wrong: { 'StopProduct/Einddatum': '2026-02-27' } },
  'TR415 StopProduct': { after: [['307']], given: verwijderd, wrong: { 'StopProduct/StatusAanlevering': '1', 'StopProduct/Einddatum': '2026-04-01' } },
  'TR381 StopProduct/Product/Code': {
    after: [['305', { 'StartProduct/ToewijzingNummer': '1002', 'StartProduct/Product': { Categorie: it.categorie(2), Code: '99Z99' } }]],
    wrong: { 'StopProduct/ToewijzingNummer': '1002', 'StopProduct/Product': { Categorie: it.categorie(2), Code: '99Z99' } }
  }
})
