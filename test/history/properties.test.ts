/** What holds of history whatever was sent: order of arrival, rejection, and that what is needed is what is loaded. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { factsOf, furtherNeeds, keysOf, memoryHistory, needsOf, openHistory, pairOf, type FactName, type History, type Known, type Lookup } from '../../src/history/history.ts'
import { families, generateMessage, modelOf, textAt, valuesOf } from '../../src/standard/standard.ts'
import { about, after, anna, answer, antwoord, bram, claim, technical, wijziging, type Made } from './made.ts'

const clients = [anna, bram]; const numbers = ['7', '07', '8']; const references = ['R1', 'R2', 'R3']; const lines = ['P1', 'P2', 'P3']; const declaraties = ['D1', 'D2']

/** Everything history can be asked about those, without the order within one message. */
const everything = (of: History): unknown => ({
  clients: clients.map(it => [of.client(it), of.toewijzingen(it), of.starts(it), of.stops(it), of.verzoeken(it)]),
  numbers: numbers.map(it => [of.toewijzing(it), of.prestaties(it)]),
  references: references.map(it => [of.toegewezen(it), of.verzoek(it), of.antwoorden(it)]),
  lines: lines.map(it => [of.prestatie(it), of.credits(it)]),
  declaraties: [...declaraties.map(of.declaratie), of.laatsteDeclaratie()]
})

/** Messages that meet each other all the time; the Identificatie is given last. */
const kind = fc.record({ client: fc.constantFrom(...clients), number: fc.constantFrom(...numbers), reference: fc.constantFrom(...references), line: fc.constantFrom(...lines), vorig: fc.option(fc.constantFrom(...lines), { nil: undefined }), declaratie: fc.constantFrom(...declaraties), day: fc.integer({ min: 1, max: 3 }), status: fc.constantFrom('1', '1', '3'), which: fc.constantFrom('301', '301+', '305', '307', '315', '317', '319', '323') })
type Kind = typeof kind extends fc.Arbitrary<infer T> ? T : never

function made ({ which, client, number, reference, line, vorig, declaratie, day, status }: Kind, id: string): Made {
  const date = `2026-01-0${day}`
  switch (which) {
    case '301': return about('301', id, client, { ToewijzingNummer: number, Toewijzingsdatum: date })
    case '301+': return about('301', id, client, { ToewijzingNummer: number, Toewijzingsdatum: date, ReferentieAanbieder: reference })
    case '305': return about('305', id, client, { ToewijzingNummer: number, Begindatum: date, StatusAanlevering: status })
    case '307': return about('307', id, client, { ToewijzingNummer: number, Begindatum: date, StatusAanlevering: status })
    case '315': return about('315', id, client, { ReferentieAanbieder: reference }, { ReferentieAanbieder: `${reference}b` })
    case '317': return wijziging(id, client, reference)
    case '319': return antwoord(id, reference, day === 1 ? '1' : '2')
    default: return claim(id, declaratie, `2026-0${day}`, { ref: line, nummer: number, Bsn: client, ...(vorig === undefined ? {} : { vorig }) })
  }
}

/** Small, so that a counterexample can be read: the messages are made within the property. */
const story = fc.array(kind, { maxLength: 14 })
const told = (kinds: readonly Kind[]): Made[] => kinds.map((it, nth) => made(it, `M${nth}`))
/** The claims with status 3 have a Prestatie rejected. */
const answered = (kinds: readonly Kind[]): Made[] => told(kinds).flatMap((it, nth) =>
  it.model.number === '323' && kinds[nth]?.status === '3' ? [it, answer(it, ['Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]', '9321'])] : [it])

