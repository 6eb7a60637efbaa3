/** BerichtMetadata: every fault is told by its member, all at once, and nothing of what the client wrote. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Refusal, type Finding } from '../../src/core/core.ts'
import { readMetadata } from '../../src/transport/vsp/read.ts'
import { wireOf } from '../../src/transport/vsp/wire.ts'
import { metadata, type Json, type Metadata } from './pushing.ts'

const secret = 'Jansen 999912345'
const bytesOf = (it: unknown): Buffer => Buffer.from(typeof it === 'string' ? it : JSON.stringify(it))
function faults (it: unknown, also: Parameters<typeof readMetadata>[1] = () => []): readonly Finding[] {
  try { readMetadata(bytesOf(it), also) } catch (error) {
    assert.ok(error instanceof Refusal && error.code === 'ZP_ENVELOPE', String(error))
    assert.doesNotMatch(JSON.stringify(error), /Jansen|99991/)
    for (const { message, message_en, expected } of error.findings) assert.ok(message.length > 5 && message_en.length > 5 && expected !== '')
    return error.findings
  }
  return []
}
const paths = (it: unknown): readonly string[] => faults(it).map(({ path }) => path)

/** Metadata with one thing changed. */
function changed (change: (it: Metadata) => unknown): Metadata {
  const it = metadata()
  change(it)
  return it
}
const without = (name: string) => (from: object): void => { delete (from as Json)[name] }
const put = (name: string, value: unknown) => (into: object): void => { (into as Json)[name] = value }

