/** A municipality's own endpoint as its supplier makes one: node `soap` with the published WSDL, behind real mutual TLS with a test OIN. It keeps what came, and misbehaves on request. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createServerless } from 'soap'
import type { GgkConnection } from '../src/store/store.ts'
import { openReceivers, type Arrived, type Behaviour, type Receiver, type ReceiverOptions, type Receivers, type Served } from './receivers.ts'
import { publishedGgk } from './tools.ts'
import { home } from '../src/version.ts'

/** A test OIN: no organisation has it. */
const testOin = '00000099000000344000'
const stuf = 'http://www.egem.nl/StUF/StUF0301'
const actions = {
  ggk_Di01: 'http://www.stufstandaarden.nl/koppelvlak/ggk0210/ggk_Di01',
  ggk_Du01: 'http://www.stufstandaarden.nl/koppelvlak/ggk0210/ggk_Du01',
  Fo01: `${stuf}/Fo01`
} as const
export type Operation = keyof typeof actions
const operations = ['ggk_Di01', 'ggk_Du01', 'Fo01'] as const

export interface Fo03 { readonly code: string, readonly plek: 'client' | 'server' | 'Client' | 'Server', readonly omschrijving?: string }
/** What it answers. `how` an Fo03 comes: as a SOAP Fault with 500 (the WSDL), as that with 200, or as the body of a 200. */
export type Answering =
  | { readonly kind: 'Bv03' }
  /** short: of the StUF text, with nothing but its berichtcode; whole: of the schema. */
  | { readonly kind: 'Bv04', readonly form?: 'whole' | 'short' }
  | { readonly kind: 'Fo03', readonly fo03: Fo03, readonly how?: 'fault' | 'fault_200' | 'body' }
  | Behaviour

type Told = Readonly<Record<string, unknown>>
/** A call as node `soap` understood it. */
export interface Call {
  readonly operation: Operation
  readonly soapAction: string
  /** `stuurgegevens`, and `parameters` (of an Fo01 `body`). */
  readonly stuurgegevens: Told
  readonly rest: Told
  /** What stood in xmlBestand; null where there is none. */
  readonly payload: Buffer | null
  /** The StUF message by itself, as it stood in the SOAP body. */
  readonly message: string
  readonly headers: Arrived['headers']
}

export interface Municipality extends Omit<Receiver, 'connection' | 'behave'> {
  /** What it answered Bv03, Bv04 or Fo03 to, in the order in which it came; `arrived` is what came at all. */
  readonly calls: readonly Call[]
  /** From the next call on. @param it the same for all, or by the number of the call from 1 */
  answer (it: Answering | ((call: number) => Answering)): void
  /** How many calls it had to answer at once, at most. */
  most (): number
  /** How to get there: its own authority, no pin, all as configured. */
  connection (over?: Partial<GgkConnection>): GgkConnection
}
export interface Municipalities extends Omit<Receivers, 'open'> {
  open (answering?: Answering): Promise<Municipality>
  /** One that is pushed to over REST, of the same authority. */
  receiver: Receivers['open']
}

const folder = publishedGgk() ?? join(home, 'schemas', 'ggk0210')
/** Whether the municipalities speak by the published WSDL; without a copy of that they speak by our own. */
const speaksPublished = publishedGgk() !== null
const wsdlFile = speaksPublished ? join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_OntvangAsynchroon_ggkberichten.wsdl') : join(folder, 'ggk0210.wsdl')

const record = (it: unknown): Told => typeof it === 'object' && it !== null ? Object.fromEntries(Object.entries(it)) : {}

/** @returns what stands in the SOAP body */
function bodyOf (soap: string): string {
  const inner = /<([A-Za-z_][\w.-]*:)?Body\b[^>]*>([\s\S]*)<\/\1?Body\s*>/.exec(soap)?.[2]
  assert.ok(inner !== undefined, 'a SOAP body')
  return inner.trim()
}

function callOf (operation: Operation, args: unknown, body: Buffer, headers: Arrived['headers']): Call {
  const told = record(args)
  const rest = record(told['parameters'] ?? told['body'])
  const { xmlBestand } = record(rest['bericht'])
  return {
    operation, soapAction: String(headers['soapaction']), stuurgegevens: record(told['stuurgegevens']), rest,
    payload: typeof xmlBestand === 'string' ? Buffer.from(xmlBestand, 'base64') : null, message: bodyOf(body.toString()), headers
  }
}

/** The six stuurgegevens of its answer. */
const answered = ({ stuurgegevens: { zender, ontvanger, referentienummer } }: Call, berichtcode: string): Record<string, unknown> => ({
  berichtcode, zender: ontvanger, ontvanger: zender, referentienummer: '00000000-0000-4000-8000-000000000000', tijdstipBericht: '20261121093000', crossRefnummer: referentienummer
})

const elements = (told: Told): string => Object.entries(told).map(([name, it]) => `<StUF:${name}>${typeof it === 'object' ? elements(record(it)) : String(it)}</StUF:${name}>`).join('')
const messageOf = (name: string, told: Told): string => `<StUF:${name} xmlns:StUF="${stuf}">${elements(told)}</StUF:${name}>`
const soapOf = (body: string): string => `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${body}</soap:Body></soap:Envelope>`

