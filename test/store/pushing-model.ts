/** Contract of the store: whatever happens to messages in whatever order, pushes are as a small model of them says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Claimed, Finish, Store } from '../../src/store/store.ts'
import { aanbieder, account, finish, heen, later, retour, type Fresh } from './sample.ts'

const policy = { first_ms: 1_000, longest_ms: 5_000, total_ms: 30_000 }
const lease_ms = 10_000

type Outcome = Finish['outcome']
/** What is left to do for a message, as it should be. */
interface Work { kind: 'handle' | 'push', state: 'due' | 'blocked' | 'held' | 'dead', lease: Claimed | null, until: number, failed: number | null, give_up: number }
interface Message { readonly item: Acceptance, readonly key: string, delivery: string, offered: boolean, answered: boolean, work: Work | null }

const working = (work: Work | null): work is Work => work !== null && (work.state === 'due' || work.state === 'blocked')

/** The model: messages in the order in which they were accepted. */
class Model {
  readonly messages: Message[] = []
  now = 0

  ofKey (key: string): Message[] { return this.messages.filter(it => it.key === key) }
  find (id: string): Message {
    const found = this.messages.find(it => it.item.envelope.id === id)
    if (found === undefined) throw new Error('no such message')
    return found
  }

  /** A push that is due stands in the way of all, what is blocked or shown to handlers in that of what came later. */
  obstructed (message: Message): boolean {
    const at = this.messages.indexOf(message)
    return this.ofKey(message.key).some(it => it !== message && working(it.work) && ((it.work.kind === 'push' && it.work.state === 'due') || this.messages.indexOf(it) < at))
  }

  free (key: string): void {
    const next = this.ofKey(key).find(it => it.work?.state === 'blocked')
    if (next?.work != null && !this.obstructed(next)) next.work.state = 'due'
  }

  push (message: Message): void {
    message.work = null
    const state = this.obstructed(message) ? 'blocked' : 'due'
    message.work = { kind: 'push', state, lease: null, until: 0, failed: null, give_up: this.now + policy.total_ms }
    message.delivery = 'offered'
    message.offered = true
  }

  end (message: Message, delivery: string): void {
    message.work = null
    message.delivery = delivery
    this.free(message.key)
  }

  stop (message: Message, state: 'held' | 'dead', until = Infinity): void {
    if (message.work === null) throw new Error('nothing to stop')
    Object.assign(message.work, { state, lease: null, until, failed: null })
    message.delivery = state
    this.free(message.key)
  }

  finish (message: Message, outcome: Outcome): void {
    const { work } = message
    if (work === null) throw new Error('nothing to finish')
    switch (outcome.kind) {
      case 'offered':
      case 'rejected': {
        const shown = outcome.kind === 'offered' || outcome.deliver === true
        if (shown && outcome.push != null) return this.push(message)
        message.offered ||= shown
        return this.end(message, shown ? 'offered' : 'none')
      }
      case 'delivered': return this.end(message, 'delivered')
      case 'later':
        work.lease = null
        if (outcome.counts) work.give_up = (work.failed ??= this.now) + policy.total_ms
        return
      case 'held': return this.stop(message, 'held', outcome.until ?? Infinity)
      case 'dead': return this.stop(message, 'dead')
    }
  }

  /** @returns what is claimed: all of a kind that is due and nobody's */
  claim (kind: Work['kind']): Message[] {
    for (const message of this.messages) {
      if (kind !== 'handle' || message.work?.state !== 'held' || message.work.until > later(this.now)) continue
      message.work.state = 'due'
      message.delivery = 'waiting'
    }
    return this.messages.filter(({ work }) => work?.kind === kind && work.state === 'due' && (work.lease === null || work.lease.lease_until <= later(this.now)))
  }
}

const reasoned = { reason: 'timeout' } as const
/** Made at the moment they are used. */
const outcomes: Record<Work['kind'], ReadonlyArray<(now: number) => Outcome>> = {
  handle: [
    () => ({ kind: 'offered', push: policy }), () => ({ kind: 'offered', push: policy }), () => ({ kind: 'offered' }),
    now => ({ kind: 'later', due: later(now), counts: true, ...reasoned }),
    () => ({ kind: 'held', ...reasoned }), now => ({ kind: 'held', until: later(now + 5_000), ...reasoned }),
    () => ({ kind: 'dead', class: 'functional', ...reasoned }),
    () => ({ kind: 'rejected', findings: [] }), () => ({ kind: 'rejected', findings: [], deliver: true, push: policy })
  ],
  push: [
    () => ({ kind: 'delivered' }), () => ({ kind: 'delivered' }), () => ({ kind: 'offered' }),
    now => ({ kind: 'later', due: later(now), counts: true, ...reasoned }), now => ({ kind: 'later', due: later(now), counts: false, ...reasoned }),
    () => ({ kind: 'dead', class: 'transient', ...reasoned })
  ]
}

