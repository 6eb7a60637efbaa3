/** Everything the doctor looks at, in its order: what is named first explains what follows. */
import { existsSync } from 'node:fs'
import { examineConfig } from '../../src/config.ts'
import { systemClock, type Clock } from '../../src/core/core.ts'
import { databaseFault, fileOf, openingOf } from '../../src/database.ts'
import { developmentSettings } from '../development.ts'
import { developmentFolder } from '../place.ts'
import { certificates } from './certificates.ts'
import { clock, contents, identity, keys, storage } from './database.ts'
import { folder, keyFiles, rings, runtime } from './files.ts'
import { error, made, ok, type Check, type Line, type Patient } from './lines.ts'
import { push } from './push.ts'
import { rules } from './rules.ts'
import { reached, server } from './server.ts'
import { service } from './service.ts'

export type { Line } from './lines.ts'

/** What to look at: a configuration file, the environment, and whether to read all of a large database. */
export interface Asked { readonly config?: string | undefined, readonly env: NodeJS.ProcessEnv, readonly full?: boolean, readonly clock?: Clock }

const checks: ReadonlyArray<readonly [about: string, check: Check]> = [
  ['node', runtime], ['files', keyFiles], ['certificates', certificates], ['rings', rings], ['folder', folder],
  ['database', server], ['database', identity], ['storage', storage], ['kek', keys], ['clock', clock], ['service', service], ['contents', contents], ['push', push], ['rules', rules]
]

/** @returns null where it is none, or a file or password it needs cannot be read: `server` says so */
function serverIn (settings: Patient['settings']): Patient['server'] {
  const { database } = settings
  if (database === undefined || fileOf(database) !== null || databaseFault(database) !== null) return null
  try { return openingOf(database, settings) } catch { return null }
}

/** Without a file or a database in the environment it is the development gateway of this folder, when there is one. */
function examined ({ config, env, full = false, clock: { now } = systemClock }: Asked): { readonly lines: Line[], readonly patient: Patient } {
  const development = config === undefined && env['ZORGPOORT_DATABASE'] === undefined && existsSync(developmentFolder)
  const { faults, settings } = examineConfig({ env, file: config, ...(development ? { under: developmentSettings } : {}) })
  const source = config ?? (development ? `${developmentFolder}/ and the environment` : 'the environment')
  const lines = faults.map(it => error('configuration', it, config === undefined && !development ? 'give --config FILE, or set it in the environment' : 'README.md, "Configuration", lists every setting'))
  const path = settings.database === undefined ? null : fileOf(settings.database)
  return { lines: lines.length === 0 ? [ok('configuration', `complete: ${source}`)] : lines, patient: { settings, path, server: serverIn(settings), now: now(), full } }
}

/** @returns what there is to say, line by line; never throws for what is wrong with an installation */
export async function diagnose (asked: Asked): Promise<Line[]> {
  const { lines, patient } = examined(asked)
  const unreached = await reached(patient)
  const looked = unreached.length === 0 ? patient : { ...patient, server: null }
  for (const [about, check] of checks) lines.push(...await made(about, check, looked), ...(check === server ? unreached : []))
  return lines
}
