/** What the routes of the provider door need. */
import type { FastifyRequest } from 'fastify'
import type { Instant } from '../../core/core.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Store } from '../../store/store.ts'

/** The gateway brings it. */
export interface VspParts {
  readonly store: Store
  readonly parties: Parties
  readonly now: () => Instant
  readonly who: (request: FastifyRequest) => Who
}
