/** The real gateway as a process of its own, on the built files: keys, parties, configuration, start and stop. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, createReadStream, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createPrivateKey } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { instant, partyCode } from '../../src/core/core.ts'
import { usualJudging } from '../../src/register/register.ts'
import { certificateFacts, developmentKeys, issue, type DevelopmentKeys, type KeyAlgorithm, type KeyFiles } from '../../src/sign/sign.ts'
import { openStore } from '../../src/store/store.ts'
import { makeRoots, readRoots, rootsIn } from '../../src/vault/vault.ts'
import { home } from '../../src/version.ts'
import { anAccount, aParty, putAccount, putParty } from '../register.ts'
import { emptyFolder } from './place.ts'

/** The parties of the samples. */
const parties = [{ name: 'gemeente', code: partyCode('0344') }, { name: 'aanbieder', code: partyCode('42420001') }] as const
export type PartyName = typeof parties[number]['name']

/** A folder with keys and a database that knows the parties. */
export interface Ground {
  readonly folder: string
  readonly database: string
  readonly keys: DevelopmentKeys
  readonly seal: KeyFiles
}

/** @returns a fresh ground; TLS keys are P-256 always, the seal's are what is asked */
export async function prepare (name: string, algorithm: KeyAlgorithm): Promise<Ground> {
  const folder = emptyFolder(name)
  const keys = await developmentKeys(join(folder, 'keys'), parties)
  const database = join(folder, 'zorgpoort.db')
  const seal = algorithm === 'P-256' ? keys.seal : await sealKeys(join(folder, 'keys'), keys, algorithm)
  makeRoots(folder, instant(Date.now()))
  const store = await openStore({ url: `sqlite:${database}`, mode: 'test', roots: readRoots(rootsIn(folder)) })
  try {
    for (const { name, code } of parties) {
      const pem = readFileSync(keys.parties[name]?.certificate ?? '', 'utf8')
      const { fingerprint, subject, not_after } = certificateFacts(pem)
      await putParty(store, aParty(code, { name: `Voorbeeld${name}` }))
      await putAccount(store, anAccount(name, { party: code, certificates: [{ fingerprint, use: 'tls', subject, not_after: instant(Date.parse(not_after)), pem }] }))
    }
  } finally { await store.close() }
  return { folder, database, keys, seal }
}

const sealKeys = (folder: string, keys: DevelopmentKeys, algorithm: KeyAlgorithm): Promise<KeyFiles> => makePair(folder, keys, 'seal', algorithm)

/** @returns a key and certificate of the ground's own authority */
export async function makePair (folder: string, { ca }: DevelopmentKeys, use: 'seal' | 'client', algorithm: KeyAlgorithm): Promise<KeyFiles> {
  const authority = { certificate: readFileSync(ca.certificate, 'utf8'), privateKey: createPrivateKey(readFileSync(ca.key)) }
  const made = await issue(authority, { subject: `Zorgpoort bench ${use}`, use, algorithm })
  const files = { certificate: join(folder, `bench-${use}.pem`), key: join(folder, `bench-${use}.key`) }
  writeFileSync(files.certificate, made.certificate)
  writeFileSync(files.key, made.key, { mode: 0o600 })
  return files
}

/** The receiver has messages judged in full, and all of before is known: nothing is assigned, so all is rejected. @param answers whether the gateway says so, in a message of its own */
export async function judgeInFull ({ database, folder }: Ground, answers: 'own' | 'automatic'): Promise<void> {
  const store = await openStore({ url: `sqlite:${database}`, mode: 'test', roots: readRoots(rootsIn(folder)) })
  try {
    await putParty(store, aParty('0344', { judging: { ...usualJudging, level: 'full', answers } }))
    await store.completeFrom({ family: 'ijw', gemeente: '0344', aanbieder: '42420001' }, '2015-01-01', instant(Date.now()))
  } finally { await store.close() }
}

/** A gateway that serves. */
export interface Serving {
  readonly url: string
  /** Where it tells its health and metrics. */
  readonly operations: string
  readonly pid: number
  /** SIGTERM, and waits until it has drained and ended. */
  stop (): Promise<void>
}

const start_ms_max = 60_000

/** @param nodeOptions such as `--cpu-prof` @param over settings beside the usual ones @throws when it does not serve in time */
export async function serve (ground: Ground, nodeOptions: readonly string[] = [], over: Readonly<Record<string, unknown>> = {}): Promise<Serving> {
  const config = join(ground.folder, 'config.json')
  const { keys, seal } = ground
  writeFileSync(config, JSON.stringify({
    mode: 'test', requests_per_minute_max: 100_000_000, database: `sqlite:${ground.database}`, tls_key: keys.server.key, tls_certificate: keys.server.certificate,
    seal_key: seal.key, seal_certificate: seal.certificate, rest_port: 0, operations_port: 0, ...rootsIn(ground.folder), ...over
  }))
  const path = join(ground.folder, 'gateway.log')
  const log = openSync(path, 'w')
  // Its log goes to a file, as of a service; the default level, one line per request.
  const child = spawn(process.execPath, [...nodeOptions, join(home, 'bin/zorgpoort.js'), 'serve', '--config', config], { stdio: ['ignore', log, log], cwd: ground.folder })
  closeSync(log)
  const ended = new Promise<void>(resolve => { child.once('exit', () => { resolve() }) })
  const { pid } = child
  if (pid === undefined) throw new Error('the gateway did not start')
  const leave = (): void => { child.kill('SIGKILL') }
  process.once('exit', leave)
  const at = await listening(path, child)
  return { ...at, pid, stop: async () => { child.kill('SIGTERM'); await ended; process.off('exit', leave) } }
}

/** The addresses it logs when it serves. */
async function listening (log: string, child: ChildProcess): Promise<Pick<Serving, 'url' | 'operations'>> {
  for (const end = performance.now() + start_ms_max; performance.now() < end && child.exitCode === null; await pause(50)) {
    for await (const line of createInterface({ input: createReadStream(log) })) {
      const [, url, operations] = /"rest":"(https:[^"]+)","operations":"(http:[^"]+)"/.exec(line) ?? []
      if (url !== undefined && operations !== undefined) return { url, operations }
    }
  }
  child.kill('SIGKILL')
  throw new Error(`the gateway does not serve: ${readFileSync(log, 'utf8').slice(0, 400)}`)
}

/** @returns how many messages with a payload the database holds, asked after the gateway has ended */
export function stored (ground: Ground): number {
  const db = new Database(ground.database, { readonly: true })
  try {
    return Number(db.prepare('select count(*) from message join payload on payload.message = message.seq').pluck().get())
  } finally { db.close() }
}
