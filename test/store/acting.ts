/** The steps of the model taken by a real store, and what is there then, in the model's own words. */
import { instant, type Instant } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Claimed, Finish, Store } from '../../src/store/store.ts'
import type { Row } from '../../src/store/db.ts'
import { aanbieder, account, gemeente, heen, retour, start } from './sample.ts'
import { claimed, reasons } from './stepping.ts'
import { here, names, receiverOf, type Deed, type Hand, type Letter, type Message, type Name, type Outcome, type Party, type State, type Step, type Story, type Work } from './states.ts'

/** A lease, and how long what failed waits. */
export const lease_ms = 1_000
const policy = { first_ms: lease_ms, longest_ms: lease_ms, total_ms: 1_000_000_000 }
const parties = { gemeente, aanbieder } as const satisfies Readonly<Record<Party, unknown>>
const finding = { level: 2 as const, code: reasons.reject, line: 1, path: '', found: '', expected: '', message: '', message_en: '' }

const at = (now: number): Instant => instant(start + now * lease_ms)
/** In place of a moment that does not come; Infinity is null in JSON. */
const never = -1
const moment = (ms: unknown): number | null => ms === null || ms === undefined ? null : Number(ms) === Number.MAX_SAFE_INTEGER ? never : (Number(ms) - start) / lease_ms
const person = (name: Name) => ({ key: 'index', hash: Buffer.alloc(16, names.indexOf(name) + 1) })

function acceptanceOf (name: Name, { key, answers, begins, pushed, caused }: Letter, sooner: ReadonlyMap<Name, Acceptance>): Acceptance {
  const wanted = { order_key: key, delivery: begins, push: pushed ? policy : null, clients: [person(name)], envelope: { origin: caused ? 'gateway' : 'party' } } as const
  if (answers === null) return heen(wanted)
  const asked = sooner.get(answers)
  if (asked === undefined) throw new Error(`${answers} comes before what answers it`)
  return retour(asked, wanted)
}

const columns = 'm.id, m.verdict, m.delivery, m.answer, m.answered_by, m.disowned, m.offered_ms, m.delivered_ms, m.order_key, m.payload_gone_why, d.id as work, d.kind, d.state, d.order_key as work_key, d.fence, d.attempts, d.due_ms, d.since_ms, d.lease_until_ms, d.first_failed_ms, d.last_reason, d.class, d.released, d.target'
/** Asks for all that is there, each message with its work. */
export const rowsSql = `select ${columns} from message as m left join delivery as d on d.message = m.seq order by m.seq, d.id`
/** Asks for what was written down after so much. Not for PostgreSQL, where that is chained a moment later. */
export const eventsSql = (after: number): string => `select message, event, detail from audit where message is not null order by seq limit -1 offset ${after}`

/** A store that takes the steps of a story. */
export class Actor {
  readonly store: Store
  readonly letters: Story['letters']
  readonly items: ReadonlyMap<Name, Acceptance>
  /** Which delivery the work of the model is. */
  readonly deliveries: Map<number, number>

  /** @param beside another, of the same messages and the same work */
  constructor (store: Store, { letters }: Pick<Story, 'letters'>, beside: Pick<Actor, 'items' | 'deliveries'> | null = null) {
    this.store = store
    this.letters = letters
    this.deliveries = beside?.deliveries ?? new Map()
    const items = new Map<Name, Acceptance>(beside?.items)
    for (const name of beside === null ? names : []) {
      const letter = letters[name]
      if (letter !== undefined) items.set(name, acceptanceOf(name, letter, items))
    }
    this.items = items
  }

  /** @returns one of another process at the same database */
  beside (store: Store): Actor { return new Actor(store, this, this) }

  item (name: Name): Acceptance {
    const item = this.items.get(name)
    if (item === undefined) throw new Error(`no ${name} in this story`)
    return item
  }

  nameOf (id: unknown): Name | null { return names.find(it => this.items.get(it)?.envelope.id === id) ?? null }
  arriving (name: Name, now: Instant): Acceptance {
    const item = this.item(name)
    return { ...item, envelope: { ...item.envelope, received: now } }
  }

  /** Takes a step in a state of the model. @returns what was said */
  async take (step: Step, state: State): Promise<string> {
    const now = at(state.now)
    switch (step.verb) {
      case 'accept': {
        const [told] = await this.store.accept([this.arriving(step.name, now)])
        return told?.kind === 'refused' ? told.code : String(told?.kind)
      }
      case 'claims': return this.claimed(await this.store.claim(1, lease_ms, now), state)
      case 'claims a push': return this.claimed(await this.store.claimPush(parties[step.to], 1, lease_ms, now), state)
      case 'time passes': return 'later'
      case 'restart': return `${await this.store.freeLeases()} freed`
      case 'acknowledge': case 'disown': case 'redrive': case 'release': case 'refuse': case 'erase': return await this.does(step.verb, step.name, now)
      default: {
        const hand = state.hands[step.who]
        if (hand === null) throw new Error('nothing in hand')
        return await this.ends(step.verb, hand, now)
      }
    }
  }

