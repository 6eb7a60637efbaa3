/** A world with receivers of its own: parties of it have endpoints, and the gateway believes and reaches them. */
import { after } from 'node:test'
import { instant, partyCode, type Clock, type PartyCode } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { usualJudging } from '../../src/register/register.ts'
import type { Connection } from '../../src/store/store.ts'
import { openReceivers, reaching, type Receiver, type ReceiverOptions, type Receivers } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { makeWorld, until, type Client, type Running, type Told, type World } from './world.ts'

export interface PushWorld extends World {
  readonly receivers: Receivers
  /** A receiver that gateways started from now on may reach. */
  receiver (options?: ReceiverOptions): Promise<Receiver>
  /** What a party has from now on. */
  connect (party: PartyCode | string, connections: readonly Connection[]): Promise<void>
  /** Starts a gateway that may push to this machine. */
  pushing (over?: Record<string, unknown>, clock?: Clock, handlers?: readonly Handler[]): Promise<Running>
}

/** A clock that a test sets forward. */
export function movable (): Clock & { forward (ms: number): void } {
  let ahead = 0
  return { now: () => instant(Date.now() + ahead), forward: ms => { ahead += ms } }
}

/** @param others receivers of another kind, by whose authority the gateway is known there @param url of an empty database; default: a file of its own */
export async function makePushWorld (others?: Pick<Receivers, 'own' | 'close'>, url?: string): Promise<PushWorld> {
  const world = await makeWorld('test', url)
  const receivers = await openReceivers()
  after(async () => { await receivers.close(); await others?.close() })
  const connect: PushWorld['connect'] = (party, connections) => world.store(store => putParty(store, aParty(partyCode(party), { name: 'Voorbeeld', connections, judging: { ...usualJudging, level: 'schema' } })))
  const files = reaching(world, others ?? receivers, [])
  const ports = new Set<number>([443])
  return {
    ...world,
    receivers,
    connect,
    async receiver (options = {}) {
      const receiver = await receivers.open(options)
      ports.add(receiver.port)
      return receiver
    },
    pushing: (over = {}, clock, handlers = []) => world.start({
      ...files, push_ports: [...ports].join(','), push_ms_max: 5_000, ...over
    }, handlers, clock)
  }
}

/** Waits until a message is in this state. @returns what its sender sees */
export const reaches = (sender: Client, id: string, delivery: string): Promise<Told> => until(async () => {
  const { told } = await sender.get(`/v1/messages/${id}`)
  return told['delivery'] === delivery ? told : undefined
}, `message ${id} that is ${delivery}`)
