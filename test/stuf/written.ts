/** One of each kind of message we write, in its longest and shortest forms. */
import { instant } from '../../src/core/core.ts'
import { faultOf, writeBv03, writeEnvelop, writeFault, writeFo01, type Afkeuring, type Zending } from '../../src/stuf/stuf.ts'
import { cross, number, payload } from './samples.ts'

const systeem = (organisatie: string, applicatie: string) => ({ organisatie, applicatie, administratie: null, gebruiker: null })
/** Winter time: 06:07:08.009 in the Netherlands. */
const at = instant(Date.UTC(2026, 0, 5, 5, 6, 7, 9))

export const zending: Zending = {
  kind: 'Di01', zender: systeem('0344', 'Wmo <&> "Applicatie"'), ontvanger: systeem('01023456', 'GGk'), referentienummer: number, tijdstip: at, crossRefnummer: null,
  functie: 'WMO301', versie: 3, subversie: 2, applicatieVersie: '0004', applicatieSubversie: '0012', payload: Buffer.from(payload)
}
export const retour: Zending = { ...zending, kind: 'Du01', zender: systeem('01023456', 'ECD'), ontvanger: systeem('0344', 'GGk'), crossRefnummer: cross, functie: 'WMO302' }
/** The longest names that are written: fifty characters of four bytes, or that must be escaped. */
export const longest: readonly Zending[] = ['&', '<', '"', '😀', '\n'].map(letter => ({ ...retour, zender: systeem('01023456', letter.repeat(50)) }))
export const afkeuring: Afkeuring = {
  zender: systeem('IB', 'GGKWebservice'), ontvanger: systeem('0344', 'GGk'), referentienummer: cross, tijdstip: at, crossRefnummer: number,
  code: 'IB014', plek: 'client', omschrijving: 'Het bericht voldoet niet aan het schema (controleniveau 1).', about: zending, original: null
}
const kop = { zender: systeem('IB', 'GGKWebservice'), ontvanger: systeem('0344', 'Wmo Applicatie'), referentienummer: cross, tijdstip: at, crossRefnummer: number }

/** @returns what stands in the SOAP body, or in a Fault's detail */
const inner = (soap: Buffer): string => /<s:(Bv03|Fo03)Bericht .*<\/s:\1Bericht>/s.exec(soap.toString())?.[0] ?? ''

export const written = [
  { name: 'Di01', kind: 'Di01', text: writeEnvelop(zending) },
  { name: 'Du01', kind: 'Du01', text: writeEnvelop(retour) },
  ...longest.map((it, at) => ({ name: `longest ${at}`, kind: 'Du01' as const, text: writeEnvelop(it) })),
  { name: 'Di01 without payload', kind: 'Di01', text: writeEnvelop({ ...zending, payload: Buffer.of() }) },
  { name: 'Fo01', kind: 'Fo01', text: writeFo01(afkeuring) },
  { name: 'Fo01 about nothing', kind: 'Fo01', text: writeFo01({ ...afkeuring, about: null, omschrijving: '&'.repeat(200) }) },
  { name: 'Fo01 with the original', kind: 'Fo01', text: writeFo01({ ...afkeuring, original: writeEnvelop(zending) }) },
  { name: 'Bv03', kind: 'stuf', text: inner(writeBv03(kop)) },
  { name: 'Fo03', kind: 'stuf', text: inner(writeFault(faultOf({ code: 'ZP_NUMBER', detail: 'x'.repeat(2_000) }, '2018', { zender: kop.ontvanger, referentienummer: number }), kop)) },
  { name: 'Fo03 about nothing', kind: 'stuf', text: inner(writeFault(faultOf({ code: 'ZP_BUSY', detail: null }, '2025'), kop)) }
] as const
