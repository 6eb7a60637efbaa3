/** The assessor over real TLS: messages judged in full against what came before them, answered at every class, delivered or withheld as their receiver wants it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { instant, messageId, systemClock } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { allCases, type Case, type Sent } from '../../src/rules/examples/examples.ts'
import type { Edits } from '../../src/rules/examples/edit.ts'
import { maand, prestatie, taleOf, tell } from '../../src/rules/examples/tale.ts'
import { answerTo, asTree, families, generateMessage, leavesNamed, modelOf, readMessage, textAt, valuesOf, writeMessage, type MessageType, type Tree } from '../../src/standard/standard.ts'
import type { Judging, Party } from '../../src/store/store.ts'
import { putParty } from '../register.ts'
import { aanbieder, fixture, gemeente, makeWorld, until, type Client, type Running, type Told, type World } from './world.ts'

const bytes = ({ model, message }: Sent): Uint8Array => writeMessage(model, message)
const caseOf = (code: string, type: MessageType): Case => {
  const found = allCases().find(it => it.code === code && it.message.model.type === type)
  assert.ok(found, `${code} in ${type}`)
  return found
}

/** Everything of the pair is known from the beginning of both laws on. */
const knowAll = async ({ store }: World): Promise<void> => await store(async beside => {
  for (const family of families) await beside.completeFrom({ family, gemeente, aanbieder }, '2015-01-01', systemClock.now())
})

interface Place { readonly world: World, readonly gateway: Running, from (sent: Sent): Client, ends (client: Client, id: string): Promise<Told> }

/** A gateway whose gemeente has its messages judged in full, and knows all. */
async function place (judging: Partial<Judging> = {}, handlers: readonly Handler[] = []): Promise<Place> {
  const world = await makeWorld()
  await world.judge(gemeente, { level: 'full', ...judging })
  await knowAll(world)
  const gateway = await world.start({}, handlers)
  return {
    world,
    gateway,
    from: ({ model }) => gateway.as(model.afzender),
    ends: async (client, id) => await until(async () => {
      const { told } = await client.get(`/v1/messages/${id}`)
      return told['delivery'] === 'waiting' ? undefined : told
    }, 'the end of judging')
  }
}

async function send ({ from, ends }: Place, sent: Sent): Promise<Told> {
  const { id } = await from(sent).send(bytes(sent))
  return await ends(from(sent), id)
}

/** Sends what comes before a case. */
async function before (at: Place, it: Case): Promise<void> {
  for (const sent of it.history) assert.equal((await send(at, sent))['verdict'], 'accepted', sent.model.type)
}

/** @returns the answer in a party's mailbox */
async function answerOf ({ gateway }: Place, told: Told): Promise<Tree> {
  const { bytes: payload } = await gateway.as('aanbieder').get(`/v1/messages/${String(told['answered_by'])}/payload`)
  const reading = readMessage(payload)
  assert.ok('message' in reading)
  return reading.message
}
const rejecting = (told: Told): unknown[] => told.findings.filter(it => it['assessed'] !== false && it['warning'] !== true).map(it => it['code'])
const codesIn = (type: MessageType, message: Tree): string[] => leavesNamed(modelOf(type), message, 'RetourCode').map(it => it.text)

