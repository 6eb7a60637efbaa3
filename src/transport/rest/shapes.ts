/** The shapes of the REST interface: what OpenAPI shows and what requests are checked against. */
import { Type } from 'typebox'
import { answers, deadClasses, deliveries, memberStates, verdicts } from '../../core/core.ts'
import { allKinds } from '../../here/here.ts'

/** One of these words. */
export const oneOf = <T extends string>(values: readonly T[], description: string) => Type.Unsafe<T>({ type: 'string', enum: [...values], description })
/** A moment, in RFC 3339. */
export const time = (description: string) => Type.String({ format: 'date-time', description })
export const orNull = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])

export const findingShape = Type.Object({
  level: Type.Integer({ minimum: 1, maximum: 4, description: 'Control level of the standard.' }),
  code: Type.String({ description: 'The rule of the standard; of level 1 a code of ours.' }),
  retourcode: Type.Optional(Type.String({ description: 'The return code that the rule brings.' })),
  class: Type.Optional(Type.String({ description: 'The class that carries that code.' })),
  assessed: Type.Optional(Type.Literal(false, { description: 'The rule could not be judged: this rejects nothing.' })),
  warning: Type.Optional(Type.Literal(true, { description: 'The rule is broken, but set to warn only: this rejects nothing.' })),
  line: Type.Union([Type.Integer(), Type.Null()]),
  path: Type.String(),
  found: Type.String({ description: 'Of personal elements the shape only.' }),
  expected: Type.String(),
  found_en: Type.Optional(Type.String({ description: 'In English, above level 1 and where it differs.' })),
  expected_en: Type.Optional(Type.String()),
  message: Type.String({ description: 'Dutch' }),
  message_en: Type.String()
}, { $id: 'Finding' })

export const problemShape = Type.Object({
  type: Type.String(),
  title: Type.String({ description: 'Dutch' }),
  title_en: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  instance: Type.String(),
  code: Type.String({ description: 'One of the codes in the README; never reused.' }),
  transportCode: orNull(Type.String({ description: 'The chain’s own code (BRS…).' })),
  retry: oneOf(['mend', 'later', 'configure', 'drop'], 'What to do: mend the message, try the same bytes later, have something configured, or nothing.'),
  findings: Type.Array(findingShape)
}, { $id: 'Problem' })

const links = Type.Object({ self: Type.String(), payload: Type.String(), seal: Type.String(), signature: Type.String({ description: '404 where the sender gave none.' }), receipt: Type.String(), history: Type.String() })
const identity = {
  id: Type.String({ format: 'uuid' }),
  family: oneOf(['iwmo', 'ijw'], 'Standard'),
  type: Type.String({ examples: ['WMO301'] }),
  afzender: Type.String({ description: 'As the Header has it.' }),
  ontvanger: Type.String({ description: 'As the Header has it.' }),
  sender: Type.String({ description: 'Who sends: of a retour the Ontvanger.' }),
  receiver: Type.String({ description: 'Who gets it.' }),
  identificatie: Type.String({ description: 'BerichtIdentificatie, or of a retour IdentificatieRetour.' }),
  sha256: Type.String(),
  size_bytes: Type.Integer(),
  received: time('When the gateway received it.'),
  referentienummer: Type.String({ format: 'uuid', description: 'The message’s number in the chain (traceerId).' }),
  verdict: oneOf(verdicts, 'The gateway’s judgement.')
}

const waiters = ['gateway', 'receiver', 'sender', 'person', 'nobody'] as const
/** In every message, wherever it is shown: alone, in lists, in the mailbox and to operators. */
export const hereShape = Type.Object({
  code: oneOf(allKinds.map(([code]) => code), 'Where the message stands; the README explains each.'),
  waits_for: oneOf(waiters, 'On whom it waits; nobody: it is at its end.'),
  since: orNull(time('Since when it is so, as far as that is known.')),
  next: orNull(time('When something happens by itself, this moment at the earliest; null where that is up to `waits_for`, or nothing comes any more.')),
  behind: orNull(Type.String({ description: 'The message that must arrive first; null also where you may not see that one.' })),
  reason: orNull(Type.String({ description: 'Code of why. Why a receiver’s endpoint cannot be reached is told to that receiver and operators only.' })),
  nl: Type.String({ description: 'A sentence for a person, in Dutch; its times are Dutch.' }),
  en: Type.String({ description: 'The same in English.' })
}, { $id: 'Here', description: 'Why the message is still here, and when something happens to it next.' })

export const receiptShape = Type.Object({
  ...identity,
  certificate_sha256: orNull(Type.String({ description: 'Fingerprint of the certificate it was sent with.' })),
  findings: Type.Array(findingShape),
  retour: orNull(Type.String({ description: 'Of a rejected message: the retour or 325 that says so, made by the gateway and offered to you.' })),
  links
}, { $id: 'Receipt' })

