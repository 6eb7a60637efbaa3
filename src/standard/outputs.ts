/** What `npm run generate` makes from the model: path below the project to content. */
import { models } from './models.ts'
import { fixtureFiles } from './samples/fixtures.ts'
import { schemaFiles } from './schema.ts'
import { typesText } from './types.ts'

/** @returns every generated file's content by its path from the project's root */
export function outputs (): ReadonlyMap<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>(fixtureFiles())
  for (const model of models) {
    const folder = `schemas/istandaarden/${model.family}/${model.release}`
    const schema = schemaFiles(model)
    files.set(`${folder}/${schema.messageName}`, schema.message)
    files.set(`${folder}/${schema.basisName}`, schema.basis)
  }
  files.set('src/standard/types.generated.ts', typesText())
  return files
}
