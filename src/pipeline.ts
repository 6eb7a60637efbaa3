/** The one control flow: Received → Valid → Admitted → Sealed → Stored at the door, Claimed → delivered at the worker. */
import { concluded, failed, patient, pushed, rejected, unpushed, withheld } from './acknowledge/acknowledge.ts'
import { admit, agree, journeyOf, mayStillSend, refuseRealPersons, refuseTooLarge, refuseTooLargeUnread, type Journey, type Room } from './admit.ts'
import { clientMarks, orderKey } from './clients.ts'
import { digestOf, isReferentienummer, newIdentificatie, newMessageId, newReferentienummer, newTaskId, Refusal, rfc3339, type AccountId, type Clock, type Door, type Finding, type Fingerprint, type Instant, type MessageId, type PartyCode, type Referentienummer, type RetryPolicy, type Sha256 } from './core/core.ts'
import { dutchDate, type Calendar } from './calendar/calendar.ts'
import type { Courier, deliver, Delivered, Pushed } from './deliver/deliver.ts'
import type { Draft, Handlers, HandlerTask, Outcome, Tools } from './handle/handle.ts'
import type * as Facts from './history/history.ts'
import { judged } from './judge.ts'
import { ownView, type Parties } from './party/party.ts'
import { messageLinks, receiptBytes } from './receipt.ts'
import { openBench, type Bench, type Shop } from './tools.ts'
import { keptFacts } from './remember.ts'
import { keepRefused, type RefusedLimits } from './refused.ts'
import type { route } from './route/route.ts'
import type * as Rules from './rules/rules.ts'
import type { boundFindings, Sealer, statementBytes, verifySignature } from './sign/sign.ts'
import { signed } from './signed.ts'
import type * as Standard from './standard/standard.ts'
import type { Acceptance, Accepted, Claimed, Difference, Envelope, Finish, KeptSignature, MemberOf, PushClaimed, Served, Wire } from './store/store.ts'
import type { Judgement, Validator, Wish } from './validate/validate.ts'
import type { Mark, Marker } from './vault/vault.ts'

/** Everything the flow is made of; `gateway.ts` brings it. */
export interface Stages extends RefusedLimits, Room, Shop {
  readonly clock: Clock
  readonly calendar: Calendar
  readonly mode: 'test' | 'production'
  readonly parties: Parties
  readonly validator: Validator
  readonly sealer: Sealer
  readonly statementBytes: typeof statementBytes
  readonly boundFindings: typeof boundFindings
  readonly verifySignature: typeof verifySignature
  readonly standard: Pick<typeof Standard, 'answerTo' | 'headerOf' | 'headerLeaves' | 'answeredHeader' | 'leavesNamed' | 'modelOf' | 'writeInTurns'>
  readonly rules: Pick<typeof Rules, 'within' | 'placed' | 'shortened'>
  /** Of rules that may do another thing than reject. */
  readonly weights: Rules.Weights
  readonly marker: Pick<Marker, 'mark' | 'marks'>
  readonly history: typeof Facts
  readonly store: Served
  readonly handlers: Handlers
  readonly handler_ms_max: number
  readonly route: typeof route
  readonly deliver: typeof deliver
  readonly courier: Pick<Courier, 'push' | 'unsayable'>
  /** When what failed is tried again; a push where the register says nothing else. */
  readonly retry: RetryPolicy
  readonly random: () => number
  /** Told of an error while dealing with a delivery; the delivery is tried again all the same. */
  readonly onError: (error: unknown, id: MessageId) => void
  readonly onUnkept: (error: unknown, id: MessageId) => void
}

/** Who brings a message, for which party, through which door, and what he says it replaces. The gateway's own messages have no account and no certificate. */
export interface Submitter { readonly account: AccountId | null, readonly party: PartyCode, readonly certificate: Fingerprint | null, readonly door: Door, readonly signature?: Uint8Array | null, readonly replaces?: MessageId, readonly member?: MemberOf, readonly wire?: Wire }