/** What is changed, and where that is told. */
const wrong: ReadonlyArray<readonly [what: string, change: (it: Metadata) => unknown, ...paths: readonly string[]]> = [
  ...['routeringgegevens', 'referentiegegevens'].map((name): typeof wrong[number] => [`no ${name}`, without(name), name]),
  ['no afzender', it => { without('afzender')(it.routeringgegevens) }, 'routeringgegevens.afzender.code'],
  ['no rol', it => { without('rol')(it.routeringgegevens.afzender) }, 'routeringgegevens.afzender.rol'],
  ['an empty rol', it => { put('rol', '')(it.routeringgegevens.afzender) }, 'routeringgegevens.afzender.rol'],
  ['no code', it => { without('code')(it.routeringgegevens.afzender) }, 'routeringgegevens.afzender.code'],
  ['a code of nobody', it => { it.routeringgegevens.afzender.code = secret }, 'routeringgegevens.afzender.code'],
  ['a code that is a number', it => { put('code', 42420001)(it.routeringgegevens.afzender) }, 'routeringgegevens.afzender.code'],
  ['no geadresseerden', it => { without('geadresseerden')(it.routeringgegevens) }, 'routeringgegevens.geadresseerden'],
  ['an empty list of geadresseerden', it => { put('geadresseerden', [])(it.routeringgegevens) }, 'routeringgegevens.geadresseerden'],
  ['two geadresseerden', it => { it.routeringgegevens.geadresseerden.push({ rol: 'Gemeente', code: '0363' }) }, 'routeringgegevens.geadresseerden'],
  ['a hundred and one geadresseerden', it => { put('geadresseerden', Array.from({ length: 101 }, () => ({ rol: 'Gemeente', code: '0363' })))(it.routeringgegevens) }, 'routeringgegevens.geadresseerden'],
  ['a geadresseerde without code', it => { put('geadresseerden', [{ rol: 'Gemeente' }])(it.routeringgegevens) }, 'routeringgegevens.geadresseerden[0].code'],
  ['a geadresseerde without rol', it => { put('geadresseerden', [{ code: '0344' }])(it.routeringgegevens) }, 'routeringgegevens.geadresseerden[0].rol'],
  ['no berichtstroom', it => { without('berichtstroom')(it.routeringgegevens) }, 'routeringgegevens.berichtstroom'],
  ...['berichttype', 'berichtsubtype', 'berichtversie', 'berichtsubversie', 'actie'].map((name): typeof wrong[number] => [`no ${name}`, it => { without(name)(it.routeringgegevens.berichtstroom) }, `routeringgegevens.berichtstroom.${name}`]),
  ...['berichttype', 'berichtsubtype', 'actie'].map((name): typeof wrong[number] => [`a ${name} of 61 characters`, it => { put(name, 'x'.repeat(61))(it.routeringgegevens.berichtstroom) }, `routeringgegevens.berichtstroom.${name}`]),
  ...[-1, 1000, 3.5, '3', true].map((version): typeof wrong[number] => [`version ${JSON.stringify(version)}`, it => { put('berichtversie', version)(it.routeringgegevens.berichtstroom) }, 'routeringgegevens.berichtstroom.berichtversie']),
  ...['conversatieId', 'traceerId'].map((name): typeof wrong[number] => [`no ${name}`, it => { without(name)(it.referentiegegevens) }, `referentiegegevens.${name}`]),
  ...['conversatieId', 'traceerId', 'alsAntwoordOp'].flatMap(name => ['', secret, `{${randomUUID()}}`, `urn:uuid:${randomUUID()}`, `${randomUUID()}\n`, 7].map((value): typeof wrong[number] => [`a ${name} that is no UUID: ${JSON.stringify(value).slice(0, 12)}`, it => { put(name, value)(it.referentiegegevens) }, `referentiegegevens.${name}`])),
  ['a referentieId that is too long', it => { put('referentieId', 'x'.repeat(151))(it.referentiegegevens) }, 'referentiegegevens.referentieId'],
  ['an empty verwerkingscontext', it => { it.verwerkingscontext = [] }, 'verwerkingscontext'],
  ['a hundred and one aspects', it => { it.verwerkingscontext = Array.from({ length: 101 }, () => ({ sleutel: 'x', waarde: ['x'] })) }, 'verwerkingscontext'],
  ['a sleutel that is too long', it => { it.verwerkingscontext.push({ sleutel: 'x'.repeat(101), waarde: ['x'] }) }, 'verwerkingscontext[3].sleutel'],
  ['a waarde that is too long', it => { it.verwerkingscontext.push({ sleutel: 'x', waarde: ['x', 'x'.repeat(251)] }) }, 'verwerkingscontext[3].waarde[1]'],
  ['no waarde', it => { it.verwerkingscontext.push({ sleutel: 'x', waarde: [] }) }, 'verwerkingscontext[3].waarde'],
  ['Applicatie of two characters', it => { put('waarde', ['xx'])(it.verwerkingscontext[0] ?? {}) }, 'verwerkingscontext[0].waarde[0]'],
  ['Applicatie of 51 characters', it => { put('waarde', ['x'.repeat(51)])(it.verwerkingscontext[0] ?? {}) }, 'verwerkingscontext[0].waarde[0]'],
  ['ApplicatieVersie that is no number', it => { put('waarde', ['2.1'])(it.verwerkingscontext[1] ?? {}) }, 'verwerkingscontext[1].waarde[0]'],
  ['ApplicatieSubversie of five digits', it => { put('waarde', ['12345'])(it.verwerkingscontext[2] ?? {}) }, 'verwerkingscontext[2].waarde[0]'],
  ['Applicatie twice', it => { it.verwerkingscontext.push({ sleutel: 'Applicatie', waarde: ['Anders'] }) }, 'verwerkingscontext[3]'],
  ['two ApplicatieVersies', it => { put('waarde', ['1', '2'])(it.verwerkingscontext[1] ?? {}) }, 'verwerkingscontext[1]'],
  ['a member nobody published', put(secret, 1), ''],
  ['such a member deep inside', it => { put(secret, secret)(it.routeringgegevens.berichtstroom) }, 'routeringgegevens.berichtstroom'],
  ['basisgegevens, which only a pull has', put('basisgegevens', {}), ''],
  ['several at once', it => { put('actie', 1)(it.routeringgegevens.berichtstroom); put('traceerId', secret)(it.referentiegegevens); it.verwerkingscontext = [] }, 'routeringgegevens.berichtstroom.actie', 'referentiegegevens.traceerId', 'verwerkingscontext']
]

