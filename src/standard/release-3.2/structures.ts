/** The eight structures of release 3.2, the Header they share, and what a retour and a 325 add to it. */
import type { Structure } from '../release.ts'

/** `$…` is filled in per message type. */
export const header = 'BerichtCode:LDT_BerichtCode{$code} BerichtVersie:LDT_BerichtVersie{$versie} BerichtSubversie:LDT_BerichtSubversie{$subversie} ' +
  'Afzender:$afzender Ontvanger:$ontvanger BerichtIdentificatie:CDT_BerichtIdentificatie XsdVersie:CDT_XsdVersie'

/** What a retour has in its Header after XsdVersie. */
export const retourHeader = 'IdentificatieRetour:LDT_IdentificatieBericht DagtekeningRetour:LDT_Datum XsltVersie:LDT_Versie? XsdVersieRetour:CDT_XsdVersie RetourCodes?'

/** What a 325 has in its Header after XsdVersie. */
export const answerHeader = 'DeclaratieIdentificatie:CDT_BerichtIdentificatie XsltVersie:LDT_Versie? XsdVersieDeclaratie:CDT_XsdVersie RetourCodes'

const persoon = 'Bsn:LDT_BurgerServicenummer Geboortedatum:CDT_Geboortedatum Geslacht:LDT_Geslacht'
const geleverd = 'ToewijzingNummer:LDT_Nummer? Product:CDT_Product? ToewijzingIngangsdatum:LDT_Datum? Begindatum:LDT_Datum'
const hoeveel = 'Omvang:CDT_Omvang? Budget:LDT_Budget?'
const prestaties = {
  Clienten: 'Client+',
  Client: 'Bsn:LDT_BurgerServicenummer Prestaties',
  Prestaties: 'Prestatie+',
  Prestatie: 'ProductReferentie:CDT_Referentie ToewijzingNummer:LDT_Nummer ProductCategorie:LDT_ProductCategorie ProductCode:LDT_ProductCode ' +
    'ProductPeriode:CDT_GeslotenPeriode GeleverdVolume:LDT_Volume Eenheid:LDT_Eenheid ProductTarief:LDT_Bedrag? IngediendBedrag:CDT_BedragMetDC'
}
const prestatieKey = 'ProductReferentie/ReferentieNummer ProductReferentie/VorigReferentieNummer'
const productKey = 'Product/Categorie Product/Code'

