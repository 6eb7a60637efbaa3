/** Compares our schemas with a user's copy of the published package: seeded documents must get the same verdict from both. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { XsdValidator } from 'libxml2-wasm'
import { modelOf, mutantOf, schemaFiles, supportedTypes, type MessageModel, type MessageType } from '../standard/standard.ts'
import { compileSchema, isValid } from './compile.ts'

export interface ConformanceOptions {
  /** Folder with our `<TYPE>.xsd` and basisschema.xsd, or with one folder per family and release as in `schemas/istandaarden`. When not given: the schemas this program judges by, from the model. */
  readonly ours?: string
  /** Folder of the user's copy, in either form. */
  readonly theirs: string
  /** All 28 when not given. */
  readonly types?: readonly MessageType[]
  /** Documents per type. */
  readonly perType: number
  /** The first document's seed; the next ones count on. */
  readonly seed: number
  /** Told after every type. */
  readonly onProgress?: (done: number, of: number) => void
}

/** What the comparison found for one type. */
export interface TypeConformance {
  readonly type: MessageType
  /** Where the schema was not found, `absent` names whose; nothing was compared then. */
  readonly absent: 'ours' | 'theirs' | null
  readonly compared: number
  readonly valid: number
  /** Documents the two disagree on, named by seed and kind of change: no content. */
  readonly different: ReadonlyArray<{ readonly seed: number, readonly mutation: string, readonly ours: boolean, readonly theirs: boolean }>
}

/** Compares type by type, the event loop turning between documents. Throws only when a folder cannot be read or a schema found is not sound. */
export async function conformance (options: ConformanceOptions): Promise<readonly TypeConformance[]> {
  const types = options.types ?? supportedTypes()
  const results: TypeConformance[] = []
  for (const type of types) {
    results.push(await compared(modelOf(type), options))
    options.onProgress?.(results.length, types.length)
  }
  return results
}

async function compared (model: MessageModel, { ours, theirs, perType, seed }: ConformanceOptions): Promise<TypeConformance> {
  const none = { type: model.type, absent: null, compared: 0, valid: 0, different: [] }
  const own = ours === undefined ? compileSchema(schemaFiles(model)) : await schemaIn(ours, model)
  if (own === null) return { ...none, absent: 'ours' }
  try {
    const other = await schemaIn(theirs, model)
    if (other === null) return { ...none, absent: 'theirs' }
    try {
      return { ...none, ...await verdicts(model, own, other, seed, perType) }
    } finally {
      other.dispose()
    }
  } finally {
    own.dispose()
  }
}

async function verdicts (model: MessageModel, own: XsdValidator, other: XsdValidator, seed: number, count: number): Promise<Pick<TypeConformance, 'compared' | 'valid' | 'different'>> {
  const different: Array<TypeConformance['different'][number]> = []
  let valid = 0
  for (let nth = 0; nth < count; nth++) {
    const mutant = mutantOf(model, seed + nth)
    const [ours, theirs] = [isValid(own, mutant.bytes), isValid(other, mutant.bytes)]
    if (ours) valid++
    if (ours !== theirs) different.push({ seed: mutant.seed, mutation: mutant.name, ours, theirs })
    await turn()
  }
  return { compared: count, valid, different }
}

/** @returns the compiled schema of a type from a folder, file names in any letter case; null when it is not there */
async function schemaIn (folder: string, model: MessageModel): Promise<XsdValidator | null> {
  for (const place of [folder, join(folder, model.family, model.release)]) {
    const names = await readdir(place).catch((): string[] => place === folder ? missing(folder) : [])
    const named = (name: string): string | undefined => names.find(one => one.toLowerCase() === name)
    const [message, basis] = [named(`${model.type.toLowerCase()}.xsd`), named('basisschema.xsd')]
    if (message !== undefined && basis !== undefined) {
      return compileSchema({ message: await readFile(join(place, message), 'utf8'), basis: await readFile(join(place, basis), 'utf8') })
    }
  }
  return null
}

function missing (folder: string): never {
  throw new Error(`cannot read the folder ${folder}`)
}
