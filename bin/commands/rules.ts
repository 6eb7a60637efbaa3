/** `zorgpoort rules`: the rules of the standard; one of them explained, with a message that breaks it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { ruleCodes, type RuleCode } from '../../src/codes/codes.ts'
import { nearest } from '../../src/near.ts'
import { casesOf, type Case } from '../../src/rules/examples/examples.ts'
import { caseFiles } from '../../src/rules/examples/files.ts'
import { reasonOf, visible } from '../files.ts'
import { Problem, WrongUse } from '../problem.ts'
import { catalogue, explained, findingsOf, tryIt } from '../rules.ts'

interface Options { readonly level?: string, readonly message?: string, readonly json?: boolean, readonly lang?: string, readonly example?: string }

/** A message type as a person writes it: `307`, `JW307` or `WMO307`. */
interface Asked { readonly number: string, readonly family: string | null }

const levels: readonly string[] = ['1', '2', '3', '4']
const numbers: readonly string[] = ['301', '305', '307', '315', '317', '319', '323', '325']

function askedFor (text: string): Asked {
  const [, type = '', number = ''] = /^(jw|wmo)?(\d{3})$/i.exec(text) ?? []
  if (!numbers.includes(number)) throw new WrongUse(`--message ${visible(text)} has no rules; those that have are ${numbers.join(', ')}`)
  return { number, family: type === '' ? null : type.toLowerCase() === 'jw' ? 'ijw' : 'iwmo' }
}

const isOf = ({ messages, only }: RuleCode, asked: Asked | null): boolean => asked === null || (messages.includes(asked.number) && (asked.family === null || (only ?? asked.family) === asked.family))

/** @returns the rules that a code names: a rule's own, or a RetourCode. @throws WrongUse with what was probably meant */
function named (text: string, all: readonly RuleCode[]): readonly RuleCode[] {
  const code = text.toUpperCase()
  const found = all.filter(it => it.code === code || it.retourcode === code)
  if (found.length > 0) return found
  const near = nearest(text, all.map(it => it.code.toLowerCase()))
  throw new WrongUse(`${visible(text).slice(0, 20)} is no rule and no RetourCode of a rule${near === null ? '; "zorgpoort rules" lists all' : `; did you mean ${near.toUpperCase()}?`}`)
}

/** The case to show: of the asked type, else the first. @throws WrongUse when the rule is not asked of that type */
function caseFor ({ code, messages }: RuleCode, asked: Asked | null): Case {
  const found = casesOf(code).find(it => asked === null || (it.number === asked.number && (asked.family ?? it.family) === it.family))
  if (found === undefined) throw new WrongUse(`${code} is not asked of a ${asked?.number ?? 'message'}${messages.includes(asked?.number ?? '') ? ' of that standard' : `; it is of ${messages.join(', ')}`}`)
  return found
}

/** @throws Problem when there is something already, or it cannot be written */
function writeExample (it: Case, dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
    if (readdirSync(dir).length > 0) throw new Problem(`${visible(dir)} is not empty; name a folder that is new`)
    for (const [name, content] of caseFiles(it)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), content)
    }
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(`cannot write to ${visible(dir)}: ${reasonOf(error).en}`)
  }
}

async function told (code: string | undefined, { level, message, json, lang, example }: Options): Promise<string> {
  if (level !== undefined && !levels.includes(level)) throw new WrongUse('--level is 1 (schema), 2 (within the message), 3 (earlier messages) or 4 (external sources)')
  if (lang !== undefined && lang !== 'nl' && lang !== 'en') throw new WrongUse('--lang is nl or en')
  const asked = message === undefined ? null : askedFor(message)
  const all = ruleCodes()
  const found = code === undefined ? all : named(code, all)
  const [one] = found
  if (code === undefined || one === undefined || found.length > 1) {
    if (example !== undefined) throw new WrongUse('--example writes the case of one rule; name its code')
    const listed = found.filter(it => isOf(it, asked) && (level === undefined || it.level === Number(level)))
    return json === true ? JSON.stringify(listed, null, 2) : catalogue(listed, lang)
  }
  const shown = caseFor(one, asked)
  if (example !== undefined) {
    writeExample(shown, example)
    return `${one.code} in ${visible(example)}: message.xml breaks it, mended.xml does not\n\n${tryIt(shown, one, example)}`
  }
  const findings = await findingsOf(shown, one)
  return json === true ? JSON.stringify({ ...one, example: { type: shown.message.model.type, findings } }, null, 2) : explained(one, shown, findings, lang)
}

export function rules (program: Command): void {
  program.command('rules').description('the rules of the standard; one explained, with a message that breaks it').argument('[code]', 'a rule such as TR414, or the RetourCode you were sent, such as 9414')
    .option('--level <n>', 'only rules of that control level, 1 to 4')
    .option('--message <type>', 'only rules of that message, such as 307; with a code, the example is one: 307, JW307')
    .option('--example <dir>', 'write the example as files into a new folder')
    .option('--lang <nl|en>', 'language of the sentences; the list is in Dutch, an explanation in both when not given')
    .option('--json', 'as JSON')
    .action(async (code: string | undefined, options: Options) => { console.log((await told(code, options)).trimEnd()) })
}
