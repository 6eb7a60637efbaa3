/** The message types as TypeScript types, made from the model by `npm run generate`: every leaf is its text as sent. */

export type CDT_Achternaam = {
  readonly Achternaam: string
  readonly Voorvoegsel?: string
}

export type CDT_Adres = {
  readonly Huis?: CDT_Huis
  readonly Postcode?: string
  readonly Straatnaam?: string
  readonly Plaatsnaam?: string
  readonly LandCode?: string
}

export type CDT_BedragMetDC = {
  readonly Bedrag: string
  readonly DebetCredit: string
}

export type CDT_BerichtIdentificatie = {
  readonly Identificatie: string
  readonly Dagtekening: string
}

export type CDT_Communicatie = {
  readonly Vorm: string
  readonly Taal?: string
}

export type CDT_Geboortedatum = {
  readonly Datum: string
  readonly DatumGebruik?: string
}

export type CDT_GeslotenPeriode = {
  readonly Begindatum: string
  readonly Einddatum: string
}

export type CDT_Huis = {
  readonly Huisnummer: string
  readonly Huisletter?: string
  readonly HuisnummerToevoeging?: string
  readonly AanduidingWoonadres?: string
}

export type CDT_Omvang = {
  readonly Volume: string
  readonly Eenheid: string
  readonly Frequentie: string
}

export type CDT_OpenPeriode = {
  readonly Begindatum?: string
  readonly Einddatum?: string
}

export type CDT_Product = {
  readonly Categorie: string
  readonly Code?: string
}

export type CDT_Referentie = {
  readonly ReferentieNummer: string
  readonly VorigReferentieNummer?: string
}

export type CDT_Telefoon = {
  readonly Telefoonnummer: string
  readonly Landnummer: string
}

export type CDT_Telefoonnummers = {
  readonly Telefoon01: CDT_Telefoon
  readonly Telefoon02?: CDT_Telefoon
}

export type CDT_TotaalBedragMetDC = {
  readonly TotaalBedrag: string
  readonly DebetCredit: string
}

export type CDT_VerkorteNaam = {
  readonly Geslachtsnaam: CDT_Achternaam
  readonly Voornamen?: string
  readonly Voorletters?: string
}

export type CDT_Verwijzer = {
  readonly Type: string
  readonly Naam?: string
  readonly ZorgverlenerCode?: string
}

export type CDT_VolledigeNaam = {
  readonly Geslachtsnaam: CDT_Achternaam
  readonly Partnernaam?: CDT_Achternaam
  readonly Voornamen?: string
  readonly Voorletters?: string
  readonly NaamGebruik: string
}

export type CDT_XsdVersie = {
  readonly BasisschemaXsdVersie: string
  readonly BerichtXsdVersie: string
}

export type WMO301 = {
  readonly Header: WMO301_Header
  readonly Client: WMO301_Client
}

export type WMO301_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO301_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VolledigeNaam
  readonly Communicatie?: CDT_Communicatie
  readonly JuridischeStatus?: string
  readonly WettelijkeVertegenwoordiging?: string
  readonly Commentaar?: string
  readonly Relaties?: WMO301_Relaties
  readonly Contactgegevens: WMO301_Contactgegevens
  readonly ToegewezenProducten: WMO301_ToegewezenProducten
}

export type WMO301_Relaties = {
  readonly Relatie: readonly WMO301_Relatie[]
}

export type WMO301_Relatie = {
  readonly Nummer: string
  readonly Volgorde?: string
  readonly Soort: string
  readonly Geboortedatum?: CDT_Geboortedatum
  readonly Geslacht?: string
  readonly Naam: CDT_VolledigeNaam
  readonly Contact: WMO301_Contact
}

export type WMO301_Contact = {
  readonly Soort: string
  readonly Adres?: CDT_Adres
  readonly Organisatie?: string
  readonly Telefoon?: CDT_Telefoonnummers
  readonly Emailadres?: string
  readonly Periode?: CDT_OpenPeriode
}

export type WMO301_Contactgegevens = {
  readonly Contact: readonly WMO301_Contact[]
}

export type WMO301_ToegewezenProducten = {
  readonly ToegewezenProduct: readonly WMO301_ToegewezenProduct[]
}

export type WMO301_ToegewezenProduct = {
  readonly ToewijzingNummer: string
  readonly ReferentieAanbieder?: string
  readonly Product?: CDT_Product
  readonly Toewijzingsdatum: string
  readonly Toewijzingstijd: string
  readonly Ingangsdatum: string
  readonly Einddatum?: string
  readonly RedenWijziging?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Commentaar?: string
}

export type WMO302 = {
  readonly Header: WMO302_Header
  readonly Client?: WMO302_Client
}

export type WMO302_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: WMO302_RetourCodes
}

