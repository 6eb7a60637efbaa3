/** Nobody needs to know the other's door: every message and its answer through every pair of doors, with the same bytes, numbers, state and seal at both ends; what is rejected too. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { v7 as uuidV7 } from 'uuid'
import { generateMessage, modelOf, readMessage, sampleAnswer, supportedTypes, writeMessage, type MessageType } from '../../src/standard/standard.ts'
import { makeSides, sealed, type Held, type Side } from './sides.ts'
import { fixture, until, withText } from './world.ts'

const { world, gemeenten, aanbieders } = await makeSides()

/** What begins a conversation, and is answered by a retour or a 325. */
const first = supportedTypes().filter(type => modelOf(type).answers === null)

let count = 0
const identificatie = (): string => `M${(++count).toString(36).toUpperCase().padStart(8, '0')}`
/** @returns a message nobody else sends */
function made (type: MessageType, from: Side, to: Side): Buffer {
  const model = modelOf(type)
  return Buffer.from(writeMessage(model, generateMessage(model, 7_000 + count, 'small', { afzender: from.party, ontvanger: to.party, identificatie: identificatie() })))
}
/** @returns what answers it as it was received: all is well */
function answerTo (bytes: Buffer): Buffer {
  const read = readMessage(bytes)
  assert.equal(read.kind, 'valid')
  if (read.kind !== 'valid') return bytes
  const answer = sampleAnswer(read.model, read.message, identificatie(), [])
  return Buffer.from(writeMessage(answer.model, answer.message))
}

/** Until what is told at one end is so. */
const becomes = async (side: Side, number: string, states: Readonly<Record<string, unknown>>): Promise<void> => {
  await until(async () => {
    const told = await side.told(number)
    return Object.entries(states).every(([name, state]) => told[name] === state) || undefined
  }, `${side.name}: ${JSON.stringify(states)}`)
}

/** Sends, takes, and compares what both ends have. */
async function carried (bytes: Buffer, type: MessageType, from: Side, to: Side, answers: { readonly sent: Held, readonly got: Held } | null): Promise<{ readonly sent: Held, readonly got: Held }> {
  const sent = await from.send(bytes, type, to.party, answers?.got ?? null)
  const got = await to.receive(sent.number)
  assert.deepEqual([got.type, got.number], [type, sent.number], 'both know it by one number')
  assert.ok(got.bytes.equals(bytes), 'the same bytes')
  await becomes(from, sent.number, { verdict: 'accepted', delivery: 'delivered', answer: answers === null ? 'awaited' : 'none' })
  await becomes(to, got.number, { verdict: 'accepted', delivery: 'delivered' })
  for (const { proof } of [sent, got]) sealed(await proof(), world.ca)
  return { sent, got }
}

async function conversation (type: MessageType, from: Side, to: Side): Promise<void> {
  const { answeredBy } = modelOf(type)
  assert.ok(answeredBy !== null)
  const heen = await carried(made(type, from, to), type, from, to, null)
  if (heen.got.conversatie !== null) assert.equal(heen.got.conversatie, heen.sent.conversatie ?? heen.sent.number)
  const back = await carried(answerTo(heen.got.bytes), answeredBy, to, from, heen)
  // A 325 in a Di01 names no message; everything else says what it answers, as its reader knows that.
  if (back.got.answers !== null || modelOf(answeredBy).role === 'retour') assert.equal(back.got.answers, heen.sent.number)
  if (back.got.conversatie !== null && heen.sent.conversatie !== null) assert.equal(back.got.conversatie, heen.sent.conversatie)
  for (const [side, { number }] of [[from, heen.sent], [to, heen.got]] as const) await becomes(side, number, { delivery: 'delivered', answer: 'answered' })
  const ids = [(await from.told(heen.sent.number)).id, (await to.told(back.sent.number))['answers']]
  assert.equal(ids[0], ids[1])
}

