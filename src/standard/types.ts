/** Writes the TypeScript types of the messages from the model. */
import { classesIn } from './build.ts'
import type { ComplexType, ElementModel, MessageModel } from './model.ts'
import { basis, models, supportedTypes, modelOf } from './models.ts'
import { release } from './release.ts'

/** @returns the text of types.generated.ts: a type per class of every message, one per compound data type, and the maps `Classes` and `Messages` */
export function typesText (): string {
  const current = supportedTypes().map(type => modelOf(type))
  const [one] = models
  if (one === undefined) return ''
  const compound = [...basis(one.family, release(one.release)).compound.values()]
  return [
    '/** The message types as TypeScript types, made from the model by `npm run generate`: every leaf is its text as sent. */\n',
    ...compound.map(type => declaration(type.name, type, name => name)),
    ...current.flatMap(messageTypes),
    `/** Every class by message number and name, as rules are written for: both families, what one lacks is optional. */\nexport type Classes = {\n${current.filter(it => it.family === 'ijw').flatMap(classesOf).join('')}}\n`,
    `/** Every message type by its name. */\nexport type Messages = {\n${current.map(({ type }) => `  readonly ${type}: ${type}\n`).join('')}}\n`
  ].join('\n')
}

/** iJw has every element that iWmo has; those it has besides are optional. */
const classesOf = ({ type, number, root }: MessageModel): readonly string[] =>
  [...classesIn(root).keys()].filter(name => name !== root.name).map(name => `  readonly '${number}:${name}': ${type}_${name}\n`)

function messageTypes (model: MessageModel): readonly string[] {
  const named = (name: string): string => name === model.root.name ? model.type : `${model.type}_${name}`
  return [...classesIn(model.root)].map(([name, type]) => declaration(named(name), type, named))
}

function declaration (name: string, type: ComplexType, named: (name: string) => string): string {
  return `export type ${name} = {\n${type.elements.map(element => `  readonly ${property(element, named)}\n`).join('')}}\n`
}

function property ({ name, type, min, max }: ElementModel, named: (name: string) => string): string {
  const of = type.kind === 'simple' ? 'string' : type.basis ? type.name : named(type.name)
  return `${name}${min === 0 ? '?' : ''}: ${max === 'unbounded' ? `readonly ${of}[]` : of}`
}
