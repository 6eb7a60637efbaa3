/** `zorgpoort validate`: judges files by the standard's control levels, without a server. */
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { openValidator } from '../../src/validate/validate.ts'
import { WrongUse } from '../problem.ts'
import { progress, write, type Io } from '../progress.ts'
import { openJudge } from '../validate/judge.ts'
import { taskOf, type Task, type ValidateOptions } from '../validate/options.ts'
import { report, summary, type Counts } from '../validate/report.ts'

export type { ValidateOptions } from '../validate/options.ts'

const good = 0; const bad = 1; const wrongUse = 2

/**
 * Judges the files in order, holding one at a time, and writes a line or report for each.
 * @returns the exit code: 0 all valid, 1 any invalid or unreadable, 2 wrong use
 * @throws Problem when an earlier message or a source cannot be read, or an answer would overwrite a file
 */
export async function validateCommand (files: readonly string[], options: ValidateOptions, io: Io): Promise<number> {
  try {
    const counts = await judgeAll(files, taskOf(files, options), options, io)
    if (counts.valid + counts.invalid === 0) throw new WrongUse('stdin names no files')
    if (!options.json) await write(io.stdout, summary(counts, options.lang))
    return counts.invalid === 0 ? good : bad
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error
    await write(io.stderr, `zorgpoort validate: ${error.message}\n`)
    return wrongUse
  }
}

async function judgeAll (files: readonly string[], task: Task, options: ValidateOptions, io: Io): Promise<Counts> {
  const validator = openValidator()
  const counts: Counts = { valid: 0, invalid: 0, unassessed: 0 }
  try {
    const judge = await openJudge(task, validator, io.stderr)
    // On a terminal the report itself shows the progress; a bar would run through it.
    const bar = io.stdout.isTTY === true ? null : progress(io.stderr, 'files', options.stdinList ? null : files.length)
    try {
      for await (const file of names(files, options, io)) {
        const verdict = await judge(file)
        counts[verdict.valid ? 'valid' : 'invalid']++
        counts.unassessed += verdict.findings.filter(it => it.assessed === false).length
        await write(io.stdout, options.json ? `${JSON.stringify(verdict)}\n` : report(verdict, options.lang, io.stdout.isTTY === true))
        bar?.step()
      }
    } finally { bar?.end() }
  } finally { await validator.close() }
  return counts
}

async function * names (files: readonly string[], { stdinList }: ValidateOptions, io: Io): AsyncGenerator<string> {
  yield * files
  if (!stdinList) return
  for await (const line of createInterface({ input: io.stdin, crlfDelay: Infinity })) if (line !== '') yield line
}

const help = `
Level 1 is the schema of a message's type, 2 the rules within the message, 3 those against earlier messages, 4 those
against external sources. 3 and 4 are judged only where 2 is clean, as the standard asks.

--history: the folder's *.xml count as sent and accepted, in natural order of their names (2-….xml before 10-….xml);
  a retour or 325 among them that rejects takes effect, wherever it stands. The files that are judged do not count for
  each other, unless --chain says so: then each counts for those after it, and what is rejected as never sent.
--complete-from: without it nobody knows what was sent before the folder's first message, and what is missing there
  is told as "not assessed". 2015-01-01 means that the folder holds everything ever sent.
--retour: NAME.xml is answered in NAME-retour.xml, which holds what the message holds: treat it as such. A message
  that does not fit its schema gets no answer.

A rule that could not be judged ("assessed": false) or only warns ("warning": true) makes no message invalid.
Exit codes: 0 all valid, 1 any invalid or unreadable, or nothing could be judged, 2 wrong use.`

/** Adds the command to the program; `end` gets its exit code. */
export function validate (program: Command, end: (code: number) => void): void {
  program.command('validate')
    .description('judge messages by the schema and the rules of the standard, without a server')
    .argument('[file...]', 'XML files')
    .option('--level <n>', 'highest control level, 1 to 4; 2 unless --history, --chain (3) or --sources (4) is given')
    .option('--history <dir>', 'earlier messages, of all pairs together: adds level 3')
    .option('--complete-from <date>', 'from which date on all earlier messages are there')
    .option('--chain', 'each file counts as sent for the files after it: adds level 3')
    .option('--sources <dir>', 'municipalities.csv, products.csv, contracts.csv: adds level 4')
    .option('--retour <dir>', 'write the retour or 325 each file would get; overwrites nothing')
    .option('--today <date>', 'judge as on that date, such as 2026-04-01')
    .option('--json', 'one JSON line per file: {"file","valid","type","findings":[…]}, with --retour also "retour"')
    .option('--stdin-list', 'read file names from stdin, one a line')
    .option('--lang <nl|en>', 'language of the report; both when not given')
    .addHelpText('after', help)
    .action(async (files: string[], options: ValidateOptions) => end(await validateCommand(files, options, process)))
}
