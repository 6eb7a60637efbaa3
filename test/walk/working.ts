/** Flows: what handlers, pushers, receivers and operators do with messages. */
import assert from 'node:assert/strict'
import { newMessageId, newReferentienummer, newTaskId, type Instant } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Decided, NoticeFinish } from '../../src/store/store.ts'
import { byDoor, noticeTo } from '../store/arriving.ts'
import { aanbieder, account, heen, later, retour } from '../store/sample.ts'
import { accept, claim, claimPush, end, finding, policy } from './hands.ts'
import type { Flow, Hands } from './walk.ts'

const decided = (now: Instant): Decided => ({ by: account, reason: 'spoke_to_sender', now })
const states = async ({ store }: Hands, item: ReturnType<typeof heen>) => (await store.inspect(item.envelope.id))?.message

function offered (): Flow {
  const [item, task] = [heen({ clients: [{ key: 'index', hash: Buffer.alloc(16, 1) }] }), { id: newTaskId(later(0)), handler: 'back-office', code: 'look', due: later(9) }]
  return {
    name: 'a message is claimed, offered, and a task of it done',
    states: ['waiting', 'claimed', 'offered', 'task done'],
    least: 20,
    prepare: hands => accept(hands, item),
    async * run (hands) {
      const claims = await claim(hands)
      if (claims.length > 0) yield 'claimed'
      await end(hands, claims, { kind: 'offered', answer_due: later(99), findings: [finding], push: policy }, { tasks: [task] })
      if (claims.length > 0) yield 'offered'
      assert.notEqual(await hands.store.decideTask(task.id, 'done', decided(hands.now())), 'absent')
      yield 'task done'
    }
  }
}

function rejected (): Flow {
  const item = heen()
  const no = retour(item, { delivery: 'offered', push: policy, envelope: { origin: 'gateway', account: null } })
  return {
    name: 'a message is claimed and rejected, with the answer to it',
    states: ['waiting', 'claimed', 'rejected and answered'],
    least: 20,
    prepare: hands => accept(hands, item),
    async * run (hands) {
      const claims = await claim(hands)
      if (claims.length > 0) yield 'claimed'
      await end(hands, claims, { kind: 'rejected', findings: [finding] }, { caused: [no] })
      yield 'rejected and answered'
    }
  }
}

function held (decision: 'release' | 'refuse'): Flow {
  const item = heen()
  const after = decision === 'release' ? ['released'] : ['dead']
  return {
    name: `a message is held, and a person says ${decision}`,
    states: ['waiting', 'claimed', 'held', ...after],
    least: 20,
    prepare: hands => accept(hands, item),
    async * run (hands) {
      if ((await hands.store.inspect(item.envelope.id))?.history.some(it => ['released', 'refused_by_person'].includes(it.event)) === true) return
      const claims = (await states(hands, item))?.delivery === 'waiting' ? await claim(hands) : []
      if (claims.length > 0) yield 'claimed'
      await end(hands, claims, { kind: 'held', reason: 'person' })
      if (claims.length > 0) yield 'held'
      assert.equal(await hands.store.decideHeld(item.envelope.id, decision, decided(hands.now())), 'done')
      yield after[0] ?? ''
    }
  }
}

function pushed (): Flow {
  const [item, other] = [heen({ delivery: 'offered', push: policy }), heen({ delivery: 'offered', push: policy })]
  return {
    name: 'two messages of one order are pushed',
    states: ['due', 'claimed', 'first delivered', 'second claimed', 'delivered'],
    least: 30,
    prepare: hands => accept(hands, item, other),
    async * run (hands) {
      for (let claims = await claimPush(hands); claims.length > 0; claims = await claimPush(hands)) {
        const first = claims.some(it => it.envelope.id === item.envelope.id)
        yield first ? 'claimed' : 'second claimed'
        for (const it of claims) assert.notEqual(await hands.store.parcel(it.envelope.id), null)
        await end(hands, claims, { kind: 'delivered' })
        yield first ? 'first delivered' : 'delivered'
      }
    }
  }
}

/** The end of a push, of which its sender may be told twice: who did not hear that it was written down writes it again. */
function failed (name: string, outcome: Parameters<typeof end>[2], after: string): Flow {
  const item = heen({ delivery: 'offered', push: policy })
  return {
    name,
    states: ['due', 'claimed', after],
    least: 12,
    prepare: hands => accept(hands, item),
    async * run (hands) {
      if ((await states(hands, item))?.work?.reason !== null) return
      await hands.store.destinations()
      const claims = await claimPush(hands)
      if (claims.length > 0) yield 'claimed'
      await end(hands, claims, outcome)
      if (claims.length > 0) yield after
    }
  }
}

