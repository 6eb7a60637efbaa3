/** The receipt: what the gateway promises to the sender, byte for byte the same every time it is asked for. */
import { rfc3339, type Finding, type Fingerprint, type MessageId } from './core/core.ts'
import type { Envelope } from './store/store.ts'

/** Paths below `/v1` where a message's parts are found. */
export function messageLinks (id: string): Record<'self' | 'payload' | 'seal' | 'signature' | 'receipt' | 'history', string> {
  const self = `/v1/messages/${id}`
  return { self, payload: `${self}/payload`, seal: `${self}/seal`, signature: `${self}/signature`, receipt: `${self}/receipt`, history: `${self}/history` }
}

/**
 * @param submitter fingerprint of the certificate the message came with, null when the gateway made it
 * @param retour the retour or 325 that the gateway made because the message was rejected
 * @returns the receipt as UTF-8 JSON; the seal's statement can be derived from it
 */
export function receiptBytes (it: Envelope, submitter: Fingerprint | null, findings: readonly Finding[], retour: MessageId | null): Uint8Array {
  const { id, family, type, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, referentienummer, verdict } = it
  const receipt = {
    id, family, type, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes,
    received: rfc3339(it.received), referentienummer, certificate_sha256: submitter, verdict, findings, retour, links: messageLinks(id)
  }
  return Buffer.from(JSON.stringify(receipt))
}
