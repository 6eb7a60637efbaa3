/** All message models of all releases, built once at load, and the ways to look one up. */
import { basisOf, modelsOf, type Basis } from './build.ts'
import type { Family, MessageModel, MessageType } from './model.ts'
import { release, releases, type Release } from './release.ts'

export const families: readonly Family[] = ['iwmo', 'ijw']

const bases = new Map<string, Basis>()

/** @returns the data types of a family in a release */
export function basis (family: Family, of: Release): Basis {
  const key = `${family} ${of.release}`
  const known = bases.get(key) ?? basisOf(of, family)
  bases.set(key, known)
  return known
}

/** Every message type of every release: per family, in the order of their numbers. */
export const models: readonly MessageModel[] = releases.flatMap(one =>
  families.flatMap(family => one.structures.flatMap(structure => modelsOf(structure, basis(family, one)))))

const current = new Map(models.map(model => [model.type, model]))
const byName = new Map<string, MessageModel>(current)
const byNamespace = new Map(models.map(model => [model.namespace, model]))

/** @returns the newest release's model of a type; undefined for a text that is no type */
export function modelOf (type: MessageType): MessageModel
export function modelOf (type: string): MessageModel | undefined
export function modelOf (type: string): MessageModel | undefined {
  return byName.get(type)
}

/** @returns the model whose messages stand in this namespace; undefined when none does */
export const modelByNamespace = (namespace: string): MessageModel | undefined => byNamespace.get(namespace)

/** @returns the types this gateway knows, per family in the order of their numbers */
export const supportedTypes = (): readonly MessageType[] => [...current.keys()]

/** @returns code and Dutch label of a code list such as `LDT_RetourCode`; throws a RangeError when there is none of that name */
export function codeList (name: string, family: Family, of = '3.2'): ReadonlyArray<readonly [code: string, label: string]> {
  const list = basis(family, release(of)).simple.get(name)?.enumeration
  if (list === undefined) throw new RangeError(`no code list ${name}`)
  return list
}
