/** The walk that explains and the engine that decides agree: every refusal is explained, and nothing valid is faulted. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { models, type ComplexType, type MessageModel } from '../../src/standard/standard.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { explain } from '../../src/validate/explain.ts'
import { patternWords } from '../../src/validate/patterns.ts'
import { treeOf } from '../../src/validate/tree.ts'
import { full, sample } from './sample.ts'

const values = ['', ' ', 'x', '999', '0', '-1', '+1', '007', ' 7 ', '1.0', '2026-02-29', '2024-02-29', '2026-13-01', '2026-04-01Z', '2026-04-01+01:00', '2026-04-01-05:00', '0000-01-01', '-2026-01-01', '20260-01-01', '24:00:00', '24:00:01', '12:34', '12:34:56.789', '12:34:56Z', '25:00:00', '12:34:60', '999999999999999999', '1\u00a02', '\u00a0', 'é', 'ABC', '1234', '12345678', '123456789', 'a'.repeat(37), 'b'.repeat(201), '😀', '\n', '1\n', '.', 'Ω', '01', '2026-4-1', '99999999', '100000000']
const inserts = [' ', 'x', '<!-- c -->', '<![CDATA[ ]]>', '<?p i?>', '&#32;', '<q/>', '<!-- c -->\n<?p i?>']
const mutants_per_type = 60

/** A small repeatable source of chance. */
function dice (seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % sides
  }
}

function mutant (text: string, model: MessageModel, roll: (sides: number) => number): string {
  const leaves = [...text.matchAll(/<(\w+:)(\w+)>[^<]*<\/\1\2>/g)]
  const pick = <T>(from: readonly T[], fallback: T): T => from[roll(from.length)] ?? fallback
  const leaf = leaves[roll(leaves.length)]
  const other = leaves[roll(leaves.length)]
  if (!leaf || !other) return text
  const [whole, prefix = '', name = ''] = leaf
  const before = text.slice(0, leaf.index); const rest = text.slice(leaf.index + whole.length)
  const foreign = prefix === `${model.family}:` ? `${model.type.toLowerCase()}:` : `${model.family}:`
  switch (roll(9)) {
    case 0: return before + rest
    case 1: return before + whole + whole + rest
    case 2: return other.index > leaf.index ? before + text.slice(leaf.index + whole.length, other.index) + whole + text.slice(other.index) : text
    case 3: return before + whole.replaceAll(prefix, foreign) + rest
    case 4: return before + pick(inserts, '') + whole + rest
    case 5: return before + whole.replace('>', `>${pick(inserts, '')}`) + rest
    default: return `${before}<${prefix}${name}>${pick(values, '')}</${prefix}${name}>${rest}`
  }
}

describe('the explaining walk and libxml2', () => {
  for (const model of models) {
    it(`${model.type}: both see the same ${mutants_per_type} mutants as faulty`, () => {
      const roll = dice(Number(model.number) * 7 + model.family.length)
      const text = sample(model.type)
      for (let n = 0; n < mutants_per_type; n++) {
        const bytes = Buffer.from(mutant(text, model, roll))
        withDocument(bytes, document => {
          const verdict = judgeBySchema(document, model)
          const findings = explain(document.root, model, bytes, 200)
          assert.equal(findings.length === 0, verdict.kind === 'valid', `mutant ${n}: ${verdict.kind}, ${JSON.stringify(findings[0])}`)
        }, () => assert.fail('the mutants are well formed'))
      }
    })

    it(`${model.type}: a full message is valid, and libxml2's tree gives back what was written`, () => {
      withDocument(Buffer.from(sample(model.type)), document => {
        assert.equal(judgeBySchema(document, model).kind, 'valid')
        assert.deepEqual(treeOf(document.root, model.root), full(model.root))
      }, () => assert.fail('the sample is well formed'))
    })
  }

  it('every pattern of the model has words, or is a fixed value', () => {
    const patterns = new Set<string>()
    const visit = (type: ComplexType): void => type.elements.forEach(({ type: of, pattern = [] }) => {
      for (const each of [...pattern, ...of.kind === 'simple' ? of.pattern ?? [] : []]) patterns.add(each)
      if (of.kind === 'complex') visit(of)
    })
    models.forEach(model => visit(model.root))
    assert.deepEqual([...patterns].filter(pattern => !(pattern in patternWords) && !/^\d+$/.test(pattern)), [])
    assert.ok(patterns.size > 10)
  })
})
