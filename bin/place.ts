/** Where a command finds its database: given, configured, or the development one of this folder. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { readPlace, readRetention, readRetry, type Config } from '../src/config.ts'
import { databaseFault, databaseForm, fileOf, openingOf, serverFault, shownDatabase } from '../src/database.ts'
import { isMade, openStore, type Mode, type Store, type StoreOptions } from '../src/store/store.ts'
import { readRoots, rootsIn, type RootSources } from '../src/vault/vault.ts'
import { Problem, WrongUse } from './problem.ts'

/** The folder `serve --dev` keeps its keys and messages in. */
export const developmentFolder = '.zorgpoort'
/** The store url of `serve --dev`. */
export const developmentDatabase = `sqlite:${join(developmentFolder, 'zorgpoort.db')}`

/** What the options say. */
export interface Place { readonly config?: string, readonly database?: string, readonly mode?: Mode }
/** A database, and the mode and roots that were said, if any. */
export interface Found {
  readonly url: string
  /** Its file; null when it is on a server. */
  readonly path: string | null
  /** As it may be printed. */
  readonly shown: string
  readonly mode: Mode | undefined
  readonly roots: RootSources | null
  readonly settings: Readonly<Partial<Config>>
}

function url (text: string): string {
  const fault = databaseFault(text)
  if (fault !== null) throw new InvalidArgumentError(fault)
  return text
}

/** Adds the options that say which database a command works on. */
export const withDatabase = (command: Command): Command => command
  .option('--config <file>', 'the configuration of serve: its database and mode; ZORGPOORT_… in the environment goes before it')
  .option('--database <url>', 'sqlite:PATH or postgres://USER@HOST:PORT/NAME (its password as configured); default as configured, else the development database of this folder', url)

/** The same, and the mode that database is of. */
export const withPlace = (command: Command): Command => withDatabase(command)
  .addOption(new Option('--mode <mode>', 'as the database was made, or is to be made; default as configured, else test for one that exists').choices(['test', 'production']))

/** @returns the rings that `serve --dev` and `roots make` make, when they stand in the database's folder */
function rootsBeside (path: string | null): RootSources | null {
  return path !== null && existsSync(join(dirname(path), 'audit.ring')) ? rootsIn(dirname(path)) : null
}

/** @throws WrongUse when none is given and this folder has none; ConfigError when what is configured is wrong */
export function findPlace (place: Place): Found {
  const settings = readPlace({ file: place.config, env: process.env })
  const { database, mode, kek, index_key, audit_key } = settings
  const said = kek === undefined || index_key === undefined || audit_key === undefined ? null : { kek, index_key, audit_key }
  const given = place.database ?? database
  if (given === undefined && place.config !== undefined) throw new WrongUse(`${place.config} names no database; give --database ${databaseForm}`)
  const found = given ?? developmentDatabase
  const path = fileOf(found)
  if (given === undefined && path !== null && !existsSync(path)) throw new WrongUse(`no database: give --database ${databaseForm} or --config FILE, or run "npm start" here first`)
  const fault = serverFault(found, settings)
  if (fault !== null) throw new WrongUse(fault)
  return { url: found, path, shown: shownDatabase(found), mode: place.mode ?? mode, roots: said ?? rootsBeside(path), settings }
}

/** @returns how long things are kept, as configured @throws ConfigError */
export const retentionOf = (place: Place): ReturnType<typeof readRetention> => readRetention({ file: place.config, env: process.env })

/** @returns when what failed is tried again, as configured @throws ConfigError */
export const retryIn = (place: Place): ReturnType<typeof readRetry> => readRetry({ file: place.config, env: process.env })

/** @returns how the store is told which database this is */
export const openingIn = ({ url, settings }: Found): Pick<StoreOptions, 'url' | 'postgres' | 'cache_bytes_max'> => openingOf(url, settings)

async function isThere (found: Found): Promise<boolean> {
  if (found.path !== null) return existsSync(found.path)
  const { url, postgres } = openingIn(found)
  return await isMade(url, postgres)
}

/** @returns the database to work on, which is there @throws Problem when it is not */
export async function databaseOf (place: Place): Promise<Found> {
  const found = findPlace(place)
  if (await isThere(found)) return found
  throw new Problem(found.path === null ? `the database ${found.shown} is empty: no gateway has made its tables yet ("zorgpoort serve" and "zorgpoort migrate" do)` : `no database at ${found.path}`)
}

async function within<T> (found: Found, work: (store: Store) => Promise<T>): Promise<T> {
  const { mode = 'test', roots } = found
  const store = await openStore({ ...openingIn(found), mode, roots: roots === null ? null : readRoots(roots) })
  try { return await work(store) } finally { await store.close() }
}

/** @returns where the three rings are. @throws WrongUse when nobody says */
export function rootsOf (place: Place): RootSources {
  const { roots } = findPlace(place)
  if (roots === null) throw new WrongUse('no rings: give --config FILE with kek, index_key and audit_key, or ZORGPOORT_… in the environment')
  return roots
}

/** Opens the store, which must be there, for one short command and closes it after. */
export const withStore = async <T>(place: Place, work: (store: Store) => Promise<T>): Promise<T> => await within(await databaseOf(place), work)

/** The same, and the store is made when it is not there: then its mode must be said, because it is for ever. */
export async function withNewStore<T> (place: Place, work: (store: Store) => Promise<T>): Promise<T> {
  const found = findPlace(place)
  const there = await isThere(found)
  if (!there && found.mode === undefined) throw new WrongUse(`there is no database at ${found.shown} yet: say with --mode test or --mode production what it is to be`)
  if (!there && found.roots === null) throw new Problem(`there are no root keys ${found.path === null ? 'for' : 'beside'} ${found.shown}, and none is configured: "zorgpoort roots make --dir FOLDER" makes them; say where they are with --config or ZORGPOORT_KEK, ZORGPOORT_INDEX_KEY and ZORGPOORT_AUDIT_KEY`)
  return await within(found, work)
}
