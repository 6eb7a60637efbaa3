/** How a replay is told: a line for each step, differences with their findings, and a summary; or the same as JSON. */
import { styleText } from 'node:util'
import type { Percentiles, StepResult, Summary } from '../src/replay/replay.ts'
import { visible } from './files.ts'

const verbs: Readonly<Record<StepResult['action'], string>> = { send: 'sends', file: 'sends', repeat: 'repeats', answer: 'answers with', receive: 'receives', state: 'sees', replaces: 'sees' }

const title = ({ conversation, family, run }: StepResult): string => `${visible(conversation)}${family === null ? '' : ` (${family})`}${run === 1 ? '' : `, run ${run}`}`
const subject = ({ who, action, name, type, to, sent }: StepResult): string =>
  `${who ?? ''} ${verbs[action]} ${visible(name)}${type === null || type === name ? '' : ` (${type})`}${sent === null || to === null ? '' : ` to ${visible(to)}`}`

/** What a person does about a difference that has one likely cause. */
const hint = ({ got, expected }: StepResult): string[] => expected === 'accepted' && ['duplicate', 'refused ZP_IDENTIFICATIE_REUSED'].includes(got) ? ['    it was sent before; --fresh-ids gives it new numbers'] : []

/** @returns the lines of a step that went as expected */
const goodLine = (it: StepResult): string => `  ${styleText('green', '✓')} ${subject(it)}: ${it.got}  ${styleText('dim', `${it.id ?? ''} ${it.ms} ms`.trim())}`

/** @returns the lines of a step that went otherwise */
function badLines (it: StepResult): string {
  const wanted = it.action === 'receive' ? `${it.type ?? it.name} ${it.expected}; ${it.got}` : `${it.expected}; got ${it.got}`
  const findings = it.findings.map(({ code, path, line }) => `    ${line === null ? '' : `line ${line}: `}${path || 'Bericht'} [${code}]`)
  return [`  ${styleText('red', '✗')} ${it.action === 'file' ? '' : `line ${it.line}: `}${subject(it)}: expected ${wanted}${it.id === null ? '' : `  ${styleText('dim', it.id)}`}`, ...hint(it), ...findings].join('\n')
}

/** Differences that are told of a long run; the rest is counted. */
const differences_max = 20

/**
 * @param every whether steps that went as expected are told too
 * @returns gives the text of a step, empty when there is nothing to tell
 */
export function teller (every: boolean): (it: StepResult) => string {
  let [before, differences] = ['', 0]
  return it => {
    if (it.ok ? !every : ++differences > differences_max) return ''
    const head = title(it) === before ? '' : `${styleText('bold', title(it))}\n`
    before = title(it)
    return `${head}${it.ok ? goodLine(it) : badLines(it)}\n`
  }
}

const figures = (of: Percentiles | null): string => of === null ? 'none' : `p50 ${of.p50} ms, p99 ${of.p99} ms`

/** @returns the closing lines */
export function summaryText ({ as_expected, interrupted, conversations, steps, messages, asked_to_wait, latency_ms, duration_ms, sent_per_second }: Summary): string {
  const verdict = as_expected ? styleText('green', 'all as expected') : interrupted ? styleText('yellow', 'interrupted') : styleText('red', 'not as expected')
  return [
    `${verdict}: ${conversations.as_expected} of ${conversations.as_expected + conversations.different + conversations.unfinished} conversations, ${steps.as_expected} steps as expected, ${steps.different} different, ${steps.skipped} not played`,
    `sent ${messages.sent} (${(['accepted', 'rejected', 'refused', 'duplicate'] as const).map(it => `${messages[it]} ${it}`).join(', ')}), received ${messages.received}, in ${duration_ms / 1000} s: ${sent_per_second} sent a second${asked_to_wait === 0 ? '' : `; the gateway asked to wait ${asked_to_wait} times`}`,
    `sent to receipt ${figures(latency_ms.receipt)}; sent to received ${figures(latency_ms.received)}`
  ].map(line => `${line}\n`).join('')
}
