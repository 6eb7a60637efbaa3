/** The command line: one program, its subcommands, and what their ends mean (0 good, 1 refused or invalid, 2 wrong use). */
import { Command, CommanderError } from 'commander'
import { Unusable } from '../src/core/core.ts'
import { StoreFailure } from '../src/store/db.ts'
import { version } from '../src/version.ts'
import { Problem, WrongUse } from './problem.ts'

/** Adds a command to the program; `end` takes its exit code. */
type Add = (program: Command, end: (code: number) => void) => void

/** Every command, in the order of the help. What one needs is loaded when it is called: all of it together takes a second and more on a small machine. */
const commands: Readonly<Record<string, () => Promise<readonly Add[]>>> = {
  serve: async () => [(await import('./commands/serve.ts')).serve],
  validate: async () => [(await import('./commands/validate.ts')).validate],
  send: async () => [(await import('./commands/send.ts')).send],
  batch: async () => [(await import('./commands/batch.ts')).batch],
  verify: async () => [(await import('./commands/verify.ts')).verify],
  receive: async () => [(await import('./commands/receive.ts')).receive],
  replay: async () => [(await import('./commands/replay.ts')).replay],
  rules: async () => [(await import('./commands/rules.ts')).rules],
  parties: async () => [(await import('./commands/parties.ts')).parties],
  destinations: async () => [(await import('./commands/destinations.ts')).destinations],
  keys: async () => [(await import('./commands/keys.ts')).keys],
  roots: async () => [(await import('./commands/roots.ts')).roots],
  backup: async () => [(await import('./commands/backup.ts')).backup],
  restore: async () => [(await import('./commands/restore.ts')).restore],
  doctor: async () => [(await import('./commands/doctor.ts')).doctor],
  migrate: async () => [(await import('./commands/migrate.ts')).migrate],
  audit: async () => [(await import('./commands/audit.ts')).audit],
  conformance: async () => [(await import('./commands/conformance.ts')).conformance],
  inspect: async () => [(await import('./commands/inspect.ts')).inspect],
  held: async () => [(await import('./commands/held.ts')).held],
  tasks: async () => [(await import('./commands/tasks.ts')).tasks],
  dead: async () => [(await import('./commands/dead.ts')).dead],
  redrive: async () => [(await import('./commands/redrive.ts')).redrive],
  notices: async () => [(await import('./commands/notices.ts')).notices],
  import: async () => [(await import('./commands/import.ts')).importing, (await import('./commands/import-history.ts')).importHistory],
  history: async () => [(await import('./commands/history.ts')).history],
  rebuild: async () => [(await import('./commands/rebuild.ts')).rebuild],
  sweep: async () => [(await import('./commands/sweep.ts')).sweep],
  erase: async () => [(await import('./commands/erase.ts')).erase]
}

/** @returns the program with the one command that is asked for, or with all where none is; commands report their exit code through `end` */
export async function program (end: (code: number) => void, asked?: string): Promise<Command> {
  const it = new Command('zorgpoort')
    .description('Open message gateway for iWmo and iJw.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(zorgpoort COMMAND --help tells more)')
    .addHelpText('after', '\nExit codes: 0 good, 1 refused or invalid, 2 wrong use.\nZORGPOORT_DEBUG=1 in the environment shows the stack of an error.')
  const one = Object.entries(commands).filter(([name]) => name === asked)
  for (const [, load] of one.length > 0 ? one : Object.entries(commands)) for (const add of await load()) add(it, end)
  for (const command of it.commands) command.copyInheritedSettings(it)
  return it
}

/** The program's own options take no value, so the first word is the command. */
const askedIn = (argv: readonly string[]): string | undefined => argv.slice(2).find(word => !word.startsWith('-'))

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
    const asked = await program(it => { code = it }, askedIn(argv))
    await asked.parseAsync([...argv])
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
