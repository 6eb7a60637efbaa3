/** Messages spoilt by chance, each from a seed of its own, and what the reader and libxml2 say of them. */
import { isDeepStrictEqual } from 'node:util'
import { generateMessage, mutantOf, readMessage, writeMessage, type MessageModel } from '../../src/standard/standard.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { precheck } from '../../src/validate/precheck.ts'
import { treeOf } from '../../src/validate/tree.ts'

/** A number below the given one, by chance. */
type Roll = (below: number) => number

/** Numbers from a seed (mulberry32). */
function dice (start: number): Roll {
  let state = start
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const pick = <T>(roll: Roll, from: readonly [T, ...T[]]): T => from[roll(from.length)] ?? from[0]

const texts = ['<', '>', '&', '/', '"', ' ', '\r', '\n', '\t', '-', '+', '.', ':', '0', '9', 'x', 'é', 'À', '\u{1f600}', '\u{1ffff}', '\u00a0', '\u2028', '\ufeff', '\ufffe', '\uffff', '\u0000', '\u0008', '\u000b', '\u000c', '\u007f', '\u0085',
  '&#13;', '&#10;', '&#32;', '&#x41;', '&#0;', '&#xFFFE;', '&#xD83D;&#xDE00;', '&#x1F600;', '&#x110000;', '&#0000000000000000049;', '&lt;', '&amp;', '&apos;', '&x;', '&', ']]>', ']', '<![CDATA[', '<![CDATA[1]]>', '<!---->', '<!-- -- -->',
  '<?x y?>', '<?xml version="1.0"?>', '<!DOCTYPE x>', '<a/>', '</', '/>', ' xmlns=""', ' xmlns:ijw="urn:x"', ' a="1"', ' xsi:nil="true"', ' xmlns="http://www.istandaarden.nl/ijw/3_2/basisschema/schema"', ' xsi:schemaLocation="a b"', ' xml:space="preserve"', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"',
  ' '.repeat(300), '\r\n'.repeat(5_001), 'a'.repeat(201), '9'.repeat(16), '0'.repeat(400), 'a'.repeat(10_001), '😀'.repeat(25)] as const
/** Bytes that are no UTF-8, or a longer form of what has a shorter one. */
const odd = ['c3', 'c328', 'c0bc', 'e080bc', 'f08080bc', 'eda080', 'edb080', 'f4908080', 'f8888080', 'efbfbe', 'efbbbf', 'fffe', 'feff', '3c00', '80', 'ff', '00'] as const
const spice: readonly [Buffer, ...Buffer[]] = [Buffer.alloc(0), ...texts.map(it => Buffer.from(it)), ...odd.map(it => Buffer.from(it, 'hex'))]

/** Changes of the whole document that a change at one place does not come to. */
const whole: ReadonlyArray<(text: string, model: MessageModel) => Buffer> = [
  text => Buffer.from(text, 'utf16le'),
  text => Buffer.from(`\ufeff${text}`, 'utf16le'),
  text => Buffer.from(text.replace('UTF-8', 'ISO-8859-1').replace(/(:Achternaam>)[^<]*/, '$1é'), 'latin1'),
  text => Buffer.from(text.replace(/(:Achternaam>)[^<]*/, '$1é'), 'latin1'),
  (text, { family, type }) => Buffer.from(text.replace(`xmlns:${family}=`, 'xmlns:held=').replace(`xmlns:${type.toLowerCase()}=`, `xmlns:${family}=`).replace('xmlns:held=', `xmlns:${type.toLowerCase()}=`)),
  (text, { family, type }) => Buffer.from(text.replaceAll(`${family}:`, 'a:').replaceAll(`${type.toLowerCase()}:`, 'aa:').replace(`xmlns:${family}`, 'xmlns:a').replace(`xmlns:${type.toLowerCase()}`, 'xmlns:aa')),
  (text, { family, namespace }) => Buffer.from(text.replace(`xmlns:${family}="`, `xmlns:${family}="${namespace}" xmlns:y="`)),
  (text, { basisNamespace, type }) => Buffer.from(text.replace(`xmlns:${type.toLowerCase()}="`, `xmlns:z="${basisNamespace}" xmlns:${type.toLowerCase()}="`).replace('<ijw:', '<z:')),
  text => Buffer.from(text.replace(/^(.*?Bericht)([^>]*)>/s, (_, start: string, rest: string) => `${start}${rest.split(' ').reverse().join(' ')} >`)),
  text => Buffer.from(`${text}${text}`),
  text => Buffer.from(text.toUpperCase()),
  text => Buffer.from(text.replaceAll('>', ' >')),
  text => Buffer.from(text.replaceAll("'", '"').replaceAll('"', "'"))
]

/** The ways in which software writes a message: prefixes, the basisschema's namespace as the default where it begins, a hint of where schemas lie. */
function written (model: MessageModel, roll: Roll): string {
  const { family, basisNamespace, namespace, type } = model
  const text = Buffer.from(writeMessage(model, generateMessage(model, roll(1_000_000), 'random'))).toString()
  const own = `${type.toLowerCase()}:`
  const right = ` xmlns="${basisNamespace}"`
  const bare = (): string => bareBasis(text, pick(roll, [own, own, own, `${family}:`]), pick(roll, [right, right, right, right, '', ' xmlns="urn:x"', ` xmlns="${namespace}"`, `${right} `, `${right}${right}`])).replace(` xmlns:${family}="${basisNamespace}"`, '')
  switch (roll(pick(roll, [7, 8, 8, 9]))) {
    case 0: return bare()
    case 1: return bare().replaceAll(`<${own}`, '<').replaceAll(`</${own}`, '</').replace(`xmlns:${own.slice(0, -1)}=`, 'xmlns=')
    case 2: return text.replace('Bericht ', `Bericht xmlns:xsi="${instance}" xsi:schemaLocation="${namespace} ${type}.xsd" `)
    case 3: return text.replace('Bericht ', `Bericht xs:schemaLocation='${pick(roll, locations)}' xmlns:xs="${pick(roll, [instance, instance, 'urn:x'])}" ${pick(roll, ['', '', 'xs:schemaLocation="a b" ', `xmlns:xt="${instance}" xt:schemaLocation="a b" `])}`)
    case 4: return text.replace('<', `<!--${pick(roll, comments)}-->\n<`).replace(/^(<!--.*?-->\n)(<\?xml.*?\?>)/s, '$2$1')
    case 8: return text.replace(/<(\/?)\w+:(\w+)>/g, (_, slash: string, name: string) => `<${slash}${name}${slash === '' ? right : ''}>`).replace(` xmlns:${family}="${basisNamespace}"`, '').replace(`${own}Bericht`, 'Bericht').replace(`xmlns:${own.slice(0, -1)}=`, 'xmlns=')
    default: return text
  }
}

const instance = 'http://www.w3.org/2001/XMLSchema-instance'
const locations = ['a b', 'a', '', ' ', 'a b c', ' urn:a\n\thttp://b/c.xsd ', 'a b a c', 'a&b c', 'a <', 'é è', "a' xmlns:q='urn:q", 'http://www.istandaarden.nl/ijw/3_2/basisschema/schema basisschema.xsd'] as const

const comments = [' x ', '', '-', ' - -', ' -- ', ' x -', '>', '->', ' <x> & ', ' é ', '\u0001', '\r\n\t', 'x'.repeat(450), ' --> <!-- ', '<!--'] as const

/** All but the elements of one prefix without theirs, the outermost of them with the declaration. */
function bareBasis (text: string, kept: string, declaration: string): string {
  let depth = 0
  return text.replace(/<(\/?)(\w+:)(\w+)>/g, (whole, slash: string, prefix: string, name: string) => {
    if (prefix === kept) return whole
    if (slash !== '') depth--
    return `<${slash}${name}${slash === '' && depth++ === 0 ? declaration : ''}>`
  })
}

/** A place that matters: anywhere, at either side of a tag, or in what stands before the first child. */
function placeIn (bytes: Buffer, roll: Roll): number {
  const at = roll(bytes.length)
  const tag = bytes.indexOf(pick(roll, ['<', '>']), at)
  return pick(roll, [at, Math.max(tag, 0), tag + 1, roll(Math.min(300, bytes.length))])
}

/** Puts in, takes out, doubles, moves or turns a bit of one place. */
function changed (bytes: Buffer, roll: Roll): Buffer {
  const [at, length] = [placeIn(bytes, roll), roll(pick(roll, [4, 4, 60]))]
  const [before, part, rest] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)]
  if (roll(8) === 0) {
    const turned = Buffer.from(bytes)
    turned[at] = (turned[at] ?? 0) ^ (1 << roll(8))
    return turned
  }
  const insert = pick(roll, [Buffer.alloc(0), pick(roll, spice), pick(roll, spice), part, Buffer.from([roll(256)]), Buffer.concat([rest.subarray(0, length), part])])
  return Buffer.concat([before, insert, roll(2) === 0 ? part : Buffer.alloc(0), rest])
}

