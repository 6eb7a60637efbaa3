/** A judgement on its way out of the worker thread: the model travels as its namespace, as each thread has its own models. */
import type { Finding } from '../core/core.ts'
import { modelByNamespace, type Tree } from '../standard/standard.ts'
import { invalid, type InvalidCode, type Judgement } from './judge.ts'

/** What the worker posts; plain data only. */
export type WireJudgement =
  | { readonly kind: 'valid', readonly namespace: string, readonly message: Tree }
  | { readonly kind: 'invalid', readonly code: InvalidCode, readonly namespace: string, readonly findings: readonly Finding[] }

/** @returns a judgement as plain data */
export function toWire (judgement: Judgement): WireJudgement {
  const { kind, model } = judgement
  return kind === 'valid'
    ? { kind, namespace: model.namespace, message: judgement.message }
    : { kind, code: judgement.code, namespace: model?.namespace ?? '', findings: judgement.findings }
}

/** @returns the judgement the plain data stands for */
export function fromWire (wire: WireJudgement): Judgement {
  const model = modelByNamespace(wire.namespace) ?? null
  if (wire.kind === 'invalid') return invalid(wire.code, model, wire.findings)
  if (!model) throw new Error('the worker judged by a model this thread does not have')
  return { kind: 'valid', model, message: wire.message }
}