export const messageShape = Type.Object({
  ...identity,
  conversatie: Type.String({ format: 'uuid' }),
  answers: orNull(Type.String({ description: 'The message this one answers.' })),
  answered_by: orNull(Type.String({ description: 'The message that answered this one.' })),
  delivery: oneOf(deliveries, 'Where the message is on its way.'),
  answer: oneOf(answers, 'Whether a retour or 325 is awaited.'),
  answer_due: orNull(time('From when on the answer is overdue: the end, in the Netherlands, of the last working day of its term, which begins when the message is offered.')),
  overdue: Type.Boolean({ description: 'Whether it is awaited and was due by now.' }),
  offered: orNull(time('Since when the receiver can fetch it.')),
  delivered: orNull(time('When the receiver acknowledged it.')),
  attempts: Type.Integer(),
  next_try: orNull(time('When delivery is tried next.')),
  dead_class: Type.Union([oneOf(deadClasses, 'functional: its receiver, a person or a rule said no, or there is nobody to bring it to. transient: every try failed until its time was up. partner_down: the same, and its destination answered nobody.'), Type.Null()], { description: 'Of what was given up: why, in kind.' }),
  dead_reason: orNull(Type.String({ description: 'A code: why it was given up.' })),
  here: hereShape,
  signature: Type.Union([Type.Object({ signer_sha256: Type.String({ description: 'Fingerprint of the certificate.' }) }), Type.Null()], { description: 'The sender’s own, where it gave one.' }),
  payload_gone: orNull(time('Since when the payload is no longer kept; its receipt and seal stay.')),
  links
}, { $id: 'Message' })

const replacedBy = orNull(Type.String({ description: 'The message that corrects this one.' }))
const whyRefused = {
  verdict: Type.Literal('refused'),
  code: problemShape.properties.code,
  transportCode: problemShape.properties.transportCode,
  status: Type.Integer({ description: 'The HTTP status it got, or would by REST.' }),
  retry: problemShape.properties.retry,
  title: problemShape.properties.title,
  title_en: problemShape.properties.title_en
}
/** A message that was refused at the door, for its sender. */
export const refusedShape = Type.Object({
  id: identity.id,
  party: Type.String({ description: 'In whose name it was sent.' }),
  door: Type.String(),
  family: identity.family,
  type: identity.type,
  identificatie: orNull(Type.String({ description: 'As far as it could be read.' })),
  sha256: identity.sha256,
  size_bytes: identity.size_bytes,
  received: identity.received,
  ...whyRefused,
  replaced_by: replacedBy,
  here: hereShape,
  links: Type.Object({ self: Type.String(), payload: Type.String() })
}, { $id: 'Refused' })
/** What came by a door of the chain and was refused for its envelope: there is no message to ask for, so all is told here. */
const refusedArrivalShape = Type.Object({
  id: Type.Null(),
  party: refusedShape.properties.party,
  door: refusedShape.properties.door,
  referentienummer: identity.referentienummer,
  received: identity.received,
  ...whyRefused,
  detail: orNull(Type.String()),
  findings: Type.Array(findingShape),
  here: hereShape
}, { $id: 'RefusedArrival' })
/** One refused message, with all that was wrong with it. */
export const refusedDetailShape = Type.Object({
  ...refusedShape.properties,
  detail: orNull(Type.String()),
  findings: Type.Array(findingShape),
  replaces: Type.Array(Type.String(), { description: 'What it was itself a correction of.' }),
  payload_kept: Type.Boolean({ description: 'Whether its bytes can be fetched.' })
}, { $id: 'RefusedDetail' })

export const messageDetailShape = Type.Object({
  ...messageShape.properties,
  replaces: Type.Array(Type.String(), { description: 'What it corrects: refused messages under its own key, and what its sender named. For its sender.' }),
  replaced_by: replacedBy,
  findings: Type.Array(findingShape, { description: 'For its sender: why it was rejected, and what was seen or could not be judged in a message that was not.' })
}, { $id: 'MessageDetail' })

export const messageOrRefusedShape = Type.Union([messageDetailShape, refusedDetailShape])

export const listShape = Type.Object({ messages: Type.Array(Type.Union([messageShape, refusedShape, refusedArrivalShape])), next: orNull(Type.String({ description: 'Give as `cursor` for the next page.' })) }, { $id: 'MessageList' })
export const mailboxShape = Type.Object({ messages: Type.Array(messageShape) }, { $id: 'Mailbox' })
export const historyShape = Type.Object({ events: Type.Array(Type.Object({ at: time(''), event: Type.String(), account: orNull(Type.String()), detail: orNull(Type.String()) })) }, { $id: 'History' })
export const codesShape = Type.Object({ codes: Type.Array(Type.Object({ code: Type.String() }, { additionalProperties: true })) }, { $id: 'Codes' })

