/** A gateway as the chain meets it: a gemeente and an aanbieder known by the OIN in their certificates, and envelopes written by hand, not by our own writer. */
import assert from 'node:assert/strict'
import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Handler } from '../src/handle/handle.ts'
import type { Clock } from '../src/core/core.ts'
import { issue, type Authority, type Issued } from '../src/sign/sign.ts'
import type { MessageType } from '../src/standard/standard.ts'
import type { Account } from '../src/store/store.ts'
import { aanbieder, gemeente, makeWorld, type Client, type Reply, type Running, type World } from './flow/world.ts'
import { anAccount, putAccount } from './register.ts'

/** Test OINs: nobody's. */
const oins = { gemeente: '00000099000000001000', aanbieder: '00000099000000002000', stranger: '00000099000000003000' } as const
export type Speaker = keyof typeof oins

/** A gateway that runs, and who speak to it with certificates of their OIN. */
export interface ChainRunning extends Running {
  by (speaker: Speaker): Client
  /** Posts an envelope by the municipal door, in SOAP. */
  ggk (speaker: Speaker, envelope: string | Buffer, action: string): Promise<Reply>
}
export interface Chain {
  readonly world: World
  /** With its key, for clients of another making. */
  readonly issued: Readonly<Record<Speaker, Issued>>
  readonly accounts: Readonly<Record<'gemeente' | 'aanbieder', Account>>
  start (over?: Record<string, unknown>, handlers?: readonly Handler[], clock?: Clock): Promise<ChainRunning>
}

/** Where the municipal door takes its messages. */
export const ggkPath = '/ggk/OntvangAsynchroon'
const koppelvlak = 'http://www.stufstandaarden.nl/koppelvlak/ggk0210'
const stuf = 'http://www.egem.nl/StUF/StUF0301'
/** SOAPActions of the three operations. */
export const actions = { Di01: `${koppelvlak}/ggk_Di01`, Du01: `${koppelvlak}/ggk_Du01`, Fo01: `${stuf}/Fo01` } as const

/** What an envelope says; what is not said is right for a gemeente's WMO301. */
export interface Said {
  readonly functie?: string
  readonly versie?: readonly [functieVersie: string, functieSubversie: string]
  readonly applicatie?: string
  readonly applicatieVersie?: readonly [versie: string, subversie: string]
  readonly zender?: string
  readonly ontvanger?: string
  readonly ontvangerApplicatie?: string
  readonly referentienummer?: string
  readonly tijdstip?: string
  readonly cross?: string
  /** Instead of the payload's element. */
  readonly bericht?: string
}

const organisatie = (name: string, code: string, applicatie: string): string => `<StUF:${name}><StUF:organisatie>${code}</StUF:organisatie><StUF:applicatie>${applicatie}</StUF:applicatie></StUF:${name}>`

function envelope (kind: 'Di01' | 'Du01', payload: Uint8Array, said: Said): string {
  const name = kind === 'Di01' ? 'envelopHeenbericht-ggk_Di01' : 'envelopRetourbericht-ggk_Du01'
  const { functie = 'WMO301', zender = gemeente, ontvanger = aanbieder, applicatie = 'Voorbeeldpakket', ontvangerApplicatie = 'GGk', referentienummer = randomUUID(), tijdstip = '20261122101500', cross = null } = said
  const [versie, subversie] = said.versie ?? ['0003', '0002']
  const [applicatieVersie, applicatieSubversie] = said.applicatieVersie ?? ['0004', '0002']
  const bericht = said.bericht ?? `<GGK:xmlBestand>${Buffer.from(payload).toString('base64')}</GGK:xmlBestand>`
  return `<GGK:${name} xmlns:StUF="${stuf}" xmlns:GGK="${koppelvlak}"><GGK:stuurgegevens><StUF:berichtcode>${kind}</StUF:berichtcode>` +
    `${organisatie('zender', zender, applicatie)}${organisatie('ontvanger', ontvanger, ontvangerApplicatie)}` +
    `<StUF:referentienummer>${referentienummer}</StUF:referentienummer><StUF:tijdstipBericht>${tijdstip}</StUF:tijdstipBericht>${cross === null ? '' : `<StUF:crossRefnummer>${cross}</StUF:crossRefnummer>`}<StUF:functie>${functie}</StUF:functie></GGK:stuurgegevens>` +
    `<GGK:parameters><GGK:applicatieVersie>${applicatieVersie}</GGK:applicatieVersie><GGK:applicatieSubversie>${applicatieSubversie}</GGK:applicatieSubversie><GGK:functieVersie>${versie}</GGK:functieVersie><GGK:functieSubversie>${subversie}</GGK:functieSubversie>` +
    `<GGK:bericht>${bericht}</GGK:bericht></GGK:parameters></GGK:${name}>`
}
export const di01 = (payload: Uint8Array, said: Said = {}): string => envelope('Di01', payload, said)
/** @param cross referentienummer of the message it answers, as its sender knows it */
export const du01 = (payload: Uint8Array, cross: string, said: Said = {}): string => envelope('Du01', payload, { ...said, cross })