describe('a message judged in full', () => {
  for (const [code, type] of [['TR063', 'WMO305'], ['TR074', 'JW305'], ['TR415', 'WMO307'], ['TR347', 'JW315'], ['TR350', 'WMO317']] as const) {
    test(`${type} that breaks ${code} is answered with its code at its class, and withheld`, async () => {
      const it = caseOf(code, type)
      const at = await place()
      await before(at, it)
      const told = await send(at, it.message)
      assert.deepEqual([told['verdict'], told['delivery'], told['answer']], ['rejected', 'none', 'answered'])
      assert.ok(rejecting(told).includes(code), JSON.stringify(told.findings))
      const answer = await answerOf(at, told)
      const codes = told.findings.filter(its => its['code'] === code).map(its => String(its['retourcode']))
      assert.ok(codes.length > 0 && codes.every(its => codesIn(modelOf(type).answeredBy ?? type, answer).includes(its)))
      assert.deepEqual(asTree(asTree(answer['Header'])?.['RetourCodes']), { RetourCode: ['0200'] })
      assert.equal((await at.gateway.as('gemeente').get(`/v1/messages/${told.id}`)).status, 404)
      // What was rejected counts as not sent: the better one is judged as if it were the first.
      const twin = await send(at, { ...it.twin, message: numbered(it.twin.message, 'BETER1') })
      assert.deepEqual([twin['verdict'], twin['delivery'], twin['answer'], rejecting(twin)], ['accepted', 'offered', 'awaited', []])
    })
  }

  test('is answered by its Header alone when it is good and its receiver leaves that to the gateway', async () => {
    const it = caseOf('TR074', 'WMO305')
    const at = await place({ answers: 'automatic' })
    await before(at, it)
    const told = await send(at, it.twin)
    assert.deepEqual([told['verdict'], told['delivery'], told['answer']], ['accepted', 'offered', 'answered'])
    assert.deepEqual(Object.keys(await answerOf(at, told)), ['Header'])
    assert.deepEqual(codesIn('WMO306', await answerOf(at, told)), [])
    const own = withIdentificatie(fixture('WMO306').toString(), textAt(it.twin.message, 'Header/BerichtIdentificatie/Identificatie') ?? '')
    assert.equal((await at.gateway.as('gemeente').post(own)).told.code, 'ZP_RETOUR_SECOND')
  })

  test('is shown to its receiver although it was rejected, where that is what he wants', async () => {
    const it = caseOf('TR074', 'WMO305')
    const at = await place({ rejected: 'deliver' })
    await before(at, it)
    const told = await send(at, it.message)
    assert.deepEqual([told['verdict'], told['delivery'], told['answer']], ['rejected', 'offered', 'answered'])
    const [seen] = (await at.gateway.as('gemeente').get('/v1/mailbox')).told.messages.filter(its => its.id === told.id)
    assert.deepEqual([seen?.['verdict'], seen?.['answer'], seen?.['answered_by']], ['rejected', 'answered', told['answered_by']])
    assert.equal((await at.gateway.as('gemeente').delete(`/v1/mailbox/${told.id}`)).status, 204)
    // It counts as not sent all the same.
    assert.deepEqual(rejecting(await send(at, { ...it.twin, message: numbered(it.twin.message, 'BETER1') })), [])
  })

  test('tells its sender what came later than the standard allows, and is accepted all the same', async () => {
    const at = await place()
    const model = modelOf('WMO315')
    const asked = { model, message: generateMessage(model, 3, 'small', { identificatie: 'VERZOEK1' }) }
    const first = await send(at, asked)
    assert.equal(first['verdict'], 'accepted', JSON.stringify(first.findings))
    // Nobody waits eight weeks here: the request says itself how old it is.
    const investigated = { model: modelOf('WMO319'), message: answered(asked.message, 'ANTWOORD1', '2') }
    const decided = { model: modelOf('WMO319'), message: answered(asked.message, 'ANTWOORD2', '1') }
    await at.world.judge(aanbieder, { level: 'full' })
    assert.deepEqual(rejecting(await send(at, investigated)), [])
    const told = await send(at, decided)
    assert.deepEqual([told['verdict'], rejecting(told)], ['accepted', []])
    const late = told.findings.find(it => it['code'] === 'ZP_TERM_DECISION')
    assert.deepEqual([late?.['warning'], late?.['path'], typeof late?.['line']], [true, 'Antwoord/ReferentieAanbieder', 'number'])
  })

  test('tells its sender what could not be judged, and is not held up by it', async () => {
    const it = caseOf('TR074', 'WMO305')
    const world = await makeWorld()
    await world.judge(gemeente, { level: 'full' })
    const at = { ...await place(), world, gateway: await world.start() }
    const lone = { ...at, from: ({ model }: Sent) => at.gateway.as(model.afzender) }
    const told = await send(lone, it.twin)
    assert.deepEqual([told['verdict'], told['delivery'], rejecting(told)], ['accepted', 'offered', []])
    assert.ok(told.findings.some(its => its['assessed'] === false && its['level'] === 3))
    assert.ok(told.findings.every(its => typeof its['line'] === 'number'))
    assert.deepEqual((await at.gateway.as('aanbieder').get(`/v1/messages/${told.id}/receipt`)).told.findings, [])
  })
})