const number = fc.nat(1_000)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const), key: fc.constantFrom('a', 'b'), shown: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('claim' as const, 'claim push' as const) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('finish' as const), which: number, how: number }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('acknowledge' as const, 'answer' as const, 'redrive' as const, 'release' as const), which: number }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('give up' as const, 'give up' as const, 'free leases' as const), which: number }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), which: fc.constantFrom(1_000, 12_000, 31_000) }) }
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A store and its model side by side. */
class Trial {
  readonly model = new Model()
  readonly claims: Claimed[] = []
  readonly store: Store
  constructor (store: Store) { this.store = store }

  get now () { return later(this.model.now) }
  any (which: number): Message | undefined { return this.model.messages[which % Math.max(1, this.model.messages.length)] }

  async accept (key: string, shown: boolean): Promise<void> {
    const item = heen({ order_key: key, envelope: { received: this.now }, ...(shown ? {} : { delivery: 'offered', push: policy }) })
    assert.deepEqual((await this.store.accept([item])).map(it => it.kind), ['stored'])
    const message: Message = { item, key, delivery: 'waiting', offered: false, answered: false, work: { kind: 'handle', state: 'due', lease: null, until: 0, failed: null, give_up: 0 } }
    this.model.messages.push(message)
    if (!shown) this.model.push(message)
  }

  async claim (kind: Work['kind']): Promise<number> {
    const wanted = this.model.claim(kind)
    const claims = kind === 'handle' ? await this.store.claim(99, lease_ms, this.now) : await this.store.claimPush(aanbieder, 99, lease_ms, this.now)
    assert.deepEqual(claims.map(it => it.envelope.id).toSorted(), wanted.map(it => it.item.envelope.id).toSorted(), `claims of kind ${kind}`)
    for (const claim of claims) {
      const { work } = this.model.find(claim.envelope.id)
      if (work !== null) work.lease = claim
      if (kind === 'push') assert.equal(claim.failing_since, work?.failed == null ? null : later(work.failed))
    }
    this.claims.push(...claims)
    return claims.length
  }

  /** A result under a lease that passed, or of work that ended otherwise, changes nothing. */
  async finish (claim: Claimed, how: number): Promise<void> {
    const message = this.model.find(claim.envelope.id)
    const holds = message.work?.lease === claim && message.work.state === 'due'
    const kinds = outcomes[message.work?.kind ?? 'push']
    const outcome = kinds[how % kinds.length]?.(this.model.now)
    if (outcome === undefined) throw new Error('no outcome')
    assert.deepEqual(await this.store.finish([finish(claim, outcome)], this.now), [holds ? 'done' : 'stale'])
    if (holds) this.model.finish(message, outcome)
  }

  async acknowledge (message: Message): Promise<void> {
    const may = message.delivery === 'offered' || message.delivery === 'delivered'
    assert.equal(await this.store.acknowledge(ownView(aanbieder), message.item.envelope.id, account, this.now), may ? 'done' : 'absent')
    if (may) this.model.end(message, 'delivered')
  }

  async answer (message: Message): Promise<void> {
    const [became] = await this.store.accept([retour(message.item, { delivery: 'offered', order_key: 'answers', envelope: { received: this.now } })])
    assert.equal(became?.kind, message.offered && !message.answered ? 'stored' : 'refused')
    if (!message.offered || message.answered) return
    message.answered = true
    if (message.work !== null) this.model.end(message, 'delivered')
  }

  async redrive (message: Message): Promise<void> {
    const [became] = await this.store.redrive([message.item.envelope.id], { by: account, reason: 'mended', now: this.now }, { usual: policy })
    assert.equal(became, message.delivery === 'dead' ? 'redriven' : 'not_dead')
    if (message.delivery !== 'dead' || message.work === null) return
    if (message.work.kind === 'push') return this.model.push(message)
    Object.assign(message.work, { state: 'due', lease: null, failed: null })
    message.delivery = 'waiting'
  }

  async giveUp (limit: number): Promise<void> {
    const { model } = this
    const old = model.messages.filter(({ work }) => working(work) && work.kind === 'push' && work.give_up <= model.now && (work.lease?.lease_until ?? 0) <= this.now)
    const wanted = model.now >= policy.total_ms ? old.toSorted((a, b) => (a.work?.give_up ?? 0) - (b.work?.give_up ?? 0)) : []
    const gone = await this.store.giveUp(aanbieder, later(0), limit, this.now)
    assert.equal(gone, Math.min(limit, wanted.length))
    // Which of those of one moment are first is not said.
    const states = await Promise.all(wanted.map(async it => ({ it, dead: (await this.store.inspect(it.item.envelope.id))?.message.delivery === 'dead' })))
    const [left, dead] = [states.filter(it => !it.dead), states.filter(it => it.dead).map(it => it.it)]
    for (const { it } of left) for (const other of dead) assert.ok((other.work?.give_up ?? 0) <= (it.work?.give_up ?? 0))
    for (const it of dead) {
      it.delivery = 'dead'
      if (it.work !== null) Object.assign(it.work, { state: 'dead', lease: null, failed: null })
    }
    for (const key of new Set(dead.map(it => it.key))) model.free(key)
  }

