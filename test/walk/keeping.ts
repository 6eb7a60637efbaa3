/** Flows: what goes on beside messages: batches, the register, lists, forgetting, keys, history and the audit. */
import assert from 'node:assert/strict'
import { removeAuditBefore } from '../../src/audit/audit.ts'
import { makeCheckpoint } from '../../src/audit/checkpoint.ts'
import { instant, newBatchId, newMessageId, sha256Hex, type Instant } from '../../src/core/core.ts'
import { openLog } from '../../src/log.ts'
import { issue, makeAuthority, openSealer } from '../../src/sign/sign.ts'
import type { Acceptance, MemberEnd, Store } from '../../src/store/store.ts'
import { erase, sweep } from '../../src/upkeep/upkeep.ts'
import { openMarker, type Mark } from '../../src/vault/vault.ts'
import { aMandate, anAccount, aParty } from '../register.ts'
import { bringing, markOf, pair, toegewezen } from '../store/facts.ts'
import { aanbieder, account, gemeente, heen, later, roots, start } from '../store/sample.ts'
import { turned } from '../store/turning.ts'
import { ownView } from '../../src/party/party.ts'
import { accept, finding } from './hands.ts'
import type { Flow } from './walk.ts'

function batch (): Flow {
  const members = ['een.xml', 'twee.xml'].map((name, nth) => ({ name, size_bytes: nth }))
  const made = { id: newBatchId(start), account, party: gemeente, certificate: null, received: start, sha256: sha256Hex('a'.repeat(64)), zip: Buffer.from('zip'), members }
  const item: Acceptance = { ...heen(), member: { batch: made.id, index: 1 } }
  const refused: MemberEnd = { index: 2, state: 'refused', message: null, code: 'ZP_SCHEMA', detail: 'WMO301', findings: [finding] }
  return {
    name: 'a batch is taken in and worked on',
    states: ['nothing', 'taken in', 'claimed', 'first stored', 'second refused', 'done'],
    least: 30,
    async * run (hands) {
      const { store, now } = hands
      if ((await store.createBatch(made)).kind === 'stored') yield 'taken in'
      const claimed = await store.claimBatch(60_000, now())
      if (claimed === null) return
      yield 'claimed'
      assert.ok((await store.batchZip(made.id)).byteLength > 0)
      if (claimed.next <= 1) { await accept(hands, item); yield 'first stored' }
      if (claimed.next <= 2) { assert.equal(await store.endMember(made.id, claimed.fence, refused, now()), 'done'); yield 'second refused' }
      assert.equal(await store.endBatch(made.id, claimed.fence, { kind: 'done' }, now()), 'done')
      yield 'done'
    }
  }
}

function registered (): Flow {
  const changes = [{ kind: 'party', party: aParty(gemeente) }, { kind: 'account', account: anAccount(account, { party: gemeente }) }, { kind: 'account', account: anAccount('supplier') }, { kind: 'mandate', mandate: aMandate('supplier', gemeente) }] as const
  return {
    name: 'the register is changed',
    states: ['empty', 'changed'],
    least: 10,
    async * run ({ store, now }) {
      const { version, parties } = await store.register()
      if (parties.length === 0) assert.ok(await store.changeRegister(version, changes, null, now()))
      yield 'changed'
    }
  }
}

function listed (): Flow {
  const part = { list: 'contracts', family: 'iwmo', gemeente: '0344', aanbieder: '42420001' } as const
  const rows = [1, 2].map(tarief_cents => ({ part, categorie: '02', code: '02A01', naam: null, variant: 'output' as const, eenheid: '82', tarief_cents, perUur: false, van: '2026-01-01', tot: null }))
  const given = { list: 'contracts', rows, sha256: sha256Hex('ab'.repeat(32)), whole: false, by: null, now: later(1) } as const
  return {
    name: 'a list of an external source is imported anew',
    states: ['former', 'begun', 'written', 'in use', 'former gone'],
    least: 10,
    prepare: ({ store }) => store.importSources({ ...given, rows: rows.slice(1), sha256: sha256Hex('cd'.repeat(32)) }),
    async * run ({ store }) {
      await store.importSources(given)
      yield 'former gone'
      assert.deepEqual((await store.sourceRows(part)).map(it => it.tarief_cents), [1, 2])
    },
    again: /sources_imported|"rows":"2","sha256"/,
    loose: /(?<="sources_version","value":)"\d+"/,
    trails: true
  }
}

