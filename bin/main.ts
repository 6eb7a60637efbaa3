/** The command line: one program, its subcommands, and what their ends mean (0 good, 1 refused or invalid, 2 wrong use). */
import { Command, CommanderError } from 'commander'
import { Unusable } from '../src/core/core.ts'
import { StoreFailure } from '../src/store/store.ts'
import { version } from '../src/version.ts'
import { audit } from './commands/audit.ts'
import { backup } from './commands/backup.ts'
import { batch } from './commands/batch.ts'
import { conformance } from './commands/conformance.ts'
import { dead } from './commands/dead.ts'
import { destinations } from './commands/destinations.ts'
import { doctor } from './commands/doctor.ts'
import { erase } from './commands/erase.ts'
import { held } from './commands/held.ts'
import { history } from './commands/history.ts'
import { importing } from './commands/import.ts'
import { importHistory } from './commands/import-history.ts'
import { inspect } from './commands/inspect.ts'
import { keys } from './commands/keys.ts'
import { migrate } from './commands/migrate.ts'
import { parties } from './commands/parties.ts'
import { rebuild } from './commands/rebuild.ts'
import { receive } from './commands/receive.ts'
import { notices } from './commands/notices.ts'
import { redrive } from './commands/redrive.ts'
import { replay } from './commands/replay.ts'
import { restore } from './commands/restore.ts'
import { roots } from './commands/roots.ts'
import { rules } from './commands/rules.ts'
import { send } from './commands/send.ts'
import { serve } from './commands/serve.ts'
import { sweep } from './commands/sweep.ts'
import { tasks } from './commands/tasks.ts'
import { validate } from './commands/validate.ts'
import { verify } from './commands/verify.ts'
import { Problem, WrongUse } from './problem.ts'

/** @returns the whole program; commands report their exit code through `end` */
export function program (end: (code: number) => void): Command {
  const it = new Command('zorgpoort')
    .description('Open message gateway for iWmo and iJw.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(zorgpoort COMMAND --help tells more)')
    .addHelpText('after', '\nExit codes: 0 good, 1 refused or invalid, 2 wrong use.\nZORGPOORT_DEBUG=1 in the environment shows the stack of an error.')
  for (const add of [serve, validate, send, batch, verify, receive, replay, rules, parties, destinations, keys, roots, backup, restore, doctor, migrate, audit, conformance, inspect, held, tasks, dead, redrive, notices, importing, importHistory, history, rebuild, sweep, erase]) add(it, end)
  for (const command of it.commands) command.copyInheritedSettings(it)
  return it
}

const errnoText: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken by another program; choose another with --port (serve: or --operations-port)',
  EACCES: 'not allowed to use that file or port',
  EROFS: 'the disk cannot be written',
  ENOSPC: 'the disk is full',
  ENOENT: 'no such file or folder'
}

/** One sentence for the person at the terminal; never a stack, never a value out of a message. */
function sentence (error: Error): string {
  if (error instanceof Problem || error instanceof WrongUse || error instanceof Unusable || error instanceof StoreFailure) return error.message
  const code = 'code' in error ? String(error.code) : ''
  const where = 'path' in error ? ` (${String(error.path)})` : 'port' in error ? ` (port ${String(error.port)})` : ''
  return `${errnoText[code] ?? `unexpected ${error.name} ${code}; run with ZORGPOORT_DEBUG=1 for its stack`}${where}`
}

/** @param argv as `process.argv`. @returns the exit code */
export async function main (argv: readonly string[]): Promise<number> {
  let code = 0
  // Whoever reads our output may stop reading ("| head"): that is no error worth a sentence.
  process.stdout.on('error', error => { if ('code' in error && error.code === 'EPIPE') process.exit(code) })
  try {
    await program(it => { code = it }).parseAsync([...argv])
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return code
    const known = error instanceof Error ? error : new Error('unknown')
    if (process.env['ZORGPOORT_DEBUG'] === '1') console.error(known.stack)
    console.error(`zorgpoort: ${sentence(known)}`)
    return known instanceof WrongUse ? 2 : 1
  }
}