  async release (claim: Claimed): Promise<void> {
    await this.store.release([claim])
    for (const { work } of this.model.messages) if (work?.lease === claim) work.lease = null
  }

  async freeLeases (): Promise<void> {
    assert.equal(await this.store.freeLeases(), this.model.messages.filter(({ work }) => work?.lease != null).length)
    for (const { work } of this.model.messages) if (work !== null) work.lease = null
  }

  async take (it: Step): Promise<void> {
    this.model.now += 1
    const claim = 'which' in it ? this.claims[it.which % Math.max(1, this.claims.length)] : undefined
    const message = 'which' in it ? this.any(it.which) : undefined
    switch (it.kind) {
      case 'accept': return await this.accept(it.key, it.shown)
      case 'claim':
      case 'claim push':
        await this.claim(it.kind === 'claim' ? 'handle' : 'push')
        return
      case 'finish': return claim === undefined ? undefined : await this.finish(claim, it.how)
      case 'release': return claim === undefined ? undefined : await this.release(claim)
      case 'acknowledge': return message === undefined ? undefined : await this.acknowledge(message)
      case 'answer': return message === undefined ? undefined : await this.answer(message)
      case 'redrive': return message === undefined ? undefined : await this.redrive(message)
      case 'give up': return await this.giveUp(1 + it.which % 3)
      case 'free leases': return await this.freeLeases()
      case 'wait': this.model.now += it.which
    }
  }

  /** Every message is as the model says, and what the model says holds together. */
  async compare (): Promise<void> {
    const { messages } = this.model
    for (const { item, key, delivery, work } of messages) {
      const message = (await this.store.inspect(item.envelope.id))?.message
      assert.deepEqual([message?.delivery, message?.work?.kind ?? null, message?.work?.state ?? null], [delivery, work?.kind ?? null, work?.state ?? null])
      const fits = work === null ? ['offered', 'delivered', 'none'] : work.state === 'held' || work.state === 'dead' ? [work.state] : work.kind === 'push' ? ['offered'] : ['waiting']
      assert.ok(fits.includes(delivery))
      if (work?.state !== 'blocked') continue
      const behind = messages.find(it => it.item.envelope.id === message?.work?.behind)
      assert.ok(behind?.key === key && working(behind.work), 'it says what it is behind of')
    }
    for (const key of ['a', 'b']) {
      const all = this.model.ofKey(key)
      const pushes = all.filter(it => it.work?.kind === 'push' && it.work.state === 'due')
      assert.ok(pushes.length <= 1, 'one of a key at a time')
      const first = all.findIndex(it => it.work?.state === 'blocked')
      assert.ok(first < 0 || pushes.length === 1 || all.slice(0, first).some(it => it.work?.state === 'due'), 'what is blocked waits for something that goes on')
    }
    const left = messages.filter(it => working(it.work))
    const { queue, pushes } = await this.store.stats(this.now)
    assert.equal([...queue, ...pushes].reduce((sum, it) => sum + it.depth, 0), left.length)
    assert.deepEqual((await this.store.pushTargets(this.now)).map(it => it.target), this.model.claim('push').length > 0 ? [aanbieder] : [])
  }

  /** Everything that is left comes to its end, in the order in which it was accepted. */
  async drain (): Promise<void> {
    this.model.now += 100_000
    for (let nth = 0; this.model.messages.some(it => working(it.work)); nth++) {
      assert.ok(nth < 200, 'it comes to an end')
      const kind = nth % 2 === 0 ? 'handle' : 'push'
      await this.claim(kind)
      for (const claim of this.claims.splice(0)) if (this.model.find(claim.envelope.id).work?.lease === claim) await this.finish(claim, 0)
      await this.compare()
    }
  }
}

/** @param runs so much of its runs */
export function pushModelContract (fresh: Fresh, runs: number): void {
  test('pushes go as a model of them says, whatever happens', async t => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async steps => {
      const store = await fresh(t)
      const trial = new Trial(store)
      for (const it of steps) {
        await trial.take(it)
        await trial.compare()
      }
      await trial.drain()
      // A server has connections for a few at a time.
      await store.close()
      // Without it the smallest that fails is looked for, which takes minutes.
    }), { numRuns: 30 * runs, endOnFailure: true })
  })
}
