/** What a message type is: the shape in which the one model of the standard is read by schemas, reader, writer and fixtures. */

export type Family = 'iwmo' | 'ijw'
/** The message numbers of release 3.2. */
export type MessageNumber = '301' | '302' | '305' | '306' | '307' | '308' | '315' | '316' | '317' | '318' | '319' | '320' | '323' | '325'
/** Those that are judged above level 1: a retour is not. */
export const judgedNumbers = ['301', '305', '307', '315', '317', '319', '323', '325'] as const satisfies readonly MessageNumber[]
export type JudgedNumber = typeof judgedNumbers[number]
/** Such as `WMO301` or `JW323`. */
export type MessageType = `${'WMO' | 'JW'}${MessageNumber}`

/** A data type with text content (LDT_…), as the standard's basisschema facets it. */
export interface SimpleType {
  readonly kind: 'simple'
  /** Such as `LDT_Datum`. */
  readonly name: string
  readonly base: 'string' | 'integer' | 'date' | 'time'
  readonly minLength?: number
  readonly maxLength?: number
  readonly minInclusive?: number
  readonly maxInclusive?: number
  /** XSD patterns: one of them must match the whole value. */
  readonly pattern?: readonly string[]
  /** Code and its Dutch label. */
  readonly enumeration?: ReadonlyArray<readonly [code: string, label: string]>
}

/** A class or compound data type (CDT_…): a flat sequence of elements. */
export interface ComplexType {
  readonly kind: 'complex'
  readonly name: string
  /** Whether the type, and with it the namespace of its children, is of the basisschema. */
  readonly basis: boolean
  readonly elements: readonly ElementModel[]
}

/** One element in a sequence. */
export interface ElementModel {
  readonly name: string
  readonly type: SimpleType | ComplexType
  readonly min: 0 | 1
  readonly max: 1 | 'unbounded'
  /** A narrowing pattern at this element alone, such as the BerichtCode's; applies besides the type's facets. */
  readonly pattern?: readonly string[]
  /** Whether the value is about a person and must never be shown (see decisions: findings and personal data). */
  readonly personal: boolean
}

/** One message type of one release. */
export interface MessageModel {
  readonly type: MessageType
  readonly family: Family
  readonly number: MessageNumber
  /** Such as `3.2`. */
  readonly release: string
  readonly berichtCode: string
  readonly versie: number
  readonly subversie: number
  /** Of the message: `http://www.istandaarden.nl/iwmo/3_2/wmo301/schema`. */
  readonly namespace: string
  /** Of the family's basisschema in this release. */
  readonly basisNamespace: string
  /** heen: asks a retour. retour: answers one. claim: the 323. answer: the 325. */
  readonly role: 'heen' | 'retour' | 'claim' | 'answer'
  /** The type that answers this one (retour or 325); null for retours and the 325. */
  readonly answeredBy: MessageType | null
  /** Working days within which that answer is due; null where none is. */
  readonly answerDays: number | null
  /** The type this one answers; null for heenberichten and the 323. */
  readonly answers: MessageType | null
  /** Which kind of party stands in the Header's Afzender; the Ontvanger is the other. A retour travels from its Ontvanger to its Afzender. */
  readonly afzender: 'gemeente' | 'aanbieder'
  /** Type of the root element `Bericht`. */
  readonly root: ComplexType
  /** Logical keys per class, as paths below the class. */
  readonly keys: Readonly<Record<string, readonly string[]>>
}

/** A typed message: leaf texts exactly as sent, classes as objects, repeated elements as arrays; keys in schema order. */
export interface Tree { readonly [element: string]: Node | undefined }
export type Node = string | Tree | readonly Node[]
