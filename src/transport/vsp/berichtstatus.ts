/** Where messages stand, for the parties that sent or got them: asked by number or by conversation, in the words of version 2 or 3. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { Refusal, type Instant, type MessageId } from '../../core/core.ts'
import type { Arrival, Numbers, StoredMessage, View } from '../../store/store.ts'
import { viewsIn } from './acting.ts'
import { gives, json, partyParameter } from './answers.ts'
import { meldingenOf, meldingenRefused, meldingShape, type Melding } from './melding.ts'
import { closed, metadataMembers, uuidShape } from './metadata.ts'
import type { VspParts } from './parts.ts'
import { inV2, statuses, statusesV2, statusOf, type Status } from './states.ts'

/** Most that one answer holds. */
const answer_max = 250

const shapeOf = (words: readonly string[], name: string) => Type.Object({
  referentiegegevens: metadataMembers.referentiegegevens,
  status: Type.Unsafe<string>({ type: 'string', enum: [...words], description: 'The README says what each means here.' }),
  meldingen: Type.Array(meldingShape, { description: 'Why, for its sender; empty for others.' })
}, { ...closed, $id: name })
const versions = {
  v2: { shape: shapeOf(statusesV2, 'BerichtstatusV2'), word: inV2 },
  v3: { shape: shapeOf(statuses, 'BerichtstatusV3'), word: (status: Status): string => status }
} as const
type Berichtstatus = Static<typeof versions.v3.shape>

/** Where one message stands, under the number by which one party knows it. */
interface Entry {
  readonly at: Instant
  /** Null where it was refused, so that there is none. */
  readonly message: MessageId | null
  readonly sent: boolean
  readonly numbers: Numbers
  /** The sender's own reference; for the sender only. */
  readonly referentieId: string | null
  readonly status: Status
  readonly meldingen: readonly Melding[]
}

type Asked = { readonly number: string } | { readonly conversatie: string }
type Store = VspParts['store']

/** Of what was refused, as of all that it sent, only who may send learns; where it is kept, only who may see that. */
async function refusedEntry (store: Store, view: View, arrival: Arrival): Promise<Entry | null> {
  const { outcome, number, conversatie, answers, told, received: at } = arrival
  if (outcome.kind !== 'refused' || view.send.length === 0) return null
  if (outcome.kept !== null && await store.refused(view, outcome.kept) === null) return null
  return { at, message: null, sent: true, numbers: { number, conversatie: conversatie ?? number, answers }, referentieId: told.referentieId, status: 'AfgekeurdDoorDienst', meldingen: meldingenRefused(outcome) }
}

async function messageEntry (store: Store, view: View, message: StoredMessage, numbers: Numbers, referentieId: string | null): Promise<Entry> {
  const sent = message.sender === view.party
  const status = statusOf(message)
  const meldingen = sent ? meldingenOf(status, message, await store.findings(view, message.id) ?? []) : []
  return { at: message.received, message: message.id, sent, numbers, referentieId: sent ? referentieId : null, status, meldingen }
}

/** What one party brought in by this door, whatever became of it: the same message may have come under several numbers. */
async function arrivedEntry (store: Store, view: View, arrival: Arrival): Promise<Entry | null> {
  if (arrival.outcome.kind === 'refused') return await refusedEntry(store, view, arrival)
  const message = await store.message(view, arrival.outcome.message)
  if (message?.sender !== view.party) return null
  const { number, told } = arrival
  const known = (await store.numbers(view.party, [message.id])).get(message.id)
  // The same message may have come under another number before.
  const numbers = known?.number === number ? known : { number, conversatie: arrival.conversatie ?? (message.answers === null ? number : known?.conversatie ?? number), answers: arrival.answers ?? known?.answers ?? null }
  return await messageEntry(store, view, message, numbers, told.referentieId)
}

