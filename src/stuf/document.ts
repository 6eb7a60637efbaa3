/** libxml2 over what is left of a message when its large parts are cut out, and its verdict by our schemas. Nothing is ever fetched. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ParseOption, XmlBufferInputProvider, XmlCData, XmlDocument, XmlElement, XmlParseError, XmlText, XmlValidateError, XsdValidator, xmlCleanupInputProvider, xmlRegisterInputProvider, type XmlTreeNode } from 'libxml2-wasm'
import { home } from '../version.ts'
import { ggk, soap11, stuf } from './names.ts'

/** Never NOENT, DTDLOAD or HUGE: entities stay unresolved, nothing outside is read, and the parser's own limits hold. */
const option = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG

/** Parses, lets `use` read the document, and always frees it. @returns null when the bytes are not well formed */
export function withDocument<T> (bytes: Uint8Array, use: (document: XmlDocument) => T): T | null {
  const document = parse(bytes)
  if (document === null) return null
  try {
    return use(document)
  } finally {
    document.dispose()
  }
}

function parse (bytes: Uint8Array): XmlDocument | null {
  try {
    return XmlDocument.fromBuffer(bytes, { option })
  } catch (error) {
    if (error instanceof XmlParseError) return null
    throw error
  }
}

/** @returns an element's own text: of its text and CDATA, comments left out */
export function textOf (element: XmlElement): string {
  let text = ''
  for (let node = element.firstChild; node !== null; node = node.next) if (node instanceof XmlText || node instanceof XmlCData) text += node.content
  return text
}

/** @returns the elements in an element, in their order */
export function elementsIn (element: XmlElement): XmlElement[] {
  const found: XmlElement[] = []
  for (let node: XmlTreeNode | null = element.firstChild; node !== null; node = node.next) if (node instanceof XmlElement) found.push(node)
  return found
}

/** @returns the first child of that name; undefined when there is none */
export const childOf = (element: XmlElement | undefined, namespace: string, name: string): XmlElement | undefined =>
  element === undefined ? undefined : elementsIn(element).find(it => it.name === name && it.namespaceUri === namespace)

/** The texts of our own schemas, as they lie in `schemas/`. */
export const ownSchemas = (): { readonly ggk: string, readonly stuf: string, readonly wsdl: string } => ({ ggk: ownFile('ggk0210.xsd'), stuf: ownFile('stuf0301.xsd'), wsdl: ownFile('ggk0210.wsdl') })
const ownFile = (name: string): string => readFileSync(join(home, 'schemas', 'ggk0210', name), 'utf8')

/** SOAP 1.1 as far as WS-I's Basic Profile lets it go: one element in the body, and nothing after it. */
const soapSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${soap11}" elementFormDefault="qualified">
  <xs:import namespace="${ggk}" schemaLocation="ggk0210.xsd"/>
  <xs:import namespace="${stuf}" schemaLocation="stuf0301.xsd"/>
  <xs:element name="Envelope"><xs:complexType>
    <xs:sequence>
      <xs:element name="Header" minOccurs="0"><xs:complexType>
        <xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
        <xs:anyAttribute processContents="skip"/>
      </xs:complexType></xs:element>
      <xs:element name="Body"><xs:complexType>
        <xs:sequence><xs:any processContents="strict"/></xs:sequence>
        <xs:anyAttribute processContents="skip"/>
      </xs:complexType></xs:element>
    </xs:sequence>
    <xs:anyAttribute processContents="skip"/>
  </xs:complexType></xs:element>
</xs:schema>`

const folder = 'memory:/stuf/'

function compile (ggkText: string): XsdValidator {
  const files = { [`${folder}ggk0210.xsd`]: Buffer.from(ggkText), [`${folder}stuf0301.xsd`]: Buffer.from(ownSchemas().stuf) }
  // The table of providers is global and small, so it is emptied before and after.
  xmlCleanupInputProvider()
  xmlRegisterInputProvider(new XmlBufferInputProvider(files))
  const document = XmlDocument.fromBuffer(Buffer.from(soapSchema), { url: `${folder}soap.xsd` })
  try {
    return XsdValidator.fromDoc(document)
  } finally {
    document.dispose()
    xmlCleanupInputProvider()
  }
}

/** Compiled once, when first asked. */
const kept: { whole?: XsdValidator, head?: XsdValidator } = {}
const whole = (): XsdValidator => { kept.whole ??= compile(ownSchemas().ggk); return kept.whole }
/** The same with anything after the stuurgegevens: what it refuses is wrong with SOAP or with them. */
const head = (): XsdValidator => { kept.head ??= compile(ownSchemas().ggk.replaceAll(/<xs:element name="parameters" [^>]*>/g, anything)); return kept.head }
const anything = '<xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>'

/** Where the schema stops: nowhere; at the parameters; before them. `path`: elements below the message, empty where libxml2 cannot say. */
export interface SchemaVerdict { readonly at: 'nowhere' | 'parameters' | 'stuurgegevens', readonly path: string }

/** @returns our schema's verdict on a SOAP message */
export function judgeBySchema (document: XmlDocument): SchemaVerdict {
  const path = complaint(whole(), document)
  if (path === null) return { at: 'nowhere', path: '' }
  return { at: complaint(head(), document) === null ? 'parameters' : 'stuurgegevens', path }
}

/** @returns where the first complaint is; null when there is none */
function complaint (schema: XsdValidator, document: XmlDocument): string | null {
  try {
    schema.validate(document)
    return null
  } catch (error) {
    return error instanceof XmlValidateError ? pathOf(document.root, error.details[0]?.xpath ?? '') : ''
  }
}

/** libxml2 names an element of a default namespace by its place only: `/e:Envelope/e:Body/*[1]/*[2]`. */
function pathOf (root: XmlElement, xpath: string): string {
  const names: string[] = []
  let at: XmlElement | undefined = root
  for (const step of xpath.split('/').slice(2)) {
    const [, name = '', place = '1'] = /^([^[]+)(?:\[(\d+)\])?$/.exec(step) ?? []
    at = at === undefined ? undefined : elementsIn(at).filter(it => name === '*' || name === (it.prefix === '' ? it.name : `${it.prefix}:${it.name}`))[Number(place) - 1]
    names.push(at?.name ?? '')
  }
  const steps = names.slice(2)
  return steps.every(step => known.has(step)) ? steps.join('/') : ''
}
/** Names of the schema and nothing else: what a sender calls its elements is not repeated. */
const known = new Set([
  'stuurgegevens', 'berichtcode', 'zender', 'ontvanger', 'organisatie', 'applicatie', 'administratie', 'gebruiker', 'referentienummer', 'tijdstipBericht', 'crossRefnummer', 'functie',
  'parameters', 'applicatieVersie', 'applicatieSubversie', 'functieVersie', 'functieSubversie', 'bericht', 'xmlBestand', 'tekstBestand'
])
