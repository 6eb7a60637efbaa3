/**
 * Queues that take a message in and do nothing else with it, on a PostgreSQL server of their own whose commits are on disk before they are told:
 * pg-boss 10 `send` and graphile-worker 0.17 `addJob`, from a process of its own with as many senders as the gateway has connections.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startPostgres } from '../postgres.ts'
import { drive, type Counted, type Drive } from './drive.ts'
import { placeholder } from './load.ts'
import { cpuOfFamily } from './processes.ts'

export const peers = ['pg-boss', 'graphile-worker'] as const
export type Peer = typeof peers[number]

interface Order extends Drive { readonly peer: Peer, readonly url: string, readonly server: number, readonly file: string }
/** `server_us`: processor time of PostgreSQL per message, all its processes, in microseconds; `stored`: jobs counted afterwards. */
export interface PeerRun extends Counted { readonly server_us: number, readonly stored: number, readonly postgresql: string }

/** What is used of them here. Peers of the bench alone: `npm install` in this folder brings them. */
interface Queue { send (data: object): Promise<boolean>, close (): Promise<unknown> }
interface Boss { start (): Promise<unknown>, createQueue (name: string): Promise<unknown>, send (name: string, data: object): Promise<string | null>, stop (options: object): Promise<unknown>, on (event: 'error', told: (error: Error) => void): unknown }
interface Utils { migrate (): Promise<void>, addJob (name: string, data: object): Promise<{ readonly id: string }>, release (): Promise<void> }
interface Modules {
  readonly 'pg-boss': { readonly default: new (options: object) => Boss }
  readonly 'graphile-worker': { makeWorkerUtils (options: object): Promise<Utils>, readonly Logger: new (make: () => () => void) => object }
}

const load = async <P extends Peer>(name: P): Promise<Modules[P]> => await import(name) as Modules[P]

/** With as many connections as senders: pg-boss is a fifth quicker so than with the ten it opens by itself. */
const open: Readonly<Record<Peer, (connectionString: string, connections: number) => Promise<Queue>>> = {
  async 'pg-boss' (connectionString, max) {
    const { default: PgBoss } = await load('pg-boss')
    const boss = new PgBoss({ connectionString, max })
    boss.on('error', error => { console.error(error) })
    await boss.start()
    await boss.createQueue('berichten')
    return { send: async data => await boss.send('berichten', data) !== null, close: () => boss.stop({ graceful: false }) }
  },
  async 'graphile-worker' (connectionString, maxPoolSize) {
    const { makeWorkerUtils, Logger } = await load('graphile-worker')
    const utils = await makeWorkerUtils({ connectionString, maxPoolSize, logger: new Logger(() => () => {}) })
    await utils.migrate()
    return { send: async data => (await utils.addJob('bericht', data)).id !== '', close: () => utils.release() }
  }
}

const stored = { 'pg-boss': 'select count(*) from pgboss.job', 'graphile-worker': 'select count(*) from graphile_worker.jobs' } as const satisfies Record<Peer, string>

/** In a process of its own. */
async function sending ({ peer, url, server, file, ...order }: Order): Promise<Counted & { readonly server_us: number }> {
  const text = readFileSync(file, 'utf8')
  const [before, after] = text.split(placeholder)
  const queue = await open[peer](url, order.connections)
  const used = cpuOfFamily(server) ?? NaN
  const counted = await drive(order, () => async nth => {
    const identificatie = `B${nth.toString(36).toUpperCase().padStart(11, '0')}`
    return await queue.send({ identificatie, bericht: `${before}${identificatie}${after}` }).catch(() => false)
  })
  const server_us = ((cpuOfFamily(server) ?? NaN) - used) * 1000 / counted.accepted
  await queue.close()
  return { ...counted, server_us }
}

/** @param file the message, its Identificatie being `placeholder` @throws Error when the peer is not installed, or ended badly */
export async function peerRun (peer: Peer, file: string, order: Drive): Promise<PeerRun> {
  const server = await startPostgres({ durable: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  try {
    const [{ data_directory: folder, server_version: version } = {}] = await server.query("select current_setting('data_directory') as data_directory, current_setting('server_version') as server_version")
    const pid = Number(readFileSync(join(String(folder), 'postmaster.pid'), 'utf8').split('\n')[0])
    await server.query('create database queue')
    const asked: Order = { ...order, peer, file, url: server.url('queue'), server: pid }
    const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(asked)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise<number | null>(resolve => { child.once('exit', resolve) })
    let last = ''
    for await (const line of createInterface({ input: child.stdout })) last = line
    if (await ended !== 0) throw new Error(`${peer} ended badly`)
    const counted = JSON.parse(last) as Awaited<ReturnType<typeof sending>>
    const [row] = await server.query(stored[peer], [], 'queue')
    return { ...counted, stored: Number(row?.['count']), postgresql: String(version) }
  } finally { await server.close() }
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await sending(JSON.parse(process.argv[2] ?? '') as Order)))
}