/** In the order of their numbers; an element marked `@ijw` is of that family only. */
export const structures: readonly Structure[] = [{
  number: '301',
  about: 'Toewijzing: opdracht van een gemeente aan een aanbieder om zorg of ondersteuning te leveren',
  from: 'gemeente',
  retour: '302',
  codes: { iwmo: ['414', '415'], ijw: ['436', '437'] },
  classes: {
    Root: 'Header Client',
    Client: `${persoon} Naam:CDT_VolledigeNaam Communicatie:CDT_Communicatie? JuridischeStatus:LDT_JuridischeStatus? ` +
      'WettelijkeVertegenwoordiging:LDT_WettelijkeVertegenwoordiging? Commentaar:LDT_Commentaar? Relaties? Contactgegevens ToegewezenProducten',
    Relaties: 'Relatie+',
    Relatie: 'Nummer:LDT_Persoonsid Volgorde:LDT_RelatieVolgorde? Soort:LDT_SoortRelatie Geboortedatum:CDT_Geboortedatum? Geslacht:LDT_Geslacht? Naam:CDT_VolledigeNaam Contact',
    Contact: 'Soort:LDT_AdresSoort Adres:CDT_Adres? Organisatie:LDT_Organisatienaam? Telefoon:CDT_Telefoonnummers? Emailadres:LDT_Emailadres? Periode:CDT_OpenPeriode?',
    Contactgegevens: 'Contact+',
    ToegewezenProducten: 'ToegewezenProduct+',
    ToegewezenProduct: 'ToewijzingNummer:LDT_Nummer ReferentieAanbieder:LDT_Referentie? Product:CDT_Product? Toewijzingsdatum:LDT_Datum Toewijzingstijd:LDT_Tijd ' +
      `Ingangsdatum:LDT_Datum Einddatum:LDT_Datum? RedenWijziging:LDT_RedenWijziging? ${hoeveel} Commentaar:LDT_Commentaar?`
  },
  keys: { Client: 'Bsn', Contact: 'Soort', Relatie: 'Nummer', ToegewezenProduct: 'ToewijzingNummer' }
}, {
  number: '305',
  about: 'Start: de aanbieder meldt dat de levering is begonnen',
  from: 'aanbieder',
  retour: '306',
  codes: { iwmo: ['418', '419'], ijw: ['438', '439'] },
  classes: {
    Root: 'Header Client',
    Client: `${persoon} Naam:CDT_VerkorteNaam StartProducten`,
    StartProducten: 'StartProduct+',
    StartProduct: `${geleverd} StatusAanlevering:LDT_StatusAanlevering`
  },
  keys: { Client: 'Bsn', StartProduct: `ToewijzingNummer ${productKey} Begindatum` }
}, {
  number: '307',
  about: 'Stop: de aanbieder meldt dat de levering tijdelijk of definitief is gestopt',
  from: 'aanbieder',
  retour: '308',
  codes: { iwmo: ['420', '421'], ijw: ['440', '441'] },
  classes: {
    Root: 'Header Client',
    Client: `${persoon} Naam:CDT_VerkorteNaam StopProducten`,
    StopProducten: 'StopProduct+',
    StopProduct: `${geleverd} RedenBeeindiging:LDT_RedenBeeindiging Einddatum:LDT_Datum StatusAanlevering:LDT_StatusAanlevering`
  },
  keys: { Client: 'Bsn', StopProduct: `ToewijzingNummer ${productKey} Begindatum RedenBeeindiging Einddatum` }
}, {
  number: '315',
  about: 'Verzoek om toewijzing door een aanbieder',
  from: 'aanbieder',
  retour: '316',
  codes: { iwmo: ['444', '445'], ijw: ['446', '447'] },
  classes: {
    Root: 'Header Client',
    Client: `${persoon} Naam:CDT_VerkorteNaam GezagsdragerBekend:LDT_JaNee?@ijw Commentaar:LDT_Commentaar? AangevraagdeProducten`,
    AangevraagdeProducten: 'AangevraagdProduct+',
    AangevraagdProduct: 'ReferentieAanbieder:LDT_Referentie BeschikkingNummer:LDT_Nummer? Product:CDT_Product? BeschikkingIngangsdatum:LDT_Datum? ' +
      `ToewijzingIngangsdatum:LDT_Datum ToewijzingEinddatum:LDT_Datum? ${hoeveel} Verwijzer:CDT_Verwijzer Raamcontract:LDT_JaNee? Commentaar:LDT_Commentaar?`
  },
  keys: { Client: 'Bsn', AangevraagdProduct: 'ReferentieAanbieder' }
}, {
  number: '317',
  about: 'Verzoek om wijziging van toegewezen producten door een aanbieder',
  from: 'aanbieder',
  retour: '318',
  codes: { iwmo: ['480', '481'], ijw: ['486', '487'] },
  classes: {
    Root: 'Header Client',
    Client: 'Bsn:LDT_BurgerServicenummer Verzoek',
    Verzoek: 'ReferentieAanbieder:LDT_Referentie RedenVerzoek:LDT_RedenVerzoek OngewijzigdeProducten? TeWijzigenProducten? NieuweProducten?',
    OngewijzigdeProducten: 'OngewijzigdProduct+',
    OngewijzigdProduct: 'ToewijzingNummer:LDT_Nummer',
    TeWijzigenProducten: 'TeWijzigenProduct+',
    TeWijzigenProduct: `ToewijzingNummer:LDT_Nummer GewensteIngangsdatum:LDT_Datum Einddatum:LDT_Datum? ${hoeveel}`,
    NieuweProducten: 'NieuwProduct+',
    NieuwProduct: `Product:CDT_Product? GewensteIngangsdatum:LDT_Datum Einddatum:LDT_Datum? ${hoeveel}`
  },
  keys: {
    Client: 'Bsn',
    Verzoek: 'ReferentieAanbieder',
    OngewijzigdProduct: 'ToewijzingNummer',
    TeWijzigenProduct: 'ToewijzingNummer',
    NieuwProduct: `${productKey} GewensteIngangsdatum`
  }
}, {
  number: '319',
  about: 'Antwoord van de gemeente op een verzoek om toewijzing of wijziging',
  from: 'gemeente',
  retour: '320',
  codes: { iwmo: ['482', '483'], ijw: ['488', '489'] },
  classes: {
    Root: 'Header Antwoord',
    Antwoord: 'ReferentieAanbieder:LDT_Referentie VerzoekAntwoord:LDT_VerzoekAntwoord RedenAfwijzingVerzoek:LDT_RedenAfwijzingVerzoek? Woonplaatsbeginsel?@ijw',
    Woonplaatsbeginsel: 'Gemeente:LDT_Gemeente'
  },
  keys: { Antwoord: 'ReferentieAanbieder VerzoekAntwoord', Woonplaatsbeginsel: 'Gemeente' }
}, {
  number: '323',
  about: 'Declaratie van de aanbieder over een kalendermaand',
  from: 'aanbieder',
  codes: { iwmo: ['484'], ijw: ['490'] },
  classes: {
    Root: 'Header Declaratie',
    Declaratie: 'DeclaratieNummer:LDT_IdentificatieDeclaratie{([a-zA-Z0-9])+} DeclaratiePeriode:CDT_GeslotenPeriode DeclaratieDagtekening:LDT_Datum ' +
      'TotaalIngediendBedrag:CDT_TotaalBedragMetDC Clienten',
    ...prestaties
  },
  keys: { Client: 'Bsn', Declaratie: 'DeclaratieNummer', Prestatie: prestatieKey }
}, {
  number: '325',
  about: 'Antwoord van de gemeente op een declaratie',
  from: 'gemeente',
  answers: '323',
  codes: { iwmo: ['485'], ijw: ['491'] },
  classes: {
    Root: 'Header DeclaratieAntwoord',
    DeclaratieAntwoord: 'DeclaratieNummer:LDT_IdentificatieDeclaratie TotaalIngediendBedrag:CDT_TotaalBedragMetDC TotaalToegekendBedrag:CDT_TotaalBedragMetDC Clienten?',
    ...prestaties
  },
  keys: { Client: 'Bsn', DeclaratieAntwoord: 'DeclaratieNummer', Prestatie: prestatieKey }
}]
