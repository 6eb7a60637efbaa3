/** What came of a file that was sent, whatever the door: for a person and as JSON. */
import { styleText } from 'node:util'
import type { Agent } from 'undici'
import type { Finding } from '../../src/core/core.ts'
import { visible } from '../files.ts'

/** With whose keys messages are sent to which gateway. */
export interface Line { readonly dispatcher: Agent, readonly origin: string, readonly as: string | undefined }
/** `good`: it was taken, and nothing says that it counts for nothing. */
export interface Sent { readonly good: boolean, readonly text: string, readonly json: Readonly<Record<string, unknown>> }
/** Sends one file. @throws Problem when no connection was made */
export type Sending = (file: string, bytes: Buffer) => Promise<Sent>

export const good = (word: string): string => styleText('green', word)
export const bad = (word: string): string => styleText('red', word)
export const shownFile = visible

/** At level 1 the sentence says already what was found and what is expected. */
const seenIn = ({ level, found, expected }: Finding): string => level === 1 || (found === '' && expected === '') ? '' : `\n       gevonden: ${found || '-'}; verwacht: ${expected || '-'}`
/** @returns the lines of a finding */
export const findingLine = (it: Finding): string => `    ${it.line ?? '-'}: ${it.path || 'Bericht'}: ${it.message} [${it.code}]\n       ${it.message_en}${seenIn(it)}`

type Body = Readonly<Record<string, unknown>>
const findingsOf = (body: Body): readonly Finding[] => (body['findings'] ?? []) as readonly Finding[]

/** @returns the lines of what the gateway made of a message, by what REST says of it */
export function becameLines (file: string, body: Body, { duplicate, under = '' }: { readonly duplicate: boolean, readonly under?: string }): { readonly good: boolean, readonly text: string } {
  const [name, findings] = [shownFile(file), findingsOf(body)]
  switch (body['verdict']) {
    case 'rejected': return { good: false, text: [`${bad('rejected')} ${name}: ${body['type']} ${body['id']}${under}, answered by ${body['retour'] ?? body['answered_by']}`, ...findings.map(findingLine)].join('\n') }
    case 'accepted': return { good: true, text: `${good(duplicate ? 'duplicate' : 'accepted')} ${name}: ${body['type']} ${body['id']}${under}` }
    default: return { good: false, text: [`${bad('refused')}  ${name}: ${body['status']} ${body['code']} ${body['title']} ${body['detail'] ?? ''}${under}\n    ${body['title_en']}`, ...findings.map(findingLine)].join('\n') }
  }
}

/** @returns a file that was not read, or not answered by a gateway of ours */
export const failed = (file: string, error: string, status: number | null = null): Sent =>
  ({ good: false, text: `${bad('failed')}   ${shownFile(file)}: ${error}`, json: { file, status, duplicate: false, body: {}, error } })