describe('a message that waited', () => {
  const it = taleOf('iwmo')
  /** Holds a message up until something has happened. */
  async function waiting (): Promise<{ readonly at: Place, readonly id: string, go (): void }> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const gate: Handler = { name: 'gate', on: [{ message: ['WMO305'] }], handle: async () => { await promise; return { kind: 'done' } } }
    const at = await place({ answers: 'automatic' }, [gate])
    await send(at, tell(it, ['301'], 'TOEWIJZING'))
    return { at, ...await at.gateway.as('aanbieder').send(bytes(tell(it, ['305'], 'START'))), go () { resolve(undefined) } }
  }
  const leave = async ({ world }: Place, code: string, gone: Partial<Party>): Promise<void> => await world.store(async store => {
    const party = (await store.register()).parties.find(its => its.code === code)
    assert.ok(party)
    await putParty(store, { ...party, ...gone })
  })
  const ended = async ({ world }: Place, id: string, delivery: string): Promise<true> => await until(async () =>
    await world.store(async store => (await store.inspect(messageId(id)))?.message.delivery === delivery || undefined))

  test('reaches its receiver although its sender has left; the answer is dead', async () => {
    const { at, id, go } = await waiting()
    await leave(at, aanbieder, { until: instant(Date.now() - 1) })
    go()
    const told = await at.gateway.as('gemeente').receives(id)
    assert.equal(told['answer'], 'answered')
    await ended(at, String(told['answered_by']), 'dead')
  })

  test('is dead when its receiver has left its standard, at once and with that reason', async () => {
    const { at, id, go } = await waiting()
    await leave(at, gemeente, { families: ['ijw'] })
    go()
    const told = await at.ends(at.gateway.as('aanbieder'), id)
    assert.deepEqual([told['delivery'], told['dead_reason'], told['answer']], ['dead', 'receiver_left_family', 'awaited'])
  })
})

describe('claims', () => {
  const it = taleOf('iwmo')
  /** Twelve parts of a day in all, however they are spread. */
  const assigned = tell(it, ['301', { 'ToegewezenProduct/Omvang': { Volume: '12', Eenheid: '16', Frequentie: '6' } }], 'TOEWIJZING')
  /** A claim of a month, under numbers of its own. */
  const claim = (nth: number, month: '02' | '03', ...edits: Edits[]): Sent => tell(it, ['323', {
    'Header/BerichtIdentificatie/Dagtekening': '2026-04-01',
    'Declaratie/DeclaratieNummer': `D${nth}`,
    'Declaratie/DeclaratiePeriode': maand(month),
    Prestatie: prestatie(it, `P${nth}A`, 1, month),
    'Prestatie[2]': prestatie(it, `P${nth}B`, 2, month)
  }, ...edits], `CLAIM${nth}`)
  const two = [claim(1, '02'), claim(2, '03')] as const
  /** So that both are there before the first is done with. */
  const slow: Handler = { name: 'slow', on: [{ message: ['WMO323'] }], handle: async () => { await pause(200); return { kind: 'done' } } }

  test('that fit singly and not together, sent at once: one is granted in full, of the other what does not fit is rejected', async () => {
    const at = await place({ answers: 'automatic' }, [slow])
    await send(at, assigned)
    const sent: string[] = []
    for (const it of two) sent.push((await at.from(it).send(bytes(it))).id)
    const both = await Promise.all(sent.map(async id => await at.ends(at.gateway.as('aanbieder'), id)))
    assert.deepEqual(both.map(told => [told['verdict'], told['delivery'], told['answer']]), Array(2).fill(['accepted', 'offered', 'answered']))
    // Either may be judged first.
    assert.deepEqual(both.map(rejecting).toSorted((one, other) => one.length - other.length), [[], ['TR322']])
    for (const told of both) {
      const answer = await answerOf(at, told)
      const granted = [textAt(answer, 'DeclaratieAntwoord/TotaalIngediendBedrag/TotaalBedrag'), textAt(answer, 'DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag')]
      const whole = rejecting(told).length === 0
      assert.deepEqual(granted, ['154800', whole ? '154800' : '100000'])
      assert.deepEqual(codesIn('WMO325', answer), whole ? ['0200', '8001'] : ['0200', '9322', '0200', '0200'])
    }
  })

  for (const [nth, claim] of two.entries()) {
    test(`that come alone are granted: ${nth + 1}`, async () => {
      const at = await place({ answers: 'automatic' })
      await send(at, assigned)
      assert.deepEqual(rejecting(await send(at, claim)), [])
    })
  }

  test('of which a part was rejected, or the whole, leave room for a better one', async () => {
    const at = await place()
    await send(at, assigned)
    const told = await send(at, claim(1, '02', { 'Prestatie/GeleverdVolume': '13', 'Prestatie/IngediendBedrag/Bedrag': '89050' }))
    assert.deepEqual([told['verdict'], told['delivery'], told['answer']], ['accepted', 'offered', 'answered'])
    assert.deepEqual(rejecting(told), ['TR321', 'TR322'])
    assert.deepEqual(rejecting(await send(at, claim(2, '02', { 'Prestatie[2]': undefined }))), [])
    const small = { 'Prestatie/GeleverdVolume': '4', 'Prestatie/IngediendBedrag/Bedrag': '27400' }
    const whole = await send(at, claim(3, '03', small, { 'Declaratie/DeclaratieNummer': 'D2' }))
    assert.deepEqual([whole['verdict'], whole['delivery'], rejecting(whole)], ['rejected', 'none', ['TR333']])
    assert.deepEqual(codesIn('WMO325', await answerOf(at, whole)), ['0200', '9333'])
    assert.deepEqual(rejecting(await send(at, claim(4, '03', small))), [])
  })
})

