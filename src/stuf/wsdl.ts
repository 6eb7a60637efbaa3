/** The WSDL as it is served: one text, with our schemas in it and the address at which it was asked. */
import { escapeXml } from '../standard/standard.ts'
import { ownSchemas } from './document.ts'

const withoutDeclaration = (text: string): string => text.replace(/^<\?xml[^>]*\?>\s*/, '').trimEnd()
/** Beside each other the schemas need no place to find one another. */
const inPlace = (text: string): string => withoutDeclaration(text).replace(/ schemaLocation="[^"]*"/g, '')

/** @param address where the port type is called, an https URL @returns the text of the WSDL, needing no other file */
export function wsdl (address: string): string {
  const own = ownSchemas()
  return own.wsdl
    .replace(/<types>.*<\/types>/s, () => `<types>\n${inPlace(own.stuf)}\n${inPlace(own.ggk)}\n  </types>`)
    .replace(/(<soap:address location=")[^"]*/, (_whole, before: string) => before + escapeXml(address))
}
