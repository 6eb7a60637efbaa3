/** The face of the rules: what the standard asks above the schema, and the findings of a message that breaks it. */
import { setImmediate as turn } from 'node:timers/promises'
import { isRejecting, type Finding } from '../core/core.ts'
import type { MessageModel, Tree } from '../standard/standard.ts'
import { bundled } from './bundle.ts'
import { declaratie } from './declaratie.ts'
import { findingOf } from './finding.ts'
import { level1 } from './level-1.ts'
import { level2 } from './level-2.ts'
import { level4 } from './level-4.ts'
import { levering } from './levering.ts'
import { pause, type Fault, type Outside, type Pause, type Rule, type Weight } from './rule.ts'
import { sceneOf } from './scene.ts'
import { placed, shortened } from './told.ts'
import { faultsOf, type Weights } from './weights.ts'

export type { Outside, Rule, Weight } from './rule.ts'
export { keyOf } from './value.ts'
export { findings_told_max, placed, shortened } from './told.ts'
export type { Weights } from './weights.ts'

/** Every rule of the standard, once. */
export const rules: readonly Rule[] = [...level1, ...level2, ...levering, ...declaratie, ...level4]

/** Findings of one rule that a judgement of level 2 holds: its answer is the same for one as for many. */
const findings_per_rule_max = 200

/** A message of which level 1 said that it is valid. */
export interface Read { readonly bytes: Uint8Array, readonly model: MessageModel, readonly message: Tree }
/** What level 2 found, as it is told, and whether that rejects the message. */
export interface Within { readonly findings: readonly Finding[], readonly rejected: boolean }

/** @returns what the rules of level 2 say of a message: their findings, each with its line; of very many some of every rule */
export function within ({ bytes, model, message }: Read, weights: Weights): Within {
  const all = judgeWithin(model, message, weights)
  return { findings: placed(shortened(all), model, message, bytes), rejected: all.some(isRejecting) }
}

/** @returns the findings of the rules within the message (level 2), in the order of the rules, at most 200 of each */
export function judgeWithin (model: MessageModel, message: Tree, weights: Weights = {}): Finding[] {
  const scene = sceneOf(model, message)
  return rulesOf(model).flatMap(rule => rule.level === 2 ? [...findings(rule, weights, () => rule.check(scene), findings_per_rule_max)].filter(isFinding) : [])
}

/**
 * @param levels of the two, those that are judged
 * @returns every finding against earlier messages and external sources (levels 3 and 4), so that the answer knows the codes of each class; what a rule could not assess once per reason. For a message whose level 2 is clean
 */
export function judgeAgainst (model: MessageModel, message: Tree, outside: Outside, weights: Weights = {}, levels: ReadonlyArray<3 | 4> = [3, 4]): Finding[] {
  return [...against(model, message, outside, weights, levels)].filter(isFinding)
}

/** @returns what `judgeAgainst` does, for who has others waiting: after every few hundred Prestaties they go on */
export async function judgeInTurns (model: MessageModel, message: Tree, outside: Outside, weights: Weights = {}): Promise<Finding[]> {
  const found: Finding[] = []
  for (const it of against(model, message, outside, weights, [3, 4])) {
    if (isFinding(it)) found.push(it)
    else await turn()
  }
  return found
}

const isFinding = (it: Finding | Pause): it is Finding => it !== pause

function * against (model: MessageModel, message: Tree, outside: Outside, weights: Weights, levels: ReadonlyArray<3 | 4>): Generator<Finding | Pause, void> {
  const scene = sceneOf(model, message)
  const asked: Outside = { ...outside, weights }
  for (const rule of rulesOf(model)) {
    if ((rule.level === 3 || rule.level === 4) && levels.includes(rule.level)) yield * findings(rule, weights, () => bundled(rule.check(scene, asked)))
  }
}

/**
 * Judges as the standard orders it: level 2 first and whole, and the levels above only where it is clean.
 * @param outside null where nothing is known beside the message: then only level 2 is judged @param levels those that are judged
 * @returns the findings, for the answer; `shortened` is for people
 */
export function judgeAll (model: MessageModel, message: Tree, outside: Outside | null, levels: ReadonlyArray<2 | 3 | 4> = [2, 3, 4], weights: Weights = {}): Finding[] {
  const within = levels.includes(2) ? judgeWithin(model, message, weights) : []
  if (outside === null || within.some(isRejecting)) return within
  return [...within, ...judgeAgainst(model, message, outside, weights, levels.filter(it => it !== 2))]
}

/** @returns what is wrong with weights that somebody set, a sentence for each fault; none when they may be used */
export const weightFaults = (given: unknown): string[] => faultsOf(given, rules)

const known = new Map<MessageModel, readonly Rule[]>()

/** @returns the rules that apply to a message type */
export function rulesOf (model: MessageModel): readonly Rule[] {
  const made = known.get(model) ?? rules.filter(({ at, only }) => (only ?? model.family) === model.family && at.some(place => place.startsWith(`${model.number}:`)))
  known.set(model, made)
  return made
}

/** After so many of one rule others go on. */
const pause_findings = 1_000

function * findings (rule: Rule, weights: Weights, check: () => Iterable<Fault | Pause>, most = Infinity): Generator<Finding | Pause, void> {
  const weight: Weight = rule.inferred ? weights[rule.code] ?? 'reject' : 'reject'
  if (weight === 'off') return
  let told = 0
  for (const it of check()) {
    if (it === pause) { yield it; continue }
    if (told++ === most) return
    yield findingOf(rule, weight, it)
    if (told % pause_findings === 0) yield pause
  }
}
