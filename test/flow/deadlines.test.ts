/** Deadlines in the running gateway: when a term begins, when it has passed, and who is told. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { openCalendar } from '../../src/calendar/calendar.ts'
import { instant } from '../../src/core/core.ts'
import { generateMessage, modelOf, writeMessage, type Tree } from '../../src/standard/standard.ts'
import { fixture, gemeente as gemeenteCode, makeWorld, message, until, type Client } from './world.ts'

const day = 86_400_000
const due = (from: unknown, days: number): string => new Date(openCalendar().due(instant(Date.parse(String(from))), days)).toISOString()
const ids = async (client: Client): Promise<string[]> => (await client.get('/v1/messages?overdue=true')).told.messages.map(it => it.id)

test('an answer is overdue from the end of its last working day until it comes', async () => {
  const world = await makeWorld()
  const time = { ms: Date.now() }
  const gateway = await world.start({}, [], { now: () => instant(time.ms) })
  const [gemeente, aanbieder] = [gateway.as('gemeente'), gateway.as('aanbieder')]
  const heen = await gemeente.send(fixture('WMO301'))
  const claim = await aanbieder.send(fixture('WMO323'))
  const shown = async (client: Client, id: string) => (await client.get(`/v1/messages/${id}`)).told
  const first = await shown(gemeente, heen.id)
  assert.deepEqual([first['answer_due'], first['overdue']], [due(first['offered'], 3), false])
  assert.equal((await shown(aanbieder, claim.id))['answer_due'], due(first['offered'], 10))
  assert.deepEqual(await ids(gemeente), [])
  time.ms = Date.parse(String(first['answer_due'])) - 1
  assert.deepEqual(await ids(gemeente), [])
  time.ms++
  assert.deepEqual(await ids(gemeente), [heen.id])
  assert.deepEqual(await ids(aanbieder), [heen.id], 'who owes the answer sees it too')
  assert.equal((await shown(gemeente, heen.id))['overdue'], true)
  const retour = await aanbieder.send(fixture('WMO302'))
  assert.deepEqual(await ids(gemeente), [])
  assert.deepEqual([(await shown(gemeente, heen.id))['overdue'], (await shown(gemeente, retour.id))['answer_due']], [false, null])
  assert.equal((await gemeente.get('/v1/messages?overdue=no')).told.code, 'ZP_QUERY')
})

test('a request runs under a term until it is decided, whichever side asks', async () => {
  const world = await makeWorld()
  await world.judge(gemeenteCode, { level: 'full' })
  const time = { ms: Date.now() }
  const gateway = await world.start({}, [], { now: () => instant(time.ms) })
  const [gemeente, aanbieder] = [gateway.as('gemeente'), gateway.as('aanbieder')]
  const model = modelOf('WMO315')
  const { id } = await aanbieder.send(Buffer.from(writeMessage(model, generateMessage(model, 3, 'small', { identificatie: 'VERZOEK1' }))))
  const open = async (client: Client) => (await client.get('/v1/deadlines')).told['deadlines'] as ReadonlyArray<Record<string, unknown>>
  const [first] = await until(async () => { const found = await open(aanbieder); return found.length > 0 ? found : undefined })
  assert.deepEqual([first?.['kind'], first?.['request'], first?.['gemeente'], first?.['overdue'], first?.['due']], ['answer', id, gemeenteCode, false, due(first?.['received'], 5)])
  assert.deepEqual(await open(gemeente), await open(aanbieder))
  time.ms = Date.parse(String(first?.['due']))
  assert.equal((await open(gemeente))[0]?.['overdue'], true)
  const answer = (identificatie: string, VerzoekAntwoord: string): Tree => ({
    ...generateMessage(modelOf('WMO319'), 3, 'small', { identificatie }),
    Antwoord: { ReferentieAanbieder: String(first?.['ReferentieAanbieder']), VerzoekAntwoord, ...(VerzoekAntwoord === '1' ? { RedenAfwijzingVerzoek: '2' } : {}) }
  })
  await gemeente.send(Buffer.from(writeMessage(modelOf('WMO319'), answer('ANTWOORD1', '2'))))
  const [second] = await open(aanbieder)
  assert.deepEqual([second?.['kind'], second?.['request'], second?.['overdue']], ['decision', id, true], 'its Dagtekening is months ago')
  await gemeente.send(Buffer.from(writeMessage(modelOf('WMO319'), answer('ANTWOORD2', '1'))))
  assert.deepEqual(await open(gemeente), [])
})

test('the term begins when the message is offered, not when it was sent', async () => {
  const world = await makeWorld()
  const time = { ms: Date.now() }
  let held = true
  const gateway = await world.start({}, [{
    name: 'late', on: [{ message: ['WMO301'], answers: false }],
    handle: async () => held ? { kind: 'later', after_ms: day, reason: 'not_yet' } : { kind: 'done' }
  }], { now: () => instant(time.ms) })
  const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
  const shown = async () => (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told
  await until(async () => (await shown())['next_try'] !== null || undefined)
  assert.equal((await shown())['answer_due'], null)
  held = false
  time.ms += 4 * day
  await until(async () => (await shown())['delivery'] === 'offered' || undefined)
  const { offered, answer_due } = await shown()
  assert.equal(answer_due, due(offered, 3))
  assert.ok(Date.parse(String(offered)) >= time.ms)
})

test('days off of one’s own move the term', async () => {
  const world = await makeWorld()
  const nextDays = Array.from({ length: 20 }, (_, n) => new Date(Date.now() + n * day).toISOString().slice(0, 10))
  writeFileSync(world.path('holidays.json'), JSON.stringify({ dates: nextDays }))
  const gateway = await world.start({ holidays: world.path('holidays.json') })
  const { id } = await gateway.as('gemeente').send(message('WMO301', 1))
  const { answer_due } = (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told
  assert.ok(Date.parse(String(answer_due)) > Date.now() + 21 * day)
  writeFileSync(world.path('holidays.json'), '{"dates":["tomorrow"]}')
  await gateway.stop()
  await assert.rejects(world.start({ holidays: world.path('holidays.json') }), /holidays: dates is a list of YYYY-MM-DD/)
})
