/** The one table of level 1 finding codes, and the only place where a finding is made. */
import { same, type Finding, type Words } from '../core/core.ts'

export { same, type Words }
/** Where something stands. */
export interface Place { readonly line: number | null, readonly path: string }

const words = (nl: string, en: string): Words => ({ nl, en })

/**
 * Code → sentence. `{found}`, `{expected}` and `{element}` (the last step of the path) are filled in.
 * ZP_XML_… and ZP_SIZE…: the bytes. ZP_TYPE_…: which message it is. ZP_SCHEMA_…: the schema of that message.
 */
export const findingCodes = {
  ZP_SIZE_MAX: words('Het bericht is {found} groot; toegestaan is {expected}.', 'The message is {found}; allowed is {expected}.'),
  ZP_FILE_UNREADABLE: words('Het bestand kan niet worden gelezen ({found}).', 'The file cannot be read ({found}).'),

  ZP_XML_EMPTY: words('Het bericht is leeg.', 'The message is empty.'),
  ZP_XML_BOM: words('Het bericht begint met een byte order mark ({found}); stuur {expected}.', 'The message begins with a byte order mark ({found}); send {expected}.'),
  ZP_XML_NOT_UTF8: words('De bytes zijn geen geldige UTF-8 ({found}).', 'The bytes are not valid UTF-8 ({found}).'),
  ZP_XML_NUL: words('Er staat een NUL-byte in het bericht.', 'There is a NUL byte in the message.'),
  ZP_XML_VERSION: words('De XML-declaratie noemt versie {found}; alleen {expected} is toegestaan.', 'The XML declaration names version {found}; only {expected} is allowed.'),
  ZP_XML_ENCODING: words('De XML-declaratie noemt codering {found}; alleen {expected} is toegestaan.', 'The XML declaration names encoding {found}; only {expected} is allowed.'),
  ZP_XML_DOCTYPE: words('Een DOCTYPE is niet toegestaan.', 'A DOCTYPE is not allowed.'),
  ZP_XML_ENTITY: words('Entiteiten zijn niet toegestaan, behalve &lt; &gt; &amp; &quot; en &apos;.', 'Entities are not allowed, except &lt; &gt; &amp; &quot; and &apos;.'),
  ZP_XML_DEPTH: words('Elementen zijn te diep genest: {found}; toegestaan is {expected}.', 'Elements are nested too deep: {found}; allowed is {expected}.'),
  ZP_XML_ITEMS: words('Te veel elementen, commentaren of verwerkingsinstructies: {found}; toegestaan is {expected}.', 'Too many elements, comments or processing instructions: {found}; allowed is {expected}.'),
  ZP_XML_ATTRIBUTES: words('Te veel attributen: {found}; toegestaan is {expected}.', 'Too many attributes: {found}; allowed is {expected}.'),
  ZP_XML_NAMESPACES: words('Te veel namespacedeclaraties: {found}; toegestaan is {expected}.', 'Too many namespace declarations: {found}; allowed is {expected}.'),
  ZP_XML_TRUNCATED: words('Het bericht houdt te vroeg op: {found}.', 'The message ends too early: {found}.'),
  ZP_XML_TAGS: words('De begin- en eindtags passen niet bij elkaar.', 'The start and end tags do not match.'),
  ZP_XML_TRAILING: words('Er staat nog iets na het einde van het bericht.', 'There is something after the end of the message.'),
  ZP_XML_NO_ROOT: words('Er is geen rootelement: dit is geen XML.', 'There is no root element: this is not XML.'),
  ZP_XML_ATTRIBUTE: words('Een attribuut is niet goed geschreven of staat er dubbel.', 'An attribute is not well written, or stands there twice.'),
  ZP_XML_PREFIX: words('Een namespaceprefix of -declaratie klopt niet.', 'A namespace prefix or declaration is wrong.'),
  ZP_XML_CHARACTER: words('Er staat een teken dat in XML niet mag.', 'There is a character that XML does not allow.'),
  ZP_XML_ESCAPE: words('Een teken is niet goed geëscaped: schrijf {expected}.', 'A character is not escaped well: write {expected}.'),
  ZP_XML_COMMENT: words('Een commentaar, CDATA-blok of verwerkingsinstructie is niet goed geschreven.', 'A comment, CDATA block or processing instruction is not well written.'),
  ZP_XML_DECLARATION: words('De XML-declaratie is niet goed geschreven of staat niet vooraan.', 'The XML declaration is not well written, or does not stand first.'),
  ZP_XML_LIMIT: words('Een tekst, naam of commentaar is langer dan de XML-lezer toestaat.', 'A text, name or comment is longer than the XML reader allows.'),
  ZP_XML_OTHER: words('Dit is geen welgevormd XML-document.', 'This is not a well-formed XML document.'),
  ZP_XML_UNCHECKED: words('Het bericht kon niet veilig worden gecontroleerd.', 'The message could not be checked safely.'),

  ZP_TYPE_ROOT: words('Het rootelement is {found}; verwacht is {expected}.', 'The root element is {found}; expected is {expected}.'),
  ZP_TYPE_UNKNOWN: words('De namespace {found} hoort bij geen ondersteund bericht. Ondersteund: {expected}.', 'The namespace {found} belongs to no supported message. Supported: {expected}.'),
  ZP_TYPE_CONTRADICTED: words('De namespace zegt {expected}, maar {element} is {found}.', 'The namespace says {expected}, but {element} is {found}.'),

  ZP_SCHEMA_MISSING: words('{element} ontbreekt.', '{element} is missing.'),
  ZP_SCHEMA_UNEXPECTED: words('{found} hoort hier niet; {expected}.', '{found} does not belong here; {expected}.'),
  ZP_SCHEMA_ORDER: words('{element} staat niet op zijn plaats: het hoort {expected}.', '{element} is out of order: it belongs {expected}.'),
  ZP_SCHEMA_REPEATED: words('{element} staat hier {found}; toegestaan is {expected}.', '{element} stands here {found}; allowed is {expected}.'),
  ZP_SCHEMA_NAMESPACE: words('{element} staat in de verkeerde namespace ({found}); verwacht is {expected}.', '{element} is in the wrong namespace ({found}); expected is {expected}.'),
  ZP_SCHEMA_ATTRIBUTE: words('Het attribuut {found} is niet toegestaan.', 'The attribute {found} is not allowed.'),
  ZP_SCHEMA_TEXT: words('Er staat tekst tussen de elementen van {element} ({found}).', 'There is text between the elements of {element} ({found}).'),
  ZP_SCHEMA_ELEMENT: words('In {element} hoort alleen tekst, maar er staat een element {found}.', '{element} takes text only, but holds an element {found}.'),
  ZP_SCHEMA_EMPTY: words('{element} is leeg; verwacht is {expected}.', '{element} is empty; expected is {expected}.'),
  ZP_SCHEMA_LONG: words('{element} is te lang ({found}); toegestaan is {expected}.', '{element} is too long ({found}); allowed is {expected}.'),
  ZP_SCHEMA_SHORT: words('{element} is te kort ({found}); verwacht is {expected}.', '{element} is too short ({found}); expected is {expected}.'),
  ZP_SCHEMA_PATTERN: words('{element} heeft niet de juiste vorm ({found}); verwacht is {expected}.', '{element} does not have the right form ({found}); expected is {expected}.'),
  ZP_SCHEMA_CODE: words('{element} heeft een waarde die niet in de codelijst staat ({found}); verwacht is {expected}.', '{element} has a value that is not in the code list ({found}); expected is {expected}.'),
  ZP_SCHEMA_INTEGER: words('{element} is geen geheel getal ({found}); verwacht is {expected}.', '{element} is not a whole number ({found}); expected is {expected}.'),
  ZP_SCHEMA_RANGE: words('{element} ligt buiten de grenzen ({found}); verwacht is {expected}.', '{element} is out of range ({found}); expected is {expected}.'),
  ZP_SCHEMA_DATE: words('{element} is geen bestaande datum ({found}); verwacht is {expected}.', '{element} is not an existing date ({found}); expected is {expected}.'),
  ZP_SCHEMA_TIME: words('{element} is geen bestaand tijdstip ({found}); verwacht is {expected}.', '{element} is not an existing time ({found}); expected is {expected}.'),
  ZP_SCHEMA_OTHER: words('Het bericht voldoet hier niet aan het schema.', 'The message does not meet the schema here.'),
  ZP_SCHEMA_MORE: words('Er zijn meer bevindingen; alleen de eerste {found} staan hier.', 'There are more findings; only the first {found} stand here.')
} as const satisfies Record<string, Words>

export type FindingCode = keyof typeof findingCodes

/** What a fault is, apart from where it stands. */
export interface Fault { readonly code: FindingCode, readonly found: Words, readonly expected: Words }

const nothing = same('')

/** @returns a fault; found and expected default to nothing */
export const fault = (code: FindingCode, found: Words = nothing, expected: Words = nothing): Fault => ({ code, found, expected })

/** @returns the finding of level 1 that tells a fault at a place, its sentences filled in */
export function finding ({ code, found, expected }: Fault, { line, path }: Place): Finding {
  const element = path.slice(path.lastIndexOf('/') + 1) || 'Bericht'
  const tell = (language: 'nl' | 'en'): string => {
    const parts: Record<string, string> = { found: found[language], expected: expected[language], element }
    return findingCodes[code][language].replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '')
  }
  return { level: 1, code, line, path, found: found.nl, expected: expected.nl, message: tell('nl'), message_en: tell('en') }
}
