/** What each released step of the database says, as a digest per database; run by itself it adds the steps that are new, and changes none. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresDialect, sqliteDialect, type Dialect } from '../../src/store/dialect.ts'
import { statementsOf } from '../../src/store/migrate.ts'
import { migrations, type Migration } from '../../src/store/migrations.ts'

const file = join(import.meta.dirname, 'released.json')

/** One step, as it was released. */
export interface Released { readonly name: string, readonly beside: boolean, readonly sqlite: string, readonly postgres: string }

const digest = (step: Migration, dialect: Dialect): string => createHash('sha256').update(JSON.stringify([statementsOf(step, dialect), step.blocked?.sql ?? null])).digest('hex')

/** @returns what a step is now */
export const asReleased = (step: Migration): Released =>
  ({ name: step.name, beside: step.beside === true, sqlite: digest(step, sqliteDialect), postgres: digest(step, postgresDialect) })

/** @returns the steps that were released, in their order */
export const released = (): Released[] => JSON.parse(readFileSync(file, 'utf8')) as Released[]

/** @returns the list with the steps that are new */
export const withNew = (known: readonly Released[], steps: readonly Migration[]): Released[] =>
  [...known, ...steps.filter(step => !known.some(it => it.name === step.name)).map(asReleased)]

if (import.meta.main) writeFileSync(file, `${JSON.stringify(withNew(released(), migrations), null, 2)}\n`)
