/** Seeded mutants of sample messages: valid documents and broken ones of every kind, to compare judges with. */
import type { MessageModel } from '../model.ts'
import { models } from '../models.ts'
import { escapeXml } from '../escape.ts'
import { writeMessage } from '../writer.ts'
import { generateMessage } from './compose.ts'
import { partsOf, type Part } from './parts.ts'
import { chance, type Chance } from './random.ts'
import { rawTexts, textsFor } from './values.ts'

/** A document with the seed it can be made from again and the names of what was done to it; no values, so that it can be reported. */
export interface Mutant { readonly seed: number, readonly name: string, readonly bytes: Uint8Array }

interface Subject { readonly model: MessageModel, readonly text: string, readonly parts: readonly Part[], readonly chance: Chance }
type Mutate = (subject: Subject) => string

const put = (text: string, from: number, to: number, by: string): string => text.slice(0, from) + by + text.slice(to)
const any = ({ parts, chance }: Subject): Part => chance.pick(parts)
const leaf = ({ parts, chance }: Subject): Part => chance.pick(parts.filter(part => part.element.type.kind === 'simple'))
const node = ({ parts, chance }: Subject): Part => chance.pick(parts.filter(part => part.element.type.kind === 'complex'))
const whole = (text: string, part: Part): string => text.slice(part.start, part.end)

/** Puts something into the start tag of any element, or into the text before it. */
const inTag = (by: string): Mutate => subject => {
  const part = any(subject)
  return put(subject.text, part.from - 1, part.from - 1, by)
}
const before = (by: string): Mutate => subject => {
  const part = any(subject)
  return put(subject.text, part.start, part.start, by)
}
const replaced = (pattern: string | RegExp, by: string): Mutate => ({ text }) => text.replace(pattern, by)
const declaration = (by: string): Mutate => replaced(/^<\?xml.*?\?>\r\n/, by)

const textMutant: Mutate = subject => {
  const part = leaf(subject)
  const { type } = part.element
  return type.kind === 'complex' ? subject.text : put(subject.text, part.from, part.to, escapeXml(subject.chance.pick(textsFor(type))))
}

const onValues: Readonly<Record<string, Mutate>> = {
  text: textMutant,
  raw: subject => {
    const part = leaf(subject)
    return put(subject.text, part.from, part.to, subject.chance.pick(rawTexts)[1])
  },
  around: subject => {
    const part = leaf(subject)
    const [left, right] = subject.chance.pick([[' ', ''], ['', ' '], ['\t', '\n'], ['&#32;', ''], ['<![CDATA[', ']]>'], ['<!--x-->', ''], ['', '<?x?>'], ['\r\n', '\r\n'], ['0', ''], ['+', '']] as const)
    return put(subject.text, part.from, part.to, left + subject.text.slice(part.from, part.to) + right)
  },
  'character-reference': subject => {
    const part = leaf(subject)
    const [first = 'x'] = subject.text.slice(part.from, part.to)
    return first === '&' ? subject.text : put(subject.text, part.from, part.from + first.length, `&#${first.codePointAt(0) ?? 0};`)
  },
  'other-berichtcode': ({ text, chance: lots }) => text.replace(/(:BerichtCode>)[^<]*/, `$1${lots.pick(models).berichtCode}`),
  'berichtcode-spaced': replaced(/(:BerichtVersie>)3/, '$1 3 ')
}

