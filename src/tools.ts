/** What a handler is given to work with: one message, what came before it, and what others say; loaded when it is asked for. */
import { newIdentificatie, Refusal, type Clock } from './core/core.ts'
import type { Tools } from './handle/handle.ts'
import type * as Facts from './history/history.ts'
import { ownView } from './party/party.ts'
import type { Sources } from './sources/sources.ts'
import type { MessageModel, Tree } from './standard/standard.ts'
import type { Claimed, Envelope, Finish, Party, Store } from './store/store.ts'
import type { Ground, Validator } from './validate/validate.ts'
import type { Marker } from './vault/vault.ts'

/** Of the stages, those that handlers work with. */
export interface Shop {
  readonly clock: Clock
  readonly store: Pick<Store, 'payload' | 'facts'>
  readonly validator: Pick<Validator, 'validate'>
  readonly marker: Pick<Marker, 'marks'>
  readonly history: Pick<typeof Facts, 'needsOf' | 'openHistory' | 'pairOf'>
  readonly sources: { of (pair: Facts.Pair): Promise<Sources> }
}

/** A message as it is stored; of a large one with what its judging takes. */
export interface Opened { readonly bytes: Uint8Array, readonly model: MessageModel, readonly message: Tree, readonly ground: Ground | null }
/** The tools of one try, and what is known after it. */
export interface Bench {
  readonly tools: Tools
  opened (): Promise<Opened>
  /** Lets go of the message: nobody asks for it any more. */
  shut (): void
  /** Against which version of history the message was judged; undefined where none was asked for. */
  history (): Finish['history']
}

/** @param claimed the message, and why it was released @param receiver as the register knows it now @param signal fires when the handlers' time is up */
export function openBench (shop: Shop, { envelope, released }: Pick<Claimed, 'envelope' | 'released'>, receiver: Party | null, signal: AbortSignal): Bench {
  let opening: Promise<Opened> | null = null
  const opened = (): Promise<Opened> => {
    opening ??= open(shop, envelope)
    return opening
  }
  let against: Finish['history']
  return {
    opened,
    shut () { opening = null },
    history: () => against,
    tools: {
      clock: shop.clock,
      signal,
      receiver,
      released,
      identificatie: newIdentificatie,
      message: async () => (await opened()).message,
      sources: async () => { const { model, message } = await opened(); return await shop.sources.of(shop.history.pairOf(model, message)) },
      async history () {
        const { history, version } = await earlier(shop, await opened())
        // What was seen first is what all that follows must agree with.
        against ??= version
        return history
      }
    }
  }
}

async function open ({ store, validator }: Shop, { id, sender }: Envelope): Promise<Opened> {
  const bytes = await store.payload(ownView(sender), id)
  if (bytes === null) throw new Refusal('ZP_NOT_FOUND')
  const judgement = await validator.validate(bytes, { weights: null, keepers: [], judging: true })
  if (judgement.kind === 'invalid') throw new Refusal(judgement.code)
  return { bytes, model: judgement.model, message: judgement.message, ground: judgement.ground ?? null }
}

async function earlier ({ store, marker, history }: Shop, { model, message, ground }: Opened): Promise<{ readonly history: Facts.History, readonly version: NonNullable<Finish['history']> }> {
  const pair = history.pairOf(model, message)
  const { family, gemeente } = pair
  const needs = ground?.needs ?? history.needsOf(model, message)
  const { known, clients, compleetVanaf, gaploosVanaf, version } = await store.facts(pair, { ...needs, clients: needs.clients.map(bsn => marker.marks({ family, gemeente, bsn })) })
  const persons = new Map(needs.clients.map((bsn, nth) => [bsn, clients[nth] ?? null]))
  return { history: history.openHistory(known, { compleetVanaf, gaploosVanaf, clientOf: bsn => persons.get(bsn) ?? null }), version: { pair, version } }
}
