/** Builds the message models of a release and a family from its data: structures, family marks, the retour rule. */
import type { ComplexType, ElementModel, Family, MessageModel, MessageNumber, MessageType, SimpleType } from './model.ts'
import { codesIn, elementsIn, simpleTypesIn, words, type ElementNote } from './notation.ts'
import type { Release, Structure } from './release.ts'

/** The data types of one family in one release. */
export interface Basis {
  readonly family: Family
  readonly release: Release
  readonly namespace: string
  readonly simple: ReadonlyMap<string, SimpleType>
  readonly compound: ReadonlyMap<string, ComplexType>
}

/** Such as `301` in the family `iwmo`: `WMO301`. */
export const typeOf = (family: Family, number: MessageNumber): MessageType => `${family === 'iwmo' ? 'WMO' : 'JW'}${number}`

const namespace = (family: Family, release: Release, name: string): string =>
  `http://www.istandaarden.nl/${family}/${release.release.replace('.', '_')}/${name}/schema`

/** Builds the data types of a family. Throws a SyntaxError when the data are not sound. */
export function basisOf (release: Release, family: Family): Basis {
  const lists = (name: string): SimpleType['enumeration'] => {
    const text = release.codeLists[name]
    return text === undefined ? undefined : codesIn(text, family)
  }
  const simple = new Map(simpleTypesIn(release.simpleTypes, lists).map(type => [type.name, type]))
  const stray = Object.keys(release.codeLists).find(name => !simple.has(name))
  if (stray !== undefined) throw new SyntaxError(`a code list without a type: ${stray}`)
  const compound = new Map<string, ComplexType>()
  const builder = new Builder({ release, family, simple, compound, classes: release.compoundTypes, basis: true })
  for (const name of Object.keys(release.compoundTypes)) compound.set(name, builder.complex(name))
  return { family, release, namespace: namespace(family, release, 'basisschema'), simple, compound }
}

interface Source {
  readonly release: Release
  readonly family: Family
  readonly simple: ReadonlyMap<string, SimpleType>
  readonly compound: ReadonlyMap<string, ComplexType>
  readonly classes: Readonly<Record<string, string>>
  /** Whether the classes are the basisschema's compound types. */
  readonly basis: boolean
}

/** Turns notes into types, each class once, so that a type used twice is the same object. */
class Builder {
  readonly #source: Source
  readonly #made = new Map<string, ComplexType>()
  readonly #open = new Set<string>()
  readonly #personalTypes: ReadonlySet<string>
  readonly #personalElements: ReadonlySet<string>

  constructor (source: Source) {
    this.#source = source
    this.#personalTypes = new Set(words(source.release.personalTypes))
    this.#personalElements = new Set(words(source.release.personalElements))
  }