export type WMO302_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO302_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VolledigeNaam
  readonly Communicatie?: CDT_Communicatie
  readonly JuridischeStatus?: string
  readonly WettelijkeVertegenwoordiging?: string
  readonly Commentaar?: string
  readonly Relaties?: WMO302_Relaties
  readonly Contactgegevens: WMO302_Contactgegevens
  readonly ToegewezenProducten: WMO302_ToegewezenProducten
  readonly RetourCodes: WMO302_RetourCodes
}

export type WMO302_Relaties = {
  readonly Relatie: readonly WMO302_Relatie[]
}

export type WMO302_Relatie = {
  readonly Nummer: string
  readonly Volgorde?: string
  readonly Soort: string
  readonly Geboortedatum?: CDT_Geboortedatum
  readonly Geslacht?: string
  readonly Naam: CDT_VolledigeNaam
  readonly Contact: WMO302_Contact
  readonly RetourCodes: WMO302_RetourCodes
}

export type WMO302_Contact = {
  readonly Soort: string
  readonly Adres?: CDT_Adres
  readonly Organisatie?: string
  readonly Telefoon?: CDT_Telefoonnummers
  readonly Emailadres?: string
  readonly Periode?: CDT_OpenPeriode
  readonly RetourCodes: WMO302_RetourCodes
}

export type WMO302_Contactgegevens = {
  readonly Contact: readonly WMO302_Contact[]
}

export type WMO302_ToegewezenProducten = {
  readonly ToegewezenProduct: readonly WMO302_ToegewezenProduct[]
}

export type WMO302_ToegewezenProduct = {
  readonly ToewijzingNummer: string
  readonly ReferentieAanbieder?: string
  readonly Product?: CDT_Product
  readonly Toewijzingsdatum: string
  readonly Toewijzingstijd: string
  readonly Ingangsdatum: string
  readonly Einddatum?: string
  readonly RedenWijziging?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Commentaar?: string
  readonly RetourCodes: WMO302_RetourCodes
}

export type WMO305 = {
  readonly Header: WMO305_Header
  readonly Client: WMO305_Client
}

export type WMO305_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO305_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StartProducten: WMO305_StartProducten
}

export type WMO305_StartProducten = {
  readonly StartProduct: readonly WMO305_StartProduct[]
}

export type WMO305_StartProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly StatusAanlevering: string
}

export type WMO306 = {
  readonly Header: WMO306_Header
  readonly Client?: WMO306_Client
}

export type WMO306_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: WMO306_RetourCodes
}

export type WMO306_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO306_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StartProducten: WMO306_StartProducten
  readonly RetourCodes: WMO306_RetourCodes
}

export type WMO306_StartProducten = {
  readonly StartProduct: readonly WMO306_StartProduct[]
}

export type WMO306_StartProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly StatusAanlevering: string
  readonly RetourCodes: WMO306_RetourCodes
}

export type WMO307 = {
  readonly Header: WMO307_Header
  readonly Client: WMO307_Client
}

export type WMO307_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO307_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StopProducten: WMO307_StopProducten
}

export type WMO307_StopProducten = {
  readonly StopProduct: readonly WMO307_StopProduct[]
}

export type WMO307_StopProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly RedenBeeindiging: string
  readonly Einddatum: string
  readonly StatusAanlevering: string
}

export type WMO308 = {
  readonly Header: WMO308_Header
  readonly Client?: WMO308_Client
}

export type WMO308_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: WMO308_RetourCodes
}

export type WMO308_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO308_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StopProducten: WMO308_StopProducten
  readonly RetourCodes: WMO308_RetourCodes
}

export type WMO308_StopProducten = {
  readonly StopProduct: readonly WMO308_StopProduct[]
}

export type WMO308_StopProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly RedenBeeindiging: string
  readonly Einddatum: string
  readonly StatusAanlevering: string
  readonly RetourCodes: WMO308_RetourCodes
}

export type WMO315 = {
  readonly Header: WMO315_Header
  readonly Client: WMO315_Client
}

export type WMO315_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO315_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly Commentaar?: string
  readonly AangevraagdeProducten: WMO315_AangevraagdeProducten
}

export type WMO315_AangevraagdeProducten = {
  readonly AangevraagdProduct: readonly WMO315_AangevraagdProduct[]
}

export type WMO315_AangevraagdProduct = {
  readonly ReferentieAanbieder: string
  readonly BeschikkingNummer?: string
  readonly Product?: CDT_Product
  readonly BeschikkingIngangsdatum?: string
  readonly ToewijzingIngangsdatum: string
  readonly ToewijzingEinddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Verwijzer: CDT_Verwijzer
  readonly Raamcontract?: string
  readonly Commentaar?: string
}

export type WMO316 = {
  readonly Header: WMO316_Header
  readonly Client?: WMO316_Client
}

