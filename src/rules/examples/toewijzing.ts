/** Cases of the toewijzing (301). */
import type { Specs } from './case.ts'
import { copy, gone } from './edit.ts'
import { elsewhere, type Tale } from './tale.ts'

const tijdelijk = { Soort: '04', Telefoon: { Telefoon01: { Telefoonnummer: '0600000000', Landnummer: '31' } }, Periode: { Begindatum: '2026-02-01', Einddatum: '2026-02-28' } }

/** @returns the cases of a toewijzing */
export const toewijzing = (it: Tale): Specs => ({
  'CD005 Contact/Adres/LandCode': { wrong: { 'Contact/Adres/LandCode': gone } },
  'CD005 Contact/Adres/LandCode: zonder Postcode': { given: { 'Contact[2]': { ...tijdelijk, Adres: { Plaatsnaam: 'Testdorp' } } }, wrong: { 'Contact[2]/Adres/LandCode': 'BE' }, in: 'Contact[2]' },
  'CD005 Contact/Adres/LandCode: van een relatie': { wrong: { 'Relatie/Contact/Adres/LandCode': gone }, in: 'Relatie/Contact' },
  'CD007 Client/Communicatie/Taal': { given: { 'Client/Communicatie': { Vorm: '1', Taal: 'Voorbeeldtaal' } }, wrong: { 'Client/Communicatie/Taal': gone } },
  'CD007 Client/Communicatie/Taal: bij een doventolk': { given: { 'Client/Communicatie': { Vorm: '2' } }, wrong: { 'Client/Communicatie/Taal': 'Voorbeeldtaal' } },
  'CD009 Contact/Periode': { wrong: { 'Contact/Periode': { Begindatum: '2026-01-01' } } },
  'CD009 Contact/Periode: van een relatie': { wrong: { 'Relatie/Contact/Periode': { Begindatum: '2026-01-01' } }, in: 'Relatie/Contact' },
  'CD025 Contact/Adres/Huis': { wrong: { 'Contact/Adres/Huis': gone } },
  'CD034 Contact/Adres/Postcode': { wrong: { 'Contact/Adres/Postcode': gone, 'Contact/Adres/LandCode': gone } },
  'CD041 ToegewezenProduct/Omvang': { wrong: { 'ToegewezenProduct/Omvang': gone } },
  'CD075 ToegewezenProduct/Einddatum': { wrong: { 'ToegewezenProduct[2]/Einddatum': gone }, in: 'ToegewezenProduct[2]' },
  'CD076 ToegewezenProduct/Einddatum': { wrong: { 'ToegewezenProduct/Einddatum': gone } },
  'CD077 ToegewezenProduct/Omvang': { wrong: { 'ToegewezenProduct/Budget': '1250000' }, besides: ['CD078 ToegewezenProduct Budget'] },
  'CD078 ToegewezenProduct/Budget': { wrong: { 'ToegewezenProduct[2]/Omvang': copy('ToegewezenProduct/Omvang'), 'ToegewezenProduct[2]/Product': it.product(2) }, in: 'ToegewezenProduct[2]', besides: ['CD077 ToegewezenProduct[2] Omvang'] },
  'CD079 ToegewezenProduct/Product': { given: { 'ToegewezenProduct[2]': gone }, wrong: { 'ToegewezenProduct/Product': gone, 'ToegewezenProduct/Omvang': gone } },
  'CD080 ToegewezenProduct/Omvang': { wrong: { 'ToegewezenProduct/Product/Code': gone } },
  'CS003 Contact/Periode/Einddatum': { given: { 'Contact[2]': tijdelijk }, wrong: { 'Contact[2]/Periode/Einddatum': '2026-01-31' }, in: 'Contact[2]' },
  'CS003 ToegewezenProduct/Einddatum': { wrong: { 'ToegewezenProduct/Einddatum': '2025-12-31' } },
  'CS050 Client/Naam/NaamGebruik': { wrong: { 'Client/Naam/NaamGebruik': '2' } },
  'CS050 Client/Naam/NaamGebruik: pseudoniem': { given: { 'Client/Naam/Partnernaam': { Achternaam: 'Proefstra' }, 'Client/Naam/NaamGebruik': '3' }, wrong: { 'Client/Naam/NaamGebruik': '5' } },
  'CS050 Relatie/Naam/NaamGebruik': { given: { 'Relatie/Naam/NaamGebruik': '6' }, wrong: { 'Relatie/Naam/NaamGebruik': '4' } },
  'CS089 Contact/Adres/Postcode': { given: { 'Contact/Adres/Postcode': '1234ab' }, wrong: { 'Contact/Adres/Postcode': '1234 AB' } },
  'CS139 Relatie/Geboortedatum/DatumGebruik': { wrong: { 'Relatie/Geboortedatum': { Datum: '1980-05-15', DatumGebruik: '1' } } },
  'CS318 Client/Naam/NaamGebruik': { wrong: { 'Client/Naam/NaamGebruik': '6' } },
  'CS335 ToegewezenProduct/RedenWijziging': { given: { 'ToegewezenProduct/RedenWijziging': '13', 'ToegewezenProduct/Einddatum': '2026-01-01' }, wrong: { 'ToegewezenProduct/Einddatum': '2026-01-02' } },
  'CS336 ToegewezenProduct/RedenWijziging': { given: { 'ToegewezenProduct/RedenWijziging': '14' }, wrong: { 'ToegewezenProduct/RedenWijziging': '01' } },
  'CS338 ToegewezenProduct/Omvang/Frequentie': { wrong: { 'ToegewezenProduct/Omvang/Frequentie': '1' } },
  'TR002 Relatie/Geboortedatum': { given: { 'Relatie/Geboortedatum/Datum': '1905-12-15' }, wrong: { 'Relatie/Geboortedatum/Datum': '1905-12-14' } },
  'TR006 Contact': { wrong: { 'Contact/Telefoon': gone, 'Contact/Adres': gone } },
  'TR006 Contact: van een relatie': { wrong: { 'Relatie/Contact/Telefoon': gone, 'Relatie/Contact/Adres': gone }, in: 'Relatie/Contact' },
  'TR061 Client': { wrong: { 'Contact/Soort': '04' } },
  'TR101 Contact': { wrong: { 'Contact[2]': copy('Contact') }, in: 'Contact[2]' },
  'TR101 Relatie': { wrong: { 'Relatie[2]': copy('Relatie') }, in: 'Relatie[2]' },
  'TR101 ToegewezenProduct': { given: { 'ToegewezenProduct[3]': copy('ToegewezenProduct'), 'ToegewezenProduct[3]/Product': it.product(3), 'ToegewezenProduct[3]/ToewijzingNummer': '1003' }, wrong: { 'ToegewezenProduct[3]/ToewijzingNummer': '01001' }, in: 'ToegewezenProduct[3]' },
  'TR134 Relatie/Geboortedatum': { wrong: { 'Relatie/Geboortedatum/Datum': '2025-12-16' } },
  'TR134 ToegewezenProduct/Toewijzingsdatum': { wrong: { 'ToegewezenProduct/Toewijzingsdatum': '2025-12-16' } },
  'TR302 ToegewezenProduct': { given: { 'ToegewezenProduct/Einddatum': '2026-06-30', 'ToegewezenProduct[3]': copy('ToegewezenProduct'), 'ToegewezenProduct[3]/ToewijzingNummer': '1003', 'ToegewezenProduct[3]/Ingangsdatum': '2026-07-01', 'ToegewezenProduct[3]/Einddatum': '2026-12-31' }, wrong: { 'ToegewezenProduct/Einddatum': '2026-07-01' }, in: 'ToegewezenProduct[3]' },
  'TR332 ToegewezenProduct/ToewijzingNummer': { after: elsewhere(it, '301'), wrong: { 'ToegewezenProduct/ToewijzingNummer': '2001' } },
  'TR332 ToegewezenProduct/ToewijzingNummer: ander product': { history: [['301']], given: nieuw, wrong: { 'ToegewezenProduct/Product': it.product(3) } },
  'TR379 ToegewezenProduct/ReferentieAanbieder': { after: elsewhere(it, '301'), wrong: { 'ToegewezenProduct/ReferentieAanbieder': 'VOT-1' } },
  'TR379 ToegewezenProduct/ReferentieAanbieder: het verzoek is al gehonoreerd': {
    history: [['301'], ['317'], ['301', nieuw, { 'ToegewezenProduct/ReferentieAanbieder': 'VOW-1', 'ToegewezenProduct[2]/ReferentieAanbieder': 'VOW-1' }]], given: nieuw, wrong: { 'ToegewezenProduct/ReferentieAanbieder': 'VOW-1' }
  },
  'TR379 ToegewezenProduct/ReferentieAanbieder: een ander verzoek': {
    history: [['301'], ['317']],
    given: { ...nieuw, 'ToegewezenProduct/ReferentieAanbieder': 'VOW-1', 'ToegewezenProduct[2]/ReferentieAanbieder': 'VOW-1' },
    wrong: { 'ToegewezenProduct[2]/ReferentieAanbieder': 'VOT-1' },
    in: 'ToegewezenProduct[2]'
  },
  'TR385 ToegewezenProduct/RedenWijziging': { history: [['301'], ['323']], given: nieuw, wrong: { 'ToegewezenProduct/RedenWijziging': '13', 'ToegewezenProduct/Einddatum': '2026-01-01' } },
  'TR381 ToegewezenProduct/Product/Code': { wrong: { 'ToegewezenProduct/Product/Code': '99Z99' } }
})

/** The same assignments told again, later. */
const nieuw = { 'Header/BerichtIdentificatie/Dagtekening': '2026-04-14', 'ToegewezenProduct/Toewijzingsdatum': '2026-04-14', 'ToegewezenProduct[2]/Toewijzingsdatum': '2026-04-14' }
