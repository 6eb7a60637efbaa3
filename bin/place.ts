/** Where a command finds its database: given, configured, or the development one of this folder. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { databaseUrl, readPlace, readRetention, readRetry } from '../src/config.ts'
import { openStore, type Mode, type Store } from '../src/store/store.ts'
import { readRoots, rootsIn, type RootSources } from '../src/vault/vault.ts'
import { Problem, WrongUse } from './problem.ts'

/** The folder `serve --dev` keeps its keys and messages in. */
export const developmentFolder = '.zorgpoort'
/** The store url of `serve --dev`. */
export const developmentDatabase = `sqlite:${join(developmentFolder, 'zorgpoort.db')}`

/** What the options say. */
export interface Place { readonly config?: string, readonly database?: string, readonly mode?: Mode }
/** A database, and the mode and roots that were said, if any. */
export interface Found { readonly url: string, readonly path: string, readonly mode: Mode | undefined, readonly roots: RootSources | null }

function url (text: string): string {
  if (!databaseUrl.test(text)) throw new InvalidArgumentError('it is sqlite: and the path of a file')
  return text
}

/** Adds the options that say which database a command works on. */
export const withDatabase = (command: Command): Command => command
  .option('--config <file>', 'the configuration of serve: its database and mode; ZORGPOORT_… in the environment goes before it')
  .option('--database <url>', 'sqlite:PATH; default as configured, else the development database of this folder', url)

/** The same, and the mode that database is of. */
export const withPlace = (command: Command): Command => withDatabase(command)
  .addOption(new Option('--mode <mode>', 'as the database was made, or is to be made; default as configured, else test for one that exists').choices(['test', 'production']))

/** @returns the rings that `serve --dev` and `roots make` make, when they stand in the database's folder */
function rootsBeside (path: string): RootSources | null {
  return existsSync(join(dirname(path), 'audit.ring')) ? rootsIn(dirname(path)) : null
}

/** @throws WrongUse when none is given and this folder has none; ConfigError when what is configured is wrong */
export function findPlace (place: Place): Found {
  const { database, mode, kek, index_key, audit_key } = readPlace({ file: place.config, env: process.env })
  const said = kek === undefined || index_key === undefined || audit_key === undefined ? null : { kek, index_key, audit_key }
  const given = place.database ?? database
  if (given === undefined && place.config !== undefined) throw new WrongUse(`${place.config} names no database; give --database sqlite:PATH`)
  const found = given ?? developmentDatabase
  const path = found.slice('sqlite:'.length)
  if (given === undefined && !existsSync(path)) throw new WrongUse('no database: give --database sqlite:PATH or --config FILE, or run "npm start" here first')
  return { url: found, path, mode: place.mode ?? mode, roots: said ?? rootsBeside(path) }
}

/** @returns how long things are kept, as configured @throws ConfigError */
export const retentionOf = (place: Place): ReturnType<typeof readRetention> => readRetention({ file: place.config, env: process.env })

/** @returns when what failed is tried again, as configured @throws ConfigError */
export const retryIn = (place: Place): ReturnType<typeof readRetry> => readRetry({ file: place.config, env: process.env })

/** @throws Problem when the file is not there */
function existing (found: Found): Found {
  if (!existsSync(found.path)) throw new Problem(`no database at ${found.path}`)
  return found
}

/** @returns the database to work on, which is there */
export const databaseOf = (place: Place): Found => existing(findPlace(place))

async function within<T> ({ url, mode = 'test', roots }: Found, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ url, mode, roots: roots === null ? null : readRoots(roots) })
  try { return await work(store) } finally { await store.close() }
}

/** @returns where the three rings are. @throws WrongUse when nobody says */
export function rootsOf (place: Place): RootSources {
  const { roots } = findPlace(place)
  if (roots === null) throw new WrongUse('no rings: give --config FILE with kek, index_key and audit_key, or ZORGPOORT_… in the environment')
  return roots
}

/** Opens the store, which must be there, for one short command and closes it after. */
export const withStore = <T>(place: Place, work: (store: Store) => Promise<T>): Promise<T> => within(databaseOf(place), work)

/** The same, and the store is made when it is not there: then its mode must be said, because it is for ever. */
export async function withNewStore<T> (place: Place, work: (store: Store) => Promise<T>): Promise<T> {
  const found = findPlace(place)
  if (!existsSync(found.path) && found.mode === undefined) throw new WrongUse(`there is no database at ${found.path} yet: say with --mode test or --mode production what it is to be`)
  if (!existsSync(found.path) && found.roots === null) throw new Problem(`there are no root keys beside ${found.path}, and none is configured: "zorgpoort roots make --dir FOLDER" makes them; say where they are with --config or ZORGPOORT_KEK, ZORGPOORT_INDEX_KEY and ZORGPOORT_AUDIT_KEY`)
  return await within(found, work)
}