interface Received { readonly bytes: Uint8Array, readonly by: Submitter, readonly at: Instant }
/** Of a large one that leaves no facts behind an outline is here. */
interface Valid extends Received { readonly sha256: Sha256, readonly model: Standard.MessageModel, readonly message: Standard.Tree, readonly outline?: true, readonly within?: Rules.Within }
interface Admitted extends Valid { readonly journey: Journey, readonly bsns: readonly string[], readonly clients: readonly Mark[], readonly signature: KeptSignature | null }
/** With the answer of the gateway to what is rejected. */
interface Judged extends Admitted, Rules.Within { readonly answer: Sealed | null }
interface Sealed { readonly acceptance: Acceptance }
/** What handlers say where they are done with a message. */
type Ending = Extract<Outcome<HandlerTask>, { kind: 'done' | 'reject' }>
/** Stored, or stored before: in both cases the receipt that stands. `delivery`: where it is now; null for what was stored before. `waiting`: the worker has something to do; `pushing`: the pusher has, for these. */
export interface Stored { readonly id: string, readonly type: Standard.MessageType, readonly duplicate: boolean, readonly delivery: Acceptance['delivery'] | null, readonly waiting: boolean, readonly pushing: readonly PartyCode[], readonly receipt: Uint8Array }

/** What is larger may have facts that are to be written yet. */
const large_bytes = 131_072

export interface Pipeline {
  /** @returns the receipt, after the commit. @throws Refusal; then no message was stored, and of the refused one what its sender needs to correct it */
  receive (bytes: Uint8Array, by: Submitter): Promise<Stored>
  /** Deals with one delivery under its lease. Never throws: a failure becomes a later try. */
  work (claimed: Claimed, stop: AbortSignal): Promise<Finish>
  /**
   * Brings one message to its receiver's endpoint.
   * @param heard told of what came of it; answers whether the destination answers nobody now
   * @throws only when `stop` aborts
   */
  push (claimed: PushClaimed, stop: AbortSignal, heard: (result: Pushed) => boolean): Promise<Finish>
}

export function openPipeline (stages: Stages): Pipeline {
  return {
    receive: async (bytes, by) => {
      const received = { bytes, by, at: stages.clock.now() }
      await spared(stages, received)
      const judgement = await stages.validator.validate(bytes, wishOf(stages, stages.weights))
      const { model, sha256 = null } = judgement
      return await taken(stages, received, judgement).catch(async error => {
        // Who may not send it has nothing to correct, and takes no room of the party he names.
        const his = error instanceof Refusal && model !== null && mayStillSend(by, model.family, stages.parties, stages.clock.now())
        throw his ? await keepRefused(stages, { ...received, model, sha256: sha256 ?? digestOf(bytes) }, error) : error
      })
    },
    work: async (claimed, stop) => await work(stages, claimed, stop).catch(error => {
      stages.onError(error, claimed.envelope.id)
      return failed(claimed, stages.retry, reasonOf(error), stages.clock, stages.random())
    }),
    push: async (claimed, stop, heard) => await push(stages, claimed, stop, heard).catch(error => {
      if (stop.aborted) throw error
      stages.onError(error, claimed.envelope.id)
      return failed(claimed, claimed.policy, 'push_failed', stages.clock, stages.random())
    })
  }
}

/** What the flow asks of a large message that it does not have at hand. */
const wishOf = ({ parties, clock }: Stages, weights: Rules.Weights | null): Wish => ({ weights, keepers: parties.keepers(clock.now()) })

/** What is too large for its receiver is not read. @throws Refusal */
async function spared (stages: Stages, { bytes, by, at }: Received): Promise<void> {
  if (bytes.byteLength <= stages.ggk_payload_bytes_max) return
  await stages.parties.refresh()
  refuseTooLargeUnread(bytes, by.party, stages, stages.parties, at)
}