export type WMO316_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: WMO316_RetourCodes
}

export type WMO316_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO316_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly Commentaar?: string
  readonly AangevraagdeProducten: WMO316_AangevraagdeProducten
  readonly RetourCodes: WMO316_RetourCodes
}

export type WMO316_AangevraagdeProducten = {
  readonly AangevraagdProduct: readonly WMO316_AangevraagdProduct[]
}

export type WMO316_AangevraagdProduct = {
  readonly ReferentieAanbieder: string
  readonly BeschikkingNummer?: string
  readonly Product?: CDT_Product
  readonly BeschikkingIngangsdatum?: string
  readonly ToewijzingIngangsdatum: string
  readonly ToewijzingEinddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Verwijzer: CDT_Verwijzer
  readonly Raamcontract?: string
  readonly Commentaar?: string
  readonly RetourCodes: WMO316_RetourCodes
}

export type WMO317 = {
  readonly Header: WMO317_Header
  readonly Client: WMO317_Client
}

export type WMO317_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO317_Client = {
  readonly Bsn: string
  readonly Verzoek: WMO317_Verzoek
}

export type WMO317_Verzoek = {
  readonly ReferentieAanbieder: string
  readonly RedenVerzoek: string
  readonly OngewijzigdeProducten?: WMO317_OngewijzigdeProducten
  readonly TeWijzigenProducten?: WMO317_TeWijzigenProducten
  readonly NieuweProducten?: WMO317_NieuweProducten
}

export type WMO317_OngewijzigdeProducten = {
  readonly OngewijzigdProduct: readonly WMO317_OngewijzigdProduct[]
}

export type WMO317_OngewijzigdProduct = {
  readonly ToewijzingNummer: string
}

export type WMO317_TeWijzigenProducten = {
  readonly TeWijzigenProduct: readonly WMO317_TeWijzigenProduct[]
}

export type WMO317_TeWijzigenProduct = {
  readonly ToewijzingNummer: string
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
}

export type WMO317_NieuweProducten = {
  readonly NieuwProduct: readonly WMO317_NieuwProduct[]
}

export type WMO317_NieuwProduct = {
  readonly Product?: CDT_Product
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
}

export type WMO318 = {
  readonly Header: WMO318_Header
  readonly Client?: WMO318_Client
}

export type WMO318_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: WMO318_RetourCodes
}

export type WMO318_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO318_Client = {
  readonly Bsn: string
  readonly Verzoek: WMO318_Verzoek
  readonly RetourCodes: WMO318_RetourCodes
}

export type WMO318_Verzoek = {
  readonly ReferentieAanbieder: string
  readonly RedenVerzoek: string
  readonly OngewijzigdeProducten?: WMO318_OngewijzigdeProducten
  readonly TeWijzigenProducten?: WMO318_TeWijzigenProducten
  readonly NieuweProducten?: WMO318_NieuweProducten
  readonly RetourCodes: WMO318_RetourCodes
}

export type WMO318_OngewijzigdeProducten = {
  readonly OngewijzigdProduct: readonly WMO318_OngewijzigdProduct[]
}

export type WMO318_OngewijzigdProduct = {
  readonly ToewijzingNummer: string
  readonly RetourCodes: WMO318_RetourCodes
}

export type WMO318_TeWijzigenProducten = {
  readonly TeWijzigenProduct: readonly WMO318_TeWijzigenProduct[]
}

export type WMO318_TeWijzigenProduct = {
  readonly ToewijzingNummer: string
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly RetourCodes: WMO318_RetourCodes
}

export type WMO318_NieuweProducten = {
  readonly NieuwProduct: readonly WMO318_NieuwProduct[]
}

export type WMO318_NieuwProduct = {
  readonly Product?: CDT_Product
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly RetourCodes: WMO318_RetourCodes
}

export type WMO319 = {
  readonly Header: WMO319_Header
  readonly Antwoord: WMO319_Antwoord
}

export type WMO319_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO319_Antwoord = {
  readonly ReferentieAanbieder: string
  readonly VerzoekAntwoord: string
  readonly RedenAfwijzingVerzoek?: string
}

export type WMO320 = {
  readonly Header: WMO320_Header
  readonly Antwoord?: WMO320_Antwoord
}

export type WMO320_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: WMO320_RetourCodes
}

export type WMO320_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO320_Antwoord = {
  readonly ReferentieAanbieder: string
  readonly VerzoekAntwoord: string
  readonly RedenAfwijzingVerzoek?: string
  readonly RetourCodes: WMO320_RetourCodes
}

export type WMO323 = {
  readonly Header: WMO323_Header
  readonly Declaratie: WMO323_Declaratie
}

