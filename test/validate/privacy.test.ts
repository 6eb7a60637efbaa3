/** Nothing about a person ever stands in a finding, whatever is wrong around it. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { models, writeMessage, type MessageModel } from '../../src/standard/standard.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { findingsOf, full, valueOf } from './sample.ts'

const plant = 'Zwartjansen999900006'
const planted = new RegExp(`<(\\w+:)(\\w+)>(${plant}[^<]*)</\\1\\2>`, 'g')

/** A message with the plant in every personal leaf; `times` makes it too long. */
function withPlants (model: MessageModel, times: number): string {
  const tree = full(model.root, (element, type, personal) => personal ? plant.repeat(times) : valueOf(element, type))
  return Buffer.from(writeMessage(model, tree)).toString()
}

type Way = (prefix: string, name: string, value: string) => string
const ways: Record<string, Way> = {
  'as a wrong value': (p, n, v) => `<${p}${n}>${v}</${p}${n}>`,
  'in a wrong namespace': (_, n, v) => `<x:${n} xmlns:x="urn:x">${v}</x:${n}>`,
  'in an element inside': (p, n, v) => `<${p}${n}><${p}Naam>${v}</${p}Naam></${p}${n}>`,
  'in an attribute': (p, n, v) => `<${p}${n} wie="${v}">${v}</${p}${n}>`,
  twice: (p, n, v) => `<${p}${n}>${v}</${p}${n}>`.repeat(2),
  'under a misspelt name': (p, n, v) => `<${p}${n}x>${v}</${p}${n}x>`,
  'under a foreign name': (p, _, v) => `<${p}Qqqqqqq>${v}</${p}Qqqqqqq>`,
  'between elements': (p, n, v) => `${v}<${p}${n}>${v}</${p}${n}>`,
  'as CDATA': (p, n, v) => `<${p}${n}><![CDATA[${v}]]></${p}${n}>`,
  'with a comment inside': (p, n, v) => `<${p}${n}>${v.slice(0, 5)}<!-- -->${v.slice(5)}</${p}${n}>`
}

describe('personal values', () => {
  const validator = openValidator({ worker_bytes: 1_000_000, findings_max: 10_000 })
  after(() => validator.close())

  for (const [way, write] of Object.entries(ways)) {
    it(`never show in a finding: ${way}`, async () => {
      for (const model of models) {
        for (const times of [1, 20]) {
          const text = withPlants(model, times).replace(planted, (_, prefix: string, name: string, value: string) => write(prefix, name, value))
          const judgement = await validator.validate(Buffer.from(text))
          if (judgement.kind === 'valid') continue // a message type without personal elements
          assert.doesNotMatch(JSON.stringify(judgement.findings), /zwart|jansen|99990/i, model.type)
        }
      }
    })
  }

  it('are found wrong all the same, at each personal element that has a form', async () => {
    for (const model of models) {
      const text = withPlants(model, 20)
      const named = new Set([...text.matchAll(planted)].map(([, , name]) => name))
      if (named.size === 0) continue
      const found = new Set(findingsOf(await validator.validate(Buffer.from(text))).map(each => each.path.split('/').at(-1)?.replace(/\[\d+\]$/, '')))
      // A Commentaar takes any text of any length.
      assert.deepEqual([...named].filter(name => name !== 'Commentaar' && !found.has(name)), [], model.type)
    }
  })

  it('are not in the findings of a document that is not well formed', async () => {
    for (const bad of [`<a><${plant}></a>`, `<a>&${plant};</a>`, `<a ${plant}="1" ${plant}="2"/>`, `<${plant}:a/>`, `<a>${plant}`, `<?${plant}`]) {
      assert.doesNotMatch(JSON.stringify(findingsOf(await validator.validate(Buffer.from(bad)))), /zwart|99990/i)
    }
  })
})
