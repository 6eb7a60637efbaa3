/** The same endpoint as municipal software has it: the port type OntvangAsynchroon of StUF-GGk. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { partyKind } from '../../src/core/core.ts'
import { answered_as, openCalled } from '../../src/speak/speak.ts'
import { StufFault, kopOf, type Bericht, type Systeem } from '../../src/stuf/stuf.ts'
import { isKept, keepFiles } from './keep.ts'
import { attemptOf, bodyOf, listen, type Receiver, type ReceiverSettings } from './receiver.ts'

export interface GgkSettings extends ReceiverSettings {
  /** Code of the Fo03 that the first `odd.times` calls are answered with; null: none. */
  readonly refuse: string | null
}
interface Answer { readonly status: number, readonly body: Uint8Array | null, readonly line: string }

const software = openCalled('Zorgpoort receive', 'strict')

/** Codes of StUF that are about who receives: a sender tries again then. */
const ofServer = new Set(['StUF001', 'StUF004', 'StUF007', 'StUF046', 'StUF058'])
const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

const party = ({ organisatie }: Systeem): string => organisatie !== null && (partyKind(organisatie) !== null || /^[A-Z]{2,6}$/.test(organisatie)) ? organisatie : '?'
/** An Fo01 may have any number, which becomes a name of a folder. */
function numberOf (it: Bericht): string {
  const { referentienummer } = kopOf(it)
  return referentienummer !== null && isUuid(referentienummer) ? referentienummer : randomUUID()
}

/** What of a call may be printed: codes, parties and sizes. */
function toldOf (it: Bericht): string {
  const { zender, ontvanger } = kopOf(it)
  const between = `${party(zender)} → ${party(ontvanger)}`
  if (it.kind === 'Fo01') return `Fo01  ${/^[A-Za-z]{2,5}\d{2,4}$/.test(it.fout.code) ? it.fout.code : '?'}  ${between}  about ${isUuid(it.crossRefnummer) ? it.crossRefnummer : '?'}`
  const { functie, crossRefnummer } = it.stuurgegevens
  const answers = crossRefnummer === null ? '' : `  answers ${crossRefnummer}`
  return `${it.kind}  ${/^(?:WMO|JW)3\d\d$/.test(functie) ? functie : '?'}  ${between}  ${it.payload?.length ?? 0} bytes${answers}`
}

const fault = (it: StufFault, line: string): Answer => ({ status: 500, body: software.refused(it), line: `${line}  answered Fo03 ${it.code}` })

/** An envelope that no receiver can use is a fault of the gateway: it is told, by its name in the table of checks. */
function wrongIn (it: Bericht): string | null {
  return it.kind === 'Fo01' || it.objection === null ? null : it.objection.check
}

function take (it: Bericht, dir: string): Answer {
  const number = numberOf(it)
  const known = isKept(dir, number)
  const original = it.original(Infinity) ?? Buffer.alloc(0)
  if (!known) keepFiles(dir, number, { 'envelope.xml': original, ...(it.kind === 'Fo01' || it.payload === null ? {} : { 'payload.xml': it.payload }) })
  const wrong = wrongIn(it)
  const said = `${toldOf(it)}  ${wrong === null ? 'verified' : `cannot be used: ${wrong}`}${known ? '  again: was kept already' : ''}`
  return { status: 200, body: software.taken(it), line: `${number}  ${said}` }
}

/** @returns what answers one call after the other */
function answering ({ dir, odd, refuse }: GgkSettings) {
  let left = odd.status === null && refuse === null ? 0 : odd.times
  return async (request: IncomingMessage): Promise<Answer> => {
    if (request.method !== 'POST') return { status: 405, body: null, line: 'answered 405: calls are POST' }
    const body = await bodyOf(request)
    if (!Buffer.isBuffer(body)) return { status: body.status, body: null, line: body.line }
    if (odd.slow_ms > 0) await pause(odd.slow_ms)
    try {
      const it = software.read(body, request.headers)
      if (left-- <= 0) return take(it, dir)
      if (odd.status !== null) return { status: odd.status, body: null, line: `${toldOf(it)}  answered ${odd.status} as asked` }
      const code = refuse ?? ''
      return fault(new StufFault({ code, plek: ofServer.has(code) ? 'server' : 'client', omschrijving: 'Zo gevraagd.', details: null }, kopOf(it)), toldOf(it))
    } catch (error) {
      if (error instanceof StufFault) return fault(error, 'what came is no StUF-GGk')
      return { status: 503, body: null, line: 'answered 503: it could not be kept' }
    }
  }
}

/** @throws as listen */
export async function openGgkReceiver (settings: GgkSettings): Promise<Receiver> {
  const answer = answering(settings)
  return await listen(settings, async (request: IncomingMessage, response: ServerResponse) => {
    const { status, body, line } = await answer(request)
    settings.say(`${line}  (attempt ${attemptOf(request)})`)
    // What was not read to its end must not be taken for the next request.
    response.writeHead(status, { ...(body === null ? {} : { 'Content-Type': answered_as }), ...(status === 411 || status === 413 ? { Connection: 'close' } : {}) }).end(body ?? undefined)
  })
}
