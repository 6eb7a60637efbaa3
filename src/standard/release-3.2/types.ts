/** The data types of release 3.2, the same in both families. */

/**
 * One a line: name, base, range, pattern. The range is `minLength..maxLength` of a string and
 * `minInclusive..maxInclusive` of an integer; either end may be open. The base `code` is a string with the code list of its name.
 */
export const simpleTypes = String.raw`
  LDT_AanduidingWoonadres          code ..2
  LDT_AdresSoort                   code ..2
  LDT_AgbCode                      string 1..8 [0-9]{8}
  LDT_Bedrag                       integer 0..99999999
  LDT_BerichtCode                  string 1..3
  LDT_BerichtSubversie             integer 0..99
  LDT_BerichtVersie                integer 0..99
  LDT_Budget                       integer 0..99999999
  LDT_BurgerServicenummer          string 1..9 [0-9]{9}
  LDT_Commentaar                   string 1.. ([.\s]*\S+[.\s]*)+
  LDT_Communicatievorm             code ..1
  LDT_Datum                        date [^:Z]*
  LDT_DatumGebruik                 code ..1
  LDT_DebetCredit                  code ..1
  LDT_Eenheid                      code ..2
  LDT_Emailadres                   string 1..80 .*[^\s].*
  LDT_Frequentie                   code ..1
  LDT_Gemeente                     string 1.. [0-9]{4}
  LDT_Geslacht                     code ..1
  LDT_Huisletter                   string 1..1 .*[^\s].*
  LDT_Huisnummer                   integer 0..99999
  LDT_HuisnummerToevoeging         string 1..4 .*[^\s].*
  LDT_IdentificatieBericht         string 1..12 .*[^\s].*
  LDT_IdentificatieDeclaratie      string 1..12
  LDT_JaNee                        code ..1
  LDT_JuridischeStatus             code ..2
  LDT_LandCode                     code ..2
  LDT_Landnummer                   string 1..4 .*[^\s].*
  LDT_Naam                         string 1..200 .*[^\s].*
  LDT_NaamGebruik                  code ..1
  LDT_NaamVerwijzer                string 1..64 .*[^\s].*
  LDT_Nummer                       integer 0..999999999
  LDT_Organisatienaam              string 1..35 .*[^\s].*
  LDT_Persoonsid                   string 1..20 .*[^\s].*
  LDT_Plaatsnaam                   string 1..80 .*[^\s].*
  LDT_Postcode                     string 1..8 .*[^\s].*
  LDT_ProductCategorie             code ..2
  LDT_ProductCode                  string 1..5 .*[^\s].*
  LDT_RedenAfwijzingVerzoek        code ..2
  LDT_RedenBeeindiging             code ..2
  LDT_RedenVerzoek                 code ..1
  LDT_RedenWijziging               code ..2
  LDT_Referentie                   string 1..36 .*[^\s].*
  LDT_ReferentieNummer             string 1..20
  LDT_RelatieVolgorde              integer 0..99
  LDT_RetourCode                   code ..4
  LDT_SoortRelatie                 code ..2
  LDT_StatusAanlevering            code ..1
  LDT_Straatnaam                   string 1..24 .*[^\s].*
  LDT_Taal                         string 1..25 .*[^\s].*
  LDT_Telefoonnummer               string 1..15 [0-9]*
  LDT_Tijd                         time [^Z+-]+
  LDT_TotaalBedrag                 integer 0..999999999999
  LDT_TypeVerwijzer                code ..2
  LDT_Versie                       string 1.. (0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)
  LDT_VerzoekAntwoord              code ..1
  LDT_Volume                       integer 0..99999999
  LDT_Voorletters                  string 1..6 ([a-zA-ZÀ-ỳ])+
  LDT_Voorvoegsel                  string 1..10 .*[^\s].*
  LDT_WettelijkeVertegenwoordiging code ..2
`

