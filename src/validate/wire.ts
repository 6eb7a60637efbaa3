/** A judgement on its way out of the worker thread: the model travels as its namespace, as each thread has its own models. */
import type { Finding, Sha256 } from '../core/core.ts'
import type { Within } from '../rules/rules.ts'
import { modelByNamespace } from '../standard/standard.ts'
import type { Ground, InvalidCode, Judgement } from './judge.ts'
import { fromParts, toParts } from './parts.ts'

/** A judgement as plain data, the message in parts. */
export type WireJudgement =
  | { readonly kind: 'valid', readonly namespace: string, readonly parts: readonly Uint8Array[], readonly within?: Within, readonly outline?: true, readonly ground?: Ground, readonly sha256?: Sha256 }
  | { readonly kind: 'invalid', readonly code: InvalidCode, readonly namespace: string, readonly findings: readonly Finding[], readonly sha256?: Sha256 }

/** What the worker posts. `parsed`: libxml2 has had the message, whose memory never shrinks. */
export interface Answer { readonly judgement: WireJudgement, readonly parsed: boolean }

/** @returns a judgement as plain data */
export function toWire (judgement: Judgement): WireJudgement {
  if (judgement.kind === 'invalid') {
    const { model, ...plain } = judgement
    return { ...plain, namespace: model?.namespace ?? '' }
  }
  const { model: { namespace }, message, ...plain } = judgement
  return { ...plain, namespace, parts: toParts(message) }
}

/** @returns the judgement the plain data stands for; others go on meanwhile */
export async function fromWire (wire: WireJudgement): Promise<Judgement> {
  const model = modelByNamespace(wire.namespace) ?? null
  if (wire.kind === 'invalid') {
    const { namespace, ...plain } = wire
    return { ...plain, model }
  }
  if (!model) throw new Error('the worker judged by a model this thread does not have')
  const { namespace, parts, ...plain } = wire
  return { ...plain, model, message: await fromParts(parts) }
}
