/** The rules against external sources that are not of claims alone: the date of today, the list of municipalities, the product list. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRejecting } from '../../src/core/core.ts'
import { memoryHistory, pairOf } from '../../src/history/history.ts'
import { judgeAgainst } from '../../src/rules/rules.ts'
import { noSources, type Sources } from '../../src/sources/sources.ts'
import { generateMessage, modelOf, textAt, type Family, type MessageNumber, type Tree } from '../../src/standard/standard.ts'
import { alles, put } from './declareren.ts'
import { families } from './gesprek.ts'

const numbers: readonly MessageNumber[] = ['301', '305', '307', '315', '317', '319', '323', '325']
interface Given { readonly sources?: Sources, readonly today?: string, readonly earlier?: readonly MessageNumber[], readonly edit?: (it: Tree) => Tree, readonly vanaf?: string }

/** @returns level 4's findings in a full sample, whose assignments begin on 2026-01-01 and whose Dagtekening is 2026-04-01 */
function found (family: Family, number: MessageNumber, { sources = alles, today = '2026-04-01', earlier = [], edit = it => it, vanaf = '2015-01-01' }: Given): string[] {
  const of = (number: MessageNumber) => modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number}`)
  const memory = memoryHistory({ compleetVanaf: vanaf })
  for (const it of earlier) memory.take(of(it), generateMessage(of(it), 1, 'full'))
  const message = edit(generateMessage(of(number), 1, 'full'))
  const findings = judgeAgainst(of(number), message, { history: memory.of(pairOf(of(number), message)), sources, today }, {}, [4])
  return findings.map(it => `${isRejecting(it) ? '' : '? '}${it.code} ${it.class ?? ''} ${it.path.slice((it.class ?? '').length + 1)}`)
}
const only = (code: string, all: readonly string[]): string[] => all.filter(it => it.includes(code))

for (const family of families) {
  describe(`${family}: TR135, a message is not dated in the future`, () => {
    for (const number of numbers) {
      it(number, () => {
        assert.deepEqual(only('TR135', found(family, number, {})), [])
        assert.deepEqual(only('TR135', found(family, number, { today: '2026-03-31' })), ['TR135 Header BerichtIdentificatie/Dagtekening'])
      })
    }

    it('also in a year nobody writes', () => {
      const edit = (it: Tree): Tree => put(it, 'Header/BerichtIdentificatie/Dagtekening', '12026-01-01')
      assert.deepEqual(only('TR135', found(family, '301', { edit })), ['TR135 Header BerichtIdentificatie/Dagtekening'])
    })
  })

  describe(`${family}: TR378, the municipality is of the day the assignment began`, () => {
    const sources = (until: string): Sources => ({ ...alles, gemeente: (code, date) => code === '0344' && date < until })
    const header = (number: MessageNumber): string => `TR378 Header ${['301', '319', '325'].includes(number) ? 'Afzender' : 'Ontvanger'}`

    for (const number of numbers) {
      it(number, () => {
        assert.deepEqual(only('TR378 Header', found(family, number, {})), [])
        assert.deepEqual(only('TR378 Header', found(family, number, { sources: { ...alles, gemeente: () => false }, earlier: ['301', '323'] })), [header(number)])
        assert.deepEqual(only('TR378 Header', found(family, number, { sources: noSources })), [`? ${header(number)}`])
      })
    }

    it('one that was dissolved goes on for the assignments it made', () => {
      for (const number of ['305', '307', '317', '323'] as const) {
        assert.deepEqual(only('TR378', found(family, number, { sources: sources('2026-02-01'), earlier: ['301'] })), [], number)
        assert.deepEqual(only('TR378', found(family, number, { sources: sources('2025-12-31'), earlier: ['301'] })), [header(number)], number)
      }
      assert.deepEqual(only('TR378', found(family, '325', { sources: sources('2026-02-01'), earlier: ['301', '323'] })), [], 'also when the answer names no Prestatie')
      assert.deepEqual(only('TR378', found(family, '301', { sources: sources('2026-02-01') })), [])
      assert.deepEqual(only('TR378 Header', found(family, '319', { sources: sources('2026-02-01') })), [header('319')], 'an answer has its Dagtekening only')
    })

    it('where the assignment may be one that is not here, it is not assessed', () => {
      assert.deepEqual(only('TR378', found(family, '323', { sources: sources('2026-02-01'), vanaf: '2026-03-01' })), [`? ${header('323')}`])
      assert.deepEqual(only('TR378', found(family, '323', { sources: sources('2026-02-01') })), [header('323')], 'certainly none')
      assert.deepEqual(only('TR378', found(family, '323', { sources: sources('2026-05-01'), vanaf: '2026-03-01' })), [], 'the Dagtekening will do')
    })

    it('of several days one is enough', () => {
      const edit = (it: Tree): Tree => {
        const [one, ...others] = (it['Client'] as { ToegewezenProducten: { ToegewezenProduct: readonly Tree[] } }).ToegewezenProducten.ToegewezenProduct
        return put(it, 'Client/ToegewezenProducten', { ToegewezenProduct: [{ ...one, Ingangsdatum: '2025-06-01' }, ...others] })
      }
      assert.deepEqual(only('TR378', found(family, '301', { sources: sources('2025-12-31'), edit })), [])
    })

    it('the place of residence, on the Dagtekening, in iJw', () => {
      const list = (known: readonly string[]): string[] => only('Woonplaatsbeginsel', found(family, '319', { sources: { ...alles, gemeente: (code, date) => known.includes(code) && date === '2026-04-01' } }))
      const woonplaats = textAt(generateMessage(modelOf('JW319'), 1, 'full'), 'Antwoord/Woonplaatsbeginsel/Gemeente') ?? ''
      assert.match(woonplaats, /^[0-9]{4}$/)
      assert.deepEqual(list([woonplaats]), [])
      assert.deepEqual(list([]), family === 'ijw' ? ['TR378 Antwoord/Woonplaatsbeginsel Gemeente'] : [])
    })
  })

  describe(`${family}: TR381, the code is of its category`, () => {
    const none: Sources = { ...alles, product: () => false }
    for (const [number, place] of [['301', 'ToegewezenProduct[1]'], ['305', 'StartProduct[1]'], ['307', 'StopProduct[1]'], ['315', 'AangevraagdProduct[1]'], ['317', 'NieuwProduct[1]']] as const) {
      it(number, () => {
        assert.deepEqual(only('TR381', found(family, number, {})), [])
        const told = only('TR381', found(family, number, { sources: none }))
        assert.ok(told.some(it => it.endsWith(`${place} Product/Code`)), told.join('; '))
        assert.ok(only('TR381', found(family, number, { sources: noSources })).every(it => it.startsWith('? ')))
      })
    }

    it('a start or stop that is deleted is asked nothing', () => {
      for (const [number, rows, row] of [['305', 'StartProducten', 'StartProduct'], ['307', 'StopProducten', 'StopProduct']] as const) {
        const edit = (it: Tree): Tree => {
          const all = (it['Client'] as Record<string, Record<string, readonly Tree[]>>)[rows]?.[row] ?? []
          return put(it, `Client/${rows}`, { [row]: all.map(one => ({ ...one, StatusAanlevering: '3' })) })
        }
        assert.deepEqual(only('TR381', found(family, number, { sources: none, edit })), [])
      }
    })

    it('a start or stop may bear a code of when it was assigned', () => {
      const sources: Sources = { ...alles, product: (_, __, ___, date) => date === '2026-01-01' }
      assert.deepEqual(only('TR381', found(family, '305', { sources, earlier: ['301'] })), [])
    })
  })
}