/** An Fo01 about the message its sender knows by `cross`. */
export function fo01 (cross: string, { zender = gemeente, ontvanger = aanbieder, referentienummer = randomUUID(), code = 'StUF055', omschrijving = 'Berichtbody niet conform schema', details = '' }: { zender?: string, ontvanger?: string, referentienummer?: string, code?: string, omschrijving?: string, details?: string } = {}): string {
  return `<StUF:Fo01Bericht xmlns:StUF="${stuf}"><StUF:stuurgegevens><StUF:berichtcode>Fo01</StUF:berichtcode>${organisatie('zender', zender, 'Voorbeeldpakket')}${organisatie('ontvanger', ontvanger, 'GGk')}` +
    `<StUF:referentienummer>${referentienummer}</StUF:referentienummer><StUF:tijdstipBericht>20261122101500</StUF:tijdstipBericht><StUF:crossRefnummer>${cross}</StUF:crossRefnummer></StUF:stuurgegevens>` +
    `<StUF:body><StUF:code>${code}</StUF:code><StUF:plek>client</StUF:plek><StUF:omschrijving>${omschrijving}</StUF:omschrijving>${details === '' ? '' : `<StUF:details>${details}</StUF:details>`}</StUF:body></StUF:Fo01Bericht>`
}

/** SOAP 1.1 around one message. */
export const soap = (body: string, head = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">${head}<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`

/** The headers of a SOAP 1.1 request. */
export const soapHeaders = (action: string): Record<string, string> => ({ 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` })

/** Who sends messages of this type, and by which envelope. */
export const speakerOf = (type: MessageType): Exclude<Speaker, 'stranger'> => ['01', '06', '08', '16', '18', '19', '25'].includes(type.slice(-2)) ? 'gemeente' : 'aanbieder'
export const envelopeOf = (type: MessageType): 'Di01' | 'Du01' => ['02', '06', '08', '16', '18', '20'].includes(type.slice(-2)) ? 'Du01' : 'Di01'

const textOf = (reply: Reply, name: string): string | null => new RegExp(`<(?:[A-Za-z0-9-]+:)?${name}(?: [^>]*)?>([^<]*)</`).exec(reply.bytes.toString())?.[1] ?? null

/** Insists on a Bv03. @returns its referentienummer and what it is the answer to */
export function bv03 (reply: Reply): { readonly referentienummer: string, readonly cross: string } {
  assert.equal(reply.status, 200, reply.bytes.toString())
  assert.equal(reply.headers['content-type'], 'text/xml; charset=utf-8')
  assert.equal(textOf(reply, 'berichtcode'), 'Bv03', reply.bytes.toString())
  return { referentienummer: textOf(reply, 'referentienummer') ?? '', cross: textOf(reply, 'crossRefnummer') ?? '' }
}

/** Insists on a SOAP Fault with an Fo03. @returns its code, whose fault it is, and what it says */
export function fo03 (reply: Reply): { readonly code: string, readonly plek: string, readonly omschrijving: string, readonly details: string | null } {
  const text = reply.bytes.toString()
  assert.equal(reply.status, 500, text)
  assert.equal(reply.headers['content-type'], 'text/xml; charset=utf-8')
  assert.equal(textOf(reply, 'berichtcode'), 'Fo03', text)
  const [code, plek, omschrijving] = ['code', 'plek', 'omschrijving'].map(it => textOf(reply, it) ?? '')
  assert.equal(textOf(reply, 'faultstring'), omschrijving)
  assert.match(textOf(reply, 'faultcode') ?? '', plek === 'client' ? /:Client$/ : /:Server$/)
  return { code: code ?? '', plek: plek ?? '', omschrijving: omschrijving ?? '', details: textOf(reply, 'details') }
}

/** Makes the world, and accounts that are known by their OIN. */
export async function makeChain (database?: string): Promise<Chain> {
  const world = await makeWorld('test', database)
  const authority: Authority = { certificate: world.ca, privateKey: createPrivateKey(readFileSync(world.path('ca.key'))) }
  const certificateOf = async (speaker: Speaker): Promise<Issued> => await issue(authority, { subject: `${speaker} in de keten`, use: 'client', algorithm: 'P-256', oin: oins[speaker] })
  const issued = { gemeente: await certificateOf('gemeente'), aanbieder: await certificateOf('aanbieder'), stranger: await certificateOf('stranger') }
  const accounts = { gemeente: anAccount('gemeente-keten', { party: gemeente, oin: oins.gemeente }), aanbieder: anAccount('aanbieder-keten', { party: aanbieder, oin: oins.aanbieder }) }
  await world.store(async store => { for (const account of Object.values(accounts)) await putAccount(store, account) })
  return {
    world,
    issued,
    accounts,
    async start (over = {}, handlers = [], clock = undefined) {
      const running = await world.start({ client_ca: world.path('ca.pem'), ...over }, handlers, clock)
      const clients = new Map<Speaker, Client>()
      const by = (speaker: Speaker): Client => {
        const known = clients.get(speaker) ?? world.clientWith(issued[speaker], running.rest)
        clients.set(speaker, known)
        return known
      }
      return { ...running, by, ggk: (speaker, envelope, action) => by(speaker).call('POST', ggkPath, typeof envelope === 'string' ? soap(envelope) : envelope, soapHeaders(action)) }
    }
  }
}
