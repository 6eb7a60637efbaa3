/** Findings for people: not too many, and each with its line. */
import type { Finding } from '../core/core.ts'
import { asTree, occurrences, type ComplexType, type MessageModel, type Tree } from '../standard/standard.ts'
import { elementLines } from '../validate/validate.ts'

/** Findings that are told of one message. */
export const findings_told_max = 200

/**
 * Of many findings those that are told: the first of each rule and then the next of each, in the order given, and one at the end that says there are more.
 * The answer to a message is made from all of them, never from these.
 */
export function shortened (findings: readonly Finding[], most = findings_told_max): readonly Finding[] {
  if (findings.length <= most) return findings
  const seen = new Map<string, number>()
  const nth = findings.map(({ code }) => { seen.set(code, (seen.get(code) ?? 0) + 1); return seen.get(code) ?? 0 })
  const chosen = new Set([...findings.keys()].toSorted((a, b) => (nth[a] ?? 0) - (nth[b] ?? 0)).slice(0, most))
  return [...findings.filter((_, at) => chosen.has(at)), more(most)]
}

/** It is no fault of its own, so it rejects nothing. */
const more = (most: number): Finding => ({
  level: 2, code: 'ZP_RULES_MORE', warning: true, line: null, path: '', found: `${most}`, expected: '',
  message: `Er zijn meer bevindingen; alleen ${most} staan hier.`, message_en: `There are more findings; only ${most} stand here.`
})

/**
 * @param bytes of the message; they are looked through only when there is something to place @param known the line of every element, where somebody has looked already
 * @returns the findings, each with the line of its element, or where that is absent of the class it should stand in
 */
export function placed (findings: readonly Finding[], model: MessageModel, message: Tree, bytes: Uint8Array, known: Uint32Array | null = null): readonly Finding[] {
  const wanted = new Set(findings.filter(it => it.line === null && it.path !== '').map(it => it.path))
  if (wanted.size === 0) return findings
  const lines = known ?? elementLines(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const ordinals = ordinalsOf(model.root, message, new Set([...wanted].flatMap(withAncestors)))
  return findings.map(it => it.line === null && it.path !== '' ? { ...it, line: lineOf(it.path, ordinals, lines) } : it)
}

function withAncestors (path: string): readonly string[] {
  const steps = path.split('/')
  return steps.map((_, nth) => steps.slice(0, nth + 1).join('/'))
}

function lineOf (path: string, ordinals: ReadonlyMap<string, number>, lines: Uint32Array): number | null {
  const at = withAncestors(path).findLast(it => ordinals.has(it))
  return at === undefined ? null : lines[ordinals.get(at) ?? -1] ?? null
}

/** @returns for the wanted paths the how manieth element of the document it is; Bericht is number 0 */
function ordinalsOf (root: ComplexType, message: Tree, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  let count = 0
  const visit = (type: ComplexType, tree: Tree, above: string | null): void => {
    for (const { name, type: of, max } of type.elements) {
      let nth = 0
      for (const node of occurrences(tree[name])) {
        nth++
        count++
        // Below what nobody asks for, elements are only counted.
        const path = above === null ? null : `${above}${name}${max === 1 ? '' : `[${nth}]`}`
        const sought = path !== null && wanted.has(path)
        if (sought) found.set(path, count)
        const inner = asTree(node)
        if (inner !== undefined && of.kind === 'complex') visit(of, inner, sought ? `${path}/` : null)
      }
    }
  }
  visit(root, message, '')
  return found
}