function edited (model: MessageModel, seed: number): Buffer {
  const roll = dice(seed)
  const text = written(model, roll)
  let bytes = (roll(8) > 0 ? undefined : whole[roll(whole.length)]?.(text, model)) ?? Buffer.from(text)
  for (let left = roll(3); left >= 0; left--) bytes = changed(bytes, roll)
  return bytes
}

const characters = ['0', '1', '9', '8', 'a', 'Z', '-', '.', ' ', '\n', '\t', '+', ':', 'é', 'À', '٣', '😀', '&#57;', '&amp;', ']', '\r\n', '\u0000', '\u000b', ']]>', '<!---->'] as const

/** One to three leaves with a character put in, taken out, doubled or changed: most of them are nearly valid. */
function nearly (model: MessageModel, seed: number): Buffer {
  const roll = dice(seed)
  let text = written(model, roll)
  for (let left = roll(3); left >= 0; left--) {
    const leaves = [...text.matchAll(/>([^<>]*)<\//g)]
    const leaf = leaves[roll(leaves.length)]
    if (leaf === undefined) break
    const [from, to] = [leaf.index + 1, leaf.index + leaf[0].length - 2]
    const at = from + roll(to - from + 1)
    const after = text.slice(at + roll(2))
    text = text.slice(0, at) + pick(roll, ['', pick(roll, characters), pick(roll, characters), text.slice(at, Math.min(at + 1, to)), text.slice(from, to)]) + (at < to ? after : text.slice(to))
  }
  return Buffer.from(text)
}

/** @returns the document of a seed: a mutant that knows the model, a message with leaves that are nearly valid, or one whose bytes were changed anywhere */
export function documentOf (model: MessageModel, seed: number): Buffer {
  if (seed % 3 === 0) return Buffer.from(mutantOf(model, seed).bytes)
  return seed % 3 === 1 ? nearly(model, seed) : edited(model, seed)
}

/** What the reader says, and what is wrong with that; null when nothing is. */
export interface Said { readonly valid: boolean, readonly wrong: string | null }

/** @param compared whether the message the reader gives is compared with libxml2's, which takes ten times as long */
export function said (bytes: Buffer, compared: boolean): Said {
  const reading = readMessage(bytes)
  if (reading.kind !== 'valid') return { valid: false, wrong: null }
  const { model, message } = reading
  if (precheck(bytes, bytes.length) !== null) return { valid: true, wrong: 'the pre-checks refuse it' }
  const wrong = withDocument(bytes, document => {
    if (judgeBySchema(document, model).kind !== 'valid') return 'the schema refuses it'
    return compared && !isDeepStrictEqual(message, treeOf(document.root, model.root)) ? 'libxml2 reads another message' : null
  }, () => 'it is not well formed')
  return { valid: true, wrong }
}
