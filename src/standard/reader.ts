/**
 * The one reader, prepared from the model at load: bytes to a typed message in a single walk, checking everything the schema
 * asks. It answers "valid" only where the schema surely agrees, and "not sure" for the rest: the schema engine decides those.
 */
import { isXmlText } from './escape.ts'
import { acceptsOf } from './facets.ts'
import type { ComplexType, ElementModel, MessageModel, MessageType, Node, SimpleType, Tree } from './model.ts'
import { modelOf } from './models.ts'
import { readProlog } from './prolog.ts'
import type { Messages } from './types.generated.ts'

/** What the reader makes of some bytes; `reason` names the place in English, never a value. */
export type Reading =
  | { readonly kind: 'valid', readonly model: MessageModel, readonly message: Tree }
  | { readonly kind: 'unsure', readonly reason: string }

/** Where the walk stands. `plain`: no entity, `]`, or character XML forbids in the whole text, so that a leaf needs no look. */
interface Walk { readonly text: string, readonly plain: boolean, at: number, reason: string }
/** Reads the content and end tag of an element whose start tag has been read; undefined when not sure. */
type Read = (walk: Walk) => Node | undefined

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const needsLook = /[&\]\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

/**
 * Reads a message. With a model given, a message of another type is `unsure`.
 * Leaf texts are as sent, entities decoded and line ends normalised to `\n`, as XML has it; optional elements that are absent have no key.
 */
export function readMessage (bytes: Uint8Array, model?: MessageModel): Reading {
  const text = decoded(bytes)
  if (text === null) return unsure('the encoding')
  const prolog = readProlog(text)
  if (typeof prolog === 'string') return unsure(prolog)
  if (model !== undefined && model !== prolog.model) return unsure('the namespace of the root')
  const walk: Walk = { text, plain: !needsLook.test(text), at: prolog.at, reason: '' }
  const message = rootReader(prolog.model, prolog.own, prolog.basis)(walk)
  if (message === undefined || typeof message === 'string' || !isTree(message)) return unsure(walk.reason)
  if (skipSpace(text, walk.at) !== text.length) return unsure('what follows the root')
  return { kind: 'valid', model: prolog.model, message }
}

/** Reads a message of one type with its generated TypeScript type; null when not sure. */
export function readAs<Type extends MessageType> (type: Type, bytes: Uint8Array): Messages[Type] | null {
  const reading = readMessage(bytes, modelOf(type))
  // The generated type and the reader come from the same model, and the reader has just checked the whole message.
  return reading.kind === 'valid' ? reading.message as Messages[Type] : null
}

const isTree = (node: Node): node is Tree => typeof node === 'object' && !Array.isArray(node)
const unsure = (reason: string): Reading => ({ kind: 'unsure', reason })

function decoded (bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** Readers by type and prefixes. Senders choose the prefixes, so the number kept is bounded. */
const readers = new Map<string, Read>()
const readers_max = 200

function rootReader (model: MessageModel, own: string, basis: string): Read {
  const key = `${model.release} ${model.type} ${own} ${basis}`
  const known = readers.get(key)
  if (known !== undefined) return known
  if (readers.size >= readers_max) readers.clear()
  const made = classReader(model.root, `</${own}Bericht>`, { own, basis, made: new Map() })
  readers.set(key, made)
  return made
}

interface Making { readonly own: string, readonly basis: string, readonly made: Map<ComplexType, Map<string, Read>> }

function classReader (type: ComplexType, close: string, making: Making): Read {
  const known = making.made.get(type)?.get(close)
  if (known !== undefined) return known
  const slots = type.elements.map(element => slotOf(element, type, making))
  const read: Read = walk => {
    const tree: Record<string, Node> = {}
    for (const slot of slots) {
      if (!fill(slot, walk, tree)) return undefined
    }
    walk.at = skipSpace(walk.text, walk.at)
    if (!walk.text.startsWith(close, walk.at)) return failed(walk, type.name, 'its end')
    walk.at += close.length
    return tree
  }
  making.made.set(type, (making.made.get(type) ?? new Map<string, Read>()).set(close, read))
  return read
}

interface Slot { readonly name: string, readonly of: string, readonly open: string, readonly required: boolean, readonly repeats: boolean, readonly read: Read }

function slotOf (element: ElementModel, within: ComplexType, making: Making): Slot {
  const tag = `${within.basis ? making.basis : making.own}${element.name}>`
  const { name, type } = element
  if ((element.min !== 0 && element.min !== 1) || (element.max !== 1 && element.max !== 'unbounded')) throw new SyntaxError(`${name}: the reader knows no such occurrence`)
  const read = type.kind === 'simple' ? leafReader(element, type, `</${tag}`) : classReader(type, `</${tag}`, making)
  return { name, of: within.name, open: `<${tag}`, required: element.min === 1, repeats: element.max === 'unbounded', read }
}

/** Reads the occurrences of one element; false when not sure. */
function fill (slot: Slot, walk: Walk, tree: Record<string, Node>): boolean {
  const { open, read, name } = slot
  if (!opens(walk, open)) return !slot.required || failed(walk, slot.of, name) !== undefined
  const first = read(walk)
  if (first === undefined) return false
  if (!slot.repeats) {
    tree[name] = first
    return true
  }
  const all = [first]
  while (opens(walk, open)) {
    const next = read(walk)
    if (next === undefined) return false
    all.push(next)
  }
  tree[name] = all
  return true
}

/** Steps over white space and, where it is the next thing, over the start tag. */
function opens (walk: Walk, open: string): boolean {
  const at = skipSpace(walk.text, walk.at)
  walk.at = at
  if (!walk.text.startsWith(open, at)) return false
  walk.at = at + open.length
  return true
}

function leafReader (element: ElementModel, type: SimpleType, close: string): Read {
  const accepts = acceptsOf(element, type)
  return walk => {
    const end = walk.text.indexOf('<', walk.at)
    if (end < 0 || !walk.text.startsWith(close, end)) return failed(walk, element.name, 'its end')
    const text = leafText(walk.text.slice(walk.at, end), walk.plain)
    if (text === null || !accepts(text)) return failed(walk, element.name, 'its value')
    walk.at = end + close.length
    return text
  }
}

function failed (walk: Walk, within: string, what: string): undefined {
  walk.reason = `${within}: ${what}`
}

function skipSpace (text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 32 || code === 9 || code === 10 || code === 13; code = text.charCodeAt(at)) at++
  return at
}

/** A leaf of more than this is no leaf of a message, however it is written; decoding one of 25 MB would take seconds and a gigabyte. */
const leaf_characters_max = 10_000

/** @returns the text of a leaf with line ends normalised and entities decoded; null when it is not surely well-formed */
function leafText (raw: string, plain: boolean): string | null {
  if (raw.length > leaf_characters_max) return null
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw
  if (plain) return text
  if (text.includes(']]>') || !isXmlText(text)) return null
  if (!text.includes('&')) return text
  let sound = true
  const out = text.replace(/&([^&;]{0,10});?/g, (whole, name: string) => {
    const character = whole.endsWith(';') ? entity(name) : null
    if (character === null) sound = false
    return character ?? ''
  })
  return sound ? out : null
}

const entities: ReadonlyMap<string, string> = new Map([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]])

function entity (name: string): string | null {
  const [whole, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? []
  if (whole === undefined) return entities.get(name) ?? null
  const point = hex === undefined ? Number(decimal) : parseInt(hex, 16)
  const character = point <= 0x10ffff ? String.fromCodePoint(point) : ''
  return character !== '' && isXmlText(character) ? character : null
}
