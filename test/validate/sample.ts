/** Valid messages of every type, made from the model: every element there, repeated ones twice; and the means to break them. */
import assert from 'node:assert/strict'
import type { Finding } from '../../src/core/core.ts'
import { modelOf, writeMessage, type ComplexType, type ElementModel, type MessageType, type SimpleType, type Tree } from '../../src/standard/standard.ts'
import type { Judgement } from '../../src/validate/validate.ts'

const byType: Readonly<Record<string, string>> = {
  LDT_BurgerServicenummer: '999900006', LDT_AgbCode: '12345678', LDT_Gemeente: '0344', LDT_Versie: '1.0.0', LDT_Telefoonnummer: '0201234567', LDT_Voorletters: 'AB'
}

/** @returns a value the leaf accepts */
export function valueOf (element: ElementModel, type: SimpleType): string {
  const [fixed] = element.pattern ?? []
  if (fixed !== undefined && /^\d+$/.test(fixed)) return fixed
  if (type.enumeration) return type.enumeration[0]?.[0] ?? ''
  if (type.base === 'date') return '2026-04-01'
  if (type.base === 'time') return '12:34:56'
  if (type.base === 'integer') return '7'
  return byType[type.name] ?? 'A'
}

/** @returns the content of a class with everything in it; below a personal class everything is personal */
export function full (type: ComplexType, value: (element: ElementModel, type: SimpleType, personal: boolean) => string = valueOf, inherited = false): Tree {
  return Object.fromEntries(type.elements.map(element => {
    const { type: of } = element
    const personal = inherited || element.personal
    const node = of.kind === 'simple' ? value(element, of, personal) : full(of, value, personal)
    return [element.name, element.max === 1 ? node : [node, node]]
  }))
}

/** @returns a full valid message as text, lines ended by `\n` */
export function sample (type: MessageType): string {
  const model = modelOf(type)
  return Buffer.from(writeMessage(model, full(model.root))).toString().replaceAll('\r\n', '\n')
}

/** @returns a valid JW323 of at least so many bytes, with many Clients */
export function largeClaim (bytes_min: number): Buffer {
  const text = sample('JW323')
  const from = text.indexOf('<jw323:Client>'); const end = text.indexOf('</jw323:Clienten>')
  return Buffer.from(text.slice(0, from) + text.slice(from, end).repeat(Math.ceil(bytes_min / (end - from))) + text.slice(end))
}

/** @returns the text with the first occurrence of a part replaced; the part must be there */
export function edit (text: string, part: string | RegExp, by: string): string {
  const edited = text.replace(part, () => by)
  assert.ok(edited !== text, `${part} stands in the message, and is changed`)
  return edited
}

/** @returns the line, from 1, on which a part first stands */
export const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

/** @returns the findings of an invalid judgement */
export function findingsOf (judgement: Judgement): readonly Finding[] {
  assert.equal(judgement.kind, 'invalid')
  return judgement.kind === 'invalid' ? judgement.findings : []
}