const onStructure: Readonly<Record<string, Mutate>> = {
  missing: subject => {
    const part = any(subject)
    return put(subject.text, part.start, part.end, '')
  },
  doubled: subject => {
    const part = any(subject)
    return put(subject.text, part.end, part.end, whole(subject.text, part))
  },
  swapped: subject => {
    const [one, two] = [any(subject), any(subject)].sort((left, right) => left.start - right.start)
    if (one === undefined || two === undefined || one.end > two.start) return subject.text
    return subject.text.slice(0, one.start) + whole(subject.text, two) + subject.text.slice(one.end, two.start) + whole(subject.text, one) + subject.text.slice(two.end)
  },
  neighbours: subject => {
    const one = any(subject)
    const two = subject.parts.find(part => part.start > one.end && /^\s*$/.test(subject.text.slice(one.end, part.start)))
    return two === undefined ? subject.text : subject.text.slice(0, one.start) + whole(subject.text, two) + whole(subject.text, one) + subject.text.slice(two.end)
  },
  misplaced: subject => {
    const [one, to] = [any(subject), node(subject)]
    return put(subject.text, to.from, to.from, whole(subject.text, one))
  },
  renamed: subject => {
    const part = any(subject)
    const [other, by] = [any(subject).tag, whole(subject.text, part)]
    return put(subject.text, part.start, part.end, `<${other}>${by.slice(part.from - part.start, part.to - part.start)}</${other}>`)
  },
  emptied: subject => {
    const part = any(subject)
    return put(subject.text, part.from, part.to, subject.chance.pick(['', '\r\n', ' ', 'x', '&#32;', '<![CDATA[ ]]>']))
  },
  'self-closed': subject => {
    const part = any(subject)
    return put(subject.text, part.start, part.end, `<${part.tag}/>`)
  },
  'other-prefix': subject => {
    const part = any(subject)
    const tag = part.tag.startsWith(subject.model.family) ? `${subject.model.type.toLowerCase()}:${part.element.name}` : `${subject.model.family}:${part.element.name}`
    return put(subject.text, part.start, part.end, `<${tag}>${subject.text.slice(part.from, part.to)}</${tag}>`)
  },
  'no-prefix': subject => {
    const part = any(subject)
    return put(subject.text, part.start, part.end, `<${part.element.name}>${subject.text.slice(part.from, part.to)}</${part.element.name}>`)
  },
  'end-tag-other': subject => {
    const part = any(subject)
    return put(subject.text, part.to, part.end, `</${any(subject).tag}>`)
  },
  'end-tag-spaced': subject => {
    const part = any(subject)
    return put(subject.text, part.end - 1, part.end - 1, ' ')
  },
  'all-of-a-name-renamed': subject => {
    const [one, other] = [any(subject).tag, any(subject).tag]
    return subject.text.replaceAll(`${one}>`, `${other}>`)
  }
}

