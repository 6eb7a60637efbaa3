/** Nothing about a person stands in a finding of a rule, whichever is broken. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateMessage, modelOf, textAt, type ComplexType, type Node, type Tree } from '../../src/standard/standard.ts'
import { memoryHistory, pairOf } from '../../src/history/history.ts'
import { allCases } from '../../src/rules/examples/examples.ts'
import { judgeAll, judgeWithin, rules } from '../../src/rules/rules.ts'
import { cases } from './cases-2.ts'
import { edited } from './edit.ts'

const plant = 'Zwartjansen999900006'

/** Plants a mark in every personal text that the case has not set itself, and collects the personal texts that there are. */
function planted (type: ComplexType, tree: Tree, own: ReadonlySet<Node>, seen: Set<string>, personal = false): Tree {
  return Object.fromEntries(type.elements.flatMap(({ name, type: of, ...element }): ReadonlyArray<readonly [string, Node]> => {
    const node = tree[name]
    if (node === undefined) return []
    const hidden = personal || element.personal
    const one = (it: Node): Node => {
      if (of.kind === 'complex') return planted(of, it as Tree, own, seen, hidden)
      const text = hidden && !own.has(it) ? plant : it
      if (hidden && typeof text === 'string' && text.length > 4) seen.add(text)
      return text
    }
    return [[name, Array.isArray(node) ? node.map(one) : one(node)]]
  }))
}

const textsIn = (node: Node | undefined): Node[] => node === undefined ? [] : typeof node === 'string' ? [node] : Object.values(node).flatMap(it => textsIn(it as Node))

describe('personal values', () => {
  it('never show in a finding of level 2, whatever is broken', () => {
    const broken = new Set<string>()
    for (const { number, edits, family } of cases) {
      const model = modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number}`)
      const seen = new Set<string>()
      const own = new Set(edits.flatMap(([, value]) => textsIn(value)))
      for (const message of [edited(generateMessage(model, 1, 'full'), edits), edited(planted(model.root, generateMessage(model, 1, 'full'), own, seen), edits)]) {
        planted(model.root, message, new Set(textsIn(message)), seen)
        for (const finding of judgeWithin(model, message)) {
          broken.add(finding.code)
          // The sentences are the rule's own, which no message changes.
          const rule = rules.find(it => it.code === finding.code)
          assert.deepEqual([finding.message, finding.message_en], [rule?.text.nl, rule?.text.en])
          const { path, class: at, found, expected } = finding
          const told = JSON.stringify([path, at, found, expected])
          // A date of birth on the day of the message says no more than that day.
          seen.delete(textAt(message, 'Header/BerichtIdentificatie/Dagtekening') ?? '')
          for (const text of seen) assert.ok(!told.includes(text), `${finding.code} tells ${text}: ${told}`)
          assert.doesNotMatch(told, /zwart|jansen|9999|[0-9]{9}/i, finding.code)
        }
      }
    }
    assert.deepEqual(rules.filter(it => it.level === 2).map(it => it.code).filter(code => !broken.has(code)), [])
  })

  it('never show in a finding against earlier messages or sources, which may tell of them too', () => {
    const broken = new Set<string>()
    for (const { history, compleetVanaf, sources, today, message: { model, message } } of allCases()) {
      const memory = memoryHistory({ compleetVanaf })
      const seen = new Set<string>()
      for (const sent of [...history, { model, message }]) planted(sent.model.root, sent.message, new Set(textsIn(sent.message)), seen)
      for (const earlier of history) memory.take(earlier.model, earlier.message)
      for (const finding of judgeAll(model, message, { history: memory.of(pairOf(model, message)), sources, today })) {
        broken.add(finding.code)
        const { nl = '', en = '' } = rules.find(it => it.code === finding.code)?.text ?? {}
        assert.ok(finding.message.startsWith(nl) && finding.message_en.startsWith(en))
        const told = JSON.stringify([finding.path, finding.class, finding.found, finding.expected, finding.message.slice(nl.length), finding.message_en.slice(en.length)])
        for (const text of seen) assert.ok(!told.includes(text), `${finding.code} tells ${text}: ${told}`)
        assert.doesNotMatch(told, /9999[0-9]{5}/, finding.code)
      }
    }
    assert.deepEqual(rules.filter(it => it.level > 1).map(it => it.code).filter(code => !broken.has(code)), [])
  })
})
