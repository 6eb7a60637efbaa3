/** Messages of before this gateway: checked whole, then taken in to be known to rules and nothing more. */
import { isTestBsn, journeyOf } from './admit.ts'
import { clientMarks } from './clients.ts'
import { digestOf, newMessageId, newReferentienummer, type Clock, type Finding, type Sha256 } from './core/core.ts'
import * as history from './history/history.ts'
import type { Parties } from './party/party.ts'
import { keptFacts } from './remember.ts'
import { answeredHeader, headerLeaves, headerOf, valuesOf } from './standard/standard.ts'
import type { Acceptance, Accepted, Store } from './store/store.ts'
import type { Validator } from './validate/validate.ts'
import type { Marker } from './vault/vault.ts'

export interface Importer {
  readonly store: Pick<Store, 'importHistory' | 'endImport' | 'inspect'>
  readonly validator: Pick<Validator, 'validate'>
  readonly parties: Pick<Parties, 'party'>
  readonly marker: Pick<Marker, 'mark'>
  readonly clock: Clock
  readonly mode: 'test' | 'production'
}

/** A message by the name a person knows it by; read when it is its turn. */
export interface Named { readonly name: string, read (): Promise<Uint8Array> | Uint8Array }
/** Why a message cannot be taken. */
export interface Wrong { readonly name: string, readonly finding: Pick<Finding, 'code' | 'line' | 'path' | 'message' | 'message_en'> }
/** `known`: taken in before. `loose`: answers to what is not among them, or was answered. `apart`: between parties of whom none is judged in full. */
export interface Imported { readonly taken: number, readonly known: number, readonly loose: number, readonly apart: number, readonly pairs: number }
export type ImportResult = { readonly kind: 'done' } & Imported | { readonly kind: 'wrong', readonly wrong: readonly Wrong[] }

type Read = { readonly kind: 'wrong', readonly finding: Wrong['finding'] } | { readonly kind: 'apart' } | { readonly kind: 'message', readonly item: Acceptance, readonly answers: boolean }

const wrongBsn: Wrong['finding'] = { code: 'ZP_TEST_BSN', line: null, path: 'Bsn', message: 'Bsn is geen test-Bsn.', message_en: 'Bsn is not a test Bsn; a database in mode test takes no others.' }
const taken: Wrong['finding'] = { code: 'ZP_IDENTIFICATIE_REUSED', line: null, path: 'Header', message: 'Een ander bericht met deze Identificatie is al bekend.', message_en: 'Another message with this Identificatie is known already; take one of the two out.' }
const changed: Wrong['finding'] = { code: 'ZP_FILE_CHANGED', line: null, path: '', message: 'Het bestand veranderde tijdens de import.', message_en: 'The file changed during the import.' }

/** @returns the message as it is taken in: nothing is sent, nobody gets a receipt, and of an answer only what it answers is asked */
async function read ({ validator, parties, marker, clock, mode }: Importer, payload: Uint8Array): Promise<Read> {
  const judged = await validator.validate(payload)
  if (judged.kind === 'invalid') {
    const [first = { code: judged.code, line: null, path: '', message: judged.code, message_en: judged.code }] = judged.findings
    return { kind: 'wrong', finding: first }
  }
  const { model, message } = judged
  const bsns = [...new Set(valuesOf(model, message, 'Bsn'))]
  if (mode === 'test' && !bsns.every(isTestBsn)) return { kind: 'wrong', finding: wrongBsn }
  const [journey, at] = [journeyOf(headerOf(model, message)), clock.now()]
  const clients = await clientMarks(marker, model.family, journey, bsns)
  const facts = keptFacts({ parties, history }, { model, message, journey, bsns, clients, at })
  if (facts === null) return { kind: 'apart' }
  const [answered, referentienummer] = [answeredHeader(model, message), newReferentienummer()]
  return {
    kind: 'message',
    answers: answered !== null,
    item: {
      envelope: {
        ...journey, type: model.type, family: model.family, release: model.release, id: newMessageId(at), referentienummer, conversatie: referentienummer, answers: null,
        sha256: digestOf(payload), size_bytes: payload.byteLength, received: at, account: null, door: 'gateway', origin: 'import', verdict: 'accepted'
      },
      payload,
      seal: Buffer.alloc(0),
      receipt: Buffer.alloc(0),
      findings: [],
      header: headerLeaves(model, message),
      delivery: 'none',
      answer: model.answeredBy === null ? 'none' : 'awaited',
      answer_due: null,
      order_key: null,
      clients,
      correlation: answered === null ? null : { type: answered.type, identificatie: answered.identificatie, sender: journey.receiver, echo: {} },
      replaces: null,
      facts: model.role === 'retour' ? { ...facts, facts: [] } : facts,
      voids: history.voids(model, message)
    }
  }
}

interface Checked { readonly it: Named, readonly sha256: Sha256, readonly answers: boolean }

/** Every message is judged before the first is taken; one is held at a time. */
async function check (parts: Importer, all: readonly Named[], onStep: () => void): Promise<{ readonly wrong: Wrong[], readonly checked: Checked[], readonly apart: number }> {
  const [wrong, checked]: [Wrong[], Checked[]] = [[], []]
  let apart = 0
  for (const it of all) {
    const found = await read(parts, await it.read())
    if (found.kind === 'wrong') wrong.push({ name: it.name, finding: found.finding })
    else if (found.kind === 'apart') apart++
    else checked.push({ it, sha256: found.item.envelope.sha256, answers: found.answers })
    onStep()
  }
  return { wrong, checked, apart }
}

/** What is refused because it is there already, byte for byte, was taken in before. */
async function isKnown ({ store }: Importer, { envelope: { sha256 } }: Acceptance, { message }: Extract<Accepted, { kind: 'refused' }>): Promise<boolean> {
  const before = message === null ? null : await store.inspect(message)
  return before === null || before.message.sha256 === sha256
}

/**
 * Answers come after what they answer, whatever their names. Nothing counts before all is taken, so what is broken off changes nothing and may begin again.
 * @param all in the order in which they were sent
 * @param complete_from date from which on every message between these parties is here, as who imports them knows; null where he does not
 * @param onStep told after each message, twice
 * @throws StoreFailure
 */
export async function importEarlier (parts: Importer, all: readonly Named[], complete_from: string | null, onStep: () => void): Promise<ImportResult> {
  const { wrong, checked, apart } = await check(parts, all, onStep)
  if (wrong.length > 0) return { kind: 'wrong', wrong }
  const done = { taken: 0, known: 0, loose: 0, apart }
  const pairs = new Map<string, history.Pair>()
  for (const { it, sha256 } of [...checked.filter(it => !it.answers), ...checked.filter(it => it.answers)]) {
    const found = await read(parts, await it.read())
    if (found.kind !== 'message' || found.item.envelope.sha256 !== sha256) return { kind: 'wrong', wrong: [{ name: it.name, finding: changed }] }
    const { item } = found
    const [result] = await parts.store.importHistory([item])
    if (result?.kind === 'refused' && result.code === 'ZP_IDENTIFICATIE_REUSED' && !await isKnown(parts, item, result)) return { kind: 'wrong', wrong: [{ name: it.name, finding: taken }] }
    done[result?.kind === 'stored' ? 'taken' : result?.kind === 'refused' && result.code !== 'ZP_IDENTIFICATIE_REUSED' ? 'loose' : 'known']++
    if (item.facts) pairs.set(JSON.stringify(item.facts.pair), item.facts.pair)
    onStep()
  }
  await parts.store.endImport([...pairs.values()], complete_from, parts.clock.now())
  return { kind: 'done', ...done, pairs: pairs.size }
}
