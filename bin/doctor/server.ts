/** The PostgreSQL server: is it there, is it one that keeps what it took, has it room for the processes, and does it hold a database of ours. */
import { rfc3339, type Instant } from '../../src/core/core.ts'
import { openingOf, serverWarnings, shownDatabase } from '../../src/database.ts'
import { adviceOn, advised, asking, lookAtMade, lookAtServer, stepsOf, type Made, type ServerLook } from '../../src/store/store.ts'

import { error, ok, sentenceOf, warning, type Check, type Line, type Patient } from './lines.ts'

/** Clocks that are kept right differ by less. */
const clock_ms = 60_000
/** So long nothing of ours lasts, except that somebody verifies or copies everything. */
const long_ms = 30 * 60_000
const connections_usual = 10

/** @returns what is to be said of a database's mode and steps */
export function stepLines ({ mode, migrations }: { readonly mode: string, readonly migrations: readonly string[] }, wanted: string | undefined): Line[] {
  const { missing, strange } = stepsOf(migrations)
  return [
    ...(wanted !== undefined && wanted !== mode ? [error('database', `was made in mode ${mode}, the setting mode says ${wanted}`, 'use the database of that mode, or set the mode it was made in')] : []),
    ...(strange.length > 0
      ? [error('database', `was made by a newer version (${strange.join(', ')})`, 'run that version, or a newer one')]
      : missing.length > 0 ? [warning('database', `is to be brought forward (${missing.join(', ')})`, '"zorgpoort migrate", or serve at its start, does it; make a backup before')] : [])
  ]
}

/** @returns the steps the database on a server has; null where there is none */
export const stepsAt = async ({ server }: Patient): Promise<readonly string[] | null> =>
  server === null ? null : await asking(server, async ask => (await lookAtMade(ask))?.migrations ?? null)

function durability ({ settings: { fsync, full_page_writes, synchronous_commit, autovacuum } }: ServerLook): Line[] {
  const unsafe = [fsync === 'off' ? 'fsync' : '', full_page_writes === 'off' ? 'full_page_writes' : ''].filter(it => it !== '')
  return [
    ...(unsafe.length === 0 ? [] : [error('server', `${unsafe.join(' and ')} is off: a power cut may destroy the database`, `turn ${unsafe.join(' and ')} on in postgresql.conf, and reload`)]),
    ...(synchronous_commit === 'off' ? [error('server', 'synchronous_commit is off: messages whose sender has a receipt are lost when the server crashes', 'set it to on (alter role … set synchronous_commit = on), or to remote_apply with a replica')] : []),
    ...(autovacuum === 'off' ? [error('server', 'autovacuum is off: tables grow without end, and what was deleted stays', 'turn autovacuum on in postgresql.conf, and reload')] : [])
  ]
}

/** Of each process, besides `postgres_connections_max`: one that hears what others tell, and one that verifies or copies. */
const besides = 2
const limits = {
  server: 'max_connections on the server (postgresql.conf, and a restart of it)',
  database: 'the limit of the database (alter database … connection limit …)',
  role: 'the limit of the role (alter role … connection limit …)'
} as const

function room ({ connections: { max, limit, used, ours } }: ServerLook, each: number, pooled: boolean): Line[] {
  const taken = `${used} of ${max} connections are taken, ${ours} by gateways`
  if (pooled) return [max - used < 1 ? warning('connections', `${taken}: the pooler gets none more`, `raise ${limits[limit]}, or have the pooler make fewer`) : ok('connections', `${taken}; how many more there will be the pooler says`)]
  const processes = Math.floor(max / (each + besides))
  const told = `${taken}; ${processes === 1 ? '1 process' : `${processes} processes`} with postgres_connections_max ${each} (and ${besides} each) fit`
  const mend = (wanted: number): string => `raise ${limits[limit]} by ${wanted} at least, or set postgres_connections_max to ${Math.max(2, Math.floor(max / 2) - besides)} or less`
  if (processes < 1) return [error('connections', told, mend(each + besides - max))]
  return [processes < 2 || max - used < each ? warning('connections', told, mend(Math.max(2 * (each + besides) - max, each + besides - (max - used)))) : ok('connections', told)]
}

