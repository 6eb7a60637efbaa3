/** The table of what is asked of a gateway while its storage fails. */
import { answerTo, modelOf, readMessage, writeMessage } from '../../src/standard/standard.ts'
import { budgetWithoutEnd } from '../flow/broken.ts'
import { fixture, message, withText, type Client } from '../flow/world.ts'
import type { Case } from './asking.ts'

/** @returns the answer that takes a 301 */
function answering (bytes: Buffer, nth: number): Buffer {
  const read = readMessage(bytes)
  if (read.kind !== 'valid' || !('message' in read)) throw new TypeError('no message')
  const { model, message } = answerTo(modelOf('WMO301'), read.message, [], { identificatie: `A${nth}`, dagtekening: '2026-04-02' })
  return Buffer.from(writeMessage(model, message))
}
const json = { 'content-type': 'application/json' }
const post = (client: Client, path: string, body: unknown) => () => client.call('POST', path, JSON.stringify(body), json)

export const cases: readonly Case[] = [
  {
    name: 'a message is posted',
    answers: [202, 200],
    least: 8,
    async one (gateway, nth) { const bytes = message('WMO301', nth, { identificatie: `N${nth}` }); return () => gateway.as('gemeente').post(bytes) }
  },
  {
    name: 'a message that breaks a rule is posted, and answered',
    answers: [202, 200],
    least: 15,
    async one (gateway, nth) { const bytes = withText(budgetWithoutEnd(nth), 'Identificatie', `B${nth}`); return () => gateway.as('gemeente').post(bytes) }
  },
  {
    name: 'a message that is not valid is posted, and kept',
    answers: [422],
    least: 6,
    stands: true,
    async one (gateway, nth) { const bytes = withText(fixture('WMO301', 'invalid-element-missing'), 'Identificatie', `I${nth}`); return () => gateway.as('gemeente').post(bytes) }
  },
  {
    name: 'an answer is posted',
    answers: [202, 200],
    least: 9,
    async one (gateway, nth) {
      const bytes = message('WMO301', nth, { identificatie: `H${nth}` })
      await gateway.as('gemeente').send(bytes)
      const answer = answering(bytes, nth)
      return () => gateway.as('aanbieder').post(answer)
    }
  },
  {
    name: 'a message is taken out of the mailbox',
    answers: [204],
    least: 4,
    async one (gateway, nth) {
      const { id } = await gateway.as('gemeente').send(message('WMO301', nth, { identificatie: `M${nth}` }))
      return () => gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)
    }
  },
  {
    name: 'a party is changed by an operator',
    answers: [200],
    least: 6,
    says: true,
    async one (gateway, nth) { return post(gateway.as('operator'), '/v1/operator/parties', { code: String(42_430_000 + nth), name: 'Voorbeeld', families: ['iwmo'] }) }
  }
]
