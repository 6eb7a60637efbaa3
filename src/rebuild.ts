/** Facts derived anew from the messages that are here: what rules know of earlier messages is then what it would be had it always been kept. */
import { setTimeout as pause } from 'node:timers/promises'
import { journeyOf } from './admit.ts'
import { clientMarks } from './clients.ts'
import type { Clock, PartyCode } from './core/core.ts'
import * as history from './history/history.ts'
import type { Parties } from './party/party.ts'
import { keptFacts } from './remember.ts'
import { headerOf, valuesOf } from './standard/standard.ts'
import type { FactSource, KeptFacts, Rederived, Store } from './store/store.ts'
import type { Validator } from './validate/validate.ts'
import type { Marker } from './vault/vault.ts'

export interface Rebuilder {
  readonly store: Pick<Store, 'factSources' | 'rederive' | 'recordRebuild'>
  readonly validator: Pick<Validator, 'validate'>
  readonly parties: Pick<Parties, 'party'>
  readonly marker: Pick<Marker, 'mark'>
  readonly clock: Clock
}
/** `unread`: messages that are not valid any more; what is known of them stays as it is. */
export interface Rebuilt extends Rederived { readonly unread: number }

const window = { messages_max: 50, bytes_max: 4_000_000 }
const pause_ms = 10

/** @returns what a message brings, as it was when it was accepted; null when it cannot be read any more */
async function brings ({ validator, parties, marker, clock }: Rebuilder, { family, payload }: FactSource): Promise<{ readonly facts: KeptFacts | null, readonly voids: boolean } | null> {
  const judged = await validator.validate(payload)
  if (judged.kind === 'invalid') return null
  const { model, message } = judged
  const journey = journeyOf(headerOf(model, message))
  const bsns = [...new Set(valuesOf(model, message, 'Bsn'))]
  const clients = await clientMarks(marker, family, journey, bsns)
  const facts = model.role === 'retour' ? null : keptFacts({ parties, history }, { model, message, journey, bsns, clients, at: clock.now() })
  return { facts, voids: model.answers !== null && history.voids(model, message) }
}

/**
 * Message by message, in windows between which others go on: each has its old facts or its new ones, so what is broken off may begin again.
 * What was erased or swept is not here to be read, and stays as it is.
 * @param how `party`: only messages from it or to it; `dry`: only looks; `onStep` is told of each window how many messages it held
 * @throws StoreFailure
 */
export async function rebuild (parts: Rebuilder, { party, dry, onStep }: { readonly party: PartyCode | null, readonly dry: boolean, readonly onStep: (messages: number) => void }): Promise<Rebuilt> {
  const { store, clock } = parts
  const sum = { same: 0, written: 0, removed: 0, unread: 0 }
  for (let found = await store.factSources(0, party, window); found !== null; found = await store.factSources(found.after, party, window)) {
    const items = []
    for (const it of found.items) {
      const what = await brings(parts, it)
      if (what === null) sum.unread++
      else items.push({ seq: it.seq, id: it.id, ...what })
    }
    const done = await store.rederive(items, dry)
    for (const name of ['same', 'written', 'removed'] as const) sum[name] += done[name]
    onStep(found.items.length)
    await pause(pause_ms)
  }
  if (!dry) await store.recordRebuild(sum, clock.now())
  return sum
}
