/** Compiles a message's schema for libxml2, with its import taken from memory and from nowhere else. */
import { ParseOption, XmlBufferInputProvider, XmlDocument, XsdValidator, xmlCleanupInputProvider, xmlRegisterInputProvider } from 'libxml2-wasm'
import type { SchemaFiles } from '../standard/standard.ts'

const folder = 'memory:/schema/'
const encoder = new TextEncoder()

/**
 * @param files the texts of the two schemas; whatever letter case the first imports the second by
 * @returns the compiled schema: keep it, a compilation costs some milliseconds. Throws libxml2's XmlError when they are no sound schema.
 */
export function compileSchema (files: Pick<SchemaFiles, 'message' | 'basis'>): XsdValidator {
  const imported = /schemaLocation="([^"]*)"/.exec(files.message)?.[1] ?? 'basisschema.xsd'
  // The table of providers is global and small, so it is emptied before and after.
  xmlCleanupInputProvider()
  xmlRegisterInputProvider(new XmlBufferInputProvider({ [folder + imported]: encoder.encode(files.basis) }))
  const document = XmlDocument.fromBuffer(encoder.encode(files.message), { url: `${folder}message.xsd` })
  try {
    return XsdValidator.fromDoc(document)
  } finally {
    document.dispose()
    xmlCleanupInputProvider()
  }
}

/** @returns whether libxml2 finds the document well-formed and valid; its own failures count as invalid */
export function isValid (schema: XsdValidator, bytes: Uint8Array): boolean {
  let document: XmlDocument | undefined
  try {
    document = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_BIG_LINES })
    schema.validate(document)
    return true
  } catch {
    return false
  } finally {
    document?.dispose()
  }
}