  claimed (claims: readonly Claimed[], state: State): string {
    const [claim] = claims
    const name = this.nameOf(claim?.envelope.id)
    if (claim === undefined || name === null || claims.length > 1) return claims.length === 0 ? 'nothing' : `${claims.length} claims`
    const id = state.messages[name]?.work?.id
    if (id !== undefined) this.deliveries.set(id, claim.delivery)
    return claimed(name, { attempts: claim.attempt, failing: moment(claim.failing_since), lease: moment(claim.lease_until), released: claim.released })
  }

  async ends (verb: Outcome | 'renews' | 'hands back', { id, fence, name }: Hand, now: Instant): Promise<string> {
    const delivery = this.deliveries.get(id)
    if (delivery === undefined) throw new Error(`nobody claimed ${name}`)
    if (verb === 'renews') return await this.store.renew(delivery, fence, instant(now + lease_ms)) ? 'his' : 'not his'
    if (verb === 'hands back') {
      await this.store.release([{ delivery, fence }])
      return 'back'
    }
    const caused = verb.startsWith('rejects') ? names.filter(it => this.letters[it]?.caused === true && this.letters[it].answers === name).map(it => this.arriving(it, now)) : []
    const [told] = await this.store.finish([{ delivery, fence, outcome: this.outcome(verb, name, now), caused }], now)
    return String(told)
  }

  outcome (verb: Outcome, name: Name, now: Instant): Finish['outcome'] {
    const push = this.letters[name]?.pushed === true ? policy : null
    const due = instant(now + lease_ms)
    const all: Readonly<Record<Outcome, Finish['outcome']>> = {
      offers: { kind: 'offered', push },
      'leaves in the mailbox': { kind: 'offered' },
      delivers: { kind: 'delivered' },
      rejects: { kind: 'rejected', findings: [finding] },
      'rejects and shows': { kind: 'rejected', findings: [finding], deliver: true, push },
      holds: { kind: 'held', reason: reasons.hold },
      'holds a while': { kind: 'held', reason: reasons.hold, until: due },
      'fails with': { kind: 'later', due, reason: reasons.fails, counts: true },
      'puts off': { kind: 'later', due, reason: reasons.busy, counts: false },
      'gives up': { kind: 'dead', class: 'functional', reason: reasons.dead }
    }
    return all[verb]
  }

  async does (verb: Deed, name: Name, now: Instant): Promise<string> {
    const { store } = this
    const { id, receiver } = this.item(name).envelope
    const view = ownView(receiver)
    switch (verb) {
      case 'acknowledge': return await store.acknowledge(view, id, account, now)
      case 'disown': return await store.disown(view, id, { code: reasons.disown, finding }, account, null, now)
      case 'redrive': return String((await store.redrive([id], { by: account, reason: reasons.redrive, now }, { usual: policy }))[0])
      case 'release': case 'refuse': return await store.decideHeld(id, verb, { by: account, reason: reasons[verb], now })
      case 'erase': {
        const found = await store.subjects([person(name)])
        const erased = await store.erase(found.map(it => it.seq), [person(name)], { shared: false, undelivered: true, account, now })
        return erased.length > 0 ? 'erased' : 'nothing'
      }
    }
  }

  /** @param rows of `rowsSql` @returns what is there, as `shown` tells it of the model */
  seen (rows: readonly Row[]): unknown[] {
    const ids = rows.map(it => it['work']).filter(it => it !== null).map(Number).sort((a, b) => a - b)
    return rows.map(it => {
      const name = this.nameOf(it['id'])
      const key = String(it['work_key'])
      const work = it['work'] === null
        ? null
        : [ids.indexOf(Number(it['work'])), it['kind'], it['state'], it['target'], key.startsWith('#') ? `#${name}` : key, Number(it['fence']), Number(it['attempts']), moment(it['due_ms']), moment(it['since_ms']), Number(it['lease_until_ms']) === 0 ? null : moment(it['lease_until_ms']), moment(it['first_failed_ms']), it['last_reason'], it['class'], it['released']]
      return [name, it['order_key'], it['verdict'], it['delivery'], it['answer'], this.nameOf(it['answered_by']), it['disowned'], moment(it['offered_ms']), moment(it['delivered_ms']), it['payload_gone_why'] === 'erased', work]
    })
  }

  /** @param rows with message, event and detail @returns what was written down, as a step of the model tells it */
  written (rows: readonly Row[]): string[] {
    return rows.map(({ message, event, detail }) => [this.nameOf(message), event, this.nameOf(detail) ?? detail].filter(it => it !== null).join(' '))
  }
}

/** @returns all that is stored in a state of the model, message by message */
export function shown (state: State): unknown[] {
  const all = here(state)
  const ids = all.flatMap(it => it.work?.id ?? []).sort((a, b) => a - b)
  const work = (it: Work, { letter }: Message): unknown[] => [ids.indexOf(it.id), it.kind, it.state, parties[receiverOf(letter)], it.key, it.fence, it.attempts, it.due === Infinity ? never : it.due, it.since, it.lease, it.failing, it.reason, it.class, it.released]
  return all.map(it => [it.name, it.key, it.verdict, it.delivery, it.answer, it.answered_by, it.disowned, it.offered, it.delivered, it.erased, it.work === null ? null : work(it.work, it)])
}
