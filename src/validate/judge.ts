/** Level 1 of one message, from bytes to judgement, in this thread. */
import type { XmlDocument } from 'libxml2-wasm'
import type { Finding, RefusalCode, Sha256 } from '../core/core.ts'
import type { Needs } from '../history/history.ts'
import type { Weights, Within } from '../rules/rules.ts'
import { readMessage, type MessageModel, type Tree } from '../standard/standard.ts'
import { fault, finding, type FindingCode } from './codes.ts'
import { judgeBySchema, withDocument } from './engine.ts'
import { explain } from './explain.ts'
import { precheck } from './precheck.ts'
import { treeOf } from './tree.ts'
import { typeOf } from './type.ts'
import { notWellFormed } from './wellformed.ts'

/** Why a message is refused at level 1. ZP_BUSY may be tried again. */
export type InvalidCode = Extract<RefusalCode, 'ZP_XML' | 'ZP_TYPE' | 'ZP_SCHEMA' | 'ZP_SIZE' | 'ZP_POISON' | 'ZP_BUSY'>

/** What level 1 says of a message. `model` is null when its type is not known. */
export type Judgement = Known & (
  | Valid
  | { readonly kind: 'invalid', readonly code: InvalidCode, readonly model: MessageModel | null, readonly findings: readonly Finding[] })
interface Valid {
  readonly kind: 'valid'
  readonly model: MessageModel
  readonly message: Tree
  /** What level 2 says, where that was judged with it. */
  readonly within?: Within
  /** Only the outline of the message is here: see outlineOf. */
  readonly outline?: true
  readonly ground?: Ground
}
/** What another thread that had the bytes at hand tells besides, where that was wished for. */
interface Known { readonly sha256?: Sha256 }
/** What judging a valid message against earlier ones begins and ends with. */
export interface Ground { /** What must be loaded for it. */ readonly needs: Needs, /** The line of every element, in document order. */ readonly lines: Uint32Array }

/** What is wanted of a message so large that another thread has it at hand; of every other one it is asked where it is needed. */
export interface Wish {
  /** For level 2; null where nobody asks for that. */
  readonly weights: Weights | null
  /** Parties of which one must send or get a message for it to come whole. Of all others its outline comes, as a typed message of 25 MB takes a third of a second to hand over. */
  readonly keepers: readonly string[]
  /** Whether it is judged against earlier messages: then it comes whole, with its ground. */
  readonly judging?: boolean
}

/** What is judged. */
export interface Asked { readonly bytes: Uint8Array, readonly wish: Wish | null }

export interface JudgeLimits {
  readonly payload_bytes_max: number
  readonly findings_max: number
  /** `reader`: what our reader calls valid is valid, and libxml2 decides the rest. `libxml2`: it decides every message. */
  readonly level1_engine: 'reader' | 'libxml2'
}

/** @returns an invalid judgement */
export const invalid = (code: InvalidCode, model: MessageModel | null, findings: readonly Finding[]): Judgement => ({ kind: 'invalid', code, model, findings })

/** @returns that the message is valid, where the reader is sure of it; it passes nothing that the pre-checks refuse, so they need not go first */
export function surely (bytes: Buffer, { level1_engine, payload_bytes_max }: JudgeLimits): Judgement | null {
  if (level1_engine !== 'reader' || bytes.length > payload_bytes_max) return null
  const reading = readMessage(bytes)
  return reading.kind === 'valid' ? reading : null
}

/** @returns what the pre-checks, which keep what is hostile from libxml2, and libxml2 say of bytes that the reader is not sure of; our walk explains */
export function decided (bytes: Buffer, limits: JudgeLimits): Judgement {
  const refused = precheck(bytes, limits.payload_bytes_max)
  if (refused) return invalid(refused.code, null, [refused.finding])
  return withDocument(bytes,
    document => judgeDocument(document, bytes, limits),
    wrong => invalid('ZP_XML', null, [notWellFormed(wrong, bytes)]))
}

function judgeDocument (document: XmlDocument, bytes: Buffer, limits: JudgeLimits): Judgement {
  const type = typeOf(document.root)
  if (!('model' in type)) return invalid('ZP_TYPE', null, [type.finding])
  const { model } = type
  // The pre-checks refuse it already; schema validation of a document with entities has crashed libxml2 before.
  if (document.dtd) return invalid('ZP_XML', model, [generic('ZP_XML_DOCTYPE', null, '')])
  // What our walk finds is invalid whatever libxml2 says, which needs seconds to collect ten thousand faults.
  const found = limits.level1_engine === 'reader' ? explain(document.root, model, bytes, limits.findings_max) : null
  if (found !== null && found.length > 0) return faulty(model, found)
  const verdict = judgeBySchema(document, model)
  if (verdict.kind === 'failed') return invalid('ZP_XML', model, [generic('ZP_XML_UNCHECKED', null, '')])
  if (verdict.kind === 'valid') return accepted(document, bytes, model, found, limits)
  const findings = found ?? explain(document.root, model, bytes, limits.findings_max)
  return findings.length > 0 ? faulty(model, findings) : invalid('ZP_SCHEMA', model, [generic('ZP_SCHEMA_OTHER', verdict.line, verdict.path)])
}

const faulty = (model: MessageModel, findings: readonly Finding[]): Judgement =>
  invalid(findings.some(each => each.code === 'ZP_TYPE_CONTRADICTED') ? 'ZP_TYPE' : 'ZP_SCHEMA', model, findings)

/**
 * What libxml2 calls valid. Where the reader is not sure (comments, CDATA, odd numbers), the message comes
 * from libxml2's tree, after a look for what libxml2 overlooks: it reads the last dash of `[^Z+-]` (LDT_Tijd) as no dash, and
 * so lets a time zone west of Greenwich through that the standard forbids and other engines refuse.
 * @param looked what that look found, where it was done before
 */
function accepted (document: XmlDocument, bytes: Buffer, model: MessageModel, looked: readonly Finding[] | null, { level1_engine, findings_max }: JudgeLimits): Judgement {
  const reading = level1_engine === 'libxml2' ? readMessage(bytes, model) : null
  if (reading?.kind === 'valid') return reading
  const overlooked = looked ?? explain(document.root, model, bytes, findings_max)
  return overlooked.length === 0 ? { kind: 'valid', model, message: treeOf(document.root, model.root) } : faulty(model, overlooked)
}

const generic = (code: FindingCode, line: number | null, path: string): Finding => finding(fault(code), { line, path })
