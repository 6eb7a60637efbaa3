/** How rules of the standard are told at a terminal: as a list, and one of them with its example. */
import { join } from 'node:path'
import { styleText } from 'node:util'
import type { RuleCode } from '../src/codes/codes.ts'
import type { Finding } from '../src/core/core.ts'
import type { Case } from '../src/rules/examples/examples.ts'
import { compared, excerpt, judgedAs, type Line } from '../src/rules/examples/explain.ts'
import { codeList, families, textAt, writeMessage } from '../src/standard/standard.ts'
import { openValidator } from '../src/validate/validate.ts'

const levelNames: Readonly<Record<number, string>> = { 1: 'schema', 2: 'within the message', 3: 'against earlier messages', 4: 'against external sources' }
const bold = (text: string): string => styleText('bold', text)
const dim = (text: string): string => styleText('dim', text)
const lines = (...all: ReadonlyArray<string | readonly string[]>): string => all.flat().map(line => `${line}\n`).join('')

/** @returns a line for each rule: code, level, return code, messages, sentence */
export const catalogue = (rules: readonly RuleCode[], lang: string | undefined): string => rules.length === 0
  ? 'no such rules\n'
  : lines(
    dim('code   level  RetourCode  messages'),
    rules.map(it => `${bold(it.code)}  ${it.level}      ${(it.retourcode ?? '-').padEnd(10)}  ${it.messages.join(' ')}${it.only === null ? '' : ` (${it.only} only)`}${it.inferred ? ' *' : ''}\n       ${lang === 'en' ? it.en : it.nl}`),
    '', `${rules.length} rules; * may be set to warn or off. "zorgpoort rules CODE" explains one.`)

/** @returns what is found in the example; what the schema holds is found by its own check */
export async function findingsOf (it: Case, { level }: RuleCode): Promise<readonly Finding[]> {
  if (level > 1) return judgedAs(it, it.message)
  const validator = openValidator()
  try {
    const judgement = await validator.validate(writeMessage(it.message.model, it.message.message))
    return judgement.kind === 'valid' ? [] : judgement.findings
  } finally { await validator.close() }
}

/** What a return code means, where the families do not say the same in both. */
function meanings (code: string): readonly string[] {
  const labels = families.map(family => ({ family, label: codeList('LDT_RetourCode', family).find(([it]) => it === code)?.[1] ?? '' }))
  return new Set(labels.map(it => it.label)).size === 1 ? [labels[0]?.label ?? ''] : labels.map(({ family, label }) => `${family}: ${label}`)
}

function answer ({ level, retourcode, messages }: RuleCode): readonly string[] {
  if (level === 1) return ['none: the sender is told at once, and the message counts as not delivered']
  if (retourcode === null) return ['none: a 325 is not answered; its sender is told']
  const [first = '', ...more] = meanings(retourcode)
  const where = level === 2 ? ', in the Header; nothing else is answered' : messages.every(it => it === '325') ? '; a 325 is not answered, its sender is told' : ''
  return [`${retourcode}${where}`, first, ...more]
}

const weight = ({ code, inferred, level }: RuleCode): string => inferred
  ? `the standard does not say it outright: rejects, unless rule_weights says ${code}=warn or ${code}=off`
  : level === 1 ? 'always refuses' : 'always rejects'

const about = (name: string, [first = '', ...more]: readonly string[]): readonly string[] => [`${name.padEnd(12)}${first}`, ...more.map(line => `${' '.repeat(12)}${line}`)]

/** @returns one rule: what it asks, where, what comes of breaking it, and an example */
export const explained = (rule: RuleCode, it: Case, findings: readonly Finding[], lang: string | undefined): string => lines(
  `${bold(rule.code)}  level ${rule.level}, ${levelNames[rule.level] ?? ''}`,
  ...(lang === 'en' ? [] : [`  ${rule.nl}`]), ...(lang === 'nl' ? [] : [`  ${rule.en}`]), '',
  about('Where', rule.at.map(place => `${place}${rule.only === null ? '' : ` (${rule.only} only)`}`)),
  about('RetourCode', answer(rule)),
  about('Weight', [weight(rule)]), '',
  example(rule, it, findings, lang), '',
  tryIt(it, rule, 'DIR', true))

function example (rule: RuleCode, it: Case, findings: readonly Finding[], lang: string | undefined): readonly string[] {
  const earlier = it.history.map(({ model, message, edits }) => [
    `${model.type} of ${textAt(message, 'Header/BerichtIdentificatie/Dagtekening') ?? ''}`,
    ...Object.entries(edits).flatMap(([place, value]) => typeof value === 'string' && !place.startsWith('Header/BerichtIdentificatie/') ? [`${place} ${value}`] : [])
  ].join(', '))
  const named = new Set(findings.filter(({ code }) => rule.level === 1 || code === rule.code).map(({ line }) => line))
  return [
    bold(`Example: a ${it.message.model.type}`),
    ...(rule.level < 3 || earlier.length === 0 ? [] : about('After', earlier)),
    `${dim('- is right, + is what breaks it')}`,
    ...excerpt(compared(it), named).map(line => line === null ? dim('        …') : shown(line, named.has(line.line) ? rule.code : null)),
    '', bold('What is found'),
    ...findings.flatMap(({ code, line, path, found: foundNl, expected: expectedNl, found_en: found = foundNl, expected_en: expected = expectedNl, message, message_en: english }) => [
      `${line === null ? '' : `line ${line}  `}${path}  ${dim(code)}`,
      ...(found === '' && expected === '' ? [] : [`  found ${found === '' ? 'nothing' : found}; expected ${expected}`]),
      ...(lang === 'en' ? [] : [`  ${message}`]), ...(lang === 'nl' ? [] : [`  ${english}`])
    ])
  ]
}

function shown ({ mark, text, line }: Line, code: string | null): string {
  const whole = `${`${line ?? ''}`.padStart(5)} ${mark} ${text}${code === null ? '' : `   <-- ${code}`}`
  return mark === '+' ? styleText('red', whole) : mark === '-' ? styleText('green', whole) : whole
}

/** @param write whether the files are still to be written @returns the commands that judge the example */
export function tryIt (it: Case, { code, level }: RuleCode, dir: string, write = false): string {
  // An example without earlier messages has no folder of them.
  const earlier = it.history.length === 0 ? '' : `--history ${join(dir, 'history')} --complete-from ${it.compleetVanaf} `
  const more = level < 3 ? '' : `${earlier}--sources ${join(dir, 'sources')} --today ${it.today} `
  return lines(
    ...(write ? [`npx zorgpoort rules ${code} --message ${it.message.model.type} --example ${dir}`] : []),
    `npx zorgpoort validate ${more}${join(dir, 'message.xml')}    # exit 1`,
    `npx zorgpoort validate ${more}${join(dir, 'mended.xml')}    # exit 0`).trimEnd()
}