describe('metadata', () => {
  for (const [what, change, ...where] of wrong) test(`${what} is told at ${where.map(it => it === '' ? 'the whole' : it).join(', ')}`, () => { assert.deepEqual(paths(changed(change)), where) })

  test('that are no JSON object in UTF-8 are told as such', () => {
    for (const it of ['', '{', 'null', '[]', '7', '"x"', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, `{"a": "${secret}"`]) assert.notDeepEqual(paths(it), [], it.slice(0, 10))
    assert.throws(() => readMetadata(Buffer.from([0x7b, 0xff, 0x7d]), () => []), { code: 'ZP_ENVELOPE' })
    assert.deepEqual(paths(`${JSON.stringify(metadata())}${' '.repeat(70_000)}`), ['berichtMetadata'])
  })

  test('of any JSON whatever, or with any value anywhere, are read or refused', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), text => { paths(text) }), { numRuns: 1_000 })
    const members = (it: object): Array<readonly [object, string]> => Object.entries(it).flatMap(([name, value]) => [[it, name] as const, ...value instanceof Object ? members(value as object) : []])
    fc.assert(fc.property(fc.nat(), fc.jsonValue(), (which, value) => {
      const it = metadata()
      const all = members(it)
      const [into, name] = all[which % all.length] ?? [it, '']
      put(name, value)(into)
      paths(it)
    }), { numRuns: 3_000 })
  })

  test('with thousands of faults tell a hundred', () => {
    assert.equal(faults({ ...metadata(), verwerkingscontext: Array.from({ length: 100 }, () => ({ sleutel: 1, waarde: [1, 2, 3] })) }).length, 100)
  })

  test('as the published shape has them are read, also with what is left out as null, a BOM, and nothing of the context', () => {
    for (const it of [metadata(), metadata('JW301'), changed(it => { put('alsAntwoordOp', null)(it.referentiegegevens); put('referentieId', null)(it.referentiegegevens) }), changed(without('verwerkingscontext'))]) assert.deepEqual(faults(it), [])
    assert.deepEqual(faults(`\ufeff${JSON.stringify(metadata())}`), [])
  })

  test('of which a value is refused by the settings tell that too', () => {
    const finding = { ...faults(changed(without('referentiegegevens')))[0], path: 'routeringgegevens.afzender.rol' } as Finding
    assert.deepEqual(faults(metadata(), () => [finding]).map(({ path }) => path), ['routeringgegevens.afzender.rol'])
  })
})

describe('what the gateway knows of a push', () => {
  const wire = (it: unknown, content = 'bericht') => wireOf(readMetadata(bytesOf(it), () => []), Buffer.from(content))
  const own = randomUUID()

  test('its numbers are in lower case, and a conversation that is the message is none of its own', () => {
    const [traceerId, conversatieId, alsAntwoordOp] = [randomUUID(), randomUUID(), randomUUID()]
    const it = wire(metadata('WMO305', { traceerId: traceerId.toUpperCase(), conversatieId: conversatieId.toUpperCase(), alsAntwoordOp: alsAntwoordOp.toUpperCase() }))
    assert.deepEqual([it.number, it.conversatie, it.answers], [traceerId, conversatieId, alsAntwoordOp])
    const alone = wire(metadata('WMO305', { traceerId: traceerId.toUpperCase(), conversatieId: traceerId }))
    assert.deepEqual([alone.conversatie, alone.answers], [null, null])
  })

  test('the versions of its application are four digits, and what was not given is null', () => {
    assert.deepEqual(wire(metadata('WMO305', { referentieId: 'mijn 7' })).told, { applicatie: 'Zorgpakket', applicatieVersie: '0012', applicatieSubversie: '0003', referentieId: 'mijn 7', actie: 'Melding' })
    assert.deepEqual(wire(changed(without('verwerkingscontext'))).told, { applicatie: null, applicatieVersie: null, applicatieSubversie: null, referentieId: null, actie: 'Melding' })
  })

  test('it says of the payload who sends what to whom', () => {
    assert.deepEqual(wire(metadata('JW315')).says, { sender: '42420001', receiver: '0344', type: 'JW315', versie: 3, subversie: 2 })
  })

  test('the same said in another order, in other letters or with null is the same; any other word or byte is not', () => {
    const it = metadata('WMO305', { traceerId: own })
    const reversed = (value: unknown): unknown => value instanceof Object && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).toReversed().map(([name, its]) => [name, reversed(its)])) : value
    const { digest } = wire(it)
    const with0 = structuredClone(it)
    put('alsAntwoordOp', null)(with0.referentiegegevens)
    for (const same of [reversed(it), JSON.stringify(it, null, 2), metadata('WMO305', { traceerId: own.toUpperCase() }), with0]) assert.equal(wire(same).digest, digest)
    assert.notEqual(wire(it, 'Bericht').digest, digest)
    for (const other of [{ referentieId: 'x' }, { alsAntwoordOp: own }, { conversatieId: randomUUID() }]) assert.notEqual(wire(metadata('WMO305', { traceerId: own, ...other })).digest, digest)
    it.verwerkingscontext.reverse()
    assert.notEqual(wire(it).digest, digest)
  })
})
