/** Fresh numbers for a message that was sent before: the same old number gets the same new one throughout one run. */
import { randomBytes } from 'node:crypto'

/** Gives a message's text its fresh numbers. */
export type Freshen = (bytes: Uint8Array) => Uint8Array

/** `ToewijzingNummer` is a number below a milliard: counted on from the clock, so that runs that follow on each other differ. */
let counted = Date.now() % 900_000_000

function nextNumber (): string {
  counted = (counted + 1) % 900_000_000
  return `${100_000_000 + counted}`
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** @returns 11 characters by chance: with the one before them the 12 an Identificatie may have */
const mark = (): string => [...randomBytes(11)].map(byte => letters[byte % letters.length]).join('')

/** A kind of number: what one message calls so, another may name. `fits`: what is one; anything else is somebody's fault on purpose, and stays. */
interface Kind { readonly name: string, readonly fits: RegExp, readonly make: () => string }
const kind = (name: string, fits: RegExp, make: () => string): Kind => ({ name, fits, make })
const [bericht, prestatie] = [kind('bericht', /^[!-~]{1,12}$/, () => `Z${mark()}`), kind('prestatie', /^[!-~]{1,20}$/, () => `P${mark()}`)]

/** Elements the standard wants unique. */
const kinds: Readonly<Record<string, Kind>> = {
  Identificatie: bericht,
  IdentificatieRetour: bericht,
  DeclaratieNummer: kind('declaratie', /^[!-~]{1,12}$/, () => `D${mark()}`),
  ToewijzingNummer: kind('toewijzing', /^[0-9]{1,9}$/, nextNumber),
  ReferentieAanbieder: kind('referentie', /^[!-~]{1,36}$/, () => `R${mark()}`),
  ReferentieNummer: prestatie,
  VorigReferentieNummer: prestatie
}

const element = new RegExp(`(<(?:[\\w.-]+:)?(${Object.keys(kinds).join('|')})>)([^<]*)(?=</)`, 'g')

/** @returns the fresh numbers of one run; what is fresh already stays, as an answer repeats it */
export function freshNumbers (): Freshen {
  const known = new Map<string, string>()
  const made = new Set<string>()
  const fresh = (name: string, old: string): string => {
    const kind = kinds[name]
    const key = `${kind?.name} ${old}`
    if (kind?.fits.test(old) !== true || made.has(key)) return old
    const next = known.get(key) ?? kind.make()
    known.set(key, next)
    made.add(`${kind.name} ${next}`)
    return next
  }
  // Latin-1 keeps every byte as it is, also of a message that is no UTF-8.
  return bytes => Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    .replace(element, (_all, open: string, name: string, old: string) => `${open}${fresh(name, old)}`), 'latin1')
}