export type WMO323_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type WMO323_Declaratie = {
  readonly DeclaratieNummer: string
  readonly DeclaratiePeriode: CDT_GeslotenPeriode
  readonly DeclaratieDagtekening: string
  readonly TotaalIngediendBedrag: CDT_TotaalBedragMetDC
  readonly Clienten: WMO323_Clienten
}

export type WMO323_Clienten = {
  readonly Client: readonly WMO323_Client[]
}

export type WMO323_Client = {
  readonly Bsn: string
  readonly Prestaties: WMO323_Prestaties
}

export type WMO323_Prestaties = {
  readonly Prestatie: readonly WMO323_Prestatie[]
}

export type WMO323_Prestatie = {
  readonly ProductReferentie: CDT_Referentie
  readonly ToewijzingNummer: string
  readonly ProductCategorie: string
  readonly ProductCode: string
  readonly ProductPeriode: CDT_GeslotenPeriode
  readonly GeleverdVolume: string
  readonly Eenheid: string
  readonly ProductTarief?: string
  readonly IngediendBedrag: CDT_BedragMetDC
}

export type WMO325 = {
  readonly Header: WMO325_Header
  readonly DeclaratieAntwoord?: WMO325_DeclaratieAntwoord
}

export type WMO325_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly DeclaratieIdentificatie: CDT_BerichtIdentificatie
  readonly XsltVersie?: string
  readonly XsdVersieDeclaratie: CDT_XsdVersie
  readonly RetourCodes: WMO325_RetourCodes
}

export type WMO325_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type WMO325_DeclaratieAntwoord = {
  readonly DeclaratieNummer: string
  readonly TotaalIngediendBedrag: CDT_TotaalBedragMetDC
  readonly TotaalToegekendBedrag: CDT_TotaalBedragMetDC
  readonly Clienten?: WMO325_Clienten
  readonly RetourCodes: WMO325_RetourCodes
}

export type WMO325_Clienten = {
  readonly Client: readonly WMO325_Client[]
}

export type WMO325_Client = {
  readonly Bsn: string
  readonly Prestaties: WMO325_Prestaties
  readonly RetourCodes: WMO325_RetourCodes
}

export type WMO325_Prestaties = {
  readonly Prestatie: readonly WMO325_Prestatie[]
}

export type WMO325_Prestatie = {
  readonly ProductReferentie: CDT_Referentie
  readonly ToewijzingNummer: string
  readonly ProductCategorie: string
  readonly ProductCode: string
  readonly ProductPeriode: CDT_GeslotenPeriode
  readonly GeleverdVolume: string
  readonly Eenheid: string
  readonly ProductTarief?: string
  readonly IngediendBedrag: CDT_BedragMetDC
  readonly RetourCodes: WMO325_RetourCodes
}

export type JW301 = {
  readonly Header: JW301_Header
  readonly Client: JW301_Client
}

export type JW301_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW301_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VolledigeNaam
  readonly Communicatie?: CDT_Communicatie
  readonly JuridischeStatus?: string
  readonly WettelijkeVertegenwoordiging?: string
  readonly Commentaar?: string
  readonly Relaties?: JW301_Relaties
  readonly Contactgegevens: JW301_Contactgegevens
  readonly ToegewezenProducten: JW301_ToegewezenProducten
}

export type JW301_Relaties = {
  readonly Relatie: readonly JW301_Relatie[]
}

export type JW301_Relatie = {
  readonly Nummer: string
  readonly Volgorde?: string
  readonly Soort: string
  readonly Geboortedatum?: CDT_Geboortedatum
  readonly Geslacht?: string
  readonly Naam: CDT_VolledigeNaam
  readonly Contact: JW301_Contact
}

export type JW301_Contact = {
  readonly Soort: string
  readonly Adres?: CDT_Adres
  readonly Organisatie?: string
  readonly Telefoon?: CDT_Telefoonnummers
  readonly Emailadres?: string
  readonly Periode?: CDT_OpenPeriode
}

export type JW301_Contactgegevens = {
  readonly Contact: readonly JW301_Contact[]
}

export type JW301_ToegewezenProducten = {
  readonly ToegewezenProduct: readonly JW301_ToegewezenProduct[]
}

export type JW301_ToegewezenProduct = {
  readonly ToewijzingNummer: string
  readonly ReferentieAanbieder?: string
  readonly Product?: CDT_Product
  readonly Toewijzingsdatum: string
  readonly Toewijzingstijd: string
  readonly Ingangsdatum: string
  readonly Einddatum?: string
  readonly RedenWijziging?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Commentaar?: string
}

export type JW302 = {
  readonly Header: JW302_Header
  readonly Client?: JW302_Client
}

export type JW302_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: JW302_RetourCodes
}

export type JW302_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW302_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VolledigeNaam
  readonly Communicatie?: CDT_Communicatie
  readonly JuridischeStatus?: string
  readonly WettelijkeVertegenwoordiging?: string
  readonly Commentaar?: string
  readonly Relaties?: JW302_Relaties
  readonly Contactgegevens: JW302_Contactgegevens
  readonly ToegewezenProducten: JW302_ToegewezenProducten
  readonly RetourCodes: JW302_RetourCodes
}

