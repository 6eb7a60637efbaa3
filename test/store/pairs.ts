/** Storms of two verbs that meet at the same few things, each by a store of its own: as if one had gone after the other, whichever did. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { newMessageId, newReferentienummer } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Accepted, Party, Store } from '../../src/store/store.ts'
import type { Row } from '../../src/store/db.ts'
import { parseRing, newRingLine, type Mark, type Roots } from '../../src/vault/vault.ts'
import { byDoor, digest, keyOf, noticeTo, refusedAs } from './arriving.ts'
import { ask, bringing, pair, toegewezen } from './facts.ts'
import { aanbieder, account, finish, gemeente, heen, later, retour, roots, type Wanted } from './sample.ts'

export interface Scene {
  readonly one: Store
  readonly other: Store
  readonly nth: number
  draw (): number
  rows (sql: string): Promise<Row[]>
}
export interface Storm {
  readonly name: string
  readonly rounds: number
  /** So many rounds at once; default: 8. */
  readonly lanes?: number
  readonly roots?: Roots
  /** Has two things done at once that are this round's own. @throws AssertionError when what came of it is not as if one had gone after the other */
  readonly round: (scene: Scene) => Promise<void>
  /** Asked at the end: each finds what may not be. */
  readonly never?: Readonly<Record<string, string>>
}

const turned: Roots = { ...roots, index: parseRing(`${newRingLine('new')}index:${Buffer.alloc(32, 2).toString('base64')}`, 'index'), kek: parseRing(`${newRingLine('kek-2')}kek:${Buffer.alloc(32, 1).toString('base64')}`, 'kek') }
const policy = { first_ms: 1_000, longest_ms: 5_000, total_ms: 1e9 }
const pushed: Wanted = { delivery: 'offered', push: policy }
const [own, got] = [ownView(gemeente), ownView(aanbieder)]
const end = later(1e6)
const how = { shared: true, undelivered: true, account, now: end }
const finding = { level: 1 as const, code: 'StUF055', line: null, path: '', found: '', expected: '', message: '', message_en: '' }

/** Both at once, each a little later than the other now and then. */
async function both <One, Other> ({ draw }: Scene, one: () => Promise<One>, other: () => Promise<Other>): Promise<[One, Other]> {
  const soon = async <T>(work: () => Promise<T>): Promise<T> => {
    await pause(draw() * 6)
    return await work()
  }
  return await Promise.all([soon(one), soon(other)])
}
const said = ([result]: readonly Accepted[]): string => result === undefined ? 'nothing' : result.kind === 'refused' ? result.code : result.kind
const markOf = (nth: number, key = 'index'): Mark => ({ key, hash: Buffer.alloc(16, `${nth}.`) })
const textOf = ({ hash }: Mark): string => Buffer.from(hash).toString('base64url')
const byAnother = (item: Acceptance, over: Partial<Acceptance> = {}): Acceptance =>
  ({ ...item, receipt: Buffer.from(`another ${item.envelope.identificatie}`), ...over, envelope: { ...item.envelope, id: newMessageId(later(0)), referentienummer: newReferentienummer(), ...over.envelope } })

/** Both are brought by a gateway of their own. @returns what the second to be taken was told @throws AssertionError unless one of them was stored */
async function once (scene: Scene, mine: Acceptance, theirs: Acceptance): Promise<readonly [told: Accepted, first: Acceptance]> {
  const [[here], [there]] = await both(scene, () => scene.one.accept([mine]), () => scene.other.accept([theirs]))
  assert.ok(here !== undefined && there !== undefined)
  assert.deepEqual([here.kind, there.kind].filter(it => it === 'stored').length, 1, `${said([here])} and ${said([there])}`)
  return here.kind === 'stored' ? [there, mine] : [here, theirs]
}

async function forgetAll (store: Store): Promise<void> {
  for (const kind of ['payload', 'metadata'] as const) await store.sweep(kind, { before: end, now: end, after: 0, messages_max: 500, bytes_max: 1e9, dry: false })
}
/** A message that its receiver has. */
async function had (store: Store, item: Acceptance): Promise<Acceptance> {
  await store.accept([item])
  await store.acknowledge(got, item.envelope.id, account, later(1))
  return item
}
const seqsOf = async (store: Store, mark: Mark): Promise<number[]> => (await store.subjects([mark])).map(it => it.seq)

