/** What the routes of the provider door need. */
import type { FastifyRequest } from 'fastify'
import type { Arrivals } from '../../arrivals.ts'
import type { Instant } from '../../core/core.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Served } from '../../store/store.ts'
import type { Inflight } from '../door/door.ts'
import type { ContentLimits } from './content.ts'
import type { VspValues } from './values.ts'

/** The gateway brings it. */
export interface VspParts {
  readonly store: Served
  readonly parties: Parties
  readonly now: () => Instant
  /** Of rol, berichttype and actie, as they are configured. */
  readonly values: VspValues
  readonly who: (request: FastifyRequest) => Who
  /** Takes in what is sent. */
  readonly arrivals: Arrivals
  /** Counts the bytes that all requests hold, also those a ZIP is unpacked to. */
  readonly inflight: Inflight
  readonly limits: ContentLimits
}