export type JW302_Relaties = {
  readonly Relatie: readonly JW302_Relatie[]
}

export type JW302_Relatie = {
  readonly Nummer: string
  readonly Volgorde?: string
  readonly Soort: string
  readonly Geboortedatum?: CDT_Geboortedatum
  readonly Geslacht?: string
  readonly Naam: CDT_VolledigeNaam
  readonly Contact: JW302_Contact
  readonly RetourCodes: JW302_RetourCodes
}

export type JW302_Contact = {
  readonly Soort: string
  readonly Adres?: CDT_Adres
  readonly Organisatie?: string
  readonly Telefoon?: CDT_Telefoonnummers
  readonly Emailadres?: string
  readonly Periode?: CDT_OpenPeriode
  readonly RetourCodes: JW302_RetourCodes
}

export type JW302_Contactgegevens = {
  readonly Contact: readonly JW302_Contact[]
}

export type JW302_ToegewezenProducten = {
  readonly ToegewezenProduct: readonly JW302_ToegewezenProduct[]
}

export type JW302_ToegewezenProduct = {
  readonly ToewijzingNummer: string
  readonly ReferentieAanbieder?: string
  readonly Product?: CDT_Product
  readonly Toewijzingsdatum: string
  readonly Toewijzingstijd: string
  readonly Ingangsdatum: string
  readonly Einddatum?: string
  readonly RedenWijziging?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Commentaar?: string
  readonly RetourCodes: JW302_RetourCodes
}

export type JW305 = {
  readonly Header: JW305_Header
  readonly Client: JW305_Client
}

export type JW305_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW305_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StartProducten: JW305_StartProducten
}

export type JW305_StartProducten = {
  readonly StartProduct: readonly JW305_StartProduct[]
}

export type JW305_StartProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly StatusAanlevering: string
}

export type JW306 = {
  readonly Header: JW306_Header
  readonly Client?: JW306_Client
}

export type JW306_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: JW306_RetourCodes
}

export type JW306_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW306_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StartProducten: JW306_StartProducten
  readonly RetourCodes: JW306_RetourCodes
}

export type JW306_StartProducten = {
  readonly StartProduct: readonly JW306_StartProduct[]
}

export type JW306_StartProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly StatusAanlevering: string
  readonly RetourCodes: JW306_RetourCodes
}

export type JW307 = {
  readonly Header: JW307_Header
  readonly Client: JW307_Client
}

export type JW307_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW307_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StopProducten: JW307_StopProducten
}

export type JW307_StopProducten = {
  readonly StopProduct: readonly JW307_StopProduct[]
}

export type JW307_StopProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly RedenBeeindiging: string
  readonly Einddatum: string
  readonly StatusAanlevering: string
}

export type JW308 = {
  readonly Header: JW308_Header
  readonly Client?: JW308_Client
}

export type JW308_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: JW308_RetourCodes
}

export type JW308_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW308_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly StopProducten: JW308_StopProducten
  readonly RetourCodes: JW308_RetourCodes
}

export type JW308_StopProducten = {
  readonly StopProduct: readonly JW308_StopProduct[]
}

export type JW308_StopProduct = {
  readonly ToewijzingNummer?: string
  readonly Product?: CDT_Product
  readonly ToewijzingIngangsdatum?: string
  readonly Begindatum: string
  readonly RedenBeeindiging: string
  readonly Einddatum: string
  readonly StatusAanlevering: string
  readonly RetourCodes: JW308_RetourCodes
}

export type JW315 = {
  readonly Header: JW315_Header
  readonly Client: JW315_Client
}

export type JW315_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW315_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly GezagsdragerBekend?: string
  readonly Commentaar?: string
  readonly AangevraagdeProducten: JW315_AangevraagdeProducten
}

export type JW315_AangevraagdeProducten = {
  readonly AangevraagdProduct: readonly JW315_AangevraagdProduct[]
}

export type JW315_AangevraagdProduct = {
  readonly ReferentieAanbieder: string
  readonly BeschikkingNummer?: string
  readonly Product?: CDT_Product
  readonly BeschikkingIngangsdatum?: string
  readonly ToewijzingIngangsdatum: string
  readonly ToewijzingEinddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Verwijzer: CDT_Verwijzer
  readonly Raamcontract?: string
  readonly Commentaar?: string
}

export type JW316 = {
  readonly Header: JW316_Header
  readonly Client?: JW316_Client
}

export type JW316_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: JW316_RetourCodes
}