describe('judging', () => {
  test('is done again where history changed before its outcome was stored, and that is no failure', async () => {
    const it = taleOf('iwmo')
    const at = await place({ answers: 'automatic' })
    let asked = 0
    const assigned = tell(it, ['301'], 'TOEWIJZING')
    const no = answerTo(assigned.model, assigned.message, [{ level: 3, code: 'TR332', retourcode: '9332', class: 'Client/ToegewezenProducten/ToegewezenProduct[1]' }], { identificatie: 'NEE', dagtekening: '2026-01-05' })
    const meanwhile: Handler = {
      name: 'meanwhile',
      on: [{ message: ['WMO305'] }],
      async handle () {
        if (asked++ === 0) await at.gateway.as('aanbieder').send(bytes(no))
        return { kind: 'done' }
      }
    }
    await at.gateway.stop()
    const gateway = await at.world.start({}, [meanwhile])
    Object.assign(at, { gateway, from: ({ model }: Sent) => gateway.as(model.afzender) })
    await send(at, assigned)
    const told = await send(at, tell(it, ['305'], 'START'))
    assert.deepEqual([asked, told['verdict'], rejecting(told)], [1, 'rejected', ['TR019']])
    const { events } = (await gateway.as('aanbieder').get(`/v1/messages/${told.id}/history`)).told
    assert.deepEqual(events.map(its => its.event).filter(its => its === 'later'), [])
    assert.deepEqual((await gateway.as('aanbieder').get('/v1/mailbox')).told.messages.filter(its => its['answers'] === told.id).length, 1)
  })
})

test('a claim of the largest size taken, rejected whole, has an answer that is taken too', async () => {
  const at = await place()
  const model = modelOf('JW323')
  const sample = generateMessage(model, 1, 'small', { identificatie: 'GROOT' })
  const Prestatie = Array.from({ length: 40 }, (_, nth) => ({
    ProductReferentie: { ReferentieNummer: `P${nth}` }, ToewijzingNummer: '1', ProductCategorie: '45', ProductCode: `${10_000 + nth}`, ProductPeriode: maand('03'),
    GeleverdVolume: '1', Eenheid: '04', ProductTarief: '100', IngediendBedrag: { Bedrag: '100', DebetCredit: 'D' }
  }))
  const message = {
    ...sample,
    Header: { ...asTree(sample['Header']), BerichtIdentificatie: { Identificatie: 'GROOT', Dagtekening: '2026-03-31' } },
    Declaratie: {
      DeclaratieNummer: 'GROOT', DeclaratiePeriode: maand('03'), DeclaratieDagtekening: '2026-03-31', TotaalIngediendBedrag: { TotaalBedrag: '4000', DebetCredit: 'D' },
      Clienten: { Client: [{ Bsn: '999900006', Prestaties: { Prestatie } }] }
    }
  }
  const claim = { model, message }
  const payload_bytes_max = bytes(claim).byteLength
  await at.gateway.stop()
  const gateway = await at.world.start({ payload_bytes_max })
  Object.assign(at, { gateway, from: () => gateway.as('aanbieder') })
  const told = await send(at, claim)
  assert.deepEqual([told['verdict'], told['answer'], rejecting(told)], ['accepted', 'answered', ['TR304']])
  const answer = await answerOf(at, told)
  assert.ok(writeMessage(modelOf('JW325'), answer).byteLength > payload_bytes_max, 'with its usual indentation it is too large')
  assert.equal(textAt(answer, 'DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag'), '0')
})

/** @returns the 319 on the first product of a request */
function answered (request: Tree, identificatie: string, VerzoekAntwoord: string): Tree {
  const [ReferentieAanbieder = ''] = valuesOf(modelOf('WMO315'), request, 'ReferentieAanbieder')
  const message = generateMessage(modelOf('WMO319'), 3, 'small', { identificatie })
  return { ...message, Antwoord: { ReferentieAanbieder, VerzoekAntwoord, ...(VerzoekAntwoord === '1' ? { RedenAfwijzingVerzoek: '2' } : {}) } }
}

/** @returns the message under another Identificatie */
function numbered (message: Tree, Identificatie: string): Tree {
  const header = asTree(message['Header']) ?? {}
  return { ...message, Header: { ...header, BerichtIdentificatie: { ...asTree(header['BerichtIdentificatie']), Identificatie } } }
}
const withIdentificatie = (text: string, to: string): string => text.replace(/(:Identificatie>)[^<]*(<)/, `$1${to}$2`)
