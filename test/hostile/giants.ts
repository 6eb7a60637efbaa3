/** Hostile documents that are too large to keep: each is made when it is asked for. */
import { sample } from '../validate/sample.ts'

/** A document, and the status, code and finding it is answered with; no finding where the answer comes before the document is read. */
export interface Giant {
  readonly name: string
  readonly status: number
  readonly code: string
  readonly finding: string
  make (): Buffer
}

const limit = 25_000_000
const message = sample('JW301')
const edited = (part: string | RegExp, by: string): string => message.replace(part, () => by)
const within = (content: string): string => edited(/<ijw:Achternaam>[^<]*/, `<ijw:Achternaam>${content}`)
const times = (count: number, piece: (nth: number) => string): string => Array.from({ length: count }, (_, nth) => piece(nth)).join('')
/** So many of a piece as just stay below the largest message that is taken. */
const filling = (piece: string): string => piece.repeat(Math.floor((limit - 20_000) / piece.length))
const before = (content: string): string => edited('<jw301:Client>', `${content}<jw301:Client>`)

const giant = (name: string, code: string, finding: string, make: () => string | Buffer, status = 422): Giant => ({ name, status, code, finding, make: () => Buffer.from(make()) })
const xml = (name: string, finding: string, make: () => string | Buffer): Giant => giant(name, 'ZP_XML', finding, make)

export const giants: readonly Giant[] = [
  xml('100,000 deep', 'ZP_XML_DEPTH', () => '<a>'.repeat(100_000)),
  xml('100,000 deep, closed', 'ZP_XML_DEPTH', () => '<a>'.repeat(100_000) + '</a>'.repeat(100_000)),
  xml('100,000 attributes', 'ZP_XML_ATTRIBUTES', () => `<a ${times(100_000, nth => `b${nth}="1" `)}/>`),
  xml('100,000 attributes, one an element', 'ZP_XML_ATTRIBUTES', () => before('<a b="1"/>'.repeat(100_000))),
  xml('100,000 namespaces', 'ZP_XML_NAMESPACES', () => `<a ${times(100_000, nth => `xmlns:b${nth}="u:v" `)}/>`),
  xml('100,000 namespaces, many an element', 'ZP_XML_NAMESPACES', () => before(`<a ${times(10, nth => `xmlns:b${nth}="u:v" `)}/>`.repeat(10_000))),
  giant('100 MB of text', 'ZP_SIZE', '', () => Buffer.alloc(100_000_000, 'x'), 413),
  giant('one byte too much', 'ZP_SIZE', '', () => Buffer.alloc(limit + 1, 'x'), 413),
  xml('25 MB of one text', 'ZP_XML_LIMIT', () => within(filling('x'))),
  giant('25 MB of character references', 'ZP_SCHEMA', 'ZP_SCHEMA_LONG', () => within(filling('&#65;'))),
  xml('25 MB of one comment', 'ZP_XML_LIMIT', () => before(`<!--${filling('x')}-->`)),
  xml('25 MB of one attribute', 'ZP_XML_LIMIT', () => `<a b="${filling('x')}"/>`),
  xml('25 MB of one name', 'ZP_XML_LIMIT', () => `<${filling('x')}/>`),
  xml('25 MB of comments', 'ZP_XML_ITEMS', () => before(filling('<!---->'))),
  xml('25 MB of processing instructions', 'ZP_XML_ITEMS', () => before(filling('<?x?>'))),
  xml('25 MB of the shortest elements', 'ZP_XML_ITEMS', () => before(filling('<a/>'))),
  xml('25 MB of opening brackets', 'ZP_XML_DEPTH', () => filling('<')),
  xml('25 MB of quotes', '', () => `<a b=${filling('"\'')}>`),
  xml('25 MB of line ends behind the message, and junk', '', () => `${message}${filling('\n')}<a/>`),
  giant('a million elements that do not belong', 'ZP_SCHEMA', '', () => before('<a/>'.repeat(999_000))),
  giant('900,000 elements of the wrong name in capitals', 'ZP_SCHEMA', '', () => before('<jw301:CLIENT></jw301:CLIENT>'.repeat(800_000))),
  giant('25 MB of blank between elements, and one fault', 'ZP_SCHEMA', '', () => edited(/<jw301:Client>/, `${(' '.repeat(9_000_000))}<jw301:Client>${' '.repeat(9_000_000)}<a/>`))
]