export type JW316_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW316_Client = {
  readonly Bsn: string
  readonly Geboortedatum: CDT_Geboortedatum
  readonly Geslacht: string
  readonly Naam: CDT_VerkorteNaam
  readonly GezagsdragerBekend?: string
  readonly Commentaar?: string
  readonly AangevraagdeProducten: JW316_AangevraagdeProducten
  readonly RetourCodes: JW316_RetourCodes
}

export type JW316_AangevraagdeProducten = {
  readonly AangevraagdProduct: readonly JW316_AangevraagdProduct[]
}

export type JW316_AangevraagdProduct = {
  readonly ReferentieAanbieder: string
  readonly BeschikkingNummer?: string
  readonly Product?: CDT_Product
  readonly BeschikkingIngangsdatum?: string
  readonly ToewijzingIngangsdatum: string
  readonly ToewijzingEinddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly Verwijzer: CDT_Verwijzer
  readonly Raamcontract?: string
  readonly Commentaar?: string
  readonly RetourCodes: JW316_RetourCodes
}

export type JW317 = {
  readonly Header: JW317_Header
  readonly Client: JW317_Client
}

export type JW317_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW317_Client = {
  readonly Bsn: string
  readonly Verzoek: JW317_Verzoek
}

export type JW317_Verzoek = {
  readonly ReferentieAanbieder: string
  readonly RedenVerzoek: string
  readonly OngewijzigdeProducten?: JW317_OngewijzigdeProducten
  readonly TeWijzigenProducten?: JW317_TeWijzigenProducten
  readonly NieuweProducten?: JW317_NieuweProducten
}

export type JW317_OngewijzigdeProducten = {
  readonly OngewijzigdProduct: readonly JW317_OngewijzigdProduct[]
}

export type JW317_OngewijzigdProduct = {
  readonly ToewijzingNummer: string
}

export type JW317_TeWijzigenProducten = {
  readonly TeWijzigenProduct: readonly JW317_TeWijzigenProduct[]
}

export type JW317_TeWijzigenProduct = {
  readonly ToewijzingNummer: string
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
}

export type JW317_NieuweProducten = {
  readonly NieuwProduct: readonly JW317_NieuwProduct[]
}

export type JW317_NieuwProduct = {
  readonly Product?: CDT_Product
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
}

export type JW318 = {
  readonly Header: JW318_Header
  readonly Client?: JW318_Client
}

export type JW318_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: JW318_RetourCodes
}

export type JW318_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW318_Client = {
  readonly Bsn: string
  readonly Verzoek: JW318_Verzoek
  readonly RetourCodes: JW318_RetourCodes
}

export type JW318_Verzoek = {
  readonly ReferentieAanbieder: string
  readonly RedenVerzoek: string
  readonly OngewijzigdeProducten?: JW318_OngewijzigdeProducten
  readonly TeWijzigenProducten?: JW318_TeWijzigenProducten
  readonly NieuweProducten?: JW318_NieuweProducten
  readonly RetourCodes: JW318_RetourCodes
}

export type JW318_OngewijzigdeProducten = {
  readonly OngewijzigdProduct: readonly JW318_OngewijzigdProduct[]
}

export type JW318_OngewijzigdProduct = {
  readonly ToewijzingNummer: string
  readonly RetourCodes: JW318_RetourCodes
}

export type JW318_TeWijzigenProducten = {
  readonly TeWijzigenProduct: readonly JW318_TeWijzigenProduct[]
}

export type JW318_TeWijzigenProduct = {
  readonly ToewijzingNummer: string
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly RetourCodes: JW318_RetourCodes
}

export type JW318_NieuweProducten = {
  readonly NieuwProduct: readonly JW318_NieuwProduct[]
}

export type JW318_NieuwProduct = {
  readonly Product?: CDT_Product
  readonly GewensteIngangsdatum: string
  readonly Einddatum?: string
  readonly Omvang?: CDT_Omvang
  readonly Budget?: string
  readonly RetourCodes: JW318_RetourCodes
}

export type JW319 = {
  readonly Header: JW319_Header
  readonly Antwoord: JW319_Antwoord
}

export type JW319_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW319_Antwoord = {
  readonly ReferentieAanbieder: string
  readonly VerzoekAntwoord: string
  readonly RedenAfwijzingVerzoek?: string
  readonly Woonplaatsbeginsel?: JW319_Woonplaatsbeginsel
}

export type JW319_Woonplaatsbeginsel = {
  readonly Gemeente: string
}

export type JW320 = {
  readonly Header: JW320_Header
  readonly Antwoord?: JW320_Antwoord
}

export type JW320_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly IdentificatieRetour: string
  readonly DagtekeningRetour: string
  readonly XsltVersie?: string
  readonly XsdVersieRetour: CDT_XsdVersie
  readonly RetourCodes?: JW320_RetourCodes
}

