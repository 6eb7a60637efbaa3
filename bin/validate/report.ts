/** What `zorgpoort validate` shows a person: a line per file, each fault with what to mend, and what could not be judged apart. */
import { styleText } from 'node:util'
import { isRejecting, type Finding } from '../../src/core/core.ts'
import { visible } from '../files.ts'
import type { Verdict } from './judge.ts'

/** Words of the report; Dutch unless English is asked for. */
const words = {
  nl: {
    valid: 'geldig  ', invalid: 'ONGELDIG', line: 'regel', one: 'bestand', more: 'bestanden', counts: ['geldig', 'ongeldig'], found: 'gevonden', expected: 'verwacht',
    retourcode: 'retourcode', warning: 'waarschuwing', unassessed: 'niet beoordeeld', answer: 'antwoord', unknown: 'niet beoordeeld: een geldig bericht kan daar nog op worden afgekeurd'
  },
  en: {
    valid: 'valid  ', invalid: 'INVALID', line: 'line', one: 'file', more: 'files', counts: ['valid', 'invalid'], found: 'found', expected: 'expected',
    retourcode: 'return code', warning: 'warning', unassessed: 'not assessed', answer: 'answer', unknown: 'not assessed: a valid message may still be rejected on that'
  }
} as const
type Lang = string | undefined
const wordsIn = (lang: Lang): typeof words['nl' | 'en'] => words[lang === 'en' ? 'en' : 'nl']
type Paint = (style: 'green' | 'red' | 'yellow' | 'bold' | 'dim', text: string) => string

/** @param colour whether a terminal reads it. @returns the lines about one file */
export function report ({ file, valid, type, findings, retour }: Verdict, lang: Lang, colour: boolean): string {
  const paint: Paint = (style, text) => colour ? styleText(style, text, { validateStream: false }) : text
  const say = wordsIn(lang)
  return [
    `${valid ? paint('green', say.valid) : paint('red', say.invalid)}  ${visible(file)}${type === null ? '' : `  ${type}`}`,
    ...findings.filter(it => it.assessed !== false).flatMap(it => faultLines(it, lang, paint)),
    ...unassessedLines(findings.filter(it => it.assessed === false), lang, paint),
    ...(typeof retour === 'string' ? [`  ${say.answer}: ${visible(retour)}`] : [])
  ].map(line => `${line}\n`).join('')
}

function faultLines (it: Finding, lang: Lang, paint: Paint): readonly string[] {
  const { level, code, retourcode, line, path } = it
  const [found, expected] = lang === 'en' ? [it.found_en ?? it.found, it.expected_en ?? it.expected] : [it.found, it.expected]
  const say = wordsIn(lang)
  const head = [
    isRejecting(it) ? '' : paint('yellow', say.warning), line === null ? '' : `${say.line} ${line}`, path === '' ? '' : paint('bold', path), paint('dim', code),
    retourcode === undefined ? '' : paint('dim', `${say.retourcode} ${retourcode}`)
  ]
  // At level 1 the sentence says already what was found and what is expected.
  const seen = level === 1 || (found === '' && expected === '') ? [] : [`    ${say.found}: ${found === '' ? '-' : found}; ${say.expected}: ${expected === '' ? '-' : expected}`]
  return [`  ${head.filter(part => part !== '').join('  ')}`, ...sentences(it, lang, paint), ...seen]
}

const sentences = ({ message, message_en: english }: Finding, lang: Lang, paint: Paint): readonly string[] =>
  lang === 'en' ? [`    ${english}`] : [`    ${message}`, ...(lang === 'nl' ? [] : [`    ${paint('dim', english)}`])]

/** A rule that could not be judged at many places is told once, with the first of them. */
function unassessedLines (findings: readonly Finding[], lang: Lang, paint: Paint): readonly string[] {
  const say = wordsIn(lang)
  return [...Map.groupBy(findings, it => `${it.code} ${it.message}`).values()].flatMap(([first, ...others]) => first === undefined
    ? []
    : [`  ${paint('yellow', say.unassessed)}  ${first.path === '' ? '' : `${paint('bold', first.path)}${others.length === 0 ? '' : ` (+${others.length})`}  `}${paint('dim', first.code)}`, ...sentences(first, lang, paint)])
}

/** What is counted over all files. */
export interface Counts { valid: number, invalid: number, unassessed: number }

/** @returns the closing lines */
export function summary ({ valid, invalid, unassessed }: Counts, lang: Lang): string {
  const { one, more, counts, unknown } = wordsIn(lang)
  const all = valid + invalid
  return `${all} ${all === 1 ? one : more}: ${valid} ${counts[0]}, ${invalid} ${counts[1]}\n${unassessed === 0 ? '' : `${unassessed} ${unknown}\n`}`
}
