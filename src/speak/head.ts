/** What a message says of itself, as far as it can be made out: also of one that is not right, which must travel to be refused. */
import { modelOf, type MessageModel } from '../standard/standard.ts'

/** What an envelope tells of a message. Null where the message does not say it. */
export interface Head {
  readonly model: MessageModel | null
  readonly sender: string | null
  readonly receiver: string | null
  readonly versie: number
  readonly subversie: number
  /** Of the message a retour or 325 answers, by which it names that. */
  readonly identificatie: string | null
}

const namespace = /istandaarden\.nl\/(?:iwmo|ijw)\/\d+_\d+\/((?:wmo|jw)\d{3})\/schema/i
/** A Header stands at the beginning; more of a large message need not be looked at. */
const head_bytes_max = 65_536

/** @returns what it says; 3.2 where it names no version */
export function headIn (bytes: Uint8Array): Head {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, head_bytes_max)).toString('latin1')
  const leaf = (name: string): string | null => new RegExp(`<(?:[\\w.-]+:)?${name}>\\s*(\\w+)\\s*<`).exec(text)?.[1] ?? null
  const model = modelOf(namespace.exec(text)?.[1]?.toUpperCase() ?? '') ?? null
  const ends = [leaf('Afzender'), leaf('Ontvanger')]
  const [sender = null, receiver = null] = model?.role === 'retour' ? ends.reverse() : ends
  const [versie, subversie] = [leaf('BerichtVersie'), leaf('BerichtSubversie')].map(it => /^\d{1,3}$/.test(it ?? '') ? Number(it) : null)
  return { model, sender, receiver, versie: versie ?? 3, subversie: subversie ?? 2, identificatie: leaf('Identificatie') }
}
