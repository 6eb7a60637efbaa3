/** Finds the elements of a written sample in its text, each with its model, so that a mutant can be cut at the right place. */
import type { ComplexType, ElementModel, MessageModel } from '../model.ts'

/** One element: `start` and `end` around its tags, `from` and `to` around its content. */
export interface Part {
  readonly element: ElementModel
  readonly tag: string
  readonly start: number
  readonly from: number
  readonly to: number
  readonly end: number
}

interface Open { readonly element: ElementModel | null, readonly type: ComplexType | null, readonly tag: string, readonly start: number, readonly from: number }

/** @returns the elements below the root, inner before outer. The text must be one the writer made. */
export function partsOf (model: MessageModel, text: string): readonly Part[] {
  const parts: Part[] = []
  const open: Open[] = []
  for (const match of text.matchAll(/<(\/?)((?:[\w-]+:)?(\w+))(?: [^<>]*)?>/g)) {
    const [whole, slash, tag = '', name = ''] = match
    const [start, end] = [match.index, match.index + whole.length]
    if (slash === '') {
      const outer = open.at(-1)
      const element = outer?.type?.elements.find(one => one.name === name) ?? null
      const type = outer === undefined ? model.root : element?.type.kind === 'complex' ? element.type : null
      open.push({ element, type, tag, start, from: end })
    } else {
      const one = open.pop()
      if (one?.element !== undefined && one.element !== null) parts.push({ element: one.element, tag, start: one.start, from: one.from, to: start, end })
    }
  }
  return parts
}
