/** Does the gateway run, and is it well; when it does not, could it. */
import { existsSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { dirname } from 'node:path'
import { lockForServe, StoreUnusable } from '../../src/store/store.ts'
import { error, ok, warning, type Check, type Line, type Patient } from './lines.ts'

const ask_ms_max = 3_000

/** A server holds a lock beside its database. */
function isServed (path: string | null): boolean {
  if (path === null || !existsSync(dirname(path)) || !existsSync(`${path}.lock`)) return false
  try { lockForServe(`sqlite:${path}`)(); return false } catch (thrown) { return thrown instanceof StoreUnusable }
}

/** Where one reaches what listens on all addresses. */
const reached = (host: string): string => host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host

const codeOf = (thrown: unknown): string => thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'

/** @returns null when it can be listened on, else the error's code */
const listens = (host: string, port: number): Promise<string | null> => new Promise(resolve => {
  const server = createServer()
  server.once('error', thrown => { resolve(codeOf(thrown)) })
  server.listen({ host, port, exclusive: true }, () => { server.close(() => { resolve(null) }) })
})

const answers = (host: string, port: number): Promise<boolean> => new Promise(resolve => {
  const socket = connect({ host: reached(host), port, timeout: ask_ms_max })
  const end = (it: boolean) => (): void => { socket.destroy(); resolve(it) }
  socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
})

async function health (host: string, port: number): Promise<Line> {
  const at = `http://${reached(host).includes(':') ? `[${reached(host)}]` : reached(host)}:${port}/health/ready`
  try {
    const reply = await fetch(at, { signal: AbortSignal.timeout(ask_ms_max) })
    if (reply.ok) return ok('service', 'a gateway runs here and is ready')
    const { reason } = Object(await reply.json()) as { reason?: unknown }
    return error('service', `a gateway runs here and is not ready: ${String(reason ?? reply.status)}`, 'see its log')
  } catch {
    return warning('service', `a gateway runs on this database, but ${at} does not answer`, 'it may be starting, stopping, or listen elsewhere (operations_host, operations_port)')
  }
}

async function port (name: 'rest' | 'operations', host: string, number: number): Promise<Line> {
  const code = await listens(host, number)
  const about = `${name}_port`
  if (code === null) return ok(about, `${host}:${number} is free`)
  if (code === 'EADDRINUSE') return error(about, `${number} is taken by another program`, `end that program, or choose another ${about}`)
  if (code === 'EACCES') return error(about, `this user may not listen on ${number}`, 'choose one above 1023, or allow it')
  return error(about, `${host} is no address of this machine (${code})`, `mend ${name}_host`)
}

/** The running gateway, or whether its ports are free. */
export const service: Check = async ({ settings: { rest_host: restHost = '127.0.0.1', rest_port: restPort = 8443, operations_host: opsHost = '127.0.0.1', operations_port: opsPort = 9464, database, roles }, path }: Patient) => {
  // At a server nobody holds a lock: then who answers here is a gateway of ours.
  const onServer = path === null && database !== undefined
  const hasDoor = roles !== 'work'
  const served = !onServer ? isServed(path) : await answers(opsHost, opsPort)
  if (!served) return [ok('service', `no gateway runs ${onServer ? 'here' : 'on this database'}`), ...hasDoor ? [await port('rest', restHost, restPort)] : [], await port('operations', opsHost, opsPort)]
  if (!hasDoor) return [await health(opsHost, opsPort)]
  const door = restPort === 0 || await answers(restHost, restPort)
  return [await health(opsHost, opsPort), door ? ok('rest_port', `${restPort} answers`) : error('rest_port', `nothing answers on ${restHost}:${restPort}`, 'see the log of the gateway')]
}
