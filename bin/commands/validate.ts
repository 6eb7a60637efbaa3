/** `zorgpoort validate`: judges files by level 1, without a server. */
import { readFile, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { refusals, type Finding } from '../../src/core/core.ts'
import { checkSize, fault, finding, openValidator, validator_defaults, type Judgement, type Validator } from '../../src/validate/validate.ts'
import { reasonOf, visible } from '../files.ts'
import { progress, write, type Io } from '../progress.ts'

/** How the command was asked to work. */
export interface ValidateOptions {
  /** One JSON line per file instead of a report. */
  readonly json?: boolean | undefined
  /** Read more file names from stdin, one a line. */
  readonly stdinList?: boolean | undefined
  /** Control level, as typed; only 1 needs no server. */
  readonly level?: string | number | undefined
  /** Language of the report; both when not given. */
  readonly lang?: string | undefined
}

/** What is said of one file; with `--json` this is the line. */
interface Verdict { readonly file: string, readonly valid: boolean, readonly type: string | null, readonly findings: readonly Finding[] }

const good = 0; const bad = 1; const wrongUse = 2

/**
 * Judges the files in order, holding one at a time, and writes a line or report for each.
 * @returns the exit code: 0 all valid, 1 any invalid or unreadable, 2 wrong use
 */
export async function validateCommand (files: readonly string[], options: ValidateOptions, io: Io): Promise<number> {
  const wrong = misuse(files, options)
  if (wrong) return await refuse(wrong, io)
  const validator = openValidator()
  // On a terminal the report itself shows the progress; a bar would run through it.
  const bar = io.stdout.isTTY === true ? null : progress(io.stderr, 'files', options.stdinList ? null : files.length)
  const counts = { valid: 0, invalid: 0 }
  try {
    for await (const file of names(files, options, io)) {
      const verdict = await judgeFile(validator, file)
      counts[verdict.valid ? 'valid' : 'invalid']++
      await write(io.stdout, options.json ? `${JSON.stringify(verdict)}\n` : report(verdict, options.lang, io.stdout.isTTY === true))
      bar?.step()
    }
  } finally {
    bar?.end()
    await validator.close()
  }
  if (counts.valid + counts.invalid === 0) return await refuse('stdin names no files', io)
  if (!options.json) await write(io.stdout, summary(counts, options.lang))
  return counts.invalid === 0 ? good : bad
}

function misuse (files: readonly string[], { level, lang, stdinList }: ValidateOptions): string | null {
  if (level !== undefined && String(level) !== '1') return 'only --level 1 can be judged without a server'
  if (lang !== undefined && lang !== 'nl' && lang !== 'en') return '--lang is nl or en'
  return files.length === 0 && !stdinList ? 'name one or more files, or use --stdin-list' : null
}

async function refuse (sentence: string, io: Io): Promise<number> {
  await write(io.stderr, `zorgpoort validate: ${sentence}\n`)
  return wrongUse
}

async function * names (files: readonly string[], { stdinList }: ValidateOptions, io: Io): AsyncGenerator<string> {
  yield * files
  if (!stdinList) return
  for await (const line of createInterface({ input: io.stdin, crlfDelay: Infinity })) if (line !== '') yield line
}

async function judgeFile (validator: Validator, file: string): Promise<Verdict> {
  const bytes = await read(file)
  if (!(bytes instanceof Uint8Array)) return { file, valid: false, type: null, findings: [bytes] }
  const judgement = await validator.validate(bytes)
  const type = judgement.model?.type ?? null
  return judgement.kind === 'valid' ? { file, valid: true, type, findings: [] } : { file, valid: false, type, findings: told(judgement) }
}

/** @returns the bytes of a file, or the finding why it cannot be judged; a file that is too large is not read */
async function read (file: string): Promise<Uint8Array | Finding> {
  try {
    const large = checkSize((await stat(file)).size, validator_defaults.payload_bytes_max)
    return large?.finding ?? await readFile(file)
  } catch (error) {
    return finding(fault('ZP_FILE_UNREADABLE', reasonOf(error)), { line: null, path: '' })
  }
}

/** A message that could not be judged has no findings of its own: the refusal is the finding. */
function told ({ code, findings }: Extract<Judgement, { kind: 'invalid' }>): readonly Finding[] {
  if (findings.length > 0) return findings
  const { nl, en } = refusals[code]
  return [{ level: 1, code, line: null, path: '', found: '', expected: '', message: nl, message_en: en }]
}

/** Words of the report; Dutch unless English is asked for. */
const words = {
  nl: { valid: 'geldig  ', invalid: 'ONGELDIG', line: 'regel', one: 'bestand', more: 'bestanden', counts: ['geldig', 'ongeldig'] },
  en: { valid: 'valid  ', invalid: 'INVALID', line: 'line', one: 'file', more: 'files', counts: ['valid', 'invalid'] }
} as const
const wordsIn = (lang: string | undefined): typeof words['nl' | 'en'] => words[lang === 'en' ? 'en' : 'nl']

function report ({ file, valid, type, findings }: Verdict, lang: string | undefined, colour: boolean): string {
  const paint = (style: 'green' | 'red' | 'bold' | 'dim', text: string): string => colour ? styleText(style, text, { validateStream: false }) : text
  const say = wordsIn(lang)
  const head = `${valid ? paint('green', say.valid) : paint('red', say.invalid)}  ${visible(file)}${type === null ? '' : `  ${type}`}\n`
  const lines = findings.flatMap(({ code, line, path, message, message_en: english }) => [
    `  ${line === null ? '' : `${say.line} ${line}  `}${path === '' ? '' : `${paint('bold', path)}  `}${paint('dim', code)}`,
    ...(lang === 'en' ? [`    ${english}`] : [`    ${message}`, ...(lang === 'nl' ? [] : [`    ${paint('dim', english)}`])])
  ])
  return head + lines.map(line => `${line}\n`).join('')
}

function summary ({ valid, invalid }: { readonly valid: number, readonly invalid: number }, lang: string | undefined): string {
  const { one, more, counts } = wordsIn(lang)
  const all = valid + invalid
  return `${all} ${all === 1 ? one : more}: ${valid} ${counts[0]}, ${invalid} ${counts[1]}\n`
}

/** Adds the command to the program; `end` gets its exit code. */
export function validate (program: Command, end: (code: number) => void): void {
  program.command('validate')
    .description('judge messages by the schema of their type (control level 1), without a server')
    .argument('[file...]', 'XML files')
    .option('--level <n>', 'control level; only 1', '1')
    .option('--json', 'one JSON line per file: {"file","valid","type","findings":[…]}')
    .option('--stdin-list', 'read file names from stdin, one a line')
    .option('--lang <nl|en>', 'language of the report; both when not given')
    .addHelpText('after', '\nExit codes: 0 all valid, 1 any invalid or unreadable, 2 wrong use.')
    .action(async (files: string[], options: ValidateOptions) => end(await validateCommand(files, options, process)))
}