/** A statement over all months locks each part and each of its indexes; so long a new one comes every month before anybody asks again. */
const ahead_months = 12

function locks ({ locks: { max, transactions } }: ServerLook, { parts, locks: now }: Made, each: number): Line[] {
  const later = Math.ceil(now * (parts + ahead_months) / Math.max(1, parts))
  const told = `a statement over all ${parts} parts of the messages takes ${now} locks, ${later} in a year; there is room for ${max}`
  if (each * later <= max) return [ok('locks', told)]
  const mend = `set max_locks_per_transaction to ${Math.ceil(each * later / transactions)} or more on the server (postgresql.conf, and a restart of it), so that the ${each} connections of a process do not run out of them`
  return [each * now > max ? error('locks', told, mend) : warning('locks', told, mend)]
}

type Access = NonNullable<NonNullable<Patient['server']>['postgres']>['access']

function state (look: ServerLook, now: Instant, access: Access): Line[] {
  const apart = Math.abs(look.now - now)
  const told = (advice: ReturnType<typeof advised> | ServerLook['unfit']): Line[] => advice === null ? [] : [error('server', advice.says, advice.todo)]
  return [
    ...told(look.unfit),
    ...told(look.reads_only ? advised('25006', access) : null),
    ...told(look.may_make ? null : advised('42501', access)),
    ...(look.superuser ? [warning('server', 'this user is a superuser: who takes over the gateway has the whole server', 'make a role that owns this database and nothing else')] : []),
    ...(apart > clock_ms ? [error('clock', `it is ${rfc3339(look.now)} on the server, and ${rfc3339(now)} here`, 'set both clocks (NTP)')] : []),
    ...(look.oldest_ms !== null && look.oldest_ms > long_ms ? [warning('server', `a transaction has been open for ${Math.round(look.oldest_ms / 60_000)} minutes: nothing deleted since can be cleaned up`, 'pg_stat_activity (xact_start) tells whose it is: let it end, or end it (pg_terminate_backend)')] : []),
    ...(/^(C|POSIX)(\.|$)/i.test(look.collate) ? [] : [warning('server', `texts are ordered as ${look.collate} has it: a new version of that in the operating system puts indexes out of order`, "make databases with locale 'C'; after such an upgrade \"reindex database\"")])
  ]
}

/** Whether the server lets us in, and what is ours be read. @returns nothing, or the line that says why not: then nothing else of it can be looked at */
export const reached: Check = async ({ server: place }) => {
  if (place === null) return []
  try { await asking(place, async ask => { if (await lookAtMade(ask) !== null) await ask('select 1 from message limit 1') }) } catch (thrown) {
    const advice = adviceOn(thrown, place.postgres?.access)
    return [error('server', advice?.says ?? sentenceOf(thrown), advice?.todo ?? 'see the log of the server')]
  }
  return []
}

/** The server and what it holds. */
export const server: Check = async ({ settings, server: place, now }) => {
  const { database, mode, postgres_connections_max: each = connections_usual, postgres_pooler: pooler } = settings
  if (database === undefined || !/^postgres/.test(database)) return []
  if (place === null) {
    try { openingOf(database, settings) } catch (thrown) { return [error('database', sentenceOf(thrown), 'mend the file or the setting')] }
    return []
  }
  return await asking(place, async ask => {
    const [look, made] = [await lookAtServer(ask), await lookAtMade(ask)]
    const shown = shownDatabase(database)
    return [
      ok('server', `PostgreSQL ${look.version}${look.encrypted ? ', encrypted' : ''}`),
      ...serverWarnings(database, settings).map(it => warning('server', it, 'README.md, "PostgreSQL", says how')),
      ...durability(look), ...state(look, now, place.postgres?.access), ...room(look, each, pooler === 'transaction'),
      ...(made === null
        ? [warning('database', `${shown} is empty`, 'right for a new installation: serve makes its tables. Else restore a copy, or mend the setting database')]
        : [...locks(look, made, each), ok('database', `${shown}: about ${made.messages} messages, mode ${made.mode}, ${(look.size_bytes / 1e9).toFixed(2)} GB`), ...stepLines(made, mode)])
    ]
  })
}
