/** Writes the XSDs of the model: one per message type and the basisschema of its family, in our own words. */
import { classesIn, type Basis } from './build.ts'
import { escapeXml } from './escape.ts'
import type { ComplexType, ElementModel, MessageModel, SimpleType } from './model.ts'
import { basis } from './models.ts'
import { release } from './release.ts'

/** The two schema documents a message is judged by. The first imports the second by its name alone. */
export interface SchemaFiles {
  /** Such as `WMO301.xsd`. */
  readonly messageName: string
  readonly message: string
  readonly basisName: 'basisschema.xsd'
  readonly basis: string
}

const basisName = 'basisschema.xsd'
const madeFrom = 'Gemaakt door Zorgpoort uit zijn model van de standaard.'

/** @returns the XSDs of a message type, made in memory; the same text every time */
export function schemaFiles (model: MessageModel): SchemaFiles {
  return { messageName: `${model.type}.xsd`, message: messageSchema(model), basisName, basis: basisSchema(basis(model.family, release(model.release))) }
}

function messageSchema (model: MessageModel): string {
  const prefix = model.type.toLowerCase()
  const of = release(model.release)
  const about = of.structures.find(one => one.number === model.number || one.retour === model.number)?.about ?? ''
  const title = model.role === 'retour' ? `Retour op ${model.answers}. Heenbericht: ${about}.` : `${about}.`
  const types = [...classesIn(model.root).values()].map(type => complexType(type, prefix, model.family))
  return schema([
    `xmlns:${model.family}="${model.basisNamespace}" xmlns:${prefix}="${model.namespace}" targetNamespace="${model.namespace}"`,
    `<xs:import namespace="${model.basisNamespace}" schemaLocation="${basisName}"/>`,
    annotation(`${model.type}, release ${model.release}. ${title} ${madeFrom}`, {
      [`${model.family}:standaard`]: model.family,
      [`${model.family}:bericht`]: prefix,
      [`${model.family}:release`]: model.release,
      ...versions(model.family, 'BerichtXsd', of.xsdVersie),
      ...versions(model.family, 'BasisschemaXsd', of.xsdVersie)
    }),
    `<xs:element name="Bericht" type="${prefix}:${model.root.name}"/>`,
    ...types
  ])
}

/** @returns the text of a family's basisschema */
export function basisSchema (of: Basis): string {
  const { family, release: { release: name, xsdVersie } } = of
  return schema([
    `xmlns:${family}="${of.namespace}" targetNamespace="${of.namespace}"`,
    annotation(`Gegevenstypen en codelijsten van ${family}, release ${name}. ${madeFrom}`, {
      [`${family}:standaard`]: family,
      [`${family}:bericht`]: 'basisschema',
      [`${family}:release`]: name,
      ...versions(family, 'BasisschemaXsd', xsdVersie)
    }),
    ...[...of.compound.values()].map(type => complexType(type, family, family)),
    ...[...of.simple.values()].map(simpleType)
  ])
}

function versions (family: string, what: string, version: string): Record<string, string> {
  return Object.fromEntries(['Versie', 'MinVersie', 'MaxVersie'].map(kind => [`${family}:${what}${kind}`, version]))
}

function schema ([attributes = '', ...parts]: readonly string[]): string {
  return '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ${attributes} elementFormDefault="qualified">\n` +
    parts.map(indented).join('\n') + '\n</xs:schema>\n'
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')

const tag = (name: string, content: readonly string[]): string => `<${name}>\n${content.map(indented).join('\n')}\n</${name.replace(/ .*/, '')}>`

const documentation = (text: string): string => `<xs:documentation>${escapeXml(text)}</xs:documentation>`

function annotation (text: string, appinfo: Readonly<Record<string, string>>): string {
  const info = Object.entries(appinfo).map(([name, value]) => `<${name}>${value}</${name}>`)
  return tag('xs:annotation', [documentation(text), tag('xs:appinfo', info)])
}

function complexType (type: ComplexType, prefix: string, basisPrefix: string): string {
  const elements = type.elements.map(element => elementDeclaration(element, prefix, basisPrefix))
  return tag(`xs:complexType name="${type.name}"`, [tag('xs:sequence', elements)])
}

function elementDeclaration (element: ElementModel, prefix: string, basisPrefix: string): string {
  const { name, type, min, max, pattern } = element
  const own = type.kind === 'complex' && !type.basis
  const typeName = `${own ? prefix : basisPrefix}:${type.name}`
  const times = (min === 0 ? ' minOccurs="0"' : '') + (max === 'unbounded' ? ' maxOccurs="unbounded"' : '')
  if (pattern === undefined) return `<xs:element name="${name}" type="${typeName}"${times}/>`
  return tag(`xs:element name="${name}"${times}`, [tag('xs:simpleType', [tag(`xs:restriction base="${typeName}"`, pattern.map(one => facet('pattern', one)))])])
}

const facet = (name: string, value: string | number): string => `<xs:${name} value="${escapeXml(`${value}`)}"/>`

function simpleType (type: SimpleType): string {
  const ranges = (['minLength', 'maxLength', 'minInclusive', 'maxInclusive'] as const).flatMap(name => {
    const value = type[name]
    return value === undefined ? [] : [facet(name, value)]
  })
  const codes = (type.enumeration ?? []).map(([code, label]) =>
    tag(`xs:enumeration value="${escapeXml(code)}"`, [tag('xs:annotation', [documentation(label)])]))
  const content = [...ranges, ...(type.pattern ?? []).map(one => facet('pattern', one)), ...codes]
  return tag(`xs:simpleType name="${type.name}"`, [tag(`xs:restriction base="xs:${type.base}"`, content)])
}