export type JW320_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW320_Antwoord = {
  readonly ReferentieAanbieder: string
  readonly VerzoekAntwoord: string
  readonly RedenAfwijzingVerzoek?: string
  readonly Woonplaatsbeginsel?: JW320_Woonplaatsbeginsel
  readonly RetourCodes: JW320_RetourCodes
}

export type JW320_Woonplaatsbeginsel = {
  readonly Gemeente: string
  readonly RetourCodes: JW320_RetourCodes
}

export type JW323 = {
  readonly Header: JW323_Header
  readonly Declaratie: JW323_Declaratie
}

export type JW323_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
}

export type JW323_Declaratie = {
  readonly DeclaratieNummer: string
  readonly DeclaratiePeriode: CDT_GeslotenPeriode
  readonly DeclaratieDagtekening: string
  readonly TotaalIngediendBedrag: CDT_TotaalBedragMetDC
  readonly Clienten: JW323_Clienten
}

export type JW323_Clienten = {
  readonly Client: readonly JW323_Client[]
}

export type JW323_Client = {
  readonly Bsn: string
  readonly Prestaties: JW323_Prestaties
}

export type JW323_Prestaties = {
  readonly Prestatie: readonly JW323_Prestatie[]
}

export type JW323_Prestatie = {
  readonly ProductReferentie: CDT_Referentie
  readonly ToewijzingNummer: string
  readonly ProductCategorie: string
  readonly ProductCode: string
  readonly ProductPeriode: CDT_GeslotenPeriode
  readonly GeleverdVolume: string
  readonly Eenheid: string
  readonly ProductTarief?: string
  readonly IngediendBedrag: CDT_BedragMetDC
}

export type JW325 = {
  readonly Header: JW325_Header
  readonly DeclaratieAntwoord?: JW325_DeclaratieAntwoord
}

export type JW325_Header = {
  readonly BerichtCode: string
  readonly BerichtVersie: string
  readonly BerichtSubversie: string
  readonly Afzender: string
  readonly Ontvanger: string
  readonly BerichtIdentificatie: CDT_BerichtIdentificatie
  readonly XsdVersie: CDT_XsdVersie
  readonly DeclaratieIdentificatie: CDT_BerichtIdentificatie
  readonly XsltVersie?: string
  readonly XsdVersieDeclaratie: CDT_XsdVersie
  readonly RetourCodes: JW325_RetourCodes
}

export type JW325_RetourCodes = {
  readonly RetourCode: readonly string[]
}

export type JW325_DeclaratieAntwoord = {
  readonly DeclaratieNummer: string
  readonly TotaalIngediendBedrag: CDT_TotaalBedragMetDC
  readonly TotaalToegekendBedrag: CDT_TotaalBedragMetDC
  readonly Clienten?: JW325_Clienten
  readonly RetourCodes: JW325_RetourCodes
}

export type JW325_Clienten = {
  readonly Client: readonly JW325_Client[]
}

export type JW325_Client = {
  readonly Bsn: string
  readonly Prestaties: JW325_Prestaties
  readonly RetourCodes: JW325_RetourCodes
}

export type JW325_Prestaties = {
  readonly Prestatie: readonly JW325_Prestatie[]
}

export type JW325_Prestatie = {
  readonly ProductReferentie: CDT_Referentie
  readonly ToewijzingNummer: string
  readonly ProductCategorie: string
  readonly ProductCode: string
  readonly ProductPeriode: CDT_GeslotenPeriode
  readonly GeleverdVolume: string
  readonly Eenheid: string
  readonly ProductTarief?: string
  readonly IngediendBedrag: CDT_BedragMetDC
  readonly RetourCodes: JW325_RetourCodes
}

