/** Every "no" as problem details (RFC 9457), from the one table of refusals. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, refusals, type Finding, type RefusalCode } from '../../core/core.ts'
import { storageCode, StoreFailure } from '../../store/store.ts'
import { Unopened } from '../../vault/vault.ts'

/** RFC 9457 members, and ours: code, transportCode, retry, title in English, findings. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly title_en: string
  readonly status: number
  readonly detail?: string
  readonly instance: string
  readonly code: RefusalCode
  readonly transportCode: string | null
  readonly retry: 'mend' | 'later' | 'configure' | 'drop'
  readonly findings: readonly Finding[]
}

/** @param instance the request's own id, by which an operator finds it in the log */
export function problem (refusal: Refusal, instance: string): Problem {
  const { status, transportCode, retry, nl, en } = refusals[refusal.code]
  const detail = refusal.detail === null ? {} : { detail: refusal.detail }
  return { type: `urn:zorgpoort:${refusal.code}`, title: nl, title_en: en, status, ...detail, instance: refusal.kept === null ? `urn:uuid:${instance}` : `/v1/messages/${refusal.kept}`, code: refusal.code, transportCode, retry, findings: refusal.findings }
}

/** @returns the refusal an error stands for; what is not known is ours to mend, and says nothing of its cause */
export function refusalOf (error: FastifyError | Error, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof Unopened) return new Refusal('ZP_DAMAGED')
  if (error instanceof StoreFailure) return new Refusal(storageCode(error))
  if ('validation' in error && error.validation !== undefined) return new Refusal('ZP_QUERY', describe(error, request))
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new Refusal('ZP_SIZE')
  if (status === 415) return new Refusal('ZP_MEDIA_TYPE', 'Content-Type')
  return new Refusal(status !== undefined && status >= 400 && status < 500 ? 'ZP_REQUEST' : 'ZP_INTERNAL')
}

/** The name of the parameter and what it must be. A name that is not ours is not repeated: it may hold anything. */
function describe (error: FastifyError, request: FastifyRequest): string {
  const [first] = error.validation ?? []
  if (first?.params['additionalProperty'] === undefined) return `${(first?.instancePath ?? '').slice(1)}: ${wanted(first?.params)}`
  const known = knownParameters(request)
  const strange = Object.keys(Object(request.query)).filter(it => !known.includes(it)).length
  return `${strange} onbekend / unknown; bekend / known: ${known.join(', ')}`
}

/** @param params what Ajv says of a mistake @returns what the value must be; nothing of what it is */
export function wanted ({ allowedValues, format, limit, pattern, type }: Record<string, unknown> = {}): string {
  if (Array.isArray(allowedValues)) return allowedValues.join(', ')
  return format === 'date-time' ? 'zoals / such as 2026-11-21T09:30:00Z' : String(limit ?? pattern ?? type ?? '')
}

function knownParameters (request: FastifyRequest): string[] {
  const query = Object(request.routeOptions.schema?.querystring)
  return Object.keys(Object(query.properties))
}

export async function sendProblem (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<void> {
  const it = problem(refusal, request.id)
  if (it.retry === 'later' && !reply.hasHeader('Retry-After')) reply.header('Retry-After', '5')
  await reply.code(it.status).type('application/problem+json').serializer((body: unknown) => JSON.stringify(body)).send(it)
}
