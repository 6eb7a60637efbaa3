/** How the provider door says no: problem details, with the statuses that are published for it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refusals, type Finding, type Refusal, type RefusalCode } from '../../core/core.ts'
import { problem, type Problem } from '../door/door.ts'

/** As .NET names it: of each member of the request that is wrong, why. */
export interface ValidationProblem extends Problem { readonly errors: Readonly<Record<string, readonly string[]>> }

/**
 * Statuses that nobody published for this door become what its clients know: 422 "do not repeat the same request", 404 "not there (any more)",
 * 400 for what is wrong with the request itself.
 */
const published: Readonly<Partial<Record<RefusalCode, number>>> = { ZP_ENVELOPE: 400, ZP_PAYLOAD_GONE: 404 }
const known: Readonly<Record<number, number>> = { 409: 422, 413: 422 }

/** @returns the HTTP status by which this door says it */
export function statusOf (code: RefusalCode): number {
  const { status } = refusals[code]
  return published[code] ?? known[status] ?? status
}

function errorsOf (findings: readonly Finding[]): ValidationProblem['errors'] {
  const errors = Map.groupBy(findings, ({ path }) => path)
  return Object.fromEntries([...errors].map(([path, its]) => [path, its.map(({ message, expected }) => expected === '' ? message : `${message} (${expected})`)]))
}

/** Says no. What can be tried again later says so by its status, as at every door; a 400 lists what is wrong by member. */
export async function sendRefusal (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<void> {
  const status = statusOf(refusal.code)
  const told = { ...problem(refusal, request.id), status }
  if (told.retry === 'later' && !reply.hasHeader('Retry-After')) reply.header('Retry-After', '5')
  const body = status === 400 ? { ...told, errors: errorsOf(refusal.findings) } satisfies ValidationProblem : told
  await reply.code(status).type('application/problem+json').serializer((it: unknown) => JSON.stringify(it)).send(body)
}
