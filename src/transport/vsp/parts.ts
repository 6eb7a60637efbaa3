/** What the routes of the provider door need. */
import type { FastifyRequest } from 'fastify'
import type { Instant } from '../../core/core.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Store } from '../../store/store.ts'
import type { VspValues } from './values.ts'

/** The gateway brings it. */
export interface VspParts {
  readonly store: Store
  readonly parties: Parties
  readonly now: () => Instant
  /** Of rol, berichttype and actie, as they are configured. */
  readonly values: VspValues
  readonly who: (request: FastifyRequest) => Who
}