async function taken (stages: Stages, received: Received, judgement: Judgement): Promise<Stored> {
  const read = valid(received, judgement)
  agree(received.by.wire?.says ?? null, read.model, stages.standard.headerOf(read.model, read.message))
  const now = await admitted(stages, read).then(it => judge(stages, it)).then(it => seal(stages, it)).catch(async error => await receivedBefore(stages, read) ?? Promise.reject(error))
  return 'receipt' in now ? now : await keep(stages, now)
}

function valid (received: Received, judgement: Judgement): Valid {
  if (judgement.kind === 'invalid') throw new Refusal(judgement.code, judgement.model?.type ?? null, judgement.findings)
  const { kind, sha256 = digestOf(received.bytes), ...read } = judgement
  return { ...received, ...read, sha256 }
}

async function admitted (stages: Stages, it: Valid): Promise<Admitted> {
  const journey = journeyOf(stages.standard.headerOf(it.model, it.message))
  await stages.parties.refresh()
  admit(it.model, journey, it.by, stages.parties, stages.clock.now())
  // What the gateway made itself no sender can make smaller: that ends in the dead letters.
  if (it.by.account !== null) refuseTooLarge(journey.receiver, it.bytes.byteLength, stages, stages.parties, stages.clock.now())
  const leaves = stages.standard.leavesNamed(it.model, it.message, 'Bsn')
  if (stages.mode === 'test') refuseRealPersons(leaves, it.bytes)
  const bsns = leaves.map(({ text }) => text)
  return { ...it, journey, bsns, clients: await clientMarks(stages.marker, it.model.family, journey, bsns), signature: signatureOf(stages, it) }
}

/** Bytes that came before are answered with their first receipt, whatever signature comes with them now. */
function signatureOf ({ parties, verifySignature }: Stages, { bytes, by: { signature = null, party }, model: { family }, at }: Valid): KeptSignature | null {
  return signature === null ? null : signed({ signature, payload: bytes, party, family, at }, parties, verifySignature)
}

/** Who may send what to whom can change, and a seal certificate can expire; the same bytes of the same sender get their first receipt all the same. */
async function receivedBefore (stages: Stages, { sha256, model, message, by }: Valid): Promise<Stored | null> {
  const journey = journeyOf(stages.standard.headerOf(model, message))
  if (journey.sender !== by.party || !mayStillSend(by, model.family, stages.parties, stages.clock.now())) return null
  const { type } = model
  const found = await stages.store.earlier({ sender: journey.sender, type, identificatie: journey.identificatie, sha256 })
  return found === null ? null : { ...found, type, duplicate: true, delivery: null, waiting: false, pushing: [] }
}

/** @returns from when on the answer to a message offered now is overdue; null where none is asked */
const answerDue = ({ calendar }: Stages, { answerDays }: Standard.MessageModel, now: Instant): Instant | null =>
  answerDays === null ? null : calendar.due(now, answerDays)

/** What breaks rules within it is rejected and answered at once, in the name of its receiver. What the gateway made itself it does not judge. */
async function judge (stages: Stages, it: Admitted): Promise<Judged> {
  const receiver = it.by.account === null ? null : stages.parties.party(it.journey.receiver, it.at)
  const within = judged(it, receiver, stages)
  return { ...it, ...within, answer: within.rejected ? await answered(stages, it, within.findings) : null }
}

/** The answer that findings make, by the gateway in the name of who gets the message. */
async function answered (stages: Stages, { model, message, journey, at }: Pick<Admitted, 'model' | 'message' | 'journey' | 'at'>, findings: readonly Finding[]): Promise<Sealed> {
  const answer = stages.standard.answerTo(model, message, findings, { identificatie: newIdentificatie(), dagtekening: dutchDate(at) })
  return await prepare(stages, written(stages, { type: answer.model.type, message: answer.message }), journey.receiver)
}

