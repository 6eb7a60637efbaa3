/** Sends messages by the VSP door, as provider software does, and asks how far they are. */
import { randomUUID } from 'node:crypto'
import { pushRequest, statusIn, statusRequest, type Berichtstatus } from '../../src/speak/speak.ts'
import { zipped } from '../../src/zip/zip.ts'
import type { Finding } from '../../src/core/core.ts'
import { notOurs, type Reply } from '../client.ts'
import { visible } from '../files.ts'
import { ask, parcelOf, type ChainOptions, type Parcel } from './chain.ts'
import { bad, failed, findingLine, good, shownFile, type Line, type Sending, type Sent } from './sent.ts'

/** Statuses that say that nobody will get it; what could not be delivered (AanbiedenMislukt) is tried again. */
const lost: readonly string[] = ['AfgekeurdDoorDienst', 'DeelberichtAanleveringAfgekeurd', 'BezorgingAfgebroken']
const meldingLine = ({ code, omschrijving, toelichting }: Berichtstatus['meldingen'][number]): string => `    ${visible(omschrijving)}${toelichting === '' ? '' : `: ${visible(toelichting)}`} [${visible(code)}]`

function taken (file: string, { head, number }: Parcel, status: number, told: Berichtstatus | null): Sent {
  const fine = told === null || !lost.includes(told.status)
  const head_ = `${fine ? good('taken') : bad('refused')}${fine ? '   ' : ' '} ${shownFile(file)}: ${head.model?.type ?? ''} under traceerId ${number}: ${visible(told?.status ?? 'its status is not told')}`
  return { good: fine, text: [head_, ...told?.meldingen.map(meldingLine) ?? []].join('\n'), json: { file, door: 'vsp', status, number, berichtstatus: told, error: null } }
}

function refused (file: string, { number }: Parcel, { status, body }: Reply): Sent {
  const { code, title, title_en: english, detail = '', retry, findings = [], errors = {} } = body
  const lines = [
    ...Object.entries(Object(errors)).map(([place, why]) => `    ${visible(place)}: ${visible(String(why))}`),
    ...(errors === undefined || Object.keys(Object(errors)).length === 0 ? (findings as readonly Finding[]).map(findingLine) : [])
  ]
  const cure = retry === 'later' ? `\n    send it again later, with --number ${number}` : ''
  return { good: false, text: [`${bad('refused')}  ${shownFile(file)}: ${status} ${code} ${title} ${detail}\n    ${english}${cure}`, ...lines].join('\n'), json: { file, door: 'vsp', status, number, body, error: null } }
}

export const byVsp = (line: Line, options: ChainOptions): Sending => async (file, bytes) => {
  const parcel = parcelOf(bytes, options)
  if (typeof parcel === 'string') return failed(file, parcel)
  const payload = options.zip ? await zipped(bytes, `${randomUUID()}.xml`) : bytes
  const reply = await ask(line, pushRequest({ head: parcel.head, payload, traceerId: parcel.number, conversatieId: parcel.answers, alsAntwoordOp: parcel.answers, referentieId: null }))
  if (reply.status === 204) return taken(file, parcel, reply.status, statusIn(await ask(line, statusRequest(parcel.number)), parcel.number))
  const error = reply.status < 300 ? `HTTP ${reply.status} from ${line.origin}, where 204 says that it is here` : notOurs(reply, line.origin)
  return error === null ? refused(file, parcel, reply) : failed(file, error, reply.status)
}