function redriven (): Flow {
  const [item, other] = [heen({ delivery: 'offered', push: policy }), heen()]
  return {
    name: 'what was given up is driven again',
    states: ['dead', 'due'],
    least: 15,
    async prepare (hands) {
      await accept(hands, item, other)
      for (const it of [await claimPush(hands), await claim(hands)]) await end(hands, it, { kind: 'dead', class: 'partner_down', reason: 'exhausted: timeout' })
    },
    async * run ({ store, now }) {
      const { items } = await store.deadLetters({ limit: 9 })
      for (const it of await store.redrive(items.map(it => it.id), decided(now()), { usual: policy })) assert.equal(it, 'redriven')
      yield 'due'
    }
  }
}

function down (): Flow {
  const item = heen({ delivery: 'offered', push: policy })
  return {
    name: 'a destination is down, what waits for it is given up, and a person has it tried',
    states: ['due', 'left alone', 'given up', 'tried'],
    least: 15,
    prepare: hands => accept(hands, item),
    async * run ({ store }) {
      const [known] = await store.destinations()
      if (known === undefined) {
        await store.keepDestination({ party: aanbieder, state: 'open', failures: 5, failing_since: later(1), open_until: later(1e9), reason: 'timeout' })
        yield 'left alone'
      }
      // Its clock stands still: at the next try it is given up by the same moment.
      while (await store.giveUp(aanbieder, later(1), 1, later(1e8)) === 1) yield 'given up'
      if ((known?.open_until ?? 0) <= later(2e8) && known !== undefined) return
      await store.tryDestination(aanbieder, decided(later(2e8)))
      yield 'tried'
    }
  }
}

function acknowledged (): Flow {
  const item = heen({ delivery: 'offered', push: policy })
  return {
    name: 'a receiver takes a message out of its mailbox',
    states: ['offered', 'delivered'],
    least: 8,
    prepare: hands => accept(hands, item),
    async * run ({ store, now }) {
      await store.mailbox(ownView(aanbieder), 9)
      assert.equal(await store.acknowledge(ownView(aanbieder), item.envelope.id, account, now()), 'done')
      yield 'delivered'
    }
  }
}

function handedBack (): Flow {
  const item = heen()
  return {
    name: 'work is kept, handed back, and freed at a start',
    states: ['waiting', 'claimed', 'handed back'],
    least: 12,
    prepare: hands => accept(hands, item),
    async * run (hands) {
      const claims = await claim(hands)
      if (claims.length > 0) yield 'claimed'
      for (const it of claims) await hands.store.renew(it.delivery, it.fence, it.lease_until)
      await hands.store.release(claims)
      yield 'handed back'
      await hands.store.freeLeases()
    }
  }
}

function disowned (): Flow {
  const [item, notice] = [byDoor(newReferentienummer(), {}, { push: policy }), { ...noticeTo(), id: newMessageId(later(1)) }]
  return {
    name: 'a receiver cannot use a message, and its sender is told',
    states: ['offered', 'dead, with a notice', 'notice claimed', 'told'],
    least: 25,
    prepare: hands => accept(hands, item),
    async * run (hands) {
      const { store, now } = hands
      const before = (await states(hands, item))?.delivery
      assert.equal(await store.disown(ownView(aanbieder), item.envelope.id, { code: 'StUF055', finding }, account, notice, now()), 'done')
      if (before !== 'dead') yield 'dead, with a notice'
      for (const { target } of await store.noticeTargets()) {
        const claimed = await store.claimNotice(target, 60_000, now())
        if (claimed === null) continue
        yield 'notice claimed'
        const { delivery, fence } = claimed
        assert.equal(await store.finishNotice({ delivery, fence, outcome: { kind: 'delivered' } }, now()), 'done')
        yield 'told'
      }
    }
  }
}

function unheard (): Flow {
  const [item, notice] = [byDoor(newReferentienummer(), {}, { push: policy }), noticeTo()]
  const dead: NoticeFinish['outcome'] = { kind: 'dead', class: 'transient', reason: 'exhausted: timeout' }
  return {
    name: 'a notice that was given up is put back on its way',
    states: ['dead', 'due'],
    least: 6,
    async prepare (hands) {
      await accept(hands, item)
      await hands.store.disown(ownView(aanbieder), item.envelope.id, { code: 'StUF055', finding }, account, notice, hands.now())
      const claimed = await hands.store.claimNotice(notice.target, 60_000, hands.now())
      assert.ok(claimed)
      await hands.store.finishNotice({ delivery: claimed.delivery, fence: claimed.fence, outcome: dead }, hands.now())
    },
    async * run ({ store, now }) {
      await store.notices({ limit: 9 })
      const [said] = await store.noticesAgain([notice.id], decided(now()), { usual: policy })
      assert.ok(said === 'again' || said === 'not_dead')
      yield 'due'
    }
  }
}

export const worked: ReadonlyArray<() => Flow> = [
  offered, rejected, () => held('release'), () => held('refuse'), pushed,
  () => failed('a push fails and is tried later', { kind: 'later', due: later(30_000), reason: 'timeout', counts: true }, 'due later'),
  () => failed('a push fails for good', { kind: 'dead', class: 'functional', reason: 'http_422' }, 'dead'),
  redriven, down, acknowledged, handedBack, disowned, unheard
]
