/** Parcels as the gateway pushes them: a message of the standard, really sealed, with its receipt. */
import { digestOf, instant, messageId, partyCode, referentienummer, rfc3339 } from '../../src/core/core.ts'
import { receiptBytes } from '../../src/receipt.ts'
import { openSealer, statementBytes, type Issued } from '../../src/sign/sign.ts'
import { generateMessage, headerOf, modelOf, writeMessage } from '../../src/standard/standard.ts'
import type { Envelope, Parcel, StoredMessage } from '../../src/store/store.ts'

export const id = messageId('019a5c1e-7d00-7000-8000-000000000001')
const received = instant(Date.now() - 60_000)

const states = {
  delivery: 'offered', answer: 'awaited', answered_by: null, answer_due: instant(Date.now()), offered: received, delivered: null, dead_class: null, dead_reason: null,
  work: { kind: 'push', state: 'due', since: received, attempts: 3, next: received, under_way: true, reason: null, behind: null }, payload_gone: null, next_try: received, attempts: 3, signer: null
} as const satisfies Partial<StoredMessage>

/** @param payload what takes the place of a message of the standard */
function messageFor (payload: Uint8Array | undefined): { readonly envelope: Envelope, readonly bytes: Uint8Array } {
  const model = modelOf('WMO315')
  const message = generateMessage(model, 1, 'small')
  const bytes = payload ?? Buffer.from(writeMessage(model, message))
  const number = referentienummer('5f0c7a3e-0000-4000-8000-000000000001')
  const { afzender, ontvanger, sender, receiver, identificatie } = headerOf(model, message)
  return {
    bytes,
    envelope: {
      id, family: 'iwmo', type: 'WMO315', release: '3.2', afzender: partyCode(afzender), ontvanger: partyCode(ontvanger), sender: partyCode(sender), receiver: partyCode(receiver), identificatie,
      sha256: digestOf(bytes), size_bytes: bytes.byteLength, received, account: null, door: 'rest', origin: 'party', referentienummer: number, conversatie: number, answers: null, verdict: 'accepted'
    }
  }
}

/** @param seal made with this pair; without one it is a seal in name only */
export async function aParcel (seal?: Issued, payload?: Uint8Array): Promise<Parcel> {
  const { envelope, bytes } = messageFor(payload)
  const { sender, receiver, sha256, verdict } = envelope
  const statement = statementBytes({ id, sender, receiver, certificate_sha256: null, received: rfc3339(received), sha256, verdict: verdict === 'refused' ? 'rejected' : verdict })
  return {
    message: { ...envelope, ...states },
    payload: bytes,
    seal: seal === undefined ? Buffer.from([0x30, 0x00]) : await openSealer(seal.key, seal.certificate).seal(digestOf(bytes), statement, received),
    receipt: receiptBytes(envelope, null, [], null),
    numbers: { number: envelope.referentienummer, conversatie: envelope.conversatie, answers: null },
    told: null
  }
}
