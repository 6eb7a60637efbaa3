/** A fault of a rule, told as a finding: where, what is there, what is asked; nothing of it personal. */
import type { Finding, Words } from '../core/core.ts'
import type { ComplexType, Node, Tree } from '../standard/standard.ts'
import { told } from '../validate/validate.ts'
import type { Fault, Rule, Weight } from './rule.ts'
import { absent, filled } from './value.ts'

/** @returns the finding; its line is not known yet */
export function findingOf ({ code, level, retourcode, text }: Rule, weight: Weight, { in: { path, it, type }, element, found, expected, unassessed }: Fault): Finding {
  const said = unassessed === undefined ? text : unjudged(text, unassessed)
  const seen = found ?? (element === '' ? filled : seenAt(type, it as Tree, element))
  return {
    level, code, line: null, path: element === '' ? path : `${path}/${element}`, found: masked(seen.nl), expected: masked(expected.nl),
    ...(seen.en === seen.nl ? {} : { found_en: masked(seen.en) }), ...(expected.en === expected.nl ? {} : { expected_en: masked(expected.en) }),
    ...(retourcode === null ? {} : { retourcode }), class: path,
    ...(unassessed === undefined ? {} : { assessed: false as const }), ...(weight === 'warn' ? { warning: true as const } : {}),
    message: said.nl, message_en: said.en
  }
}

/** Who reads it must not take it for a fault: the sentence of the rule is quoted, after why nobody knows. */
const unjudged = (text: Words, why: Words): Words => ({
  nl: `Niet beoordeeld: ${why.nl} Hierop is het bericht niet afgekeurd; niet nagegaan is: “${text.nl}”`,
  en: `Not assessed: ${why.en} The message is not rejected on this; what was not checked: “${text.en}”`
})

/** Nine digits in a row may be a Bsn, whoever wrote them there. */
const masked = (words: string): string => words.replace(/[0-9]{9}/g, '#########')

/** What stands at an element: its text, of a personal one the shape; of a class only whether it is there. */
function seenAt (type: ComplexType, it: Tree, path: string): Words {
  let [at, node, personal]: [ComplexType, Node | undefined, boolean] = [type, it, false]
  for (const step of path.split('/')) {
    const next = at.elements.find(element => element.name === step)
    node = node === undefined || typeof node === 'string' ? undefined : (node as Tree)[step]
    personal ||= next?.personal === true
    at = next?.type.kind === 'complex' ? next.type : { ...at, elements: [] }
  }
  return node === undefined ? absent : typeof node === 'string' ? told(node, personal) : filled
}
