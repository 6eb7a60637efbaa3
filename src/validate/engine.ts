/** libxml2, and nothing else of it than this: parse, and judge by one schema. Nothing is ever fetched; its own texts, which quote values, stay here. */
import { ParseOption, XmlDocument, XmlParseError, XmlValidateError, type ErrorDetail, type XsdValidator } from 'libxml2-wasm'
import { schemaFiles, type MessageModel } from '../standard/standard.ts'
import { compileSchema } from './compile.ts'

/** Never NOENT, DTDLOAD or HUGE: entities stay unresolved, nothing outside is read, and the parser's own limits hold. */
const option = ParseOption.XML_PARSE_BIG_LINES | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG | ParseOption.XML_PARSE_COMPACT

/** Why and where the parser stopped. `reason` is libxml2's own text: to be matched, never shown. */
export interface ParseFault { readonly reason: string, readonly line: number }

/**
 * Parses, lets `use` read the document, and always frees it.
 * @param wrong called instead when the bytes are not well formed
 */
export function withDocument<T> (bytes: Uint8Array, use: (document: XmlDocument) => T, wrong: (fault: ParseFault) => T): T {
  const document = parse(bytes)
  if (!(document instanceof XmlDocument)) return wrong(document)
  try {
    return use(document)
  } finally {
    document.dispose()
  }
}

function parse (bytes: Uint8Array): XmlDocument | ParseFault {
  try {
    return XmlDocument.fromBuffer(bytes, { option })
  } catch (error) {
    // RangeError and RuntimeError: the WASM memory is full. Not the sender's fault, and not for us to explain.
    if (!(error instanceof XmlParseError)) throw error
    const first = error.details.find(detail => detail.level >= 2)
    return { reason: first?.message ?? '', line: first?.line ?? 1 }
  }
}

/** failed: libxml2 gave up without a verdict ("internal error"). */
export type SchemaVerdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'invalid', readonly line: number | null, readonly path: string }

/** @returns libxml2's verdict by the model's schema; of an invalid document the place of its first complaint */
export function judgeBySchema (document: XmlDocument, model: MessageModel): SchemaVerdict {
  try {
    validatorOf(model).validate(document)
    return { kind: 'valid' }
  } catch (error) {
    if (!(error instanceof XmlValidateError)) return { kind: 'failed' }
    const [first] = error.details
    return { kind: 'invalid', line: first?.line || null, path: pathOf(first) }
  }
}

/** `/jw301:Bericht/jw301:Client/…` as a path of ours; empty where libxml2 names no elements (default namespaces). */
function pathOf (detail: ErrorDetail | undefined): string {
  const steps = (detail?.xpath ?? '').split('/').slice(2).map(step => step.replace(/^[^:]*:/, ''))
  return steps.some(step => step.startsWith('*')) ? '' : steps.join('/')
}

const validators = new Map<MessageModel, XsdValidator>()

function validatorOf (model: MessageModel): XsdValidator {
  const known = validators.get(model)
  if (known) return known
  // Its import is answered from memory, only now: afterwards libxml2 can open nothing, whatever a message names.
  const made = compileSchema(schemaFiles(model))
  validators.set(model, made)
  return made
}
