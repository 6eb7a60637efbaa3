/** `zorgpoort migrate`: bring a database forward to what this version knows, or move an installation from an SQLite file into PostgreSQL. */
import { existsSync } from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'
import { databaseFault } from '../../src/database.ts'
import { isPostgres, migrate as bringForward } from '../../src/store/store.ts'
import { finish, look, undo, type MoveWishes } from '../move.ts'
import { findPlace, openingIn, withDatabase, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'

interface Options extends Place, Partial<MoveWishes> {}

function side (text: string): string {
  const fault = databaseFault(text)
  if (fault !== null) throw new InvalidArgumentError(fault)
  return text
}

/** @throws WrongUse when the two sides are not what can be moved */
function sides ({ from, to, ...others }: Options): MoveWishes {
  if (from === undefined || to === undefined) throw new WrongUse('a move has two sides: --from sqlite:PATH --to postgres://USER@HOST:PORT/NAME')
  if (isPostgres(from)) throw new WrongUse('there is no way from PostgreSQL back into an SQLite file: "--undo" makes the file that was moved the right one again, without what was accepted since')
  if (!isPostgres(to)) throw new WrongUse('a move goes into PostgreSQL: --to postgres://USER@HOST:PORT/NAME. An SQLite file is copied with "zorgpoort backup"')
  return { ...others, from, to }
}

async function run (options: Options): Promise<void> {
  if (options.from !== undefined || options.to !== undefined) {
    const wishes = sides(options)
    await (options.check === true ? look : options.undo === true ? undo : finish)(wishes)
    return
  }
  if (options.check ?? options.ahead ?? options.undo ?? options.quick ?? options.leaveBehind) throw new WrongUse('that is said of a move: --from sqlite:PATH --to postgres://USER@HOST:PORT/NAME')
  const found = findPlace(options)
  if (found.path !== null && !existsSync(found.path)) throw new Problem(`no database at ${found.path}`)
  const { url, postgres } = openingIn(found)
  const steps = await bringForward(url, undefined, postgres)
  console.log(steps.length === 0 ? `Nothing to do: ${found.shown} is up to date.` : `Done: ${found.shown} (${steps.join(', ')})`)
}

const help = `
A move (--from sqlite:PATH --to postgres://…, an empty database) has two parts. The first copies while the gateway serves on
the file. Then stop the gateway: the second part begins by itself, copies what is new or changed, compares every row of both
sides, verifies the audit, and closes the file. Then set database to the PostgreSQL url and start the gateway. It may be broken
off at any moment: until it says that it is done the file is the right database, and the same command goes on where it was.
Exit code 0: done (with --check: nothing stands in the way); 1: not done, and why; 2: wrong use.`

/** Adds the command. */
export function migrate (program: Command): void {
  withDatabase(program.command('migrate').description('bring a database forward to this version (serve does it too), or move one into PostgreSQL'))
    .option('--from <url>', 'sqlite:PATH that is moved', side)
    .option('--to <url>', 'postgres://USER@HOST:PORT/NAME it is moved to', side)
    .option('--check', 'say what would be moved and what stands in the way; change nothing')
    .option('--ahead', 'the first part only, while the gateway serves')
    .option('--quick', 'compare payloads by number and length only, not byte by byte')
    .option('--undo', 'make the file that was moved the right database again; what was accepted since stays behind')
    .option('--leave-behind', 'with --undo, when something was accepted since')
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(run)
}