async function seal (stages: Stages, it: Judged): Promise<Sealed> {
  if (stages.sealer.refuses(it.at) !== null) throw new Refusal('ZP_SEAL')
  const envelope = envelopeOf(it, await numbered(stages, it.by))
  const { id, sender, receiver, sha256 } = envelope
  const verdict = it.rejected ? 'rejected' : 'accepted'
  const statement = stages.statementBytes({ id, sender, receiver, certificate_sha256: it.by.certificate, received: rfc3339(it.at), sha256, verdict, ...stages.boundFindings(it.findings) })
  const { delivery, push } = it.rejected ? nowhere : firstStep(stages, envelope)
  const retour = it.answer?.acceptance ?? null
  return {
    acceptance: {
      envelope,
      payload: it.bytes,
      signature: it.signature,
      seal: await stages.sealer.seal(sha256, statement, it.at),
      receipt: receiptBytes(envelope, it.by.certificate, it.findings, retour?.envelope.id ?? null),
      findings: it.findings,
      header: stages.standard.headerLeaves(it.model, it.message),
      delivery,
      answer: it.model.answeredBy === null ? 'none' : 'awaited',
      answer_due: delivery === 'offered' ? answerDue(stages, it.model, it.at) : null,
      order_key: orderKey(it.model, it.journey, it.clients),
      clients: it.clients,
      correlation: correlationOf(stages, it),
      replaces: it.by.replaces ?? null,
      member: it.by.member,
      wire: it.by.wire ?? null,
      push,
      facts: it.rejected ? null : keptFacts(stages, it),
      voids: stages.history.voids(it.model, it.message),
      caused: retour === null ? [] : [retour]
    }
  }
}

/** Where a message is once it is stored, and how it is pushed from then on. */
type FirstStep = Pick<Acceptance, 'delivery'> & { readonly push: RetryPolicy | null }
const nowhere: FirstStep = { delivery: 'none', push: null }
const forWorker: FirstStep = { delivery: 'waiting', push: null }

/** A message that no handler wants to see needs no worker: it is offered in the transaction that accepts it, and is the pusher's from then on where it is pushed. */
function firstStep (stages: Stages, envelope: Envelope): FirstStep {
  const receiver = stages.parties.party(envelope.receiver, stages.clock.now())
  if (stages.handlers.listens(envelope, receiver)) return forWorker
  const delivered = stages.deliver(stages.route(envelope, receiver), stages.retry)
  return delivered.kind === 'offered' ? { delivery: 'offered', push: delivered.push } : forWorker
}

/** What its sender calls it, or its conversation, it is called, where that is of the right shape and nothing of others is called so; the gateway draws the rest. */
async function numbered ({ store }: Stages, { wire, party }: Submitter): Promise<Record<'referentienummer' | 'conversatie', Referentienummer>> {
  const { number, conversatie } = wire ?? { number: '', conversatie: null }
  const referentienummer = isReferentienummer(number) && !await store.numberTaken(number) ? number : newReferentienummer()
  const own = conversatie !== null && isReferentienummer(conversatie) && !await store.conversatieTaken(conversatie, party)
  return { referentienummer, conversatie: own ? conversatie : referentienummer }
}

function envelopeOf ({ model, journey, by, at, bytes, sha256, rejected }: Judged, numbers: Record<'referentienummer' | 'conversatie', Referentienummer>): Envelope {
  const { type, family, release } = model
  return {
    ...journey, ...numbers, type, family, release,
    id: newMessageId(at), answers: null,
    sha256, size_bytes: bytes.byteLength, received: at,
    account: by.account, door: by.door, origin: by.account === null ? 'gateway' : 'party', verdict: rejected ? 'rejected' : 'accepted'
  }
}

function correlationOf (stages: Stages, { model, message, journey }: Admitted): Acceptance['correlation'] {
  const answered = stages.standard.answeredHeader(model, message)
  return answered === null ? null : { ...answered, sender: journey.receiver }
}