const memberCounts = Type.Object(Object.fromEntries(memberStates.map(it => [it, Type.Integer()])), { description: 'Members per state.' })
const batch = {
  id: Type.String({ format: 'uuid' }),
  party: Type.String({ description: 'For whom it was sent.' }),
  sha256: Type.String({ description: 'Of the ZIP.' }),
  size_bytes: Type.Integer(),
  received: time('When the gateway received it.'),
  state: oneOf(['waiting', 'working', 'done'], 'Whether its members are being taken in.'),
  started: orNull(time('When the first member was taken up.')),
  ended: orNull(time('When the last member ended.')),
  total: Type.Integer({ description: 'Number of members.' }),
  counts: memberCounts,
  percent: Type.Integer({ minimum: 0, maximum: 100 }),
  next_try: orNull(time('When it goes on after a failure of the gateway.')),
  last_reason: orNull(Type.String({ description: 'Code of that failure.' })),
  links: Type.Object({ self: Type.String() })
}
export const batchShape = Type.Object(batch, { $id: 'Batch' })
export const memberShape = Type.Object({
  index: Type.Integer({ minimum: 1, description: 'Place in the archive, from 1.' }),
  name: Type.String({ description: 'As you named it.' }),
  size_bytes: Type.Integer({ description: 'Unpacked.' }),
  state: oneOf(memberStates, 'accepted, rejected: stored. duplicate: the same bytes came before. refused: not taken, see `code`. failed: given up, through no fault of the message.'),
  message: orNull(Type.String({ description: 'The message it became, was before, or is kept as for you to correct.' })),
  code: orNull(Type.String({ description: 'Why it was refused.' })),
  transportCode: orNull(Type.String()),
  retry: orNull(Type.String()),
  title: orNull(Type.String({ description: 'Dutch' })),
  title_en: orNull(Type.String()),
  detail: orNull(Type.String()),
  findings: Type.Array(findingShape, { description: 'In a list of members the first few.' }),
  findings_total: Type.Integer(),
  ended: orNull(time('')),
  links: Type.Object({ self: Type.String(), message: orNull(Type.String()) })
}, { $id: 'BatchMember' })
export const batchDetailShape = Type.Object({ ...batch, members: Type.Array(memberShape) }, { $id: 'BatchDetail' })
export const batchListShape = Type.Object({ batches: Type.Array(batchShape), next: orNull(Type.String({ description: 'Give as `cursor` for the next page.' })) }, { $id: 'BatchList' })

const limit = Type.Integer({ minimum: 1, maximum: 250, default: 100 })
export const idParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
const party = Type.Optional(Type.String({ maxLength: 8, description: 'The party you act for; needed when your account acts for several.' }))
export const partyQuery = Type.Object({ party }, { additionalProperties: false })
export const sendHeaders = Type.Object({ 'x-signature': Type.Optional(Type.String({ description: 'Your own signature over the exact bytes: base64 of a detached CMS (DER) of at most 8 kB, by a certificate registered for signing.' })) })
export const memberParams = Type.Object({ id: Type.String({ maxLength: 64 }), index: Type.Integer({ minimum: 1, maximum: 100_000 }) })
export const batchesQuery = Type.Object({ party, cursor: Type.Optional(Type.String({ maxLength: 100 })), limit: Type.Optional(limit) }, { additionalProperties: false })
export const mailboxQuery = Type.Object({ party, limit: Type.Optional(limit) }, { additionalProperties: false })
export const codesQuery = Type.Object({ family: Type.Optional(oneOf(['iwmo', 'ijw'], 'Standard')) }, { additionalProperties: false })
export const listQuery = Type.Object({
  party,
  type: Type.Optional(Type.String({ pattern: '^(WMO|JW)[0-9]{3}$' })),
  verdict: Type.Optional(oneOf(verdicts, '')),
  delivery: Type.Optional(oneOf(deliveries, '')),
  answer: Type.Optional(oneOf(answers, '')),
  corrected: Type.Optional(Type.Boolean({ description: 'With verdict=refused: only those that something replaces, or nothing yet.' })),
  overdue: Type.Optional(Type.Literal(true, { description: 'Only messages whose answer is overdue.' })),
  counterpart: Type.Optional(Type.String({ maxLength: 8, description: 'The other party.' })),
  identificatie: Type.Optional(Type.String({ maxLength: 12 })),
  number: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', description: 'By itself: the message you know by this referentienummer or traceerId, also one of yours that was refused.' })),
  from: Type.Optional(time('Received at or after.')),
  to: Type.Optional(time('Received before.')),
  cursor: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(limit)
}, { additionalProperties: false })