const answered = async ({ one }: Scene, { envelope: { id } }: Acceptance): Promise<string | null> => (await one.inspect(id))?.message.answer ?? null

/** Swept by what the audit says, and by what is there. */
const sweptTwice = (kind: string, gone: string): string =>
  `select told.n, there.n as there from (select coalesce(sum(split_part(detail, ':', 2)::int), 0) as n from audit where event = 'swept' and detail like '${kind}:%') as told, (${gone}) as there where told.n <> there.n`

const party = (nth: number, by: string): Party =>
  ({ code: gemeente, kind: 'gemeente', name: `${by} ${nth}`, rol: null, families: ['iwmo'], from: null, until: null, connections: [], judging: { level: 'full', types: {}, answers: 'automatic', rejected: 'withhold' } })

export const storms: readonly Storm[] = [
  {
    name: 'two gateways take the same message',
    rounds: 24,
    async round (scene) {
      const item = scene.nth % 2 === 0 ? heen(pushed) : byDoor()
      const { referentienummer } = item.envelope
      const [told, first] = await once(scene, item, byAnother(item, scene.nth % 2 === 0 ? {} : { envelope: { ...item.envelope, referentienummer } }))
      assert.deepEqual(told, { kind: 'duplicate', id: first.envelope.id, receipt: first.receipt })
    }
  },
  {
    name: 'two gateways take other bytes under the same key',
    rounds: 24,
    async round (scene) {
      const item = heen(pushed)
      const [told, first] = await once(scene, item, heen({ ...pushed, envelope: { identificatie: item.envelope.identificatie } }))
      assert.deepEqual(told, { kind: 'refused', code: 'ZP_IDENTIFICATIE_REUSED', message: first.envelope.id, differences: [] })
    }
  },
  {
    name: 'two gateways take another message under the same number',
    rounds: 24,
    async round (scene) {
      const number = newReferentienummer()
      const [told, first] = await once(scene, byDoor(number), byDoor(number, { digest: digest(2) }))
      assert.deepEqual(told, { kind: 'refused', code: 'ZP_NUMBER', message: first.envelope.id, differences: [] })
    }
  },
  {
    name: 'two gateways take an answer each to the same message',
    rounds: 24,
    async round (scene) {
      const item = await had(scene.one, heen(pushed))
      const [told, first] = await once(scene, retour(item, pushed), retour(item, pushed))
      assert.deepEqual(told, { kind: 'refused', code: 'ZP_RETOUR_SECOND', message: first.envelope.id, differences: [] })
    }
  },
  {
    name: 'sweep and answer',
    rounds: 24,
    async round (scene) {
      const item = await had(scene.one, heen({ ...pushed, answer_due: later(1) }))
      const [, results] = await both(scene, () => forgetAll(scene.one), () => scene.other.accept([retour(item)]))
      const told = said(results)
      if (told === 'stored') assert.equal((await scene.rows(`select 1 from audit_new where message = '${item.envelope.id}' and event = 'answered' union all select 1 from audit where message = '${item.envelope.id}' and event = 'answered'`)).length, 1)
      else assert.deepEqual([told, await scene.one.inspect(item.envelope.id)], ['ZP_RETOUR_UNKNOWN', null])
      assert.ok([null, 'answered'].includes(await answered(scene, item)) || told !== 'stored', 'it was answered and does not say so')
    },
    never: {
      'a payload was forgotten twice, or nobody says so': sweptTwice('payload', "select (select count(*) from message where payload_gone_why = 'retention') + (select count(*) from spent) as n"),
      'a message was forgotten twice, or nobody says so': sweptTwice('metadata', 'select count(*) as n from spent')
    }
  },
  {
    name: 'sweep and erase',
    rounds: 24,
    async round (scene) {
      const [mark, item] = [markOf(scene.nth), heen({ delivery: 'none', answer: 'none', clients: [markOf(scene.nth)] })]
      await scene.one.accept([item])
      const seqs = await seqsOf(scene.one, mark)
      const step = { before: end, now: end, after: 0, messages_max: 500, bytes_max: 1e9, dry: false }
      const [, erased] = await both(scene, () => scene.one.sweep('payload', step), () => scene.other.erase(seqs, [mark], how))
      assert.deepEqual([erased.length, (await scene.one.message(own, item.envelope.id))?.payload_gone?.why], [1, 'erased'])
    }
  },
  {
    name: 'a key is turned and a message is answered and pushed',
    rounds: 24,
    roots: turned,
    async round (scene) {
      const [mark, fresh] = [markOf(scene.nth), markOf(scene.nth, 'new')]
      const item = heen({ ...pushed, order_key: `his ${textOf(mark)}`, clients: [mark] })
      const answer = retour(item, { ...pushed, order_key: null })
      await scene.one.accept([item, heen({ ...pushed, order_key: `his ${textOf(mark)}`, clients: [mark] })])
      const other = { ...fresh, hash: Buffer.alloc(16, `n${scene.nth}`) }
      const seqs = await seqsOf(scene.one, mark)
      const [, told] = await both(scene, () => scene.one.remark(seqs.map(seq => ({ seq, key: 'index', marks: [other] })), end), async () => {
        const claims = await scene.other.claimPush(aanbieder, 5, 1_000, end)
        const told = await scene.other.accept([answer])
        await scene.other.finish(claims.map(claim => finish(claim, { kind: 'delivered' })), end)
        return told
      })
      assert.equal(said(told), 'stored')
      const rows = await scene.rows(`select order_key from message where id in ('${item.envelope.id}', '${answer.envelope.id}')`)
      assert.deepEqual(rows.map(row => row['order_key']), Array(2).fill(`his ${textOf(other)}`))
    },
    never: { 'work has another key than its message': 'select d.id from delivery as d join message as m on m.seq = d.message where d.order_key <> m.order_key' }
  },
  {
    name: 'a data key is wrapped anew and its message is erased',
    rounds: 16,
    roots: turned,
    async round (scene) {
      const [mark, item, stays] = [markOf(scene.nth), bringing([toegewezen(String(scene.nth))], [markOf(scene.nth)]), heen()]
      await scene.one.accept([item, stays])
      const seqs = await seqsOf(scene.one, mark)
      await both(scene, () => scene.one.rewrap(500, end), () => scene.other.erase(seqs, [mark], how))
      assert.deepEqual([await scene.one.payload(own, item.envelope.id), Buffer.from(await scene.one.payload(own, stays.envelope.id) ?? [])], [null, stays.payload])
    },
    never: { 'an erased message has its key': "select seq from message where payload_gone_why = 'erased' and data_key is not null" }
  },
  {
    name: 'two change the register',
    rounds: 16,
    lanes: 1,
    async round (scene) {
      const { version } = await scene.one.register()
      const change = (store: Store, by: string) => () => store.changeRegister(version, [{ kind: 'party', party: party(scene.nth, by) }], account, later(scene.nth))
      const done = await both(scene, change(scene.one, 'one'), change(scene.other, 'other'))
      assert.deepEqual(done.toSorted(), [false, true])
      const after = await scene.other.register()
      assert.deepEqual([after.version, after.parties.map(it => it.name)], [version + 1, [`${done[0] ? 'one' : 'other'} ${scene.nth}`]])
    }
  },
  {
    name: 'a person is erased and what is known of him is asked for',
    rounds: 24,
    async round (scene) {
      const [mark, stays] = [markOf(scene.nth), markOf(scene.nth + 1_000)]
      const item = bringing([toegewezen(`1${scene.nth}`)], [mark])
      await scene.one.accept([item, bringing([toegewezen(`2${scene.nth}`)], [stays])])
      const seqs = await seqsOf(scene.one, mark)
      const asked = () => ask(scene.other, { clients: [[mark], [stays]], ofClients: ['301:ToegewezenProduct'] })
      const [, found] = await both(scene, () => scene.one.erase(seqs, [mark], how), async () => { await asked(); return await asked() })
      const numbers = ({ known }: typeof found): number => known.length
      assert.ok([1, 2].includes(numbers(found)), `${numbers(found)} are known`)
      const after = await asked()
      assert.deepEqual([numbers(after), after.clients.map(it => it === null)], [1, [true, false]])
    }
  },
  {
    name: 'a person is erased and another message about him comes',
    rounds: 24,
    async round (scene) {
      const mark = markOf(scene.nth)
      const [item, more] = [bringing([toegewezen(`1${scene.nth}`)], [mark]), bringing([toegewezen(`2${scene.nth}`)], [mark])]
      await scene.one.accept([item])
      const seqs = await seqsOf(scene.one, mark)
      const [, told] = await both(scene, () => scene.one.erase(seqs, [mark], how), () => scene.other.accept([more]))
      assert.equal(said(told), 'stored')
      const found = await ask(scene.one, { clients: [[mark]], ofClients: ['301:ToegewezenProduct'] })
      assert.deepEqual(found.known.map(it => it.bron.Identificatie), [more.envelope.identificatie])
    }
  },
  {
    name: 'a person is erased by two, and what was refused',
    rounds: 24,
    async round (scene) {
      const [mark, second] = [markOf(scene.nth), markOf(scene.nth + 1_000)]
      const id = newMessageId(later(0))
      await scene.one.accept([bringing([toegewezen(String(scene.nth))], [mark, second])])
      await scene.one.keepRefused({ id, at: later(0), party: gemeente, account, door: 'rest', family: 'iwmo', type: 'WMO301', identificatie: `R${scene.nth}`, code: 'ZP_SCHEMA', detail: null, findings: [], replaces: null, sha256: digest(scene.nth), size_bytes: 3, payload: Buffer.from('<a>') }, 1e6)
      const seqs = await seqsOf(scene.one, mark)
      const erased = await both(scene, () => scene.one.erase(seqs, [mark], how), () => scene.other.erase(seqs, [second], how))
      const refused = await both(scene, () => scene.one.eraseRefused([id], account, end), () => scene.other.eraseRefused([id], account, end))
      assert.deepEqual([erased.flat().length, refused.flat()], [1, [id]])
    },
    never: { 'one was erased twice': "select message from audit where event = 'erased' group by message having count(*) > 1" }
  },
  {
    name: 'what is held is decided by two, and what is dead driven again by two',
    rounds: 24,
    async round (scene) {
      const decided = { by: account, reason: 'seen', now: end }
      const [held, dead] = [heen({ delivery: 'held' }), heen({ ...pushed, order_key: `dead ${scene.nth}` })]
      await scene.one.accept([held, dead])
      await scene.one.disown(got, dead.envelope.id, { code: 'StUF055', finding }, account, null, end)
      const told = await both(scene, () => scene.one.decideHeld(held.envelope.id, 'refuse', decided), () => scene.other.decideHeld(held.envelope.id, 'release', decided))
      const again = await both(scene, () => scene.one.redrive([dead.envelope.id], decided, { usual: policy }), () => scene.other.redrive([dead.envelope.id], decided, { usual: policy }))
      assert.deepEqual([told.filter(it => it === 'done').length, again.flat().filter(it => it === 'redriven').length], [1, 1], JSON.stringify([told, again]))
    },
    never: { 'one was driven again twice': "select message from audit where event = 'redriven' group by message having count(*) > 1" }
  },
  {
    name: 'a message is erased and answered',
    rounds: 24,
    async round (scene) {
      const mark = markOf(scene.nth)
      const item = bringing([toegewezen(String(scene.nth))], [mark], scene.nth % 2 === 0 ? pushed : { delivery: 'offered' })
      await scene.one.accept([item])
      const seqs = await seqsOf(scene.one, mark)
      const [erased, told] = await both(scene, () => scene.one.erase(seqs, [mark], how), () => scene.other.accept([retour(item, { ...pushed, order_key: null, voids: true })]))
      assert.deepEqual([erased.length, said(told), await answered(scene, item)], [1, 'stored', 'answered'])
      assert.deepEqual((await scene.other.accept([retour(item)])).map(it => said([it])), ['ZP_RETOUR_SECOND'])
    },
    never: { 'a mark of an erased person is in an order key': "select a.id from message as m join message as a on a.seq = m.seq or a.answers = m.id where m.payload_gone_why = 'erased' and a.order_key <> ''" }
  },
  {
    name: 'a message is disowned twice, and its sender told',
    rounds: 24,
    async round (scene) {
      const item = await had(scene.one, byDoor())
      const disown = (store: Store) => store.disown(got, item.envelope.id, { code: 'StUF055', finding }, account, noticeTo(), end)
      const tell = async (store: Store): Promise<void> => {
        const claim = await store.claimNotice(gemeente, 1_000, end)
        if (claim !== null) await store.finishNotice({ delivery: claim.delivery, fence: claim.fence, outcome: { kind: scene.draw() < 0.5 ? 'delivered' : 'dead', class: 'functional', reason: 'no' } as never }, end)
      }
      const told = await both(scene, async () => { const it = await disown(scene.one); await tell(scene.one); return it }, async () => { await tell(scene.other); return await disown(scene.other) })
      assert.deepEqual(told, ['done', 'done'])
      assert.equal((await scene.rows(`select id from notice where message = '${item.envelope.id}'`)).length, 1)
    },
    never: { 'a message died twice': "select message from audit where event = 'dead' group by message having count(*) > 1" }
  },
  {
    name: 'a message is disowned and answered',
    rounds: 24,
    async round (scene) {
      const item = await had(scene.one, heen(pushed))
      const [disowned, told] = await both(scene, () => scene.one.disown(got, item.envelope.id, { code: 'StUF055', finding }, account, noticeTo(), end), () => scene.other.accept([retour(item)]))
      assert.ok(['done', 'answered'].includes(disowned), disowned)
      assert.deepEqual([said(told), await answered(scene, item), (await scene.one.inspect(item.envelope.id))?.message.delivery], ['stored', 'answered', 'delivered'])
    },
    never: { 'an answered message is disowned': "select id from message where answer = 'answered' and disowned is not null" }
  },
  {
    name: 'what came in is refused anew while its sender is told, or told again',
    rounds: 24,
    async round (scene) {
      const number = newReferentienummer()
      const refused = (nth: number) => refusedAs(keyOf(number), { digest: digest(nth) })
      const notice = noticeTo()
      await scene.one.keepArrival(refused(1), notice)
      if (scene.nth % 2 === 0) {
        const claim = await scene.one.claimNotice(gemeente, 1_000, end)
        if (claim !== null) await scene.one.finishNotice({ delivery: claim.delivery, fence: claim.fence, outcome: { kind: 'dead', class: 'functional', reason: 'no' } }, end)
      }
      await both(scene, () => scene.one.keepArrival(refused(2), noticeTo()), async () => {
        await scene.other.noticesAgain([notice.id], { by: account, reason: 'mended', now: end }, { usual: policy })
        const claim = await scene.other.claimNotice(gemeente, 1_000, end)
        if (claim !== null) await scene.other.finishNotice({ delivery: claim.delivery, fence: claim.fence, outcome: { kind: 'delivered' } }, end)
      })
    },
    never: { 'a sender is told twice of one number': "select arrival from notice where state = 'due' group by arrival having count(*) > 1" }
  },
  {
    name: 'facts are derived anew while a message is offered, or its answer voids it',
    rounds: 24,
    async round (scene) {
      const mark = markOf(scene.nth)
      const item = bringing([toegewezen(`1${scene.nth}`)], [mark], scene.nth % 2 === 0 ? { delivery: 'waiting' } : {})
      await scene.one.accept([item])
      const again = { id: item.envelope.id, voids: false, facts: { pair, clients: [mark], facts: [toegewezen(`2${scene.nth}`)] } }
      const items = (await seqsOf(scene.one, mark)).map(seq => ({ seq, ...again }))
      await both(scene, () => scene.one.rederive(items, false), async () => {
        if (scene.nth % 2 === 1) return assert.equal(said(await scene.other.accept([retour(item, { voids: true })])), 'stored')
        await scene.other.finish((await scene.other.claim(9, 60_000, end)).map(it => finish(it, { kind: 'offered' })), end)
      })
      assert.deepEqual(await scene.one.rederive(items, true), { same: 1, written: 0, removed: 0 })
    }
  }
]