async function keep (stages: Stages, { acceptance }: Sealed): Promise<Stored> {
  const [accepted] = await stages.store.accept([acceptance])
  return receiptOf(acceptance, accepted)
}

function receiptOf (acceptance: Acceptance, accepted: Accepted | undefined): Stored {
  if (accepted === undefined) throw new Error('the store gave no answer')
  if (accepted.kind === 'refused') throw refusalOf(acceptance, accepted)
  const { type } = acceptance.envelope
  if (accepted.kind === 'duplicate') return { id: accepted.id, type, duplicate: true, delivery: null, waiting: false, pushing: [], receipt: accepted.receipt }
  // The retour of a rejected message may have a way of its own to go.
  const all = [acceptance, ...acceptance.caused ?? []]
  const waiting = all.some(it => it.delivery === 'waiting')
  const pushing = all.filter(it => (it.push ?? null) !== null).map(it => it.envelope.receiver)
  return { id: accepted.id, type, duplicate: false, delivery: acceptance.delivery, waiting, pushing, receipt: acceptance.receipt }
}

/** Says what stands in the way: the message that was first, the one that was looked for, and each element that differs. */
function refusalOf ({ correlation, envelope }: Acceptance, { code, message, differences }: Extract<Accepted, { kind: 'refused' }>): Refusal {
  const asked = correlation ?? envelope
  const detail = code === 'ZP_RETOUR_UNKNOWN' ? `${asked.type} ${asked.identificatie} van ${asked.sender}` : message === null ? null : messageLinks(message).self
  return new Refusal(code, detail, differences.map(it => differs(it, correlation?.echo[it.path] ?? '')))
}

/** Header elements are about messages, not persons: both values may be shown to the two parties. */
const differs = ({ path, expected }: Difference, found: string): Finding => ({
  level: 1, code: 'ZP_RETOUR_ECHO', line: null, path: `Header/${path}`, found, expected: expected ?? '',
  message: `${path} is in het heenbericht ${expected === null ? 'afwezig' : `"${expected}"`}; hier staat "${found}".`,
  message_en: `${path} is ${expected === null ? 'absent' : `"${expected}"`} in the message that is answered; here it is "${found}".`
})

async function work (stages: Stages, claimed: Claimed, stop: AbortSignal): Promise<Finish> {
  const { envelope } = claimed
  if (envelope.size_bytes > large_bytes) await stages.store.writeFacts(envelope.id)
  await stages.parties.refresh()
  const signal = AbortSignal.any([stop, AbortSignal.timeout(stages.handler_ms_max)])
  const bench = openBench(stages, claimed, stages.parties.party(envelope.receiver, stages.clock.now()), signal)
  const outcome = await handled(stages, envelope, bench.tools)
  if (outcome.kind === 'hold' || outcome.kind === 'later') return withheld(claimed, outcome, stages.clock.now())
  const { send = [], findings = [], ...rest } = outcome
  const told = await toldOf(stages, envelope, findings, bench)
  bench.shut()
  // Not awaited: what this function holds of a large message would stay meanwhile.
  return ended(stages, claimed, rest, { drafts: [...send], findings: told, history: bench.history() })
}

/** @param drafts each goes when it is written */
async function ended (stages: Stages, claimed: Claimed, outcome: Pick<Ending, 'kind' | 'tasks'> & { readonly deliver?: boolean }, { drafts, findings, history }: { readonly drafts: Draft[], readonly findings: readonly Finding[], readonly history: Finish['history'] }): Promise<Finish> {
  const { envelope } = claimed
  const caused = await Promise.all(drafts.splice(0).map(draft => prepare(stages, written(stages, draft), envelope.receiver)))
  const tasks = (outcome.tasks ?? []).map(it => ({ ...it, id: newTaskId(stages.clock.now()) }))
  const done = { caused: caused.map(it => it.acceptance), findings, tasks, history }
  if (outcome.kind === 'reject') return rejected(claimed, done, outcome.deliver === true ? await brought(stages, envelope) : null)
  const due = answerDue(stages, stages.standard.modelOf(envelope.type), stages.clock.now())
  return concluded(claimed, await brought(stages, envelope), done, due)
}