const knownOf = (messages: readonly Made[]): Known[] => messages.flatMap(({ model, message }, nth) => {
  const at = (leaf: string): string => textAt(message, `Header/BerichtIdentificatie/${leaf}`) ?? ''
  return factsOf(model, message).map((fact): Known => ({ ...fact, bron: { seq: nth + 1, number: model.number, Identificatie: at('Identificatie'), Dagtekening: at('Dagtekening') } }))
})
const open = (known: readonly Known[]): History => openHistory(known, { compleetVanaf: null, clientOf: Bsn => known.some(it => it.client === Bsn) ? Bsn : null })

/** A store that loads as it is told. */
function loaded (known: readonly Known[], { model, message }: Made): readonly Known[] {
  const { clients: asked, ofClients, lookups, laatsteDeclaratie } = needsOf(model, message)
  const found = new Set(known.filter(it => (ofClients.includes(it.of) && it.client !== null && asked.includes(it.client)) || (laatsteDeclaratie && it.of === '323:Declaratie')))
  const load = (all: readonly Lookup[]): void => {
    const before = found.size
    for (const { of, by, values } of all) for (const it of known) if (it.of === of && values.includes(keysOf(it, it.bron)[by] ?? '')) found.add(it)
    if (found.size > before) load(furtherNeeds([...found].map(it => ({ of: it.of, keys: keysOf(it, it.bron) }))))
  }
  load(lookups)
  load(furtherNeeds([...found].map(it => ({ of: it.of, keys: keysOf(it, it.bron) }))))
  return known.filter(it => found.has(it))
}

/** What the rules of each message type ask, as far as the message names it. */
function asked (of: History, { model, message }: Made): unknown {
  const each = (leaf: string, ask: (text: string) => unknown): unknown => valuesOf(model, message, leaf).map(ask)
  const requests = (): unknown => [each('ReferentieAanbieder', it => [of.verzoek(it), of.toegewezen(it), of.antwoorden(it)]), each('Bsn', of.verzoeken)]
  switch (model.number) {
    case '301': return [requests(), each('ToewijzingNummer', it => [of.toewijzing(it), of.prestaties(it)]), each('Bsn', of.toewijzingen)]
    case '305': case '307': return [each('Bsn', it => [of.toewijzingen(it), of.starts(it), of.stops(it)]), each('ToewijzingNummer', of.toewijzing)]
    case '323': return [
      each('Bsn', of.toewijzingen), each('ToewijzingNummer', it => [of.toewijzing(it), of.prestaties(it)]), each('ReferentieNummer', it => [of.prestatie(it), of.credits(it)]),
      each('VorigReferentieNummer', it => [of.prestatie(it), of.credits(it)]), each('DeclaratieNummer', of.declaratie), of.laatsteDeclaratie()
    ]
    case '325': return [each('DeclaratieNummer', of.declaratie), each('ReferentieNummer', of.prestatie), each('ToewijzingNummer', of.toewijzing), of.declaratieMet(textAt(message, 'Header/DeclaratieIdentificatie/Identificatie') ?? ''), of.gedeclareerd(textAt(message, 'Header/DeclaratieIdentificatie/Identificatie') ?? '')]
    case '317': return [requests(), each('Bsn', of.toewijzingen), each('ToewijzingNummer', of.toewijzing)]
    default: return requests()
  }
}

