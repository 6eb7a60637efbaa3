/** Whether what was pushed holds together: metadata, payload, seal and receipt tell of one message. */
import { createHash } from 'node:crypto'
import { isMessageId, partyKind } from '../../src/core/core.ts'
import { statementBytes, verifySeal } from '../../src/sign/sign.ts'
import { statementOf } from '../statement.ts'
import { Malformed, type Parts } from './parts.ts'

/** A message that came whole; everything in it may be printed. */
export interface Examined { readonly id: string, readonly type: string, readonly sender: string, readonly receiver: string, readonly size_bytes: number }

type Told = Readonly<Record<string, unknown>>

function objectIn (bytes: Buffer, code: string): Told {
  try {
    const it: unknown = JSON.parse(bytes.toString())
    if (typeof it === 'object' && it !== null && !Array.isArray(it)) return Object.fromEntries(Object.entries(it))
  } catch { /* told below */ }
  throw new Malformed(code)
}

function ensure (code: string, holds: boolean): void {
  if (!holds) throw new Malformed(code)
}

/** What metadata and receipt both tell. */
const shared = ['id', 'family', 'type', 'afzender', 'ontvanger', 'sender', 'receiver', 'identificatie', 'sha256', 'size_bytes', 'received', 'verdict'] as const

/**
 * @param id what the head of the request names
 * @param trusted PEM of the authorities that seals come from; null: the seal is not looked at
 * @throws Malformed with the code of what does not fit
 */
export function examine (parts: Parts, id: string, trusted: string | null): Examined {
  const metadata = objectIn(parts.metadata, 'wrong_metadata')
  const receipt = objectIn(parts.receipt, 'wrong_receipt')
  const text = (name: string): string => String(metadata[name])
  ensure('wrong_id', isMessageId(text('id')) && text('id') === id)
  ensure('wrong_metadata', /^(WMO|JW)3\d\d$/.test(text('type')) && partyKind(text('sender')) !== null && partyKind(text('receiver')) !== null)
  ensure('wrong_size', metadata['size_bytes'] === parts.payload.length)
  ensure('wrong_sha256', metadata['sha256'] === createHash('sha256').update(parts.payload).digest('hex'))
  ensure('wrong_receipt', shared.every(name => receipt[name] === metadata[name]))
  if (trusted !== null) checkSeal(parts, receipt, trusted)
  return { id, type: text('type'), sender: text('sender'), receiver: text('receiver'), size_bytes: parts.payload.length }
}

function checkSeal ({ payload, seal }: Parts, receipt: Told, trusted: string): void {
  const known = statementOf(receipt)
  if (known === null) throw new Malformed('wrong_receipt')
  const verdict = verifySeal({ seal, payload, statement: statementBytes(known.statement), trusted: [trusted] })
  if (!verdict.ok) throw new Malformed(`seal_${verdict.reason}`)
}
