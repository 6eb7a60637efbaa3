/** Flows: what comes in. */
import assert from 'node:assert/strict'
import { newMessageId, newReferentienummer, type MessageId } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, RefusedItem } from '../../src/store/store.ts'
import { byDoor, digest, keyOf, noticeTo, refusedAs } from '../store/arriving.ts'
import { bringing, markOf, toegewezen } from '../store/facts.ts'
import { gemeente, heen, later, retour, start } from '../store/sample.ts'
import { accept, finding, policy } from './hands.ts'
import type { Flow, Hands } from './walk.ts'

/** A message that is taken in, beside what was there before. */
const taking = (name: string, states: readonly [string, string], least: number, item: Acceptance, prepare?: (hands: Hands) => Promise<unknown>): Flow => ({
  name,
  states,
  least,
  ...prepare === undefined ? {} : { prepare },
  async * run (hands) {
    await accept(hands, item)
    yield states[1]
  }
})

const refusedOf = (item: Acceptance, id: MessageId): RefusedItem => ({
  ...item.envelope, id, at: start, party: gemeente, code: 'ZP_SCHEMA', detail: null, findings: [finding], payload: item.payload, replaces: null
})

function rejected (): Flow {
  const item = heen({ delivery: 'none', findings: [finding], envelope: { verdict: 'rejected' } })
  return taking('a message is rejected at the door, with the answer to it', ['nothing', 'rejected and answered'], 15, { ...item, caused: [retour(item, { delivery: 'offered', envelope: { origin: 'gateway', account: null } })] })
}

function replaced (): Flow {
  const [item, id] = [heen(), newMessageId(start)]
  return taking('a correction of what was refused is taken in', ['refused', 'corrected'], 10, { ...item, replaces: id }, ({ store }) => store.keepRefused(refusedOf(item, id), 9))
}

function answered (): Flow {
  const item = heen({ delivery: 'offered', push: policy })
  return taking('an answer is taken in, which ends what was pushed', ['offered', 'answered'], 12, retour(item, { delivery: 'offered' }), hands => accept(hands, item))
}

function voiding (): Flow {
  const item = bringing([toegewezen('1'), toegewezen('2')])
  return taking('an answer that says no: what was told counts no more', ['told', 'answered'], 10, retour(item, { delivery: 'offered', voids: true }), hands => accept(hands, item))
}

const telling = (): Flow => taking('a message that tells of persons is taken in', ['nothing', 'told'], 15, bringing([toegewezen('1'), toegewezen('2')], [markOf(1), markOf(2)], { push: policy }))

function repeated (): Flow {
  const item = heen()
  return {
    name: 'a message comes again and gets its first receipt',
    states: ['stored'],
    least: 3,
    prepare: hands => accept(hands, item),
    async * run ({ store }) {
      assert.deepEqual(await store.accept([{ ...item, envelope: { ...item.envelope, id: newMessageId(later(1)) }, receipt: Buffer.from('another') }]), [{ kind: 'duplicate', id: item.envelope.id, receipt: item.receipt }])
      yield 'stored'
    }
  }
}

function refused (): Flow {
  const item = refusedOf(heen(), newMessageId(start))
  return {
    name: 'a message is refused, and kept for its sender',
    states: ['nothing', 'kept'],
    least: 5,
    async * run ({ store }) {
      assert.equal(await store.keepRefused(item, 9), item.id)
      yield 'kept'
      assert.equal((await store.refused(ownView(gemeente), item.id))?.code, 'ZP_SCHEMA')
    }
  }
}

function byChain (): Flow {
  const [number, notice] = [newReferentienummer(), noticeTo()]
  const item = byDoor(number, { digest: digest(2) })
  return {
    name: 'by a door of the chain one is refused, and comes again as it should',
    states: ['nothing', 'refused, with a notice', 'stored, and no notice'],
    least: 16,
    async * run (hands) {
      const before = await hands.store.arrival(keyOf(number))
      if (before?.outcome.kind !== 'stored') assert.equal(await hands.store.keepArrival(refusedAs(keyOf(number)), notice), true)
      if (before?.outcome.kind !== 'stored') yield 'refused, with a notice'
      await accept(hands, item)
      yield 'stored, and no notice'
    }
  }
}

export const taken: ReadonlyArray<() => Flow> = [
  () => taking('a message is taken in', ['nothing', 'stored'], 8, heen()),
  repeated, refused, replaced, rejected, answered, telling, voiding, byChain
]
