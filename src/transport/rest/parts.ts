/** What routes share: the pieces the gateway brings, how answers are described, and the small checks of a request. */
import type { FastifyRequest } from 'fastify'
import { isMessageId, messageId, Refusal, type AccountId, type BatchId, type Fingerprint, type Instant, type MessageId, type PartyCode } from '../../core/core.ts'
import type { Terms } from '../../calendar/calendar.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Submitter } from '../../pipeline.ts'
import type { Decided, ListFilter, NoticeAgain, Served } from '../../store/store.ts'
import { problemShape } from './shapes.ts'
import type { ErasureRequest, ErasureStatement, RedriveRequest, Redriving } from '../../upkeep/upkeep.ts'
import type { Links } from './views.ts'

/** What the routes need; the gateway brings it. */
export interface RouteParts {
  readonly store: Served
  readonly parties: Parties
  readonly now: () => Instant
  readonly receive: (bytes: Uint8Array, by: Submitter) => Promise<{ readonly id: string, readonly duplicate: boolean, readonly receipt: Uint8Array }>
  readonly receiveBatch: (zip: Buffer, by: { readonly account: AccountId, readonly party: PartyCode, readonly certificate: Fingerprint }) => Promise<{ readonly id: BatchId, readonly duplicate: boolean }>
  readonly erase: (request: ErasureRequest, account: AccountId) => Promise<ErasureStatement>
  readonly redrive: (request: RedriveRequest) => Promise<Redriving>
  readonly noticeAgain: (id: MessageId, decided: Decided) => Promise<NoticeAgain>
  readonly who: (request: FastifyRequest) => Who
  readonly links: Links
  readonly terms: Terms
  /** Ports that may be pushed to. */
  readonly push_ports: readonly number[]
  readonly codes: { readonly retour: (family: 'iwmo' | 'ijw') => readonly object[], readonly rules: () => readonly object[], readonly transport: () => readonly object[] }
  readonly supported: (type: string) => ListFilter['type']
}

const described = (type: string, description: string, schema: object, headers: Record<string, object> = {}): object =>
  ({ description, headers, content: { [type]: { schema } } })
/** An answer in JSON. */
export const json = (description: string, schema: object, headers: Record<string, object> = {}): object => described('application/json', description, schema, headers)
/** An answer of stored bytes, sent as they are. */
export const raw = (type: string, description: string, headers: Record<string, object> = {}): object => described(type, description, bytes(description), headers)
export const bytes = (description: string): object => ({ description, type: 'string', format: 'binary' })
export const header = (description: string): object => ({ type: 'string', description })

const problems = {
  ...described('application/problem+json', 'Problem details (RFC 9457); `code` says which', problemShape, { 'Retry-After': header('Seconds to wait, where the same may be tried again') })
}
/** The answers of a route: what is given, and the problems it may give. Checked by tests against what is sent. */
export const gives = (answers: Record<number, object>): Record<string, unknown> => ({ ...answers, '4xx': problems, '5xx': problems })

/** Of a route whose answers are as they are: stored bytes that OpenAPI describes as JSON, or one of several shapes. Their shape is a description. */
export const asText = { serializerCompiler: () => (body: unknown) => JSON.stringify(body) }

/** @throws Refusal ZP_NOT_FOUND for what is no id: a stranger learns nothing from the difference */
export const idOf = (text: string): MessageId => {
  if (!isMessageId(text)) throw new Refusal('ZP_NOT_FOUND')
  return messageId(text)
}

/** @throws Refusal ZP_NOT_FOUND for null */
export function found<T> (it: T | null): T {
  if (it === null) throw new Refusal('ZP_NOT_FOUND')
  return it
}