/** Every class by message number and name, as rules are written for: both families, what one lacks is optional. */
export type Classes = {
  readonly '301:Header': JW301_Header
  readonly '301:Client': JW301_Client
  readonly '301:Relaties': JW301_Relaties
  readonly '301:Relatie': JW301_Relatie
  readonly '301:Contact': JW301_Contact
  readonly '301:Contactgegevens': JW301_Contactgegevens
  readonly '301:ToegewezenProducten': JW301_ToegewezenProducten
  readonly '301:ToegewezenProduct': JW301_ToegewezenProduct
  readonly '302:Header': JW302_Header
  readonly '302:RetourCodes': JW302_RetourCodes
  readonly '302:Client': JW302_Client
  readonly '302:Relaties': JW302_Relaties
  readonly '302:Relatie': JW302_Relatie
  readonly '302:Contact': JW302_Contact
  readonly '302:Contactgegevens': JW302_Contactgegevens
  readonly '302:ToegewezenProducten': JW302_ToegewezenProducten
  readonly '302:ToegewezenProduct': JW302_ToegewezenProduct
  readonly '305:Header': JW305_Header
  readonly '305:Client': JW305_Client
  readonly '305:StartProducten': JW305_StartProducten
  readonly '305:StartProduct': JW305_StartProduct
  readonly '306:Header': JW306_Header
  readonly '306:RetourCodes': JW306_RetourCodes
  readonly '306:Client': JW306_Client
  readonly '306:StartProducten': JW306_StartProducten
  readonly '306:StartProduct': JW306_StartProduct
  readonly '307:Header': JW307_Header
  readonly '307:Client': JW307_Client
  readonly '307:StopProducten': JW307_StopProducten
  readonly '307:StopProduct': JW307_StopProduct
  readonly '308:Header': JW308_Header
  readonly '308:RetourCodes': JW308_RetourCodes
  readonly '308:Client': JW308_Client
  readonly '308:StopProducten': JW308_StopProducten
  readonly '308:StopProduct': JW308_StopProduct
  readonly '315:Header': JW315_Header
  readonly '315:Client': JW315_Client
  readonly '315:AangevraagdeProducten': JW315_AangevraagdeProducten
  readonly '315:AangevraagdProduct': JW315_AangevraagdProduct
  readonly '316:Header': JW316_Header
  readonly '316:RetourCodes': JW316_RetourCodes
  readonly '316:Client': JW316_Client
  readonly '316:AangevraagdeProducten': JW316_AangevraagdeProducten
  readonly '316:AangevraagdProduct': JW316_AangevraagdProduct
  readonly '317:Header': JW317_Header
  readonly '317:Client': JW317_Client
  readonly '317:Verzoek': JW317_Verzoek
  readonly '317:OngewijzigdeProducten': JW317_OngewijzigdeProducten
  readonly '317:OngewijzigdProduct': JW317_OngewijzigdProduct
  readonly '317:TeWijzigenProducten': JW317_TeWijzigenProducten
  readonly '317:TeWijzigenProduct': JW317_TeWijzigenProduct
  readonly '317:NieuweProducten': JW317_NieuweProducten
  readonly '317:NieuwProduct': JW317_NieuwProduct
  readonly '318:Header': JW318_Header
  readonly '318:RetourCodes': JW318_RetourCodes
  readonly '318:Client': JW318_Client
  readonly '318:Verzoek': JW318_Verzoek
  readonly '318:OngewijzigdeProducten': JW318_OngewijzigdeProducten
  readonly '318:OngewijzigdProduct': JW318_OngewijzigdProduct
  readonly '318:TeWijzigenProducten': JW318_TeWijzigenProducten
  readonly '318:TeWijzigenProduct': JW318_TeWijzigenProduct
  readonly '318:NieuweProducten': JW318_NieuweProducten
  readonly '318:NieuwProduct': JW318_NieuwProduct
  readonly '319:Header': JW319_Header
  readonly '319:Antwoord': JW319_Antwoord
  readonly '319:Woonplaatsbeginsel': JW319_Woonplaatsbeginsel
  readonly '320:Header': JW320_Header
  readonly '320:RetourCodes': JW320_RetourCodes
  readonly '320:Antwoord': JW320_Antwoord
  readonly '320:Woonplaatsbeginsel': JW320_Woonplaatsbeginsel
  readonly '323:Header': JW323_Header
  readonly '323:Declaratie': JW323_Declaratie
  readonly '323:Clienten': JW323_Clienten
  readonly '323:Client': JW323_Client
  readonly '323:Prestaties': JW323_Prestaties
  readonly '323:Prestatie': JW323_Prestatie
  readonly '325:Header': JW325_Header
  readonly '325:RetourCodes': JW325_RetourCodes
  readonly '325:DeclaratieAntwoord': JW325_DeclaratieAntwoord
  readonly '325:Clienten': JW325_Clienten
  readonly '325:Client': JW325_Client
  readonly '325:Prestaties': JW325_Prestaties
  readonly '325:Prestatie': JW325_Prestatie
}

/** Every message type by its name. */
export type Messages = {
  readonly WMO301: WMO301
  readonly WMO302: WMO302
  readonly WMO305: WMO305
  readonly WMO306: WMO306
  readonly WMO307: WMO307
  readonly WMO308: WMO308
  readonly WMO315: WMO315
  readonly WMO316: WMO316
  readonly WMO317: WMO317
  readonly WMO318: WMO318
  readonly WMO319: WMO319
  readonly WMO320: WMO320
  readonly WMO323: WMO323
  readonly WMO325: WMO325
  readonly JW301: JW301
  readonly JW302: JW302
  readonly JW305: JW305
  readonly JW306: JW306
  readonly JW307: JW307
  readonly JW308: JW308
  readonly JW315: JW315
  readonly JW316: JW316
  readonly JW317: JW317
  readonly JW318: JW318
  readonly JW319: JW319
  readonly JW320: JW320
  readonly JW323: JW323
  readonly JW325: JW325
}
