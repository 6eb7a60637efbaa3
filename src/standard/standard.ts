/** The face of the standard: the one model of the messages, and everything that follows from it. */
export * from './model.ts'
export { families, models, modelOf, modelByNamespace, supportedTypes, codeList } from './models.ts'
export { headerOf, headerLeaves, answeredHeader, type Answered, type Envelope } from './envelope.ts'
export { valuesOf, textAt } from './tree.ts'
export { schemaFiles, type SchemaFiles } from './schema.ts'
export { writeMessage } from './writer.ts'
export { readAs, readMessage, type Reading } from './reader.ts'
export type * from './types.generated.ts'