/** Where it goes is looked up anew at every try: its endpoint may be gone or another by now, its payload erased. */
async function push (stages: Stages, claimed: PushClaimed, stop: AbortSignal, heard: (result: Pushed) => boolean): Promise<Finish> {
  const { envelope, policy, attempt } = claimed
  await stages.parties.refresh()
  const to = stages.route(envelope, stages.parties.party(envelope.receiver, stages.clock.now()))
  if (to.kind !== 'push') return unpushed(claimed, stages.deliver(to, policy))
  const parcel = await stages.store.parcel(envelope.id)
  if (parcel === null) return unpushed(claimed, { kind: 'undeliverable', reason: 'payload_gone' })
  const unsayable = stages.courier.unsayable(to.connection, parcel)
  if (unsayable !== null) return unpushed(claimed, { kind: 'undeliverable', reason: unsayable })
  const result = patient(await stages.courier.push(to.connection, parcel, attempt, stop), policy)
  return pushed(claimed, result, heard(result), stages.clock, stages.random())
}

async function brought (stages: Stages, envelope: Envelope): Promise<Delivered> {
  await stages.parties.refresh()
  return stages.deliver(stages.route(envelope, stages.parties.party(envelope.receiver, stages.clock.now())), stages.retry)
}

/** What was seen at the door stands beside what handlers found. */
async function toldOf ({ store, rules }: Stages, { id, sender }: Envelope, findings: readonly Finding[], bench: Bench): Promise<readonly Finding[]> {
  if (findings.length === 0) return []
  const { model, message, bytes, ground } = await bench.opened()
  const before = (await store.findings(ownView(sender), id) ?? []).filter(it => it.level <= 2)
  return [...before, ...rules.placed(rules.shortened(findings), model, message, bytes, ground?.lines)]
}

/** A handler gets `handler_ms_max`; one that hangs longer counts as failed, whatever it still does. */
async function handled ({ handlers }: Stages, envelope: Envelope, tools: Tools): Promise<Outcome<HandlerTask>> {
  const { signal } = tools
  if (!handlers.listens(envelope, tools.receiver)) return { kind: 'done' }
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => { reject(signal.reason) }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([handlers.handle(envelope, tools), aborted])
  } finally { signal.removeEventListener('abort', abort) }
}

/** The gateway's own message takes the same stages as anybody's. @param party in whose name it speaks: who gets the message it is about */
async function prepare (stages: Stages, own: ReturnType<typeof written>, party: PartyCode): Promise<Sealed> {
  const { bytes, judgement } = await own
  const by: Submitter = { account: null, party, certificate: null, door: 'gateway' }
  const read = valid({ bytes, by, at: stages.clock.now() }, judgement)
  return await seal(stages, await judge(stages, await admitted(stages, read)))
}

/** An answer repeats all that it rejects, and says why: that of a claim near the largest size fits only without its indentation. */
async function written (stages: Stages, { type, message }: Draft): Promise<{ readonly bytes: Uint8Array, readonly judgement: Judgement }> {
  const { standard, validator } = stages
  const write = async (step?: string): Promise<{ readonly bytes: Uint8Array, readonly judgement: Judgement }> => {
    const bytes = await standard.writeInTurns(standard.modelOf(type), message, step)
    return { bytes, judgement: await validator.validate(bytes, wishOf(stages, null)) }
  }
  const usual = await write()
  return usual.judgement.kind === 'invalid' && usual.judgement.code === 'ZP_SIZE' ? await write('') : usual
}

function reasonOf (error: unknown): string {
  if (error instanceof Refusal) return error.code
  return error instanceof Error && error.name === 'TimeoutError' ? 'handler_timeout' : 'handler_failed'
}