/** @returns an Fo03 by itself */
const fo03Of = (call: Call, { code, plek, omschrijving = 'Voorbeeld' }: Fo03): string =>
  messageOf('Fo03Bericht', { stuurgegevens: answered(call, 'Fo03'), body: { code, plek, omschrijving } })

/** What node `soap` answers with. @throws a fault, in the form it takes */
function resultOf (it: Answering, call: Call): unknown {
  if (it.kind !== 'Fo03') return { stuurgegevens: answered(call, 'Bv03') }
  const { plek, omschrijving = 'Voorbeeld' } = it.fo03
  const faultcode = `soap:${plek.toLowerCase() === 'client' ? 'Client' : 'Server'}`
  throw Object.assign(new Error('Fo03'), { Fault: { faultcode, faultstring: omschrijving, detail: { $xml: fo03Of(call, it.fo03) }, statusCode: it.how === 'fault_200' ? 200 : 500 } })
}

const xml = { 'Content-Type': 'text/xml; charset=utf-8' }
/** @returns an answer node `soap` does not make, of what is no fault by the WSDL; null for those it does */
function otherOf (it: Answering, call: Call): Served | null {
  if (it.kind === 'Bv04') return { status: 200, headers: xml, body: soapOf(messageOf('Bv04Bericht', { stuurgegevens: it.form === 'short' ? { berichtcode: 'Bv04' } : answered(call, 'Bv04') })) }
  return it.kind === 'Fo03' && it.how === 'body' ? { status: 200, headers: xml, body: soapOf(fo03Of(call, it.fo03)) } : null
}

/** Content is text/xml in UTF-8, and the action is quoted. @throws Error */
function checkForm (contentType: string | undefined): ReturnType<NonNullable<ReceiverOptions['parts']>> {
  if (contentType !== 'text/xml; charset=utf-8') throw new Error('the content type is not that of SOAP 1.1')
  return new Map()
}

/** @param receivers of whose authority it is */
export async function openMunicipality (receivers: Receivers, answering: Answering = { kind: 'Bv03' }): Promise<Municipality> {
  const calls: Call[] = []
  let answers: (call: number) => Answering = () => answering
  let [busy, most] = [0, 0]
  let now: { readonly body: Buffer, readonly headers: Arrived['headers'], readonly it: Answering, call?: Call } | null = null
  const serveBy = (operation: Operation) => (args: unknown): unknown => {
    assert.ok(now !== null)
    now.call = callOf(operation, args, now.body, now.headers)
    assert.equal(now.call.soapAction, `"${actions[operation]}"`)
    calls.push(now.call)
    return resultOf(now.it, now.call)
  }
  const OntvangAsynchroon = Object.fromEntries(operations.map(it => [it, serveBy(it)]))
  const services = { StUFOntvangAsynchroonGGK0210Service: { OntvangAsynchroon } }
  const read = Promise.withResolvers<void>()
  const server = await createServerless({ path: '/ggk', services, xml: readFileSync(wsdlFile, 'utf8'), uri: wsdlFile, callback: (error: unknown) => { if (error instanceof Error) read.reject(error); else read.resolve() } })
  // The library reads what the WSDL imports after it gave the server.
  await read.promise

  /** The library calls the operation before it returns, so there is one at a time. */
  const serve = (it: Answering) => async (body: Buffer, headers: Arrived['headers']): Promise<Served> => {
    most = Math.max(most, ++busy)
    // Long enough for a second one to come.
    await pause(5)
    try { return await served(it, body, headers) } finally { busy-- }
  }
  const served = async (it: Answering, body: Buffer, headers: Arrived['headers']): Promise<Served> => {
    const mine: NonNullable<typeof now> = { body, headers, it }
    now = mine
    const made = await server.processRequest(body.toString(), { headers: { ...headers }, url: '/ggk' })
    const other = mine.call === undefined ? null : otherOf(it, mine.call)
    return other ?? { status: mine.call === undefined ? 500 : made.statusCode, headers: xml, body: made.body }
  }
  const behaviour = (call: number): Behaviour => {
    const it = answers(call)
    return it.kind === 'Bv03' || it.kind === 'Bv04' || it.kind === 'Fo03' ? { kind: 'serve', serve: serve(it) } : it
  }
  const receiver = await receivers.open({ parts: checkForm })
  receiver.behave(behaviour)
  return {
    ...receiver,
    calls,
    most: () => most,
    answer (it) { answers = typeof it === 'function' ? it : () => it },
    connection: (over = {}) => ({ ...receiver.connection(), door: 'ggk', codes: null, answer_325: null, ...over })
  }
}

/** @returns an authority with municipalities of it; close it when the tests are done */
export async function openMunicipalities (): Promise<Municipalities> {
  const receivers = await openReceivers({ oin: testOin })
  return { ...receivers, receiver: receivers.open, open: (answering = { kind: 'Bv03' }) => openMunicipality(receivers, answering) }
}
