/** The engines that judge messages, each behind the same three questions: is it here, is this valid, how many a second. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ParseOption, XmlBufferInputProvider, XmlDocument, XmlValidateError, XsdValidator, xmlCleanupInputProvider, xmlRegisterInputProvider } from 'libxml2-wasm'
import { readMessage, schemaFiles, type MessageModel } from '../../src/standard/standard.ts'
import { openValidator } from '../../src/validate/validate.ts'
import type { Sample } from './documents.ts'
import { native } from './setup.ts'

/** A document with its files, for engines outside this process. */
export interface Placed extends Sample { readonly file: string, readonly schema: string }
/** What one round gave. */
export interface Round { readonly count: number, readonly seconds: number }

export interface Engine {
  readonly name: string
  /** What of the work it does. */
  readonly note: string
  valid (document: Placed): Promise<boolean>
  /** Judges over and over for so many milliseconds, and at least once. */
  round (document: Placed, ms: number): Promise<Round>
  close? (): Promise<void>
}

/** An engine inside this process, called over and over; the event loop turns now and then, as in the gateway. */
function inside (name: string, note: string, valid: (document: Placed) => Promise<boolean> | boolean, close?: () => Promise<void>): Engine {
  return {
    name,
    note,
    valid: async document => await valid(document),
    async round (document, ms) {
      const begin = performance.now()
      let count = 0
      for (; count === 0 || performance.now() - begin < ms; count++) {
        const verdict = valid(document)
        if (typeof verdict !== 'boolean') await verdict
        if (count % 32 === 31) await setImmediate()
      }
      return { count, seconds: (performance.now() - begin) / 1000 }
    },
    ...(close === undefined ? {} : { close })
  }
}

function wasm (): Engine {
  const compiled = new Map<MessageModel, XsdValidator>()
  const option = ParseOption.XML_PARSE_BIG_LINES | ParseOption.XML_PARSE_NONET
  const validatorOf = (model: MessageModel): XsdValidator => {
    const known = compiled.get(model)
    if (known !== undefined) return known
    const files = schemaFiles(model)
    xmlCleanupInputProvider()
    xmlRegisterInputProvider(new XmlBufferInputProvider({ [`bench:///${files.basisName}`]: Buffer.from(files.basis) }))
    const schema = XmlDocument.fromBuffer(Buffer.from(files.message), { url: `bench:///${files.messageName}`, option })
    const made = XsdValidator.fromDoc(schema)
    schema.dispose()
    xmlCleanupInputProvider()
    compiled.set(model, made)
    return made
  }
  return inside('libxml2-wasm', 'schema compiled once; tree and validation only', ({ bytes, model }) => {
    const validator = validatorOf(model)
    const document = XmlDocument.fromBuffer(bytes, { option })
    try {
      validator.validate(document)
      return true
    } catch (error) {
      if (error instanceof XmlValidateError) return false
      throw error
    } finally { document.dispose() }
  })
}

const run = promisify(execFile)

/** The system's libxml2 in a process of its own. */
export const nativeC: Engine = {
  name: 'native libxml2',
  note: 'C, tree, schema compiled once; the measure of the others',
  valid: async ({ schema, file }) => (await run(native, [schema, file, '0', '0'])).stdout.startsWith('1 '),
  async round ({ schema, file }, ms) {
    const { stdout } = await run(native, [schema, file, `${ms}`, `${Math.min(100, ms / 4)}`])
    const [, count = 0, seconds = 0] = stdout.split(' ').map(Number)
    return { count, seconds }
  }
}

/** What is used of libxmljs2, which may not be installed. */
interface Libxmljs { parseXml (xml: Buffer | string, options?: { baseUrl: string }): LibxmljsDocument }
interface LibxmljsDocument { validate (schema: LibxmljsDocument): boolean }

function libxmljs2 (): Engine {
  const { parseXml } = createRequire(import.meta.url)('libxmljs2') as Libxmljs
  const schemas = new Map<string, LibxmljsDocument>()
  const schemaOf = (path: string): LibxmljsDocument => {
    const known = schemas.get(path) ?? parseXml(readFileSync(path, 'utf8'), { baseUrl: path })
    schemas.set(path, known)
    return known
  }
  return inside('libxmljs2', 'compiles the schema at every call', ({ bytes, schema }) => parseXml(bytes).validate(schemaOf(schema)))
}

/** What is used of xsd-schema-validator, which may not be installed. */
interface XsdSchemaValidator { validateXML (xml: { file: string }, schema: string): Promise<{ valid: boolean }> }

function xerces (): Engine {
  const { validateXML } = createRequire(import.meta.url)('xsd-schema-validator') as XsdSchemaValidator
  // It rejects where a document is invalid, with the messages.
  const valid = async ({ file, schema }: Placed): Promise<boolean> => await validateXML({ file }, schema).then(it => it.valid, () => false)
  return inside('xsd-schema-validator', 'Xerces; starts a JVM and compiles the schema at every call', valid)
}

/** No engine to race with, since it is a process and a schema per call: the sanity check of documents and schemas. */
export async function xmllint ({ file, schema }: Placed): Promise<boolean> {
  return await run('xmllint', ['--noout', '--nonet', '--schema', schema, file], { maxBuffer: 64e6 }).then(() => true, () => false)
}

/** @param absent names of engines that are left out @returns those that are here */
export function openEngines (absent: Readonly<Record<string, string>>): Engine[] {
  const validator = openValidator()
  const makers: ReadonlyArray<readonly [name: string, make: () => Engine]> = [
    ['native libxml2', () => nativeC],
    ['', () => inside('Zorgpoort, level 1 whole', 'as in the gateway: the reader, pre-checks and libxml2 where it is not sure, typed message; above 256 kB in a worker thread',
      async ({ bytes }) => (await validator.validate(bytes)).kind === 'valid', () => validator.close())],
    ['', () => inside('Zorgpoort, reader alone', 'accept-only walk, typed message', ({ bytes }) => readMessage(bytes).kind === 'valid')],
    ['', wasm],
    ['libxmljs2', libxmljs2],
    ['xsd-schema-validator', xerces]
  ]
  return makers.flatMap(([name, make]) => absent[name] === undefined ? [make()] : [])
}
