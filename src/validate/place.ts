/** Where an element belongs, in words. */
import type { ComplexType, ElementModel, MessageModel } from '../standard/standard.ts'
import type { SequenceVerdict } from './children.ts'
import type { Words } from './codes.ts'

/** Names that are listed at most, of places and of elements. */
const listed_max = 12

/** @returns the words for a name that looks like a misspelling */
export const notHere = (like: ElementModel): Words => ({ nl: `bedoelt u ${like.name}?`, en: `did you mean ${like.name}?` })

/** @returns where in the message a name would belong, or what this place takes when it belongs nowhere */
export function belongs (model: MessageModel, name: string, here: ComplexType): Words {
  const places = placesOf(model).get(name)
  if (places) return { nl: `het hoort in ${list(places, 'of')}`, en: `it belongs in ${list(places, 'or')}` }
  const names = here.elements.map(element => element.name)
  return { nl: `dit onderdeel kent alleen: ${list(names, 'en')}`, en: `this part knows only: ${list(names, 'and')}` }
}

function list (names: readonly string[], or: string): string {
  const shown = names.slice(0, listed_max)
  if (names.length > listed_max) return `${shown.join(', ')}, …`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${or} ${shown.at(-1)}`
}

/** @returns after which present element, or before which, this one belongs */
export function afterOrBefore (type: ComplexType, verdict: SequenceVerdict, element: ElementModel): Words {
  const present = new Set(verdict.children.flatMap(child => child.kind === 'fits' ? [child.model] : []))
  const index = type.elements.indexOf(element)
  const before = type.elements.slice(0, index + 1).findLast(each => present.has(each))
  if (before) return { nl: `na ${before.name}`, en: `after ${before.name}` }
  const next = type.elements.slice(index).find(each => present.has(each))
  return next ? { nl: `vóór ${next.name}`, en: `before ${next.name}` } : { nl: 'vooraan', en: 'first' }
}

/** @returns whether a name stands anywhere in this message type */
export const stands = (model: MessageModel, name: string): boolean => placesOf(model).has(name)

const known = new WeakMap<MessageModel, ReadonlyMap<string, readonly string[]>>()

/** Element name → paths of the elements it may stand in. */
function placesOf (model: MessageModel): ReadonlyMap<string, readonly string[]> {
  const made = known.get(model) ?? collect(model)
  known.set(model, made)
  return made
}

function collect (model: MessageModel): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  const visit = (type: ComplexType, path: string): void => {
    for (const { name, type: inner } of type.elements) {
      places.set(name, [...places.get(name) ?? [], path || 'Bericht'])
      if (inner.kind === 'complex') visit(inner, path === '' ? name : `${path}/${name}`)
    }
  }
  visit(model.root, '')
  return places
}
