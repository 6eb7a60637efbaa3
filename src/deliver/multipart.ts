/** What is pushed, as multipart/form-data (RFC 7578): the same bytes at every try, without a copy of what is large. */
import { rfc3339 } from '../core/core.ts'
import type { Parcel, StoredMessage } from '../store/store.ts'
import { bodyFrom } from './body.ts'
import type { Body, Message } from './exchange.ts'

/** @returns what is told of a message besides its bytes: what its receiver sees of it, and never changes */
export function metadataOf (it: StoredMessage): Record<string, unknown> {
  const { id, family, type, release, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, referentienummer, conversatie, answers, verdict, signer } = it
  return {
    id, family, type, release, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, received: rfc3339(it.received),
    referentienummer, conversatie, answers, verdict, signature: signer === null ? null : { signer_sha256: signer }
  }
}

/** The boundary comes from the id. That is not known to who writes a message; should it stand in one all the same, the next is taken. */
function boundaryFor (id: string, contents: readonly Buffer[]): string {
  for (let number = 0; ; number++) {
    const boundary = `zorgpoort-${id}-${number}`
    if (!contents.some(it => it.includes(boundary))) return boundary
  }
}

interface Part { readonly name: string, readonly filename?: string, readonly type: string, readonly bytes: Uint8Array }

/** A view, not a copy. */
const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const partsOf = ({ message, payload, seal, receipt }: Parcel): readonly Part[] => [
  { name: 'metadata', type: 'application/json', bytes: Buffer.from(JSON.stringify(metadataOf(message))) },
  { name: 'payload', filename: 'payload.xml', type: 'application/xml', bytes: payload },
  { name: 'seal', filename: 'seal.p7s', type: 'application/pkcs7-signature', bytes: seal },
  { name: 'receipt', filename: 'receipt.json', type: 'application/json', bytes: receipt }
]

function bodyOf (parcel: Parcel): Body {
  const parts = partsOf(parcel)
  const boundary = boundaryFor(parcel.message.id, parts.map(it => view(it.bytes)))
  const head = ({ name, filename, type }: Part, first: boolean): Buffer =>
    Buffer.from(`${first ? '' : '\r\n'}--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\nContent-Type: ${type}\r\n\r\n`)
  const chunks = [...parts.flatMap((part, at) => [head(part, at === 0), part.bytes]), Buffer.from(`\r\n--${boundary}--\r\n`)]
  return bodyFrom(`multipart/form-data; boundary=${boundary}`, chunks)
}

/** @param attempt from 1 @returns what is pushed to a REST endpoint, and how it is told */
export const pushMessage = (parcel: Parcel, attempt: number): Omit<Message, 'path'> => ({
  headers: {
    accept: 'application/json, application/problem+json',
    'idempotency-key': parcel.message.id,
    'zorgpoort-message': parcel.message.id,
    'zorgpoort-attempt': String(attempt)
  },
  body: bodyOf(parcel)
})
