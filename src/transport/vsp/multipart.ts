/** The two parts of a push, out of a multipart/form-data body that was read whole. */
import { Busboy } from '@fastify/busboy'
import { Refusal, type Finding } from '../../core/core.ts'
import { fault } from './fault.ts'

/** What a push consists of. */
export interface PushParts { readonly berichtMetadata: Buffer, readonly payload: Buffer }
type PartName = keyof PushParts
const names: readonly PartName[] = ['berichtMetadata', 'payload']

/** Many times what any client writes above a part. */
const limits = { parts: names.length, files: names.length, headerPairs: 20, headerSize: 8_192 }
/** As RFC 7578 has it: nothing else is a part's coding any more. */
const codings = ['7bit', '8bit', 'binary']

const wrong = (...findings: readonly Finding[]): Refusal => new Refusal('ZP_ENVELOPE', null, findings)
const unreadable = (nl: string, en: string): Refusal => wrong(fault('', { found: '', expected: 'multipart/form-data: berichtMetadata, payload', nl, en }))

/** @returns the border between parts @throws Refusal when there is none, more than one, or one that RFC 2046 does not allow */
function borderIn (type: string): string {
  const given = [...type.matchAll(/;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]*))/gi)].map(it => it[1] ?? it[2] ?? '')
  const [border = ''] = given
  if (given.length !== 1 || !/^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/.test(border)) throw unreadable('Content-Type noemt geen bruikbare boundary.', 'Content-Type names no usable boundary.')
  return border
}

/** Looked at before anything is parsed: who sends a thousand parts is not read at all. */
function checkBorders (body: Buffer, border: string): void {
  const line = Buffer.from(`\r\n--${border}`)
  let count = body.subarray(0, line.length - 2).equals(line.subarray(2)) ? 1 : 0
  for (let at = body.indexOf(line); at !== -1 && count <= names.length + 1; at = body.indexOf(line, at + line.length)) count++
  if (count === 0) throw unreadable('De boundary van Content-Type komt in de body niet voor.', 'The boundary of Content-Type does not stand in the body.')
  if (count > names.length + 1) throw unreadable('Er zijn meer dan twee delen.', 'There are more than two parts.')
}

interface Part { readonly name: string, readonly coding: string, readonly chunks: Buffer[] }

/** @throws Refusal when the body breaks off, or is no multipart */
async function partsIn (body: Buffer, border: string): Promise<Part[]> {
  const parts: Part[] = []
  return await new Promise((resolve, reject) => {
    const reader = new Busboy({ headers: { 'content-type': `multipart/form-data; boundary="${border}"` }, limits, isPartAFile: () => true })
    const failed = (): void => { reject(unreadable('De delen kunnen niet gelezen worden; ontbreekt de laatste boundary?', 'The parts cannot be read; is the last boundary missing?')) }
    reader.on('file', (name: string | undefined, stream, _file, coding) => {
      const part = { name: name ?? '', coding, chunks: [] as Buffer[] }
      parts.push(part)
      stream.on('data', (chunk: Buffer) => { part.chunks.push(chunk) })
      stream.once('error', failed)
    })
    reader.once('error', failed)
    reader.once('finish', () => { resolve(parts) })
    reader.end(body)
  })
}

const whole = ({ chunks }: Part): Buffer => chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)

/** @returns what is wrong with the parts of one name */
function faultsOf (name: PartName, parts: readonly Part[]): Finding[] {
  const [part, second] = parts
  const told = { found: '', expected: 'één deel / one part' }
  if (part === undefined) return [fault(name, { ...told, nl: `Het deel ${name} ontbreekt.`, en: `The part ${name} is missing.` })]
  if (second !== undefined) return [fault(name, { ...told, nl: `Het deel ${name} komt meer dan eens voor.`, en: `The part ${name} stands there more than once.` })]
  if (!codings.includes(part.coding)) return [fault(name, { found: '', expected: codings.join(', '), nl: 'Dit deel heeft een Content-Transfer-Encoding; stuur het zoals het is.', en: 'This part has a Content-Transfer-Encoding; send it as it is.' })]
  return part.chunks.some(it => it.byteLength > 0) ? [] : [fault(name, { found: '0 bytes', expected: '≥ 1 byte', nl: `Het deel ${name} is leeg.`, en: `The part ${name} is empty.` })]
}

/**
 * The payload is a piece of the body where the library leaves it so: nothing of 25 MB is copied without need.
 * @param type the request's Content-Type
 * @throws Refusal ZP_ENVELOPE that names every part that is missing, empty, coded, or there twice
 */
export async function partsOf (body: Buffer, type: string): Promise<PushParts> {
  const border = borderIn(type)
  checkBorders(body, border)
  const parts = await partsIn(body, border)
  const its = (name: PartName): Part[] => parts.filter(it => it.name === name)
  const strange = parts.length - names.flatMap(its).length
  const faults = [
    ...names.flatMap(name => faultsOf(name, its(name))),
    ...strange === 0 ? [] : [fault('', { found: `${strange}`, expected: names.join(', '), nl: 'Er is een deel met een andere naam.', en: 'There is a part of another name.' })]
  ]
  const [metadata, payload] = names.map(name => its(name)[0])
  if (faults.length > 0 || metadata === undefined || payload === undefined) throw wrong(...faults)
  return { berichtMetadata: whole(metadata), payload: whole(payload) }
}
