/** Why a message is invalid: one walk through libxml2's tree beside the model, telling every fault in our words. */
import type { XmlElement } from 'libxml2-wasm'
import type { Finding } from '../core/core.ts'
import type { ComplexType, ElementModel, MessageModel, SimpleType } from '../standard/standard.ts'
import { judgeSequence, type ChildVerdict, type SequenceVerdict } from './children.ts'
import { fault, finding, same, type Fault, type Place } from './codes.ts'
import { contentOf } from './dom.ts'
import { elementLines } from './lines.ts'
import { afterOrBefore, belongs, notHere, stands } from './place.ts'
import { shape, visible } from './shape.ts'
import { contradiction, visibleNamespace } from './type.ts'
import { checkValue } from './value.ts'

/** From this line on libxml2's nodes no longer tell their line. */
const line_max = 65535

/** Attributes of XML Schema itself that a message may carry; they are ignored, the locations above all. */
const xsi = 'http://www.w3.org/2001/XMLSchema-instance'
const xsiAllowed = new Set(['schemaLocation', 'noNamespaceSchemaLocation', 'type'])

interface Walk {
  readonly model: MessageModel
  /** Whether there are more findings than will be shown. */
  readonly full: () => boolean
  readonly tell: (fault: Fault, place: Place) => void
  /** Counts an element, in document order, and gives its line. */
  readonly enter: (element: XmlElement) => number
}

/**
 * @param bytes the message, from which the lines of very long ones are counted
 * @returns the findings by line, at most `findings_max` and then one that says there are more
 */
export function explain (root: XmlElement, model: MessageModel, bytes: Buffer, findings_max: number): Finding[] {
  const findings: Finding[] = []
  let ordinal = 0; let lines: Uint32Array | null = null
  const walk: Walk = {
    model,
    full: () => findings.length > findings_max,
    tell: (what, place) => { findings.push(finding(what, place)) },
    enter: element => {
      const line = element.line
      const counted = line < line_max ? line : (lines ??= elementLines(bytes))[ordinal]
      ordinal++
      return counted ?? line
    }
  }
  walkComplex(walk, root, model.root, { line: walk.enter(root), path: '' }, false)
  return cut(findings, findings_max)
}

function cut (findings: readonly Finding[], max: number): Finding[] {
  const sorted = findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (findings.length <= max) return sorted
  return [...sorted.slice(0, max), finding(fault('ZP_SCHEMA_MORE', same(max)), { line: null, path: '' })]
}

function walkComplex (walk: Walk, element: XmlElement, type: ComplexType, at: Place, personal: boolean): void {
  const { elements, text, cdata } = contentOf(element)
  checkAttributes(walk, element, at)
  const blank = /^[ \t\r\n]*$/.test(text)
  if (!blank || cdata) walk.tell(fault('ZP_SCHEMA_TEXT', blank ? same('CDATA') : shape(text.trim())), at)
  const namespace = type.basis ? walk.model.basisNamespace : walk.model.namespace
  const verdict = judgeSequence(type, namespace, elements.map(({ name, namespaceUri }) => ({ name, namespace: namespaceUri })), name => stands(walk.model, name))
  for (const missing of verdict.missing) walk.tell(fault('ZP_SCHEMA_MISSING'), { line: at.line, path: join(at.path, missing.name) })
  elements.forEach((child, index) => {
    const its = verdict.children[index]
    if (its && !walk.full()) walkChild(walk, child, its, { type, verdict, index, namespace, at, personal })
  })
}

/** Where a child stands: in an element of `type` at `at`, as the `index`th child. */
interface Parent { readonly type: ComplexType, readonly verdict: SequenceVerdict, readonly index: number, readonly namespace: string, readonly at: Place, readonly personal: boolean }

function walkChild (walk: Walk, child: XmlElement, its: ChildVerdict, parent: Parent): void {
  const line = walk.enter(child)
  if (its.kind === 'unexpected') {
    const name = visible(child.name)
    walk.tell(fault('ZP_SCHEMA_UNEXPECTED', same(name), its.like ? notHere(its.like) : belongs(walk.model, child.name, parent.type)), { line, path: join(parent.at.path, name) })
    return skip(walk, child)
  }
  const { model } = its
  const index = model.max === 'unbounded' ? `[${its.occurrence}]` : ''
  const at = { line, path: join(parent.at.path, model.name + index) }
  const wrong = misplaced(its, child, parent)
  if (wrong) walk.tell(wrong, { line, path: join(parent.at.path, model.name + index) })
  const personal = parent.personal || model.personal
  if (model.type.kind === 'complex') walkComplex(walk, child, model.type, at, personal)
  else walkLeaf(walk, child, { ...model, personal }, model.type, at)
}

function misplaced (its: Exclude<ChildVerdict, { kind: 'unexpected' }>, child: XmlElement, { type, verdict, namespace }: Parent): Fault | null {
  switch (its.kind) {
    case 'fits': return null
    case 'order': return fault('ZP_SCHEMA_ORDER', same(its.model.name), afterOrBefore(type, verdict, its.model))
    case 'repeated': return fault('ZP_SCHEMA_REPEATED', { nl: `voor de ${its.occurrence}e keer`, en: `more than once (${its.occurrence})` }, { nl: 'één keer', en: 'once' })
    case 'namespace': return fault('ZP_SCHEMA_NAMESPACE', visibleNamespace(child.namespaceUri), same(namespace))
  }
}

function walkLeaf (walk: Walk, element: XmlElement, model: ElementModel, type: SimpleType, at: Place): void {
  const { elements, text } = contentOf(element)
  checkAttributes(walk, element, at)
  const [inner] = elements
  if (inner) walk.tell(fault('ZP_SCHEMA_ELEMENT', same(visible(inner.name))), at)
  const wrong = inner ? null : contradiction(at.path, text, walk.model) ?? checkValue(text, model, type)
  if (wrong) walk.tell(wrong, at)
  skip(walk, element)
}

function checkAttributes (walk: Walk, element: XmlElement, at: Place): void {
  for (const { name, namespaceUri } of element.attrs) {
    if (namespaceUri !== xsi || !xsiAllowed.has(name)) walk.tell(fault('ZP_SCHEMA_ATTRIBUTE', same(visible(name))), at)
  }
}

/** Counts the elements below one that is not judged. */
function skip (walk: Walk, element: XmlElement): void {
  for (const child of contentOf(element).elements) {
    walk.enter(child)
    skip(walk, child)
  }
}

const join = (path: string, step: string): string => path === '' ? step : `${path}/${step}`