/** Fetched, and nothing awaited. */
const over = (wanted: Parameters<typeof heen>[0] = {}): Acceptance => heen({ answer: 'none', delivery: 'none', findings: [finding], clients: [{ key: 'index', hash: Buffer.alloc(16, 1) }], ...wanted })
const days = { retention_payload_days: 1, retention_metadata_days: 2, retention_refused_days: 1, retention_assignment_days: 1, retention_claim_days: 1 }

function swept (): Flow {
  const item = over()
  const refused = { ...item.envelope, id: newMessageId(start), at: start, party: gemeente, code: 'ZP_SCHEMA', detail: null, findings: [], payload: null, replaces: null, identificatie: null } as const
  return {
    name: 'what is too old is swept',
    states: ['old', 'refused gone', 'payload gone', 'metadata gone'],
    least: 20,
    prepare: async hands => { await accept(hands, item); await hands.store.keepRefused(refused, 9) },
    async * run ({ store }) {
      await sweep({ store, retention: days, now: instant(start + 9e8) })
      yield 'metadata gone'
    },
    trails: true
  }
}

const person = { family: 'iwmo', gemeente, bsn: '999943212' } as const
function erased (): Flow {
  const marker = openMarker(roots.index)
  const items = [1, 2].map(() => bringing([toegewezen('1')], [marker.mark(person)], { delivery: 'offered' }))
  return {
    name: 'a person is erased',
    states: ['there', 'gone', 'told'],
    least: 20,
    prepare: async hands => {
      await accept(hands, ...items)
      for (const { envelope: { id } } of items) await hands.store.acknowledge(ownView(aanbieder), id, account, hands.now())
    },
    async * run ({ store, now }) {
      const { erased } = await erase({ store, marker, clock: { now } }, { gemeente, families: ['iwmo'], bsn: person.bsn, shared: true, undelivered: true, dry: false }, account)
      yield 'told'
      assert.ok(erased.length === 2 || erased.length === 0)
    },
    trails: true,
    again: /"erasure"/,
    // What was destroyed before it was broken off stands in the audit, a message each.
    loose: /erased:\d+/
  }
}

/** What `rekey` does, without leaving others their turn between. */
async function turn (store: Store, now: Instant, persons: ReadonlyArray<readonly Mark[]>): Promise<void> {
  while (await store.rewrap(9, now) > 0);
  const window = { messages_max: 9, bytes_max: 1e9 }
  for (let at = await store.marked(null, window); at !== null; at = await store.marked(at.next, window)) {
    if (at.items.length > 0) await store.remark(at.items.map(({ seq, key }) => ({ seq, key, marks: persons.flatMap(marks => marks.slice(0, 1)), persons })), now)
  }
}

function rekeyed (): Flow {
  const before = openMarker(roots.index)
  const fresh = turned(roots, 'new')
  const after = openMarker(fresh.index)
  const item = bringing([toegewezen('1')], [before.mark(person)], { findings: [finding] })
  return {
    name: 'everything comes under new keys',
    states: ['old keys', 'messages wrapped anew', 'persons wrapped anew', 'receipts wrapped anew', 'marked anew'],
    trails: true,
    least: 15,
    options: { roots: fresh },
    // Under what were the current keys then.
    filling: { roots },
    prepare: hands => accept(hands, item),
    async * run ({ store, now }) {
      await turn(store, now(), [after.marks(person)])
      yield 'marked anew'
      assert.deepEqual((await store.keyUse()).index.map(it => it.key), ['new'])
    }
  }
}

const brings = (item: Acceptance) => ({ facts: item.facts ?? null, voids: item.voids ?? false })

