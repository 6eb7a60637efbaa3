/** What the municipal door needs; the gateway brings it. */
import type { FastifyRequest } from 'fastify'
import type { Arrivals } from '../../arrivals.ts'
import type { Instant, PartyCode, Refusal } from '../../core/core.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Notice, Store, StoredMessage } from '../../store/store.ts'
import type { Envelop, FoutBericht, ReadOptions, Systeem } from '../../stuf/stuf.ts'

export interface GgkParts {
  readonly store: Pick<Store, 'byNumber' | 'disown' | 'inspect'>
  readonly parties: Parties
  readonly now: () => Instant
  readonly who: (request: FastifyRequest) => Who
  readonly take: Arrivals['take']
  /** Told of each check that warns of an envelope, by its name; not when the same comes again. */
  readonly odd: (check: string) => void
  /** As whom the gateway itself speaks. */
  readonly self: Systeem
  readonly reading: ReadOptions
  /** @returns what its sender is told of a refusal by Fo01; null where it has no endpoint for that */
  readonly notice: (envelop: Envelop, party: PartyCode, refusal: Refusal) => Notice | null
  /** @returns the Fo01 as it may be kept and told on */
  readonly heard: (fo01: FoutBericht) => FoutBericht
  /** @returns what the sender of a message is told of its receiver's Fo01; null where it has no endpoint for that */
  readonly passedOn: (fo01: FoutBericht, message: StoredMessage) => Promise<Notice | null>
}
