/** `zorgpoort backup`: a copy of the database as it is at one moment, while the gateway serves on; checked before it is called a backup. */
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { rfc3339, sha256Hex, systemClock, type Instant } from '../../src/core/core.ts'
import { contentsOf, copyDatabase, damageOf, kekIdsOf, throughToDisk } from '../../src/store/store.ts'
import { version } from '../../src/version.ts'
import { digestOf, manifestOf, type Manifest } from '../manifest.ts'
import { databaseOf, withPlace, withStore, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'
import { progress } from '../progress.ts'

const mb = 1_000_000

interface Options extends Place { readonly rate: number, readonly json?: boolean }

/** @throws InvalidArgumentError, which is wrong use */
function rate (text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number of MB per second')
  return Number(text)
}

/** @returns the file to write: in a folder, one named after the moment @throws Problem when it or its manifest is there already */
function target (to: string, now: Instant): string {
  const folder = existsSync(to) && statSync(to).isDirectory()
  const file = folder ? join(to, `zorgpoort-${rfc3339(now).replace(/[-:]|\.\d+/g, '')}.db`) : to
  for (const it of [file, manifestOf(file)]) if (existsSync(it)) throw new Problem(`${it} exists; a backup never overwrites anything`)
  return file
}

/** Counts megabytes on the terminal. */
function megabytes (): { to (bytes: number, total: number): void, end (): void } {
  let bar: ReturnType<typeof progress> | null = null
  let told = 0
  return {
    to (bytes, total) {
      bar ??= progress(process.stderr, 'MB', Math.max(1, Math.floor(total / mb)))
      for (; told < Math.floor(bytes / mb); told++) bar.step()
    },
    end: () => { bar?.end() }
  }
}

/** Copies into a file of another name, for its owner's eyes only, and examines the copy. @returns what stands in its manifest */
async function copied (path: string, part: string, made: Instant, options: Options): Promise<Manifest> {
  const bar = megabytes()
  try {
    await copyDatabase(path, part, { bytes_per_second: options.rate * mb, tell: bar.to })
  } finally { bar.end() }
  const damage = damageOf(part, 'full')
  if (damage !== null) throw new Problem(`the copy is damaged (${damage}), and so perhaps the database: run "zorgpoort doctor"`)
  const { mode, last_received, ...contents } = contentsOf(part)
  if (mode !== 'test' && mode !== 'production') throw new Problem(`${path} is no database of a gateway`)
  return {
    format: 'zorgpoort-backup-1', made: rfc3339(made), version, mode, sha256: await digestOf(part), size_bytes: statSync(part).size,
    migrations: [...contents.migrations], rows: contents.rows, last_received: last_received === null ? null : rfc3339(last_received),
    audit: [...contents.audit], kek_ids: kekIdsOf(part)
  }
}

/** @throws Problem when another backup to the same file is under way, or was broken off */
function begin (part: string): void {
  try { closeSync(openSync(part, 'wx', 0o600)) } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new Problem(`${part} exists: a backup to the same file is under way, or was broken off; in that case remove it`)
    throw error
  }
}

const onServer = 'this database is on a PostgreSQL server, whose own means copy it: "pg_dump --format=custom --file=FILE DATABASE" while the gateways serve on, or pg_basebackup with an archive of its log to lose nothing; keep the three rings elsewhere. README.md, "PostgreSQL", has both and the way back'

async function run (to: string, options: Options): Promise<void> {
  const { path, roots } = await databaseOf(options)
  if (path === null) throw new Problem(onServer)
  if (roots === null) throw new WrongUse('give --config FILE, or ZORGPOORT_KEK, ZORGPOORT_INDEX_KEY and ZORGPOORT_AUDIT_KEY: a backup is written down in the audit')
  const now = systemClock.now()
  const file = target(to, now)
  const part = `${file}.part`
  const manifestPart = `${manifestOf(file)}.part`
  begin(part)
  try {
    const manifest = await copied(path, part, now, options)
    writeFileSync(manifestPart, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    throughToDisk(manifestPart)
    renameSync(part, file)
    renameSync(manifestPart, manifestOf(file))
    throughToDisk(dirname(file))
    await withStore({ ...options, mode: manifest.mode }, store => store.recordCopy('backed_up', sha256Hex(manifest.sha256), now))
    console.log(options.json === true ? JSON.stringify({ file, manifest: manifestOf(file), ...manifest }) : told(file, manifest))
  } finally {
    for (const it of [part, manifestPart, `${part}-wal`, `${part}-shm`, `${part}-journal`]) rmSync(it, { force: true })
  }
}

const told = (file: string, { made, rows, size_bytes, sha256, kek_ids }: Manifest): string => [
  `Backed up: ${file} (${(size_bytes / mb).toFixed(1)} MB, ${rows['message'] ?? 0} messages), as the database was at ${made}.`,
  `Manifest:  ${manifestOf(file)}, SHA-256 ${sha256}`,
  kek_ids.length === 0 ? 'Nothing in it is encrypted.' : `It opens with the kek ring's ${kek_ids.join(', ')}: keep copies of the three rings, in another place than this file.`
].join('\n')

/** Adds the command. */
export function backup (program: Command): void {
  withPlace(program.command('backup').description('copy the database while the gateway serves on, check the copy, and write a manifest beside it').argument('<to>', 'a file that is not there yet, or a folder'))
    .option('--rate <mb>', 'copy no more than this many MB (10^6 bytes) a second', rate, 50)
    .option('--json', 'tell the manifest as JSON')
    .addHelpText('after', '\nThe keys are not in it: keep the files of kek, index_key and audit_key (and of tls and seal) elsewhere.')
    .action(run)
}
