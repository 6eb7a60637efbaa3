/** The rules of a declaratie-antwoord against the claims that were sent: each broken at its place, and none by a right answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRejecting } from '../../src/core/core.ts'
import { asTree, type Node, type Tree } from '../../src/standard/standard.ts'
import { boek, bsn, put, type Bericht, type Boek } from './declareren.ts'
import { families } from './gesprek.ts'

const at = 'DeclaratieAntwoord/Clienten/Client[1]'
const prestatieAt = `${at}/Prestaties/Prestatie[1]`

/** A claim of March with one Prestatie granted, one rejected and one credit rejected, and the answer to it, which is not taken yet. */
function geantwoord (family: 'iwmo' | 'ijw', options: Parameters<typeof boek>[1] = {}): { of: Boek, answer: Bericht } {
  const of = boek(family, options)
  of.toewijs([{}])
  of.toewijs([{ ToewijzingNummer: '2' }], '2026-01-02', 2)
  const claim = of.declaratie([[of.prestatie('P1', { volume: 99 }), of.credit('C1', 'P0', { maand: '2026-02' })], [of.prestatie('P2', { nummer: '2' })]], { id: 'CLAIM', nummer: 'D1' })
  const answer = boek(family)
  answer.toewijs([{}])
  answer.toewijs([{ ToewijzingNummer: '2' }], '2026-01-02', 2)
  const made = answer.antwoord(claim)
  of.neem(claim)
  return { of, answer: made }
}

/** @returns the answer with the first Prestatie changed */
function anders ({ model, message }: Bericht, change: (it: Tree) => Tree): Bericht {
  const client = first(message, 'DeclaratieAntwoord', 'Clienten', 'Client')
  const [prestatie = {}, ...others] = list(asTree(client['Prestaties'])?.['Prestatie'])
  return { model, message: put(message, 'DeclaratieAntwoord/Clienten', { Client: [{ ...client, Prestaties: { Prestatie: [change(asTree(prestatie) ?? {}), ...others] } }] }) }
}
const list = (node: Node | undefined): readonly Node[] => Array.isArray(node) ? node : []
function first (tree: Tree, ...steps: readonly string[]): Tree {
  const node = steps.reduce<Node | undefined>((it, step) => asTree(it)?.[step], tree)
  return asTree(list(node)[0]) ?? {}
}

for (const family of families) {
  describe(`${family}: a declaratie-antwoord`, () => {
    it('as the gateway makes it is in order', () => {
      const { of, answer } = geantwoord(family)
      assert.deepEqual(of.oordeel(answer), [])
    })

    it('TR304: of a client of the claim', () => {
      const { of, answer } = geantwoord(family)
      const client = first(answer.message, 'DeclaratieAntwoord', 'Clienten', 'Client')
      const other = (wie: number): Bericht => ({ ...answer, message: put(answer.message, 'DeclaratieAntwoord/Clienten', { Client: [{ ...client, Bsn: bsn(wie) }] }) })
      assert.deepEqual(of.oordeel(other(3)), [`TR304 ${at} Bsn`])
      assert.deepEqual(of.oordeel(other(2)), [], 'which client a Prestatie stands under is not asked')
      of.toewijs([{ ToewijzingNummer: '3' }], '2026-01-02', 3)
      assert.deepEqual(of.oordeel(other(3)), [`TR304 ${at} Bsn`], 'known, and not in the claim')
    })

    it('TR337: to a claim that was received, by its Identificatie and Dagtekening', () => {
      const { of, answer: { model, message } } = geantwoord(family)
      const naming = (element: string, text: string): string[] => of.oordeel({ model, message: put(message, `Header/DeclaratieIdentificatie/${element}`, text) })
      assert.deepEqual(naming('Identificatie', 'OTHER'), ['TR337 Header DeclaratieIdentificatie'])
      assert.deepEqual(naming('Dagtekening', '2026-03-30'), ['TR337 Header DeclaratieIdentificatie'])
    })

    it('TR371: with the schema versions of that claim', () => {
      const { of, answer: { model, message } } = geantwoord(family)
      for (const element of ['BasisschemaXsdVersie', 'BerichtXsdVersie']) {
        assert.deepEqual(of.oordeel({ model, message: put(message, `Header/XsdVersieDeclaratie/${element}`, '9.0.0') }), ['TR371 Header XsdVersieDeclaratie'])
      }
    })

    it('TR376: with the number of a claim', () => {
      const { of, answer: { model, message } } = geantwoord(family)
      assert.deepEqual(of.oordeel({ model, message: put(message, 'DeclaratieAntwoord/DeclaratieNummer', 'D2') }), ['TR376 DeclaratieAntwoord DeclaratieNummer'])
    })

    it('TR366: of Prestaties that were claimed, by both their numbers', () => {
      const { of, answer } = geantwoord(family)
      const named = (ReferentieNummer: string): string[] => of.oordeel(anders(answer, it => ({ ...it, ProductReferentie: { ReferentieNummer } })))
      assert.deepEqual(named('P9'), [`TR366 ${prestatieAt} ProductReferentie`])
      const credit = anders(answer, it => ({ ...it, ProductReferentie: { ReferentieNummer: 'C1' } }))
      assert.ok(of.oordeel(credit).includes(`TR366 ${prestatieAt} ProductReferentie`), 'C1 was claimed as a credit of P0')
    })

    it('TR367: with the values that were claimed, by value', () => {
      const { of, answer } = geantwoord(family)
      const changed = (change: Tree): string[] => of.oordeel(anders(answer, it => ({ ...it, ...change }))).filter(it => !it.startsWith('TR366'))
      assert.deepEqual(changed({ ToewijzingNummer: '0001', GeleverdVolume: '+99' }), [])
      const values: Readonly<Record<string, Node>> = {
        ToewijzingNummer: '2',
        ProductCategorie: family === 'iwmo' ? '03' : '54',
        ProductCode: '02A04',
        ProductPeriode: { Begindatum: '2026-03-02', Einddatum: '2026-03-31' },
        GeleverdVolume: '98',
        Eenheid: '16',
        ProductTarief: '1'
      }
      for (const [element, value] of Object.entries(values)) assert.deepEqual(changed({ [element]: value }), [`TR367 ${prestatieAt} ${element}`])
    })

    it('of a claim that may lie before what is known is not assessed', () => {
      const of = boek(family, { vanaf: '2026-04-01' })
      const found = of.bevindingen(geantwoord(family).answer)
      assert.ok(!found.some(isRejecting))
      assert.deepEqual([...new Set(found.map(it => it.code))], ['TR337', 'TR366', 'TR376'])
    })
  })
}
