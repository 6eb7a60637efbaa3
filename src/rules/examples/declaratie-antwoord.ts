/** Cases of the declaratie-antwoord (325): it rejects the first of two Prestaties. */
import type { Specs } from './case.ts'
import { copy } from './edit.ts'
import { maand, type Tale } from './tale.ts'

const mei = { Begindatum: '2026-05-01', Einddatum: '2026-05-31' }
const total = 'DeclaratieAntwoord/TotaalToegekendBedrag'

/** @returns the cases of a declaratie-antwoord */
export const declaratieAntwoord = (it: Tale): Specs => ({
  'CD060 Prestatie/ProductReferentie/VorigReferentieNummer': { wrong: { 'Prestatie/ProductReferentie/VorigReferentieNummer': 'P01' } },
  'CS325 DeclaratieAntwoord/TotaalIngediendBedrag/DebetCredit': {
    wrong: { 'DeclaratieAntwoord/TotaalIngediendBedrag': { TotaalBedrag: '0', DebetCredit: 'C' }, [total]: { TotaalBedrag: '54800', DebetCredit: 'C' } }
  },
  'CS325 DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit': {
    wrong: { 'DeclaratieAntwoord/TotaalIngediendBedrag/TotaalBedrag': '54800', [total]: { TotaalBedrag: '0', DebetCredit: 'C' } }
  },
  'CS325 Prestatie/IngediendBedrag/DebetCredit': {
    wrong: { 'Prestatie/IngediendBedrag': { Bedrag: '0', DebetCredit: 'C' }, 'Prestatie/GeleverdVolume': '0', 'Prestatie/ProductReferentie/VorigReferentieNummer': 'P01' }
  },
  'TR101 Client': { wrong: { 'Client[2]': copy('Client') }, in: 'Client[2]' },
  'TR101 Prestatie': { wrong: { 'Prestatie[2]': copy('Prestatie') }, in: 'Prestatie[2]' },
  'TR134 Prestatie/ProductPeriode/Begindatum': { wrong: { 'Prestatie/ProductPeriode': mei }, besides: ['TR137 Prestatie ProductPeriode/Einddatum'] },
  'TR137 Prestatie/ProductPeriode/Einddatum': { wrong: { 'Prestatie/ProductPeriode': maand('04') } },
  'TR342 DeclaratieAntwoord/TotaalToegekendBedrag': { wrong: { [`${total}/TotaalBedrag`]: '99999' } },
  'TR304 Client/Bsn': { wrong: { 'Client/Bsn': it.bsn(1) } },
  'TR366 Prestatie/ProductReferentie': { wrong: { 'Prestatie/ProductReferentie/ReferentieNummer': 'P99' } },
  'TR367 Prestatie/ToewijzingNummer': { wrong: { 'Prestatie/ToewijzingNummer': '1002' } },
  'TR367 Prestatie/ProductCategorie': { wrong: { 'Prestatie/ProductCategorie': it.categorie(2) } },
  'TR367 Prestatie/ProductCode': { wrong: { 'Prestatie/ProductCode': it.andereCode } },
  'TR367 Prestatie/ProductPeriode': { wrong: { 'Prestatie/ProductPeriode': maand('02') } },
  'TR367 Prestatie/GeleverdVolume': { given: { 'Prestatie/GeleverdVolume': '08' }, wrong: { 'Prestatie/GeleverdVolume': '9' } },
  'TR367 Prestatie/Eenheid': { wrong: { 'Prestatie/Eenheid': '84' } },
  'TR367 Prestatie/ProductTarief': { wrong: { 'Prestatie/ProductTarief': '6851' } },
  'TR367 Prestatie/IngediendBedrag': { wrong: { 'Prestatie/IngediendBedrag/Bedrag': '54801' } },
  'TR337 Header/DeclaratieIdentificatie': { wrong: { 'Header/DeclaratieIdentificatie/Identificatie': 'H325-9' } },
  'TR337 Header/DeclaratieIdentificatie: van een andere dag': { wrong: { 'Header/DeclaratieIdentificatie/Dagtekening': '2026-04-02' } },
  'TR371 Header/XsdVersieDeclaratie': { wrong: { 'Header/XsdVersieDeclaratie/BerichtXsdVersie': '1.0.1' } },
  'TR376 DeclaratieAntwoord/DeclaratieNummer': { wrong: { 'DeclaratieAntwoord/DeclaratieNummer': 'D9' } }
})