describe('history, whatever was sent', () => {
  it('facts in any order of application give the same answers', () => {
    fc.assert(fc.property(story, fc.infiniteStream(fc.nat()), (kinds, lots) => {
      const known = knownOf(answered(kinds))
      const shuffled = [...Map.groupBy(known, it => it.bron.seq).values()].map(of => ({ of, lot: lots.next().value })).toSorted((a, b) => a.lot - b.lot).flatMap(it => it.of)
      assert.deepEqual(everything(open(shuffled)), everything(open(known)))
    }), { numRuns: 300 })
  })

  it('memory answers as the facts do', () => {
    fc.assert(fc.property(story, kinds => {
      const messages = answered(kinds)
      assert.deepEqual(everything(after(memoryHistory(), ...messages)), everything(open(knownOf(messages))))
    }), { numRuns: 200 })
  })

  it('a message and its rejecting answer are as if never sent', () => {
    const content = (of: History): unknown => JSON.parse(JSON.stringify(everything(of), (key, value) => key === 'seq' ? undefined : value))
    fc.assert(fc.property(story, fc.nat(), fc.boolean(), (kinds, at, byRule) => {
      const messages = told(kinds)
      const lost = messages[at % Math.max(1, messages.length)]
      if (lost === undefined) return
      const rejection = byRule ? answer(lost, ['Header', '9056']) : technical(lost)
      assert.deepEqual(content(after(memoryHistory(), ...messages, rejection)), content(after(memoryHistory(), ...messages.filter(it => it !== lost))))
    }), { numRuns: 300 })
  })

  it('what a message needs is enough to answer what its rules ask', () => {
    fc.assert(fc.property(story, kind, fc.boolean(), (kinds, of, claimAnswer) => {
      const messages = answered(kinds)
      const own = made(of, 'NEW')
      const judged = claimAnswer && own.model.number === '323' ? answer(messages.findLast(it => it.model.number === '323') ?? own, ['Declaratie/Clienten/Client[1]', '8187']) : own
      const known = knownOf(messages)
      assert.deepEqual(asked(open(loaded(known, judged)), judged), asked(open(known), judged))
    }), { numRuns: 500 })
  })
})

describe('facts', () => {
  const kept = ['ToewijzingNummer', 'ReferentieAanbieder', 'Begindatum', 'VerzoekAntwoord', 'ReferentieNummer', 'DeclaratieNummer']

  it('hold no free text, name, address or other personal element', () => {
    for (const family of families) {
      for (const number of ['301', '305', '307', '315', '317', '319', '323', '325'] as const) {
        const model = modelOf(`${family === 'ijw' ? 'JW' : 'WMO'}${number}`)
        const facts = factsOf(model, generateMessage(model, 5, 'full'))
        const text = JSON.stringify(facts.map(({ it }) => it))
        assert.ok(number === '325' || kept.some(it => text.includes(`"${it}"`)), number)
        for (const name of ['Bsn', 'Naam', 'Commentaar', 'Verwijzer', 'BeschikkingNummer', 'Geboortedatum', 'RetourCodes', 'Client', 'Contact']) assert.ok(!text.includes(`"${name}"`), `${model.type} ${name}`)
      }
    }
  })

  it('are kept of heenberichten, claims and what a 325 rejects; a retour brings none and needs none', () => {
    for (const number of ['302', '306', '308', '316', '318', '320'] as const) {
      const model = modelOf(`WMO${number}`)
      const message = generateMessage(model, 5, 'full')
      assert.deepEqual([factsOf(model, message), needsOf(model, message)], [[], { clients: [], ofClients: [], lookups: [], laatsteDeclaratie: false }])
    }
  })

  it('both sides of a pair name it alike', () => {
    for (const number of ['301', '302', '305', '306', '323', '325'] as const) {
      const model = modelOf(`JW${number}`)
      assert.deepEqual(pairOf(model, generateMessage(model, 5, 'small')), { family: 'ijw', gemeente: '0344', aanbieder: '42420001' })
    }
  })

  it('are found by what keysOf says, numbers by value', () => {
    const known = knownOf([about('301', 'T1', anna, { ToewijzingNummer: '+007', ReferentieAanbieder: 'R1' }), claim('C1', 'D1', '2026-03', { ref: 'P1', nummer: '007' })])
    const keys = (of: FactName) => known.filter(it => it.of === of).map(it => keysOf(it, it.bron))
    assert.deepEqual(keys('301:ToegewezenProduct'), [{ client: anna, ToewijzingNummer: '7', ReferentieAanbieder: 'R1' }])
    assert.deepEqual(keys('323:Prestatie'), [{ ToewijzingNummer: '7', ReferentieNummer: 'P1', Identificatie: 'C1' }])
  })
})
