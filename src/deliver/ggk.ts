/** What is pushed to a StUF-GGk endpoint, and what it answers: the message in a Di01 or Du01, the same bytes at every try. */
import { isChainCode, type Instant } from '../core/core.ts'
import { isXmlText, modelOf } from '../standard/standard.ts'
import type { MessageType } from '../standard/model.ts'
import type { GgkConnection, Parcel, WireTold } from '../store/store.ts'
import { envelopSize, inSoap, readAntwoord, soapAction, systeem, writeEnvelopCall, type Operation, type Zending } from '../stuf/stuf.ts'
import { unacceptedBy } from './answer.ts'
import { bodyFrom } from './body.ts'
import type { Pushed } from './courier.ts'
import type { Exchanged, Message } from './exchange.ts'

export interface GgkSettings {
  /** As what a 325 travels, where the connection does not say. */
  readonly answer_325: 'Di01' | 'Du01'
  /** Of the largest Di01 or Du01, without the SOAP around it. */
  readonly bytes_max: number
}
export const usualGgk: GgkSettings = { answer_325: 'Di01', bytes_max: 25_000_000 }

function kindOf (type: MessageType, to: GgkConnection, { answer_325 }: GgkSettings): 'Di01' | 'Du01' {
  const { role } = modelOf(type)
  if (role === 'answer') return to.answer_325 ?? answer_325
  return role === 'retour' ? 'Du01' : 'Di01'
}

/** What speaks for who sent it by a door that asks for no such names. */
const ours = { applicatie: 'Zorgpoort', applicatieVersie: '0001', applicatieSubversie: '0000' } as const
const isApplicatie = (text: string): boolean => /^\P{Cc}{3,50}$/u.test(text) && isXmlText(text)
const isVersie = (text: string | null): text is string => /^\d{4}$/.test(text ?? '')

/** Names of the other door need not be names of this one: all that was told of the sender's software is told on, or nothing. */
function softwareOf (told: WireTold | null): { readonly applicatie: string, readonly applicatieVersie: string, readonly applicatieSubversie: string } {
  const { applicatie = null, applicatieVersie = null, applicatieSubversie = null } = told ?? {}
  if (applicatie === null || !isApplicatie(applicatie)) return ours
  return { applicatie, applicatieVersie: isVersie(applicatieVersie) ? applicatieVersie : '0000', applicatieSubversie: isVersie(applicatieSubversie) ? applicatieSubversie : '0000' }
}

const message = (operation: Operation, soap: Uint8Array, attempt: number): Omit<Message, 'path'> => ({
  headers: { accept: 'text/xml', soapaction: soapAction(operation), 'zorgpoort-attempt': String(attempt) },
  body: bodyFrom('text/xml; charset=utf-8', [soap])
})

/** @returns the Di01 or Du01 without its payload; of the message alone, so that it is the same at every try */
function sayingOf (to: GgkConnection, { message: it, numbers, told }: Parcel, settings: GgkSettings): Omit<Zending, 'payload'> {
  const kind = kindOf(it.type, to, settings)
  const { versie, subversie } = modelOf(it.type)
  const { applicatie, ...software } = softwareOf(told)
  return {
    kind, zender: systeem(it.sender, applicatie), ontvanger: systeem(it.receiver, 'GGk'), referentienummer: numbers.number, crossRefnummer: kind === 'Du01' ? numbers.answers : null,
    tijdstip: it.received, functie: it.type, versie, subversie, ...software
  }
}

/** @returns why no Di01 or Du01 can be made of a message, as a code; null where one can */
export function ggkUnsayable (to: GgkConnection, parcel: Parcel, settings: GgkSettings): string | null {
  const saying = sayingOf(to, parcel, settings)
  if (saying.kind === 'Du01' && saying.crossRefnummer === null) return 'no_cross'
  return envelopSize(saying, parcel.payload.byteLength) > settings.bytes_max ? 'too_large' : null
}

/** @param attempt from 1 @returns the call that brings a message. Throws a RangeError where it is unsayable */
export const ggkMessage = (to: GgkConnection, parcel: Parcel, attempt: number, settings: GgkSettings): Omit<Message, 'path'> => {
  const saying = sayingOf(to, parcel, settings)
  return message(saying.kind, writeEnvelopCall({ ...saying, payload: parcel.payload }), attempt)
}

/** @param body the Fo01 by itself @returns the call that brings it */
export const ggkNotice = (body: Uint8Array, attempt: number): Omit<Message, 'path'> => message('Fo01', inSoap(body), attempt)

/**
 * Only a Bv03, or a Bv04, says that it has the message. An Fo03 says whose fault it is: the sender's is a no for ever, the
 * receiver's a no for now. That holds for StUF016 too: by it the endpoint says that it holds another message under this
 * number, and what may not be there is not told as brought.
 */
export function ggkPushedBy (answer: Exchanged, now: Instant): Pushed {
  const { status, bytes } = answer
  const said = bytes === null ? { kind: 'unknown' } as const : readAntwoord(status, bytes)
  const well = status >= 200 && status < 300
  if (said.kind === 'Fo03') {
    const reason = isChainCode(said.fout.code) ? `fo03.${said.fout.code}` : 'fo03'
    if (said.fout.plek === 'client') return { kind: 'refused', reason }
    const it = well ? null : unacceptedBy(answer, now)
    return it?.kind === 'busy' ? it : { kind: 'failed', reason, retry_after_ms: it?.kind === 'failed' ? it.retry_after_ms : null }
  }
  if (!well) return unacceptedBy(answer, now)
  return said.kind === 'unknown' ? { kind: 'failed', reason: 'no_bv03', retry_after_ms: null } : { kind: 'accepted' }
}