  complex (name: string): ComplexType {
    const made = this.#made.get(name)
    if (made !== undefined) return made
    const text = this.#source.classes[name]
    if (text === undefined) throw new SyntaxError(`no type ${name}`)
    if (this.#open.has(name)) throw new SyntaxError(`${name} holds itself`)
    this.#open.add(name)
    const notes = elementsIn(text).filter(note => note.family === null || note.family === this.#source.family)
    const type: ComplexType = { kind: 'complex', name, basis: this.#source.basis, elements: notes.map(note => this.#element(note)) }
    this.#open.delete(name)
    this.#made.set(name, type)
    return type
  }

  #element (note: ElementNote): ElementModel {
    const type = this.#source.simple.get(note.type) ?? this.#source.compound.get(note.type) ?? this.complex(note.type)
    if (note.pattern !== null && type.kind === 'complex') throw new SyntaxError(`a pattern on the class ${note.name}`)
    const narrowed = note.pattern === null ? {} : { pattern: [note.pattern] }
    return { name: note.name, type, min: note.min, max: note.max, ...narrowed, personal: this.#personal(note.name, type) }
  }

  /** A compound data type is personal as soon as one of its elements is. */
  #personal (name: string, type: SimpleType | ComplexType): boolean {
    if (type.kind === 'complex') return type.basis && type.elements.some(element => element.personal)
    return this.#personalTypes.has(type.name) || this.#personalElements.has(name)
  }
}

/** @returns whether the notation is that of a plural wrapper: it holds one element, repeated, and is itself no class of the standard */
const isWrapper = (notation: string): boolean => /^\S+\+$/.test(notation)

/** @returns whether a type is such a plural wrapper */
export const isWrapperType = (type: SimpleType | ComplexType): boolean =>
  type.kind === 'complex' && type.elements.length === 1 && type.elements[0]?.max === 'unbounded'

type Classes = Readonly<Record<string, string>>

/** The retour rule for what stands below the Header: it becomes optional, and every class gets closing RetourCodes. */
function answered (classes: Classes): Classes {
  const closed = Object.entries(classes).map(([name, text]) =>
    [name, name === 'Root' ? text.replace(/ (\w+)/g, ' $1?') : isWrapper(text) ? text : `${text} RetourCodes`])
  return { ...Object.fromEntries(closed), RetourCodes: 'RetourCode:LDT_RetourCode+' }
}

/** @returns the models of one structure in one family: the heenbericht and, where it has one, its retour */
export function modelsOf (structure: Structure, basis: Basis): readonly MessageModel[] {
  const { release } = basis
  const { number, retour, answers, classes } = structure
  if (answers !== undefined) return [model({ number, structure, basis, header: `${release.header} ${release.answerHeader}`, classes: answered(classes), role: 'answer', answers, answeredBy: null })]
  const answeredBy = retour ?? release.structures.find(other => other.answers === number)?.number ?? null
  const heen = model({ number, structure, basis, header: release.header, classes, role: retour === undefined ? 'claim' : 'heen', answers: null, answeredBy })
  if (retour === undefined) return [heen]
  return [heen, model({ number: retour, structure, basis, header: `${release.header} ${release.retourHeader}`, classes: answered(classes), role: 'retour', answers: number, answeredBy: null })]
}

interface Plan {
  readonly number: MessageNumber
  readonly structure: Structure
  readonly basis: Basis
  readonly header: string
  readonly classes: Classes
  readonly role: MessageModel['role']
  readonly answers: MessageNumber | null
  readonly answeredBy: MessageNumber | null
}

function model (plan: Plan): MessageModel {
  const { number, structure, basis, role } = plan
  const { family, release } = basis
  const berichtCode = structure.codes[family][role === 'retour' ? 1 : 0]
  if (berichtCode === undefined) throw new SyntaxError(`no BerichtCode for ${number}`)
  const classes = { ...plan.classes, Header: filled(plan.header, berichtCode, structure, release) }
  const root = new Builder({ release, family, simple: basis.simple, compound: basis.compound, classes, basis: false }).complex('Root')
  const type = typeOf(family, number)
  return {
    type,
    family,
    number,
    release: release.release,
    berichtCode,
    versie: release.versie,
    subversie: release.subversie,
    namespace: namespace(family, release, type.toLowerCase()),
    basisNamespace: basis.namespace,
    role,
    answeredBy: plan.answeredBy === null ? null : typeOf(family, plan.answeredBy),
    answerDays: role === 'heen' || role === 'claim' ? release.answerDays[role] : null,
    answers: plan.answers === null ? null : typeOf(family, plan.answers),
    afzender: structure.from,
    root,
    keys: keysOf(structure, root)
  }
}

function filled (header: string, code: string, structure: Structure, release: Release): string {
  const parties = ['LDT_Gemeente', 'LDT_AgbCode']
  const [afzender = '', ontvanger = ''] = structure.from === 'gemeente' ? parties : parties.reverse()
  const values: Readonly<Record<string, string>> = { code, versie: `${release.versie}`, subversie: `${release.subversie}`, afzender, ontvanger }
  return header.replace(/\$(\w+)/g, (_, name: string) => values[name] ?? '$')
}

/** Keys whose class the family has; a path that leads nowhere throws a SyntaxError. */
function keysOf (structure: Structure, root: ComplexType): MessageModel['keys'] {
  const classes = classesIn(root)
  return Object.fromEntries(Object.entries(structure.keys).flatMap(([name, text]) => {
    const type = classes.get(name)
    if (type === undefined) return []
    const paths = words(text)
    for (const path of paths) follow(type, path)
    return [[name, paths]]
  }))
}

function follow (type: ComplexType, path: string): void {
  let at: SimpleType | ComplexType = type
  for (const step of path.split('/')) {
    const next: ElementModel | undefined = at.kind === 'complex' ? at.elements.find(element => element.name === step) : undefined
    if (next === undefined) throw new SyntaxError(`the key ${path} leads nowhere in ${type.name}`)
    at = next.type
  }
}

/** @returns the message's own types by name, in the order in which they are met; data types left out */
export function classesIn (root: ComplexType): ReadonlyMap<string, ComplexType> {
  const found = new Map<string, ComplexType>()
  const visit = (type: ComplexType): void => {
    if (type.basis || found.has(type.name)) return
    found.set(type.name, type)
    for (const element of type.elements) if (element.type.kind === 'complex') visit(element.type)
  }
  visit(root)
  return found
}
