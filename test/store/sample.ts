/** Makes what the store's tests store: synthetic messages of two gemeenten and two aanbieders. */
import { createHash, randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { accountId, instant, newMessageId, newReferentienummer, partyCode, sha256Hex, type Instant } from '../../src/core/core.ts'
import { parseRing, type Roots } from '../../src/vault/vault.ts'
import type { Acceptance, Claimed, Envelope, Finish, Store, StoreOptions } from '../../src/store/store.ts'

/** Opens a store; each `name` is a database of its own, and the same name the same database. */
export type OpenStore = (name: string, options?: Partial<StoreOptions>) => Promise<Store>
/** Opens a store on a database of its own, closed at the end of the test. */
export type Fresh = (t: TestContext, options?: Partial<StoreOptions>) => Promise<Store>

export const gemeente = partyCode('0344')
export const stranger = partyCode('0363')
export const aanbieder = partyCode('12345678')
export const account = accountId('supplier-1')
export const start = instant(1_790_000_000_000)
export const later = (ms: number): Instant => instant(start + ms)

/** The same in every process of a test. */
const ring = (name: string, byte: number) => parseRing(`${name}:${Buffer.alloc(32, byte).toString('base64')}`, name)
export const roots: Roots = { kek: ring('kek', 1), index: ring('index', 2), audit: ring('audit', 3) }

const bytes = (text: string): Uint8Array => Buffer.from(text)
let number = 0

export interface Wanted extends Partial<Omit<Acceptance, 'envelope' | 'payload'>> {
  readonly envelope?: Partial<Envelope>
  readonly payload?: string
}

/** @returns so many characters that say nothing twice: three quarters are left when they are deflated */
export const opaque = (characters: number): string => randomBytes(characters * 3 / 4).toString('base64')

/** A heenbericht of the gemeente to the aanbieder, with a number of its own, that waits to be delivered. */
export function heen (wanted: Wanted = {}): Acceptance {
  const text = wanted.payload ?? `<Bericht>${++number}</Bericht>`
  const identificatie = wanted.envelope?.identificatie ?? `T${++number}`
  const payload = bytes(text)
  return {
    seal: bytes(`seal of ${identificatie}`),
    receipt: bytes(`{"receipt":"${identificatie} ${++number}"}`),
    findings: [],
    header: { BerichtCode: '414', Afzender: gemeente, Ontvanger: aanbieder, BerichtIdentificatie: identificatie },
    delivery: 'waiting',
    answer: 'awaited',
    answer_due: null,
    replaces: null,
    order_key: `${gemeente}/${aanbieder}`,
    clients: [],
    correlation: null,
    ...wanted,
    payload,
    envelope: {
      id: newMessageId(start),
      family: 'iwmo',
      type: 'WMO301',
      release: '3.2',
      afzender: gemeente,
      ontvanger: aanbieder,
      sender: gemeente,
      receiver: aanbieder,
      identificatie,
      sha256: sha256Hex(createHash('sha256').update(payload).digest('hex')),
      size_bytes: payload.byteLength,
      received: start,
      account,
      door: 'rest',
      origin: 'party',
      referentienummer: newReferentienummer(),
      conversatie: newReferentienummer(),
      answers: null,
      verdict: 'accepted',
      ...wanted.envelope
    }
  }
}

/** The aanbieder's retour to a heenbericht. */
export function retour (to: Acceptance, wanted: Wanted = {}): Acceptance {
  const { sender, type, identificatie } = to.envelope
  return heen({
    answer: 'none',
    correlation: { type, sender, identificatie, echo: { ...to.header } },
    ...wanted,
    envelope: { type: 'WMO302', sender: aanbieder, receiver: gemeente, ...wanted.envelope }
  })
}

/** @returns the one claimed delivery of a message that was just stored */
export async function claimOne (store: Store, at: Instant = start, lease_ms = 60_000): Promise<Claimed> {
  const [claim] = await store.claim(1, lease_ms, at)
  if (claim === undefined) throw new Error('nothing to claim')
  return claim
}

export const finish = ({ delivery, fence }: Claimed, outcome: Finish['outcome'], caused: readonly Acceptance[] = []): Finish =>
  ({ delivery, fence, outcome, caused })

/** Stores a message and offers it to its receiver. */
export async function offer (store: Store, item: Acceptance = heen()): Promise<Acceptance> {
  await store.accept([item])
  await store.finish([finish(await claimOne(store, item.envelope.received), { kind: 'offered' })], later(10))
  return item
}
