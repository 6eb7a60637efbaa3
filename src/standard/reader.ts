/**
 * The one reader, prepared from the model at load: bytes to a typed message in a single walk, checking everything the schema
 * asks. It answers "valid" only where the schema surely agrees, and "not sure" for the rest: the schema engine decides those.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { leafReader } from './leaf.ts'
import type { ComplexType, ElementModel, MessageModel, MessageType, Node, Tree } from './model.ts'
import { modelOf } from './models.ts'
import { readProlog, type Prolog } from './prolog.ts'
import type { Messages } from './types.generated.ts'
import { failed, skipSpace, tagOf, takes, walkFrom, type Tag, type Walk } from './walk.ts'

/** What the reader makes of some bytes; `reason` names the place in English, never a value. */
export type Reading =
  | { readonly kind: 'valid', readonly model: MessageModel, readonly message: Tree }
  | { readonly kind: 'unsure', readonly reason: string }

/** Reads the content and end tag of an element whose start tag has been read; undefined when not sure. */
type Read = (walk: Walk) => Node | undefined

/**
 * Reads a message. With a model given, a message of another type is `unsure`.
 * Leaf texts are as sent, entities decoded and line ends normalised to `\n`, as XML has it; optional elements that are absent have no key.
 */
export function readMessage (given: Uint8Array, model?: MessageModel): Reading {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (!isAscii(bytes) && !isUtf8(bytes)) return unsure('the encoding')
  const text = bytes.toString('latin1')
  const head = headOf(bytes, text)
  if (typeof head === 'string') return unsure(head)
  if (model !== undefined && model !== head.model) return unsure('the namespace of the root')
  const walk = walkFrom(bytes, text, head.at)
  const message = head.read(walk)
  if (message === undefined || typeof message === 'string' || !isTree(message)) return unsure(walk.reason)
  skipSpace(walk)
  if (walk.at !== bytes.length) return unsure('what follows the root')
  if (walk.elements > elements_max) return unsure('the number of elements')
  return { kind: 'valid', model: head.model, message }
}

/** Reads a message of one type with its generated TypeScript type; null when not sure. */
export function readAs<Type extends MessageType> (type: Type, bytes: Uint8Array): Messages[Type] | null {
  const reading = readMessage(bytes, modelOf(type))
  // The generated type and the reader come from the same model, and the reader has just checked the whole message.
  return reading.kind === 'valid' ? reading.message as Messages[Type] : null
}

/** Below the root, and a little below what `src/validate/scan.ts` allows of all markup: more is not for us to judge. */
const elements_max = 999_990

const isTree = (node: Node): node is Tree => typeof node === 'object' && !Array.isArray(node)
const unsure = (reason: string): Reading => ({ kind: 'unsure', reason })

interface Head { readonly model: MessageModel, readonly at: number, readonly read: Read }

/** What stands before the content of the root, by its text: a sender's messages of one type all begin alike. */
const heads = new Map<string, Head>()
/** Readers by type and prefixes. */
const readers = new Map<string, Read>()
/** Senders choose the prefixes, so the number kept is bounded. */
const kept_max = 200

/** No sound head is longer: `readProlog` bounds the declaration and the start tag. */
const head_bytes_max = 1_200

/** @returns the head of a message, or a few words on what is unusual about it */
function headOf (bytes: Buffer, text: string): Head | string {
  const at = text.indexOf('>', text.startsWith('<?') ? text.indexOf('?>') + 2 : 0) + 1
  if (at > head_bytes_max) return 'the start tag of the root'
  // From the bytes: a slice of the text would keep all of it.
  const key = bytes.toString('latin1', 0, at)
  const known = heads.get(key)
  if (known !== undefined) return known
  const prolog = readProlog(text)
  if (typeof prolog === 'string') return prolog
  const head = { model: prolog.model, at: prolog.at, read: rootReader(prolog) }
  // After a comment, which may be another one each time, it ends later.
  return prolog.at === at ? keep(heads, key, head) : head
}

function rootReader ({ model, own, basis }: Prolog): Read {
  const key = `${model.release} ${model.type} ${own} ${basis ?? 'null'}`
  return readers.get(key) ?? keep(readers, key, classReader(model.root, `</${own}Bericht>`, false, { own, basis, basisNamespace: model.basisNamespace, made: new Map() }))
}

function keep<T> (kept: Map<string, T>, key: string, made: T): T {
  if (kept.size >= kept_max) kept.clear()
  kept.set(key, made)
  return made
}

interface Making { readonly own: string, readonly basis: string | null, readonly basisNamespace: string, readonly made: Map<ComplexType, Map<string, Read>> }

/** @param bare whether the basisschema's namespace is the default within, as the class's own element has declared it */
function classReader (type: ComplexType, close: string, bare: boolean, making: Making): Read {
  const key = `${close} ${bare}`
  const known = making.made.get(type)?.get(key)
  if (known !== undefined) return known
  const slots = type.elements.map(element => slotOf(element, type, bare, making))
  const end = tagOf(close)
  const read: Read = walk => {
    const tree: Record<string, Node> = {}
    for (const slot of slots) {
      if (!fill(slot, walk, tree)) return undefined
    }
    skipSpace(walk)
    return takes(walk, end) ? tree : failed(walk, type.name, 'its end')
  }
  making.made.set(type, (making.made.get(type) ?? new Map<string, Read>()).set(key, read))
  return read
}

interface Slot { readonly name: string, readonly of: string, readonly open: Tag, readonly required: boolean, readonly repeats: boolean, readonly read: Read }

function slotOf (element: ElementModel, within: ComplexType, bare: boolean, making: Making): Slot {
  const { name, type } = element
  if ((element.min !== 0 && element.min !== 1) || (element.max !== 1 && element.max !== 'unbounded')) throw new SyntaxError(`${name}: the reader knows no such occurrence`)
  const declares = within.basis && making.basis === null
  const tag = `${within.basis ? making.basis ?? '' : making.own}${name}`
  const close = `</${tag}>`
  const read = type.kind === 'simple' ? leafReader(element, type, close) : classReader(type, close, declares, making)
  return { name, of: within.name, open: tagOf(declares && !bare ? `<${tag} xmlns="${making.basisNamespace}">` : `<${tag}>`), required: element.min === 1, repeats: element.max === 'unbounded', read }
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
function opens (walk: Walk, open: Tag): boolean {
  skipSpace(walk)
  if (!takes(walk, open)) return false
  walk.elements++
  return true
}
