/** Texts out of a message as far as they are there: for answers that name it, and for Fo01 and Fo03 that keep to fewer rules than ours. */
import type { XmlElement } from 'libxml2-wasm'
import { isCode } from '../core/core.ts'
import { childOf, elementsIn, textOf } from './document.ts'
import type { About } from './fault.ts'
import { stuf } from './names.ts'
import type { Fout, Systeem } from './types.ts'

/** @returns the child of StUF's namespace of that name, as text as it stands; null when there is none */
export const stufText = (element: XmlElement | undefined, name: string): string | null => {
  const found = childOf(element, stuf, name)
  return found === undefined ? null : textOf(found)
}

/** @returns the same, trimmed and no longer than that; null also when nothing is left */
export function shortText (element: XmlElement | undefined, name: string, characters_max: number): string | null {
  const text = Array.from(stufText(element, name)?.trim() ?? '').slice(0, characters_max).join('')
  return text === '' ? null : text
}

/** An applicatie that says nothing must still be named in an answer. */
const unnamed = 'onbekend'

/** @returns a system as far as it is named, in what StUF may hold */
export function systeemIn (element: XmlElement | undefined): Systeem {
  const applicatie = shortText(element, 'applicatie', 50)
  return {
    organisatie: shortText(element, 'organisatie', 200),
    applicatie: applicatie === null || Array.from(applicatie).length < 3 ? unnamed : applicatie,
    administratie: shortText(element, 'administratie', 50),
    gebruiker: shortText(element, 'gebruiker', 100)
  }
}

/** @param message with stuurgegevens of either namespace @returns what an answer names of it */
export function aboutOf (message: XmlElement): About {
  const stuurgegevens = elementsIn(message).find(it => it.name === 'stuurgegevens')
  const zender = childOf(stuurgegevens, stuf, 'zender')
  return { zender: zender === undefined ? null : systeemIn(zender), referentienummer: shortText(stuurgegevens, 'referentienummer', 40) }
}

/** What stands where an Fo01 or Fo03 has no code that could be one. */
const none = 'geen'

/** @param body of an Fo01 or Fo03 @returns what it says, in what StUF may hold */
export function foutIn (body: XmlElement | undefined): Fout {
  const code = shortText(body, 'code', 8) ?? none
  return {
    code: isCode(code) && code.length <= 7 ? code : none,
    plek: shortText(body, 'plek', 6)?.toLowerCase() === 'server' ? 'server' : 'client',
    omschrijving: shortText(body, 'omschrijving', 200) ?? '',
    details: shortText(body, 'details', 1_000)
  }
}
