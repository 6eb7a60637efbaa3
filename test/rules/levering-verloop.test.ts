/** Care as it goes: whatever a gemeente and an aanbieder that keep to the standard send each other, no rule against earlier messages refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Tree } from '../../src/standard/standard.ts'
import { families, gesprek, type Bericht, type Gesprek } from './gesprek.ts'

const days = (nth: number): string => new Date(Date.UTC(2026, 0, 1 + nth)).toISOString().slice(0, 10)

/** An assignment, and what was delivered on it: the last start, and the stops that stand on it. */
interface Lopend { readonly nummer: number, readonly categorie: string, readonly ingang: number, readonly eind: number | null, readonly start: number | null, readonly tijdelijk: number | null, readonly definitief: number | null }
interface Open { readonly ref: string, readonly wijziging: boolean, readonly onderzoek: boolean }

/** Both parties as they keep to the rules: each step sends what may be sent, if anything. */
function partijen (of: Gesprek) {
  const definitief = of.family === 'iwmo' ? '19' : '31'
  const categories = of.family === 'iwmo' ? ['02', '07', '03', '08'] : ['45', '41', '54', '43']
  const lopend: Lopend[] = []
  let open: Open[] = []
  let [dag, laatste, referentie] = [0, 0, 0]

  const actueel = (): Lopend[] => lopend.filter(it => it.eind === null || it.eind >= dag)
  const rij = ({ nummer, categorie, ingang, eind }: Lopend, ref?: string): Tree => ({
    ToewijzingNummer: geschreven(nummer), Product: { Categorie: categorie }, Ingangsdatum: days(ingang), ReferentieAanbieder: ref, ...(eind === null ? {} : { Einddatum: days(eind) })
  })
  const geschreven = (nummer: number): string => dag % 2 === 0 ? `${nummer}` : `00${nummer}`
  const op = ({ nummer }: Lopend, begin: number): Tree => ({ ToewijzingNummer: geschreven(nummer), Begindatum: days(begin) })
  const stop = (it: Lopend, RedenBeeindiging: string, eind: number): Tree => ({ ...op(it, it.start ?? 0), RedenBeeindiging, Einddatum: days(eind) })
  const nieuw = (categorie: string, ingang: number): Lopend => ({ nummer: ++laatste, categorie, ingang, eind: null, start: null, tijdelijk: null, definitief: null })
  const zet = (was: Lopend, is: Partial<Lopend>): void => { lopend[lopend.indexOf(was)] = { ...was, ...is } }
  const anders = () => ({ dag: days(dag) })
  const wissing = (row: Tree): Tree => ({ ...row, StatusAanlevering: '3' })

  /** @returns what is sent of an assignment, and what is true after it; null where nothing may be */
  const levering: ReadonlyArray<(it: Lopend) => Bericht | null> = [
    it => {
      const [gestopt, begin] = [it.definitief ?? it.tijdelijk, dag]
      if (begin < it.ingang || begin === it.start || (it.start !== null && gestopt === null)) return null
      zet(it, { start: begin, tijdelijk: null, definitief: null })
      return of.start([op(it, begin)], anders())
    },
    it => {
      if (it.start === null || it.tijdelijk !== null || it.definitief !== null) return null
      zet(it, { tijdelijk: dag })
      return of.stop([stop(it, '20', dag)], anders())
    },
    it => {
      if (it.start === null || it.definitief !== null) return null
      const eind = it.tijdelijk ?? dag
      zet(it, { definitief: eind })
      return of.stop([stop(it, definitief, eind)], anders())
    },
    it => {
      if (it.definitief === null) return null
      const was = stop(it, definitief, it.definitief)
      zet(it, { definitief: null })
      return of.stop([wissing(was)], anders())
    },
    it => {
      if (it.tijdelijk === null) return null
      const was = stop(it, '20', it.tijdelijk)
      zet(it, { tijdelijk: null })
      return of.stop([wissing(was)], anders())
    },
    it => {
      if (it.definitief === null || it.definitief === dag) return null
      const was = stop(it, definitief, it.definitief)
      zet(it, { definitief: dag })
      return of.stop([stop(it, definitief, dag), wissing(was)], anders())
    },
    it => {
      if (it.start === null || it.tijdelijk !== null || it.definitief !== null) return null
      zet(it, { start: null })
      return of.start([wissing(op(it, it.start))], anders())
    },
    it => {
      if (it.start === null || it.tijdelijk !== null || it.definitief !== null || it.start === dag) return null
      const was = op(it, it.start)
      zet(it, { start: dag })
      return of.start([op(it, dag), wissing(was)], anders())
    },
    it => {
      if (it.eind !== null || it.ingang > dag) return null
      zet(it, { eind: dag + 1 })
      const volgende = nieuw(it.categorie, dag + 2)
      lopend.push(volgende)
      return of.toewijzing([...actueel().map(it => rij(it))], anders())
    }
  ]
  const verzoeken: ReadonlyArray<() => Bericht | null> = [
    () => {
      const vrij = categories.filter(it => actueel().every(of => of.categorie !== it)).slice(0, 2)
      if (open.length > 0 || vrij.length === 0) return null
      open = vrij.map(() => ({ ref: `REF${++referentie}`, wijziging: false, onderzoek: false }))
      return of.verzoek(vrij.map((Categorie, nth) => ({ ReferentieAanbieder: open[nth]?.ref, Product: { Categorie }, ToewijzingIngangsdatum: days(dag + 1) })), anders())
    },
    () => {
      const [first, ...rest] = actueel().filter(it => it.eind === null)
      if (open.length > 0 || first === undefined) return null
      open = [{ ref: `REF${++referentie}`, wijziging: true, onderzoek: false }]
      return of.wijziging({
        ref: `REF${referentie}`,
        gelijk: actueel().filter(it => it !== first).map(it => geschreven(it.nummer)),
        anders: [{ ToewijzingNummer: geschreven(first.nummer), GewensteIngangsdatum: days(rest.length % 2 === 0 ? Math.max(dag + 1, first.ingang) : first.ingang) }]
      }, anders())
    },
    () => {
      const it = open.find(it => !it.onderzoek)
      if (it === undefined) return null
      open = open.map(was => was === it ? { ...it, onderzoek: true } : was)
      return of.antwoord({ ReferentieAanbieder: it.ref, VerzoekAntwoord: '2' }, anders())
    },
    () => {
      const [it, ...rest] = open
      if (it === undefined) return null
      open = rest
      return of.antwoord({ ReferentieAanbieder: it.ref, VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '1' }, anders())
    },
    () => {
      const [it, ...rest] = open
      if (it === undefined) return null
      open = rest
      if (it.wijziging) return of.toewijzing(actueel().map(of => rij(of, it.ref)), anders())
      const categorie = categories.find(vrij => actueel().every(of => of.categorie !== vrij)) ?? ''
      const geteld = nieuw(categorie, dag)
      const was = actueel()
      lopend.push(geteld)
      return of.toewijzing([...was.map(of => rij(of)), rij(geteld, it.ref)], anders())
    }
  ]
  lopend.push(nieuw(categories[0] ?? '', 0))
  of.neem(of.toewijzing(lopend.map(it => rij(it)), anders()))
  return (step: number, which: number, later: number): Bericht | null => {
    dag += later
    const it = lopend[which % lopend.length]
    const at = step % (levering.length + verzoeken.length)
    return it !== undefined && at < levering.length ? levering[at]?.(it) ?? null : verzoeken[at - levering.length]?.() ?? null
  }
}

const steps = fc.array(fc.tuple(fc.nat(13), fc.nat(5), fc.nat(9)), { minLength: 20, maxLength: 60 })

for (const family of families) {
  test(`${family}: who keeps to the standard is never refused, and what is sent twice is`, () => {
    let sent = 0
    fc.assert(fc.property(steps, taken => {
      const of = gesprek(family)
      const next = partijen(of)
      for (const [step, which, later] of taken) {
        const bericht = next(step, which, later)
        if (bericht === null) continue
        of.neem(bericht)
        sent++
        const again = { ...bericht, message: JSON.parse(JSON.stringify(bericht.message).replace(/"Identificatie":"[^"]*"/, '"Identificatie":"WEER"')) }
        const refers = /ReferentieAanbieder/.test(JSON.stringify(bericht.message))
        assert.equal(of.oordeel(again).length > 0, bericht.model.number !== '301' || refers)
      }
    }), { numRuns: 100 })
    assert.ok(sent > 500, 'the parties had something to say')
  })
}