/** In the notation of the classes (see notation.ts). */
export const compoundTypes: Readonly<Record<string, string>> = {
  CDT_Achternaam: 'Achternaam:LDT_Naam Voorvoegsel:LDT_Voorvoegsel?',
  CDT_Adres: 'Huis:CDT_Huis? Postcode:LDT_Postcode? Straatnaam:LDT_Straatnaam? Plaatsnaam:LDT_Plaatsnaam? LandCode:LDT_LandCode?',
  CDT_BedragMetDC: 'Bedrag:LDT_Bedrag DebetCredit:LDT_DebetCredit',
  CDT_BerichtIdentificatie: 'Identificatie:LDT_IdentificatieBericht Dagtekening:LDT_Datum',
  CDT_Communicatie: 'Vorm:LDT_Communicatievorm Taal:LDT_Taal?',
  CDT_Geboortedatum: 'Datum:LDT_Datum DatumGebruik:LDT_DatumGebruik?',
  CDT_GeslotenPeriode: 'Begindatum:LDT_Datum Einddatum:LDT_Datum',
  CDT_Huis: 'Huisnummer:LDT_Huisnummer Huisletter:LDT_Huisletter? HuisnummerToevoeging:LDT_HuisnummerToevoeging? AanduidingWoonadres:LDT_AanduidingWoonadres?',
  CDT_Omvang: 'Volume:LDT_Volume Eenheid:LDT_Eenheid Frequentie:LDT_Frequentie',
  CDT_OpenPeriode: 'Begindatum:LDT_Datum? Einddatum:LDT_Datum?',
  CDT_Product: 'Categorie:LDT_ProductCategorie Code:LDT_ProductCode?',
  CDT_Referentie: 'ReferentieNummer:LDT_ReferentieNummer VorigReferentieNummer:LDT_ReferentieNummer?',
  CDT_Telefoon: 'Telefoonnummer:LDT_Telefoonnummer Landnummer:LDT_Landnummer',
  CDT_Telefoonnummers: 'Telefoon01:CDT_Telefoon Telefoon02:CDT_Telefoon?',
  CDT_TotaalBedragMetDC: 'TotaalBedrag:LDT_TotaalBedrag DebetCredit:LDT_DebetCredit',
  CDT_VerkorteNaam: 'Geslachtsnaam:CDT_Achternaam Voornamen:LDT_Naam? Voorletters:LDT_Voorletters?',
  CDT_Verwijzer: 'Type:LDT_TypeVerwijzer Naam:LDT_NaamVerwijzer? ZorgverlenerCode:LDT_AgbCode?',
  CDT_VolledigeNaam: 'Geslachtsnaam:CDT_Achternaam Partnernaam:CDT_Achternaam? Voornamen:LDT_Naam? Voorletters:LDT_Voorletters? NaamGebruik:LDT_NaamGebruik',
  CDT_XsdVersie: 'BasisschemaXsdVersie:LDT_Versie BerichtXsdVersie:LDT_Versie'
}

/** Data types whose every value is about a person: what identifies, reaches or describes one. */
export const personalTypes = `
  LDT_BurgerServicenummer LDT_Persoonsid LDT_Naam LDT_Voorvoegsel LDT_Voorletters LDT_NaamGebruik LDT_NaamVerwijzer
  LDT_Organisatienaam LDT_Straatnaam LDT_Huisnummer LDT_Huisletter LDT_HuisnummerToevoeging LDT_AanduidingWoonadres
  LDT_Postcode LDT_Plaatsnaam LDT_LandCode LDT_Telefoonnummer LDT_Landnummer LDT_Emailadres LDT_Commentaar LDT_Geslacht
  LDT_DatumGebruik LDT_Taal LDT_Communicatievorm LDT_JuridischeStatus LDT_WettelijkeVertegenwoordiging LDT_SoortRelatie
`

/** Elements about a person whose type others share; `Datum` stands in Geboortedatum only. */
export const personalElements = 'Datum BeschikkingNummer ZorgverlenerCode GezagsdragerBekend'