/** What can be put into a tag or before one. */
const insertions: ReadonlyArray<readonly [name: string, mutate: Mutate]> = [
  ...[' soort="1"', ' xsi:nil="true"', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="false"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"', ' xml:lang="nl"', ' xmlns:x="urn:x"', ' xmlns=""', ' ', '\r\n', ' a="1" a="2"', ' a=1', '/'].map((by): [string, Mutate] => [`tag${by.replace(/="[^"]*"/g, '')}`, inTag(by)]),
  ...['<!-- x -->', '<?x y?>', '<![CDATA[ ]]>', '<![CDATA[x]]>', '&#32;', '&#x20;', 'x', '\u00a0', '<x/>', '<x xmlns="urn:x"/>', '<!DOCTYPE x>', '&lt;', '<!-- -- -->', '\u0000', '\u2028', '\ufeff', ']]>', '<', '&'].map((by): [string, Mutate] => [`before ${JSON.stringify(by)}`, before(by)])
]

const onDocument: Readonly<Record<string, Mutate>> = {
  unchanged: ({ text }) => text,
  'no-declaration': declaration(''),
  'version-1.1': declaration('<?xml version="1.1" encoding="UTF-8"?>'),
  'encoding-lower': declaration('<?xml version="1.0" encoding="utf-8"?>'),
  'encoding-latin-1': declaration('<?xml version="1.0" encoding="ISO-8859-1"?>'),
  'encoding-unknown': declaration('<?xml version="1.0" encoding="UTF-9"?>'),
  'declaration-quotes': declaration("<?xml version='1.0'  encoding='UTF-8' standalone='yes' ?>\n"),
  'declaration-order': declaration('<?xml encoding="UTF-8" version="1.0"?>'),
  'declaration-capital': declaration('<?XML version="1.0"?>'),
  'declaration-Version': declaration('<?xml Version="1.0"?>'),
  'declaration-standalone-Yes': declaration('<?xml version="1.0" standalone="YES"?>'),
  'declaration-Encoding': declaration('<?xml version="1.0" ENCODING="UTF-8"?>'),
  'space-first': ({ text }) => ` ${text}`,
  'space-first-no-declaration': subject => `\r\n ${declaration('')(subject)}`,
  mark: ({ text }) => `\ufeff${text}`,
  doctype: replaced('\r\n', '<!DOCTYPE x>'),
  'doctype-entity': replaced('\r\n', '<!DOCTYPE x [<!ENTITY e "1">]>'),
  'junk-after': ({ text }) => `${text}x`,
  'comment-after': ({ text }) => `${text}<!-- x -->`,
  'second-root': ({ text }) => `${text}<x/>`,
  'nul-after': ({ text }) => `${text}\u0000`,
  cut: ({ text, chance: lots }) => text.slice(0, lots.below(text.length)),
  'line-feeds': replaced(/\r\n/g, '\n'),
  'returns-only': replaced(/\r\n/g, '\r'),
  'no-space': replaced(/>\s+</g, '><'),
  'other-release': replaced(/3_2/g, '3_1'),
  'other-basis': replaced(/3_2\/basisschema/, '3_1/basisschema'),
  'default-namespace': ({ text, model }) => text.replaceAll(`${model.type.toLowerCase()}:`, '').replace(`xmlns:${model.type.toLowerCase()}`, 'xmlns'),
  'default-basis': ({ text, model }) => text.replaceAll(`<${model.family}:`, '<').replaceAll(`</${model.family}:`, '</').replace(`xmlns:${model.family}=`, 'xmlns='),
  'short-prefixes': ({ text, model }) => text.replaceAll(`${model.type.toLowerCase()}:`, 'a:').replace(`xmlns:${model.type.toLowerCase()}`, 'xmlns:a'),
  'second-prefix': ({ text, model }) => text.replace('Bericht ', `Bericht xmlns:z="${model.namespace}" `),
  'declared-twice': ({ text, model }) => text.replace('Bericht ', `Bericht xmlns:${model.family}="${model.basisNamespace}" `),
  'declared-xml': replaced('Bericht ', 'Bericht xmlns:xml="urn:x" '),
  'declared-other': replaced('Bericht ', 'Bericht xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '),
  'declared-empty': replaced('Bericht ', 'Bericht xmlns:z="" '),
  'schema-location': replaced('Bericht ', 'Bericht xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x x.xsd" '),
  'undeclared-prefix': ({ text, model }) => text.replace(`xmlns:${model.family}=`, 'xmlns:zz='),
  'other-root': replaced(/Bericht([ >])/g, 'Berichten$1')
}

/** What senders get wrong most: an element that is not there, is there twice, or stands elsewhere. */
const plain = Object.entries(onStructure).filter(([name]) => ['missing', 'doubled', 'swapped', 'neighbours', 'misplaced', 'renamed'].includes(name))

/** Drawn from evenly; texts and plain mistakes of structure stand there more than once, since they have the most to try. */
const kinds: ReadonlyArray<ReadonlyArray<readonly [name: string, mutate: Mutate]>> = [
  [['text', textMutant]],
  [['text', textMutant]],
  Object.entries(onValues),
  plain,
  plain,
  plain,
  Object.entries(onStructure),
  insertions,
  Object.entries(onDocument)
]

const encoder = new TextEncoder()

/** @returns the mutant of a seed: one change to a sample of the type, sometimes two, sometimes to its bytes */
export function mutantOf (model: MessageModel, seed: number): Mutant {
  const lots = chance(seed * 1_009 + Number(model.number) + (model.family === 'iwmo' ? 500 : 0))
  const size = lots.pick(['small', 'full', 'random', 'random'] as const)
  let text = writeMessage(model, generateMessage(model, seed, size))
  const names: string[] = [size]
  for (let left = lots.happens(0.15) ? 2 : 1; left > 0; left--) {
    const [name, mutate] = lots.pick(lots.pick(kinds))
    text = changed(model, text, mutate, lots)
    names.push(name)
  }
  if (lots.happens(0.05)) {
    names.push('byte')
    text = text.slice()
    text[lots.below(text.length)] = lots.below(256)
  }
  return { seed, name: names.join(', '), bytes: text }
}

function changed (model: MessageModel, bytes: Uint8Array, mutate: Mutate, lots: Chance): Uint8Array {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const parts = partsOf(model, text)
  return parts.some(part => part.element.type.kind === 'simple') && parts.some(part => part.element.type.kind === 'complex') ? encoder.encode(mutate({ model, text, parts, chance: lots })) : bytes
}
