/** What a message leaves behind: its facts where history is kept between its parties, and of an outline never what only looks like them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { journeyOf } from '../src/admit.ts'
import { instant, Refusal } from '../src/core/core.ts'
import * as history from '../src/history/history.ts'
import { openParties } from '../src/party/party.ts'
import { usualJudging } from '../src/register/register.ts'
import { keptFacts } from '../src/remember.ts'
import { generateMessage, headerOf, modelOf, outlineOf, valuesOf } from '../src/standard/standard.ts'
import { aParty } from './register.ts'

const at = instant(1_000)
const model = modelOf('JW323')
const message = generateMessage(model, 1, 'full')
const taken = { model, message, journey: journeyOf(headerOf(model, message)), bsns: valuesOf(model, message, 'Bsn'), clients: [], at }
const outline = { ...taken, message: outlineOf(model, message), outline: true } as const
const inFull = { judging: { ...usualJudging, level: 'full' } } as const
const opened = (over: Parameters<typeof aParty>[1], from = at) => openParties({ register: async () => ({ version: 1, parties: [aParty('0344', { ...over, from }), aParty('42420001')], accounts: [], mandates: [] }), registerVersion: () => 1 })

describe('what a message leaves behind', () => {
  test('is kept where one of its parties has messages judged in full, and of an outline the sender is told to come back', async () => {
    const parties = await opened(inFull)
    assert.deepEqual(parties.keepers(at), ['0344'])
    assert.equal(keptFacts({ parties, history }, taken)?.facts.length, history.factsOf(model, message).length)
    assert.throws(() => keptFacts({ parties, history }, outline), (error: unknown) => error instanceof Refusal && error.code === 'ZP_BUSY')
  })

  test('is nothing between others, whole or not', async () => {
    for (const parties of [await opened({}), await opened(inFull, instant(2_000))]) {
      assert.deepEqual(parties.keepers(at), [])
      for (const it of [taken, outline]) assert.equal(keptFacts({ parties, history }, it), null)
    }
  })
})