function rebuilt (): Flow {
  const items = ['1', '2'].map(it => bringing([toegewezen(it)], [markOf(Number(it))]))
  const all = async (store: Store, what: (id: string) => ReturnType<typeof brings>) => {
    for (let at = await store.factSources(0, null, { messages_max: 1, bytes_max: 1e9 }); at !== null; at = await store.factSources(at.after, null, { messages_max: 1, bytes_max: 1e9 })) {
      await store.rederive(at.items.map(({ seq, id }) => ({ seq, id, ...what(id) })), false)
    }
  }
  return {
    name: 'history is derived anew',
    states: ['lost', 'first known', 'second known', 'told'],
    least: 20,
    prepare: async hands => {
      await accept(hands, ...items)
      await all(hands.store, () => ({ facts: null, voids: false }))
    },
    async * run ({ store, now }) {
      await all(store, id => { const item = items.find(it => it.envelope.id === id); return item === undefined ? { facts: null, voids: false } : brings(item) })
      yield 'second known'
      await store.recordRebuild({ same: 0, written: 2, removed: 0 }, now())
      yield 'told'
    },
    trails: true,
    again: /history_rebuilt/
  }
}

function imported (): Flow {
  const items = ['1', '2'].map(it => bringing([toegewezen(it)], [markOf(Number(it))], { delivery: 'none', seal: Buffer.alloc(0), receipt: Buffer.alloc(0), envelope: { origin: 'import', account: null } }))
  return {
    name: 'messages of before are imported',
    states: ['nothing', 'first', 'second', 'known'],
    least: 30,
    async * run ({ store, now }) {
      for (const [nth, item] of items.entries()) {
        const [it] = await store.importHistory([item])
        if (it?.kind === 'stored') yield nth === 0 ? 'first' : 'second'
        else assert.equal(it?.kind === 'refused' && it.code, 'ZP_IDENTIFICATIE_REUSED')
      }
      await store.endImport([pair], '2015-01-01', now())
      yield 'known'
    },
    again: /history_imported/,
    loose: /(?<=messages:)\d+|"version":"\d+"/
  }
}

const authority = await makeAuthority({ name: 'Walk CA', algorithm: 'P-256' })
const own = await issue(authority, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
const sealer = openSealer(own.key, own.certificate)
const log = openLog({ level: 'silent', pretty: false, to: { write: () => {} } })
/** The seal certificate is of now; what is signed first is older than what is removed before. */
const [signed, before, after] = [0, 60_000, 120_000].map(ms => instant(Date.now() + ms)) as [Instant, Instant, Instant]
const signing = (store: Store, now: Instant) => ({ store, sealer, clock: { now: () => now }, log })

function checkpointed (): Flow {
  return {
    name: 'the audit is signed, and what is older goes',
    states: ['unsigned', 'signed', 'removal told', 'signed again', 'removed'],
    least: 15,
    trusted: [authority.certificate],
    prepare: hands => accept(hands, heen(), heen()),
    async * run ({ store }) {
      if (await store.lastCheckpoint() === null) {
        await makeCheckpoint(signing(store, signed))
        yield 'signed'
      }
      await removeAuditBefore(signing(store, after), before)
      yield 'removed'
    },
    again: /audit_removed/,
    loose: /"(removed|seq)":"\d+"/g,
    trails: true
  }
}

function noted (): Flow {
  const digest = sha256Hex('c'.repeat(64))
  return {
    name: 'a copy is told of, and the audit brought up to date',
    states: ['nothing', 'told'],
    least: 5,
    async * run ({ store }) {
      if ((await store.auditRows({ limit: 9, event: 'backed_up' })).items.length === 0) await store.recordCopy('backed_up', digest, start)
      yield 'told'
      assert.equal((await store.auditHead())?.strange, 0)
    }
  }
}

export const kept: ReadonlyArray<() => Flow> = [batch, registered, listed, swept, erased, rekeyed, rebuilt, imported, checkpointed, noted]