async function knownEntries (store: Store, view: View, ids: readonly MessageId[]): Promise<Entry[]> {
  const numbers = await store.numbers(view.party, ids)
  const entries: Entry[] = []
  for (const id of ids) {
    const [message, its] = [await store.message(view, id), numbers.get(id)]
    if (message === null || its === undefined) continue
    const told = message.sender === view.party ? await store.wireTold(id) : null
    entries.push(await messageEntry(store, view, message, its, told?.referentieId ?? null))
  }
  return entries
}

/** What a party knows by this number, and what answers it; or what it knows to be of this conversation. */
async function idsOf (store: Store, view: View, asked: Asked): Promise<readonly MessageId[]> {
  if ('conversatie' in asked) return await store.conversation(view, asked.conversatie, answer_max)
  const id = await store.byNumber(view, asked.number)
  if (id === null) return []
  const known = (await store.numbers(view.party, [id])).get(id)
  const around = known === undefined ? [] : await store.conversation(view, known.conversatie, answer_max)
  const numbers = await store.numbers(view.party, around)
  return [id, ...around.filter(it => it !== id && numbers.get(it)?.answers === known?.number)]
}

async function entriesOf (store: Store, view: View, asked: Asked): Promise<Entry[]> {
  const arrivals = (await store.arrivals(view.party, asked, answer_max)).filter(it => it.door === 'vsp')
  const arrived: Entry[] = []
  for (const arrival of arrivals) {
    const entry = await arrivedEntry(store, view, arrival)
    if (entry !== null) arrived.push(entry)
  }
  const known = await knownEntries(store, view, await idsOf(store, view, asked))
  return [...arrived, ...known.filter(it => !arrived.some(its => its.message === it.message))]
}

/** Of a message between two parties of one account: what its sender learns. */
const once = (entries: readonly Entry[]): Entry[] => entries.filter(it => it.sent || it.message === null || !entries.some(other => other.sent && other.message === it.message))

function shown ({ numbers: { number, conversatie, answers }, referentieId, status, meldingen }: Entry, word: (status: Status) => string): Berichtstatus {
  return {
    referentiegegevens: { conversatieId: conversatie, traceerId: number, ...answers === null ? {} : { alsAntwoordOp: answers }, ...referentieId === null ? {} : { referentieId } },
    status: word(status),
    meldingen: [...meldingen]
  }
}

/** @returns what is asked for @throws Refusal ZP_QUERY unless it is exactly one of the two */
function askedIn ({ traceerId, conversatieId }: { readonly traceerId?: string, readonly conversatieId?: string }): Asked {
  if (traceerId !== undefined && conversatieId === undefined) return { number: traceerId.toLowerCase() }
  if (conversatieId !== undefined && traceerId === undefined) return { conversatie: conversatieId.toLowerCase() }
  throw new Refusal('ZP_QUERY', 'traceerId of conversatieId: een van de twee / one of the two')
}

const statusQuery = Type.Object({
  traceerId: Type.Optional(uuidShape('Of a message you sent or got.')),
  conversatieId: Type.Optional(uuidShape('Of a conversation, as you know it.')),
  party: partyParameter
}, closed)

/** The routes, as a plugin: register it under the prefix. */
export function statusRoutes (parts: VspParts): FastifyPluginAsyncTypebox {
  const views = viewsIn(parts)
  return async app => {
    for (const [version, { shape, word }] of Object.entries(versions)) {
      app.get(`/berichtstatus/rest-pull/${version}/berichtstatussen`, {
        schema: { tags: ['vsp'], operationId: `vspBerichtstatussen${version.toUpperCase()}`, summary: 'Where a message stands, and what answers it; or all of a conversation. Oldest first', querystring: statusQuery, response: gives({ 200: json('Of at most 250 messages', Type.Array(shape)) }) }
      }, async request => {
        const asked = askedIn(request.query)
        const entries: Entry[] = []
        for (const view of views(request)) entries.push(...await entriesOf(parts.store, view, asked))
        return once(entries).toSorted((a, b) => a.at - b.at).slice(0, answer_max).map(it => shown(it, word))
      })
    }
  }
}
