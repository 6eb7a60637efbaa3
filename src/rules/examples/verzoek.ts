/** Cases of the verzoek om toewijzing (315) and the verzoek om wijziging (317). */
import type { Specs } from './case.ts'
import { copy, gone } from './edit.ts'
import { elsewhere, type Tale } from './tale.ts'

/** @returns the cases of a verzoek om toewijzing */
export const verzoek = (it: Tale): Specs => ({
  'CD041 AangevraagdProduct/Omvang': { wrong: { 'AangevraagdProduct/Omvang': gone } },
  'CD043 AangevraagdProduct/BeschikkingIngangsdatum': { given: { 'AangevraagdProduct/BeschikkingNummer': '12', 'AangevraagdProduct/BeschikkingIngangsdatum': '2026-01-01' }, wrong: { 'AangevraagdProduct/BeschikkingIngangsdatum': gone } },
  'CD043 AangevraagdProduct/BeschikkingIngangsdatum: zonder nummer': { wrong: { 'AangevraagdProduct/BeschikkingIngangsdatum': '2026-01-01' } },
  'CD066 AangevraagdProduct/Verwijzer/Naam': { given: { 'AangevraagdProduct/Verwijzer': { Type: '02', ZorgverlenerCode: '42429999' } }, wrong: { 'AangevraagdProduct/Verwijzer/Naam': 'Praktijk Voorbeeld' } },
  'CD067 AangevraagdProduct/Verwijzer/Naam': { given: { 'AangevraagdProduct/Verwijzer': { Type: '05', Naam: 'Praktijk Voorbeeld' } }, wrong: { 'AangevraagdProduct/Verwijzer/Naam': gone } },
  'CD068 AangevraagdProduct/Verwijzer/ZorgverlenerCode': { wrong: { 'AangevraagdProduct/Verwijzer/ZorgverlenerCode': '42429999' } },
  'CD075 AangevraagdProduct/ToewijzingEinddatum': { wrong: { 'AangevraagdProduct[2]/ToewijzingEinddatum': gone }, in: 'AangevraagdProduct[2]' },
  'CD076 AangevraagdProduct/ToewijzingEinddatum': { wrong: { 'AangevraagdProduct/ToewijzingEinddatum': gone } },
  'CD077 AangevraagdProduct/Omvang': { wrong: { 'AangevraagdProduct/Budget': '1250000' }, besides: ['CD078 AangevraagdProduct Budget'] },
  'CD078 AangevraagdProduct/Budget': { wrong: { 'AangevraagdProduct/Budget': '0' }, besides: ['CD077 AangevraagdProduct Omvang'] },
  'CD079 AangevraagdProduct/Product': { given: { 'AangevraagdProduct[2]': gone }, wrong: { 'AangevraagdProduct/Product': gone, 'AangevraagdProduct/Omvang': gone } },
  'CD095 AangevraagdProduct/Omvang': { wrong: { 'AangevraagdProduct/Product/Code': gone } },
  'CS003 AangevraagdProduct/ToewijzingEinddatum': { wrong: { 'AangevraagdProduct/ToewijzingEinddatum': '2025-12-31' } },
  'CS343 AangevraagdProduct/Omvang/Frequentie': { wrong: { 'AangevraagdProduct/Omvang/Frequentie': '1' } },
  'TR101 AangevraagdProduct': { wrong: { 'AangevraagdProduct[2]/ReferentieAanbieder': 'VOT-1' }, in: 'AangevraagdProduct[2]', besides: ['TR383 AangevraagdProduct[2] ReferentieAanbieder'] },
  'TR383 AangevraagdProduct/ReferentieAanbieder': { wrong: { 'AangevraagdProduct/ReferentieAanbieder': 'VOT-2' }, in: 'AangevraagdProduct[2]', besides: ['TR101 AangevraagdProduct[2]'] },
  'TR386 AangevraagdProduct': { given: { 'AangevraagdProduct[3]': copy('AangevraagdProduct'), 'AangevraagdProduct[3]/ReferentieAanbieder': 'VOT-3', 'AangevraagdProduct[3]/Product': it.product(3) }, wrong: { 'AangevraagdProduct[3]/Product': it.product(1) }, in: 'AangevraagdProduct[3]' },
  'TR347 AangevraagdProduct/ReferentieAanbieder': { after: elsewhere(it, '315'), wrong: { 'AangevraagdProduct/ReferentieAanbieder': 'VOT-9' } },
  'TR374 Client': { after: elsewhere(it, '315'), wrong: { 'Client/Bsn': it.bsn(1) } },
  'TR381 AangevraagdProduct/Product/Code': { wrong: { 'AangevraagdProduct/Product/Code': '99Z99' } }
})

