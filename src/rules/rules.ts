/** The face of the rules: what the standard asks above the schema, and the findings of a message that breaks it. */
import type { Finding } from '../core/core.ts'
import { textAt, type MessageModel, type Tree } from '../standard/standard.ts'
import { told } from '../validate/validate.ts'
import { declaratie } from './declaratie.ts'
import { level2 } from './level-2.ts'
import { level4 } from './level-4.ts'
import { levering } from './levering.ts'
import type { Fault, Outside, Rule, Weight } from './rule.ts'
import { sceneOf, type Scene } from './scene.ts'

export type { Outside, Rule, Weight } from './rule.ts'

/** Every rule of the standard, once. */
export const rules: readonly Rule[] = [...level2, ...levering, ...declaratie, ...level4]

/** Weights of rules that may have another than reject, by code. */
export type Weights = Readonly<Record<string, Weight>>

/** @returns the findings of the rules within the message (level 2), in the order of the rules */
export function judgeWithin (model: MessageModel, message: Tree, weights: Weights = {}): Finding[] {
  const scene = sceneOf(model, message)
  return rulesOf(model).flatMap(rule => rule.level === 2 ? findings(rule, weights, () => rule.check(scene), scene) : [])
}

/** @returns the findings against earlier messages and external sources (levels 3 and 4); for a message whose level 2 is clean */
export function judgeAgainst (model: MessageModel, message: Tree, outside: Outside, weights: Weights = {}): Finding[] {
  const scene = sceneOf(model, message)
  return rulesOf(model).flatMap(rule => rule.level === 3 || rule.level === 4 ? findings(rule, weights, () => rule.check(scene, outside), scene) : [])
}

const known = new Map<MessageModel, readonly Rule[]>()

/** @returns the rules that apply to a message type */
export function rulesOf (model: MessageModel): readonly Rule[] {
  const made = known.get(model) ?? rules.filter(({ at, only }) => (only ?? model.family) === model.family && at.some(place => place.startsWith(`${model.number}:`)))
  known.set(model, made)
  return made
}

function findings (rule: Rule, weights: Weights, check: () => Iterable<Fault>, scene: Scene): Finding[] {
  const weight = rule.inferred ? weights[rule.code] ?? 'reject' : 'reject'
  return weight === 'off' ? [] : [...check()].map(it => findingOf(rule, weight, it, scene))
}

function findingOf ({ code, level, retourcode, text }: Rule, weight: Weight, { in: { path, it, type }, element, found, expected, unassessed }: Fault, _scene: Scene): Finding {
  const seen = found ?? told(element === '' ? '' : textAt(it as Tree, element) ?? '', personal(type, element))
  const why = unassessed === undefined ? { nl: '', en: '' } : { nl: ` Niet beoordeeld: ${unassessed.nl}`, en: ` Not assessed: ${unassessed.en}` }
  return {
    level, code, line: null, path: element === '' ? path : `${path}/${element}`, found: seen.nl, expected: expected.nl,
    ...(retourcode === null ? {} : { retourcode }), class: path,
    ...(unassessed === undefined ? {} : { assessed: false as const }), ...(weight === 'warn' ? { warning: true as const } : {}),
    message: text.nl + why.nl, message_en: text.en + why.en
  }
}

/** @returns whether the element, or one it stands in, is about a person */
function personal (type: { readonly elements: MessageModel['root']['elements'] }, path: string): boolean {
  let at: MessageModel['root']['elements'] = type.elements
  for (const step of path.split('/')) {
    const next = at.find(it => it.name === step)
    if (next?.personal === true) return true
    at = next?.type.kind === 'complex' ? next.type.elements : []
  }
  return false
}
