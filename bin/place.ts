/** Where a command finds its database: given, configured, or the development one of this folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openStore, type Store } from '../src/store/store.ts'
import { WrongUse } from './problem.ts'

/** The folder `serve --dev` keeps its keys and messages in. */
export const developmentFolder = '.zorgpoort'
/** The store url of `serve --dev`. */
export const developmentDatabase = `sqlite:${join(developmentFolder, 'zorgpoort.db')}`

export interface Place { readonly database?: string, readonly mode?: 'test' | 'production' }

/** Adds the options that say which database a command works on. */
export const withPlace = (command: Command): Command => command
  .option('--database <url>', 'sqlite:PATH; default $ZORGPOORT_DATABASE, else the development database of this folder')
  .option('--mode <mode>', 'test or production, as the database was made; default $ZORGPOORT_MODE, else test')

/** @returns the url of the database. @throws WrongUse when none is given and this folder has none */
export function databaseOf (place: Place): string {
  const given = place.database ?? process.env['ZORGPOORT_DATABASE']
  if (given !== undefined && !/^sqlite:[^:]/.test(given)) throw new WrongUse('--database is sqlite: and the path of a file')
  if (given !== undefined) return given
  if (!existsSync(developmentDatabase.slice('sqlite:'.length))) throw new WrongUse('no database: give --database sqlite:PATH, or run "npm start" here first')
  return developmentDatabase
}

/** Opens the store for one short command and closes it after. */
export async function withStore<T> (place: Place, work: (store: Store) => Promise<T>): Promise<T> {
  const mode = place.mode ?? process.env['ZORGPOORT_MODE'] ?? 'test'
  if (mode !== 'test' && mode !== 'production') throw new WrongUse('--mode is test or production')
  const store = await openStore({ url: databaseOf(place), mode })
  try { return await work(store) } finally { await store.close() }
}
