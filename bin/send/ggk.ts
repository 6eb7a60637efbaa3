/** Sends messages by the GGk door: in a Di01 or Du01, as municipal software does. */
import { antwoordIn, envelopRequest } from '../../src/speak/speak.ts'
import type { Fout } from '../../src/stuf/stuf.ts'
import { call, type Reply } from '../client.ts'
import { visible } from '../files.ts'
import { ask, parcelOf, type ChainOptions, type Parcel } from './chain.ts'
import { bad, becameLines, failed, good, shownFile, type Line, type Sending, type Sent } from './sent.ts'

/** What to do about an Fo03, by its code; what no row names, by whose fault it is. */
const cures: Readonly<Record<string, string>> = {
  StUF010: 'its Ontvanger is not connected here; is the code right?',
  StUF013: 'this certificate does not act for the Afzender: use the keys of its account, or have the operator allow it (zorgpoort parties allow)',
  StUF016: 'the number was used before, for another message or for this one at another moment (tijdstipBericht is that of now): leave --number out and a new one is made; what is here already is then told as a duplicate',
  StUF043: '--answers names no message that you know under that number'
}
const cureOf = ({ code, plek }: Fout, number: string): string =>
  cures[code] ?? (plek === 'server' ? `the gateway cannot take it now: send it again later, with --number ${number}` : 'mend it and send it again; a new number is made')

const envelopeOf = ({ answers }: Parcel): 'Di01' | 'Du01' => answers === null ? 'Di01' : 'Du01'

/** @returns what the gateway made of it, as REST tells the same keys; null when it does not tell them */
async function becameOf ({ dispatcher, origin }: Line, party: string, number: string): Promise<Record<string, unknown> | null> {
  const acting = `party=${encodeURIComponent(party)}`
  const { body: { messages } } = await call(dispatcher, origin, 'GET', `/v1/messages?number=${number}&${acting}`)
  const [first]: readonly unknown[] = Array.isArray(messages) ? messages : []
  const told: Record<string, unknown> | null = first === undefined ? null : Object(first)
  const id = told?.['id']
  // Of what was refused for its envelope no message was kept: all there is stands here.
  if (typeof id !== 'string') return told
  const { status, body } = await call(dispatcher, origin, 'GET', `/v1/messages/${id}?${acting}`)
  return status === 200 ? body : null
}

async function taken (line: Line, file: string, parcel: Parcel, status: number): Promise<Sent> {
  const { head, number } = parcel
  const under = ` in a ${envelopeOf(parcel)} ${number}, answered by a Bv03`
  const became = await becameOf(line, head.sender ?? '', number)
  const json = { file, door: 'ggk', status, number, antwoord: 'Bv03', became, error: null }
  if (became === null) return { good: true, json, text: `${good('taken')}    ${shownFile(file)}: ${head.model?.type ?? ''}${under}; an Fo01 or Du01 comes to the endpoint of ${head.sender ?? ''}` }
  return { json, ...becameLines(file, became, { duplicate: became['referentienummer'] !== number, under }) }
}

function refused (file: string, { number }: Parcel, status: number, fout: Fout): Sent {
  const { code, plek, omschrijving, details } = fout
  const text = [`${bad('refused')}  ${shownFile(file)}: Fo03 ${visible(code)} (${plek}): ${visible(omschrijving)}${details === null ? '' : `: ${visible(details)}`}`, `    ${cureOf(fout, number)}`].join('\n')
  return { good: false, text, json: { file, door: 'ggk', status, number, antwoord: 'Fo03', fout: { code, plek, omschrijving, details }, error: null } }
}

export const byGgk = (line: Line, options: ChainOptions): Sending => async (file, bytes) => {
  const parcel = parcelOf(bytes, options)
  if (typeof parcel === 'string') return failed(file, parcel)
  const reply: Reply = await ask(line, envelopRequest({ head: parcel.head, payload: bytes, referentienummer: parcel.number, crossRefnummer: parcel.answers, at: new Date() }))
  const antwoord = antwoordIn(reply)
  switch (antwoord.kind) {
    case 'Fo03': return refused(file, parcel, reply.status, antwoord.fout)
    case 'unknown': return failed(file, `HTTP ${reply.status} from ${line.origin}, neither Bv03 nor Fo03: is that a gateway with a municipal door?`, reply.status)
    default: return await taken(line, file, parcel, reply.status)
  }
}
