/** `zorgpoort serve`: run the gateway until SIGTERM or SIGINT. */
import { InvalidArgumentError, type Command } from 'commander'
import { readConfig, type Config } from '../../src/config.ts'
import { shownDatabase } from '../../src/database.ts'
import { startGateway, type Gateway } from '../../src/gateway.ts'
import { openLog, type Log } from '../../src/log.ts'
import { version } from '../../src/version.ts'
import { developmentSettings, firstCommands, prepareDevelopment } from '../development.ts'
import { Problem, WrongUse } from '../problem.ts'

interface Options { readonly config?: string, readonly dev?: boolean, readonly port?: string, readonly operationsPort?: string }

function configOf (options: Options): Config {
  const over = {
    ...(options.port === undefined ? {} : { rest_port: options.port }),
    ...(options.operationsPort === undefined ? {} : { operations_port: options.operationsPort })
  }
  const config = readConfig({ env: process.env, over, ...(options.dev === true ? { under: developmentSettings } : {}), ...(options.config === undefined ? {} : { file: options.config }) })
  if (options.dev === true && config.mode !== 'test') throw new WrongUse('--dev is for test mode only')
  return config
}

/** @throws InvalidArgumentError, which is wrong use */
function port (text: string): string {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65535) throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return text
}

const portOf = (address: string): number => Number(new URL(address).port)

function banner (config: Config, gateway: Gateway): string {
  const commands = firstCommands(portOf(gateway.rest)).map(([title, command], at) => `  ${at + 1}. ${title}:\n\n${command}\n`)
  return [
    '', `  Zorgpoort ${version} · DEVELOPMENT: test keys, synthetic persons only (Bsn 9999…), never real data`, '',
    `  REST (mutual TLS)    ${gateway.rest}`,
    `  Municipal software   ${gateway.rest}/ggk/OntvangAsynchroon?wsdl  (StUF-GGk 2.1)`,
    `  Provider software    ${gateway.rest}/berichtenservice  (VSP)`,
    `  Health and metrics   ${gateway.operations}/health/ready  ${gateway.operations}/metrics`,
    `  API description      ${gateway.operations}/docs`,
    `  Messages are kept in ${shownDatabase(config.database)}`, '',
    '  Try it, from this folder in another terminal:', '', ...commands, '  Ctrl+C stops.', ''
  ].join('\n')
}

/** Resolves at the first SIGTERM or SIGINT; a second one, of either kind, ends the process at once. */
const asked = (): Promise<string> => new Promise(resolve => {
  let before = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (before) process.exit(1)
      before = true
      resolve(signal)
    })
  }
})

/**
 * An error nobody caught, in a handler's timer say, leaves the process in a state nobody knows: it stops in order, with exit code 1,
 * and its text, which may hold a person's name, is not printed.
 */
const stray = (log: Log): Promise<string> => new Promise(resolve => {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'an error nobody caught; stopping')
      resolve(event)
    })
  }
})

async function stop (gateway: Gateway, config: Config, log: Log): Promise<void> {
  const late = setTimeout(() => {
    log.error('stopping took too long; what was not receipted will be sent again by its sender')
    process.exit(1)
  }, config.stop_ms_max).unref()
  await gateway.stop()
  clearTimeout(late)
  log.info('stopped')
}

const hosts = ['rest_host', 'operations_host'] as const

/** @throws Problem naming the port or host it cannot listen on; else the error itself */
function explainListen (error: unknown, config: Config): never {
  if (!(error instanceof Error) || !('code' in error)) throw error
  const member = (name: string): string => String(Object.entries(error).find(([key]) => key === name)?.[1] ?? '')
  if (error.code === 'EADDRINUSE') throw new Problem(`port ${member('port')} is taken by another program; choose another with --port or --operations-port`)
  if (!['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL'].includes(String(error.code))) throw error
  const host = member('hostname') || member('address')
  throw new Problem(`${hosts.filter(it => config[it] === host).join(' and ') || 'rest_host or operations_host'}: ${host} is no address of this machine (${String(error.code)})`)
}

export function serve (program: Command, end: (code: number) => void): void {
  program.command('serve').description('run the gateway')
    .option('--config <file>', 'configuration (JSON); ZORGPOORT_… in the environment goes before it')
    .option('--dev', 'test mode with keys and sample parties made in .zorgpoort/')
    .option('--port <port>', 'port of the door: REST, StUF-GGk and VSP (0 takes a free one)', port)
    .option('--operations-port <port>', 'port of health, metrics and docs (0 takes a free one)', port)
    .action(async (options: Options) => {
      const config = configOf(options)
      const terminal = process.stdout.isTTY
      if (options.dev === true) await prepareDevelopment(config.database, config, step => { console.log(`  ✓ ${step}`) })
      const log = openLog({ level: config.log_level, pretty: terminal })
      const signal = asked()
      const lost = stray(log)
      const gateway = await startGateway(config, log).catch(error => explainListen(error, config))
      if (options.dev === true) console.log(banner(config, gateway))
      log.info({ rest: gateway.rest, operations: gateway.operations, mode: config.mode, version, node: process.versions.node }, 'serving')
      const reason = await Promise.race([signal, lost])
      if (!reason.startsWith('SIG')) end(1)
      log.info({ reason }, 'stopping')
      await stop(gateway, config, log)
    })
}
