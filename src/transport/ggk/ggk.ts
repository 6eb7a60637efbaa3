/** The municipal door: StUF-GGk 2.1 over SOAP 1.1, port type OntvangAsynchroon, below `/ggk`. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import { readBericht, kopOf, StufFault, type Bericht, type Envelop } from '../../stuf/stuf.ts'
import type { Interface } from '../door/door.ts'
import { refusalFor, remember, sendBv03, sendFault, type Confirmed } from './answer.ts'
import { arrivingOf, senderOf } from './envelop.ts'
import { sendContract } from './contract.ts'
import { disown } from './fo01.ts'
import type { GgkParts } from './parts.ts'

/** Who acts for no party is refused before a body is read. */
function mustAct (request: FastifyRequest, { who, parties, now }: GgkParts): void {
  const { account } = who(request)
  if (parties.actsFor(account, now()).length === 0) throw new Refusal('ZP_ACCOUNT_ROLE', `account ${account.id}: geen partij / no party`)
}

/** @throws Refusal, which is answered in the words of StUF */
function read (request: FastifyRequest, { reading }: GgkParts): Bericht {
  if (!(request.body instanceof Uint8Array)) throw new Refusal('ZP_MEDIA_TYPE', 'Content-Type')
  const action = request.headers['soapaction']
  try {
    const bericht = readBericht(request.body, typeof action === 'string' ? action : undefined, reading)
    const { zender, referentienummer } = kopOf(bericht)
    remember(request, { zender, referentienummer })
    return bericht
  } catch (error) {
    if (error instanceof StufFault) throw refusalFor(request, error)
    throw error
  }
}

/** What is odd about an envelope is told to who runs the gateway, by the names of the checks: its values are its sender's. */
function tellOdd (request: FastifyRequest, warnings: Envelop['warnings'], { odd }: GgkParts): void {
  const names = warnings.map(it => it.check)
  for (const name of names) odd(name)
  if (names.length > 0) request.log.info({ checks: names }, 'an envelope is odd')
}

/** Nothing is confirmed before it is committed. */
async function confirmed (request: FastifyRequest, bericht: Bericht, parts: GgkParts): Promise<Confirmed> {
  const who = parts.who(request)
  if (bericht.kind === 'Fo01') {
    const { zender, digest, referentienummer } = bericht
    const { id, at } = await disown(bericht, who, parts)
    return { zender, referentienummer: referentienummer ?? '', at, mark: `${id} ${digest}` }
  }
  const { zender, referentienummer } = bericht.stuurgegevens
  const { kind, arrival } = await parts.take(arrivingOf(bericht, senderOf(zender.organisatie, who, parts), who, parts.notice))
  if (kind !== 'again') tellOdd(request, bericht.warnings, parts)
  if (arrival.outcome.kind === 'refused') request.log.info({ code: arrival.outcome.code }, 'refused')
  return { zender, referentienummer, at: arrival.received, mark: `${arrival.party} ${arrival.number} ${arrival.digest}` }
}

const prefix = '/ggk'
/** Named after the port type, whose operations are told apart by SOAPAction. */
const path = '/OntvangAsynchroon'

const routes = (parts: GgkParts): FastifyPluginAsyncTypebox => async app => {
  app.get(path, { schema: { hide: true } }, async (request, reply) => await sendContract(request, reply, `${prefix}${path}`))
  app.post(path, { schema: { hide: true }, config: { body: 'soap' }, onRequest: async request => { mustAct(request, parts) } }, async (request, reply) =>
    await sendBv03(reply, parts.self, await confirmed(request, read(request, parts), parts)))
}

/** @returns the interface, for the door */
export const ggkInterface = (parts: GgkParts): Interface => ({ prefix, routes: routes(parts), refuse: sendFault(parts) })
export type { GgkParts }
