/** The names by which StUF-GGk 2.1 is known on the wire: namespaces, operations, SOAPActions, systems. */
import type { Systeem } from './types.ts'

export const ggk = 'http://www.stufstandaarden.nl/koppelvlak/ggk0210'
export const stuf = 'http://www.egem.nl/StUF/StUF0301'
export const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/'
export const soap12 = 'http://www.w3.org/2003/05/soap-envelope'

/** What the port type OntvangAsynchroon takes: each operation's SOAPAction and the element in the body. */
export const operations = {
  Di01: { action: `${ggk}/ggk_Di01`, namespace: ggk, element: 'envelopHeenbericht-ggk_Di01' },
  Du01: { action: `${ggk}/ggk_Du01`, namespace: ggk, element: 'envelopRetourbericht-ggk_Du01' },
  Fo01: { action: `${stuf}/Fo01`, namespace: stuf, element: 'Fo01Bericht' }
} as const
export type Operation = keyof typeof operations

/** @returns the SOAPAction header's value for an operation, in its quotes */
export const soapAction = (operation: Operation): string => `"${operations[operation].action}"`

/** @returns the software of an organisation, and no more said of it than that */
export const systeem = (organisatie: string, applicatie: string): Systeem => ({ organisatie, applicatie, administratie: null, gebruiker: null })