for (const gemeente of gemeenten) {
  for (const aanbieder of aanbieders) {
    describe(`between a gemeente by ${gemeente.name} and an aanbieder by ${aanbieder.name}`, () => {
      for (const type of first) {
        test(`${type} and its ${modelOf(type).answeredBy ?? ''}`, async () => {
          await (modelOf(type).afzender === 'gemeente' ? conversation(type, gemeente, aanbieder) : conversation(type, aanbieder, gemeente))
        })
      }
    })
  }
}

/** A heenbericht under a number the other end cannot know it by, and its retour: each end has its own number for each. */
async function twoNumbered (type: MessageType, from: Side, to: Side, number: string): Promise<void> {
  const { answeredBy } = modelOf(type)
  assert.ok(answeredBy !== null)
  const sent = await from.send(made(type, from, to), type, to.party, null, number)
  const drawn = String((await from.told(number))['referentienummer'])
  assert.notEqual(drawn, number.toLowerCase())
  const got = await to.receive(drawn)
  assert.ok(got.bytes.equals(sent.bytes))
  const back = await to.send(answerTo(got.bytes), answeredBy, from.party, got)
  assert.equal((await from.receive(back.number)).answers, from.name.startsWith('VSP') || from.name === 'GGk' ? number.toLowerCase() : drawn)
  for (const [side, its] of [[from, number], [to, drawn]] as const) await becomes(side, its, { delivery: 'delivered', answer: 'answered' })
}

describe('each end has its own number for a message', () => {
  for (const gemeente of gemeenten) {
    for (const aanbieder of aanbieders.filter(it => it.name.startsWith('VSP'))) {
      test(`where that of the aanbieder by ${aanbieder.name} is none the gemeente by ${gemeente.name} could bear`, async () => {
        await twoNumbered('WMO305', aanbieder, gemeente, uuidV7().toUpperCase())
      })
    }
  }
  test('where another sender had it before: he learns nothing of that', async () => {
    const [gemeente] = gemeenten
    const [first, second, third] = aanbieders
    assert.ok(gemeente && first && second && third)
    const number = randomUUID()
    await first.receive((await gemeente.send(made('WMO301', gemeente, first), 'WMO301', first.party, null, number)).number)
    await twoNumbered('JW305', second, gemeente, number)
    await twoNumbered('JW307', first, gemeente, (await third.send(made('JW307', third, gemeente), 'JW307', gemeente.party, null)).number)
  })
})

describe('what the rules within it reject is answered by the gateway, through the door it came by', () => {
  /** A fixture that breaks a rule of level 2, between these two. */
  const broken = (type: MessageType, rule: string, from: Side, to: Side): Buffer => {
    const named = withText(fixture(type, `invalid-${rule}`), 'Afzender', from.party)
    return withText(withText(named, 'Ontvanger', to.party), 'Identificatie', identificatie())
  }
  for (const [type, rule, from, to] of [...gemeenten.map(it => ['WMO301', 'CD076', it, aanbieders[2]] as const), ...aanbieders.map(it => ['WMO315', 'CD075', it, gemeenten[1]] as const)]) {
    test(`${type} by ${from.name}`, async () => {
      assert.ok(to !== undefined)
      await world.judge(to.party, { level: 'content' })
      const sent = await from.send(broken(type, rule, from, to), type, to.party, null)
      const told = await from.told(sent.number)
      assert.deepEqual([told['verdict'], told['answer']], ['rejected', 'answered'])
      const retour = await from.receive(String((await from.find(String(told['answered_by'])))['referentienummer']))
      assert.deepEqual([retour.type, retour.answers], [modelOf(type).answeredBy, sent.number])
      sealed(await retour.proof(), world.ca)
      await becomes(from, retour.number, { delivery: 'delivered' })
    })
  }
})

test('that was every message there is, each through every pair', () => {
  const types = new Set(first.flatMap(type => [type, modelOf(type).answeredBy]))
  assert.deepEqual([types.size, gemeenten.length, aanbieders.length], [28, 3, 4])
})