/** Asks for another budget over the whole term, and leaves the other product as it is. */
const budget = {
  'OngewijzigdProduct/ToewijzingNummer': '1001',
  TeWijzigenProduct: { ToewijzingNummer: '1002', GewensteIngangsdatum: '2026-01-01', Einddatum: '2026-12-31', Budget: '900000' }
}
const omvang = { Volume: '2', Eenheid: '16', Frequentie: '2' }
/** An assignment that names no product stands alone: next to any other it would clash. */
const generiek = { 'ToegewezenProduct/Product': gone, 'ToegewezenProduct/Omvang': gone, 'ToegewezenProduct/Budget': '1250000', 'ToegewezenProduct[2]': gone }

/** @returns the cases of a verzoek om wijziging */
export const wijziging = (it: Tale): Specs => ({
  'CD041 NieuwProduct/Omvang': { wrong: { 'NieuwProduct/Omvang': gone } },
  'CD075 NieuwProduct/Einddatum': { given: { 'NieuwProduct/Product/Code': gone, 'NieuwProduct/Omvang': gone, 'NieuwProduct/Budget': '50000' }, wrong: { 'NieuwProduct/Einddatum': gone } },
  'CD075 TeWijzigenProduct/Einddatum': { given: budget, wrong: { 'TeWijzigenProduct/Einddatum': gone } },
  'CD076 NieuwProduct/Einddatum': { wrong: { 'NieuwProduct/Einddatum': gone } },
  'CD076 TeWijzigenProduct/Einddatum': { wrong: { 'TeWijzigenProduct/Einddatum': gone } },
  'CD077 NieuwProduct/Omvang': { wrong: { 'NieuwProduct/Budget': '50000' }, besides: ['CD078 NieuwProduct Budget'] },
  'CD077 TeWijzigenProduct/Omvang': { given: budget, wrong: { 'TeWijzigenProduct/Omvang': omvang }, besides: ['CD078 TeWijzigenProduct Budget'] },
  'CD078 NieuwProduct/Budget': { wrong: { 'NieuwProduct/Budget': '50000' }, besides: ['CD077 NieuwProduct Omvang'] },
  'CD078 TeWijzigenProduct/Budget': { wrong: { 'TeWijzigenProduct/Budget': '50000' }, besides: ['CD077 TeWijzigenProduct Omvang'] },
  'CD079 NieuwProduct/Product': { wrong: { 'NieuwProduct/Product': gone, 'NieuwProduct/Omvang': gone } },
  'CD096 NieuwProduct/Omvang': { wrong: { 'NieuwProduct/Product/Code': gone } },
  'CS003 NieuwProduct/Einddatum': { wrong: { 'NieuwProduct/Einddatum': '2026-04-30' } },
  'CS003 TeWijzigenProduct/Einddatum': { wrong: { 'TeWijzigenProduct/Einddatum': '2026-04-30' } },
  'CS338 NieuwProduct/Omvang/Frequentie': { wrong: { 'NieuwProduct/Omvang/Frequentie': '1' } },
  'CS338 TeWijzigenProduct/Omvang/Frequentie': { wrong: { 'TeWijzigenProduct/Omvang/Frequentie': '1' } },
  'TR101 OngewijzigdProduct': { wrong: { 'OngewijzigdProduct[2]/ToewijzingNummer': '1002' }, in: 'OngewijzigdProduct[2]' },
  'TR101 TeWijzigenProduct': { wrong: { 'TeWijzigenProduct[2]': copy('TeWijzigenProduct') }, in: 'TeWijzigenProduct[2]' },
  'TR101 NieuwProduct': { wrong: { 'NieuwProduct[2]': copy('NieuwProduct') }, in: 'NieuwProduct[2]', besides: ['TR410 NieuwProduct[2]'] },
  'TR352 Verzoek': { wrong: { OngewijzigdProduct: gone, TeWijzigenProduct: gone } },
  'TR353 Verzoek': { wrong: { TeWijzigenProduct: gone, NieuwProduct: gone, 'OngewijzigdProduct[2]/ToewijzingNummer': '1001' } },
  'TR380 NieuwProduct/GewensteIngangsdatum': { wrong: { 'NieuwProduct/GewensteIngangsdatum': '2026-04-01' } },
  'TR410 NieuwProduct': { wrong: { 'NieuwProduct[2]': copy('NieuwProduct'), 'NieuwProduct[2]/GewensteIngangsdatum': '2026-12-31' }, in: 'NieuwProduct[2]' },
  'TR304 Client/Bsn': { wrong: { 'Client/Bsn': it.bsn(1) }, besides: ['TR350 OngewijzigdProduct', 'TR351 TeWijzigenProduct'] },
  'TR347 Verzoek/ReferentieAanbieder': { after: elsewhere(it, '317'), wrong: { 'Verzoek/ReferentieAanbieder': 'VOW-9' } },
  'TR349 Verzoek': { wrong: { OngewijzigdProduct: gone } },
  'TR350 OngewijzigdProduct': { wrong: { 'OngewijzigdProduct[2]/ToewijzingNummer': '7777' }, in: 'OngewijzigdProduct[2]' },
  'TR351 TeWijzigenProduct': { wrong: { 'TeWijzigenProduct[2]': copy('TeWijzigenProduct'), 'TeWijzigenProduct[2]/ToewijzingNummer': '7777' }, in: 'TeWijzigenProduct[2]' },
  'TR357 TeWijzigenProduct/GewensteIngangsdatum': { wrong: { 'TeWijzigenProduct/GewensteIngangsdatum': '2026-04-01' } },
  'TR361 Verzoek': { wrong: { 'NieuwProduct/Product': it.product(1) } },
  'TR373 TeWijzigenProduct/GewensteIngangsdatum': { given: budget, wrong: { 'TeWijzigenProduct/GewensteIngangsdatum': '2026-05-01' } },
  'TR374 Client': { after: [...elsewhere(it, '301'), ...elsewhere(it, '315')], wrong: { 'Client/Bsn': it.bsn(1), 'OngewijzigdProduct/ToewijzingNummer': '2002', 'TeWijzigenProduct/ToewijzingNummer': '2001' } },
  'TR375 TeWijzigenProduct/Omvang': {
    history: [['301', generiek]],
    given: { ...budget, 'TeWijzigenProduct/ToewijzingNummer': '1001', OngewijzigdProduct: gone, NieuwProduct: gone },
    wrong: { 'TeWijzigenProduct/Budget': gone, 'TeWijzigenProduct/Omvang': omvang }
  },
  'TR411 TeWijzigenProduct/Omvang': { wrong: { 'TeWijzigenProduct/Omvang': gone } },
  'TR412 TeWijzigenProduct/Omvang': { given: budget, wrong: { 'TeWijzigenProduct/Budget': gone, 'TeWijzigenProduct/Omvang': omvang } },
  'TR381 NieuwProduct/Product/Code': { wrong: { 'NieuwProduct/Product/Code': '99Z99' } }
})
