/** Both ends of the chain, each by its own door: what every end sends and gets, in the words of that door, written and read here by hand. */
import assert from 'node:assert/strict'
import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { FormData } from 'undici'
import { partyCode, type PartyCode } from '../../src/core/core.ts'
import { issue, statementBytes, verifySeal } from '../../src/sign/sign.ts'
import { modelOf, type MessageType } from '../../src/standard/standard.ts'
import type { Connection } from '../../src/store/store.ts'
import { statementOf } from '../../bin/statement.ts'
import { actions, bv03, di01, du01, envelopeOf, ggkPath, soap, soapHeaders } from '../chain.ts'
import { openMunicipality } from '../municipality.ts'
import { anAccount, putAccount } from '../register.ts'
import { openZip } from '../../src/zip/zip.ts'
import { makePushWorld, type PushWorld } from './pushing.ts'
import { certificateOf, until, type Client, type Reply, type Running, type Told } from './world.ts'

/** A message as one end knows it. Numbers of the chain; null where that door does not tell it. */
export interface Held {
  readonly bytes: Buffer
  readonly type: MessageType
  readonly number: string
  readonly conversatie: string | null
  /** Number of the message it answers. */
  readonly answers: string | null
  /** Where the bytes, seal and receipt of this end come from. */
  readonly proof: () => Promise<Proof>
}
interface Proof { readonly payload: Buffer, readonly seal: Buffer, readonly receipt: Buffer }

/** One end. */
export interface Side {
  readonly name: string
  readonly party: PartyCode
  /** @param answers what it answers, as this end has it @param number of its own choice, at the doors of the chain; without it a new one */
  send (bytes: Buffer, type: MessageType, to: PartyCode, answers: Held | null, number?: string): Promise<Held>
  /** Waits for the message of this number and takes it. */
  receive (number: string): Promise<Held>
  /** What REST tells this end of a message. */
  told (number: string): Promise<Told>
  find (id: string): Promise<Told>
}

/** An end before there is a gateway: where the register has it reached. */
interface Place { readonly party: PartyCode, readonly connections: readonly Connection[], readonly open: (client: Client) => Side }

const prefix = '/berichtenservice/berichten'

/** @returns what REST has of a message, as its one @param number as the end knows it */
const toldBy = (client: Client) => async (number: string): Promise<Told> => {
  const { told } = await client.get(`/v1/messages?number=${number}`)
  const [only] = told.messages
  assert.ok(only !== undefined && told.messages.length === 1, `one message ${number}`)
  return (await client.get(`/v1/messages/${only.id}`)).told
}

/** Seal and receipt an end fetches by REST, to its own bytes. */
const provenBy = (client: Client, number: string, payload: Buffer) => async (): Promise<Proof> => {
  const { id } = await toldBy(client)(number)
  const part = async (name: string): Promise<Buffer> => (await client.get(`/v1/messages/${id}/${name}`)).bytes
  return { payload, seal: await part('seal'), receipt: await part('receipt') }
}

async function posted (client: Client, bytes: Buffer, type: MessageType): Promise<Held> {
  const { id } = await client.send(bytes)
  const { told } = await client.get(`/v1/messages/${id}`)
  const number = String(told['referentienummer'])
  return { bytes, type, number, conversatie: String(told['conversatie']), answers: null, proof: provenBy(client, number, bytes) }
}

/** Posts by REST, fetches from the mailbox. */
const mailbox = (party: PartyCode): Place => ({
  party,
  connections: [{ door: 'mailbox', direction: 'both' }],
  open: client => ({
    name: 'mailbox',
    party,
    told: toldBy(client),
    find: async id => (await client.get(`/v1/messages/${id}`)).told,
    send: async (bytes, type) => await posted(client, bytes, type),
    async receive (number) {
      const { id, ...it } = await until(async () => (await client.get('/v1/mailbox?limit=250')).told.messages.find(it => it['referentienummer'] === number), `${number} in the mailbox`)
      const { bytes } = await client.get(`/v1/messages/${id}/payload`)
      const answers = it['answers'] === null ? null : String((await client.get(`/v1/messages/${String(it['answers'])}`)).told['referentienummer'])
      assert.equal((await client.delete(`/v1/mailbox/${id}`)).status, 204)
      return { bytes, type: it['type'] as MessageType, number, conversatie: String(it['conversatie']), answers, proof: provenBy(client, number, bytes) }
    }
  })
})

/** Posts by REST, is pushed to on an endpoint of its own. */
async function pushed (world: PushWorld, party: PartyCode): Promise<Place> {
  const receiver = await world.receiver()
  return {
    party,
    connections: [{ door: 'mailbox', direction: 'both' }, receiver.connection()],
    open: client => ({
      name: 'rest-push',
      party,
      told: toldBy(client),
      find: async id => (await client.get(`/v1/messages/${id}`)).told,
      send: async (bytes, type) => await posted(client, bytes, type),
      async receive (number) {
        const parts = await until(() => receiver.arrived.find(({ parts }) => parts.get('metadata')?.bytes.includes(`"referentienummer":"${number}"`) === true)?.parts, `${number} pushed`)
        const part = (name: string): Buffer => parts.get(name)?.bytes ?? Buffer.alloc(0)
        const it = JSON.parse(part('metadata').toString()) as Told
        const answers = it['answers'] === null ? null : String((await client.get(`/v1/messages/${String(it['answers'])}`)).told['referentienummer'])
        assert.deepEqual(receiver.faults, [])
        return { bytes: part('payload'), type: it['type'] as MessageType, number, conversatie: String(it['conversatie']), answers, proof: async () => ({ payload: part('payload'), seal: part('seal'), receipt: part('receipt') }) }
      }
    })
  }
}

/** Sends envelopes written by hand; is called on an endpoint made with node `soap` and the published WSDL. */
async function called (world: PushWorld, party: PartyCode): Promise<Place & { readonly port: number }> {
  const municipality = await openMunicipality(world.receivers)
  const text = (of: Readonly<Record<string, unknown>>, ...path: readonly string[]): string => String(path.reduce<unknown>((it, name) => Object(it)[name], of))
  return {
    party,
    port: municipality.port,
    connections: [municipality.connection()],
    open: client => ({
      name: 'GGk',
      party,
      told: toldBy(client),
      find: async id => (await client.get(`/v1/messages/${id}`)).told,
      async send (bytes, type, to, answers, number = randomUUID()) {
        const kind = envelopeOf(type)
        const said = { functie: type, zender: party, ontvanger: to, referentienummer: number }
        const envelope = kind === 'Du01' ? du01(bytes, answers?.number ?? '', said) : di01(bytes, said)
        assert.equal(bv03(await client.call('POST', ggkPath, soap(envelope), soapHeaders(actions[kind]))).cross, number)
        return { bytes, type, number, conversatie: null, answers: kind === 'Du01' ? answers?.number ?? null : null, proof: provenBy(client, number, bytes) }
      },
      async receive (number) {
        const { operation, stuurgegevens: it, rest, payload } = await until(() => municipality.calls.find(call => call.stuurgegevens['referentienummer'] === number), `${number} on the endpoint`)
        const type = text(it, 'functie') as MessageType
        assert.equal(operation, `ggk_${envelopeOf(type)}`)
        assert.deepEqual([text(it, 'ontvanger', 'organisatie'), text(it, 'ontvanger', 'applicatie'), text(rest, 'functieVersie'), text(rest, 'functieSubversie')], [party, 'GGk', '0003', '0002'])
        const bytes = payload ?? Buffer.alloc(0)
        const cross: unknown = it['crossRefnummer']
        return { bytes, type, number, conversatie: null, answers: typeof cross === 'string' ? cross : null, proof: provenBy(client, number, bytes) }
      }
    })
  }
}

/** @returns the message of a pull: as XML, or out of its ZIP */
async function unpacked (bytes: Buffer, payload: 'xml' | 'zip'): Promise<Buffer> {
  if (payload === 'xml') return bytes
  const opened = openZip(bytes, { members_max: 1, member_bytes_max: 1e6, total_bytes_max: 1e6, ratio_max: 1000 })
  assert.ok('zip' in opened)
  return await opened.zip.content(1)
}

const asList = (reply: Reply): Array<Record<string, Record<string, unknown>>> => JSON.parse(reply.bytes.toString()) as Array<Record<string, Record<string, unknown>>>

/** Pushes with berichtMetadata, pulls. @param payload in which form it gets messages */
const vsp = (party: PartyCode, payload: 'xml' | 'zip'): Place => ({
  party,
  connections: [{ door: 'mailbox', direction: 'both' }, { door: 'vsp', direction: 'both', payload, rol: null }],
  open: client => ({
    name: `VSP (${payload})`,
    party,
    told: toldBy(client),
    find: async id => (await client.get(`/v1/messages/${id}`)).told,
    async send (bytes, type, to, answers, traceerId = randomUUID()) {
      const { versie, subversie } = modelOf(type)
      const conversatieId = answers?.conversatie ?? traceerId
      const form = new FormData()
      form.set('berichtMetadata', new Blob([JSON.stringify({
        routeringgegevens: { afzender: { rol: 'Instelling', code: party }, geadresseerden: [{ rol: 'Gemeente', code: to }], berichtstroom: { berichttype: type.slice(0, -3), berichtsubtype: type, berichtversie: versie, berichtsubversie: subversie, actie: 'Indienen' } },
        referentiegegevens: { conversatieId, traceerId, ...answers === null ? {} : { alsAntwoordOp: answers.number }, referentieId: `eigen-${traceerId.slice(0, 8)}` }
      })], { type: 'application/json' }))
      form.set('payload', new Blob([bytes], { type: 'application/octet-stream' }), 'bericht.xml')
      const { status, bytes: said } = await client.call('POST', `${prefix}/rest-push/v1/berichten`, form)
      assert.equal(status, 204, said.toString())
      return { bytes, type, number: traceerId, conversatie: conversatieId, answers: answers?.number ?? null, proof: provenBy(client, traceerId, bytes) }
    },
    async receive (number) {
      const it = await until(async () => asList(await client.get(`${prefix}/rest-pull/v1/berichten?limit=250`)).find(it => it['referentiegegevens']?.['traceerId'] === number), `${number} among what is pulled`)
      const { berichtsubtype, berichtversie, berichtsubversie } = Object(it['routeringgegevens']?.['berichtstroom']) as Record<string, unknown>
      const type = berichtsubtype as MessageType
      assert.deepEqual([berichtversie, berichtsubversie], [modelOf(type).versie, modelOf(type).subversie])
      const { status, bytes } = await client.get(`${prefix}/rest-pull/v1/berichten/${number}/payload`)
      assert.equal(status, 200)
      const whole = await unpacked(bytes, payload)
      assert.equal((await client.delete(`${prefix}/rest-pull/v1/berichten/${number}`)).status, 202)
      const { conversatieId, alsAntwoordOp } = it['referentiegegevens'] ?? {}
      return { bytes: whole, type, number, conversatie: String(conversatieId), answers: typeof alsAntwoordOp === 'string' ? alsAntwoordOp : null, proof: provenBy(client, number, whole) }
    }
  })
})

/** Insists that the seal is of these bytes and this receipt. */
export function sealed ({ payload, seal, receipt }: Proof, trusted: string): void {
  const known = statementOf(JSON.parse(receipt.toString()) as Record<string, unknown>)
  assert.ok(known !== null, 'a receipt')
  const verdict = verifySeal({ seal, payload, statement: statementBytes(known.statement), trusted: [trusted] })
  assert.ok(verdict.ok, JSON.stringify(verdict))
}

/** A gateway with three gemeenten and four aanbieders, each reached by another door. */
export async function makeSides (): Promise<{ readonly world: PushWorld, readonly gateway: Running, readonly gemeenten: readonly Side[], readonly aanbieders: readonly Side[] }> {
  const world = await makePushWorld()
  const ggk = await called(world, partyCode('0344'))
  const gemeenten: readonly Place[] = [ggk, mailbox(partyCode('0363')), await pushed(world, partyCode('0518'))]
  const aanbieders: readonly Place[] = [vsp(partyCode('42420001'), 'xml'), vsp(partyCode('42420002'), 'zip'), mailbox(partyCode('42420003')), await pushed(world, partyCode('42420004'))]
  const authority = { certificate: world.ca, privateKey: createPrivateKey(readFileSync(world.path('ca.key'))) }
  const all = [...gemeenten, ...aanbieders]
  const issued = await Promise.all(all.map(async ({ party }) => await issue(authority, { subject: `party ${party}`, use: 'client', algorithm: 'P-256' })))
  for (const [nth, { party, connections }] of all.entries()) {
    await world.connect(party, connections)
    await world.store(async store => await putAccount(store, anAccount(`end-${party}`, { party, certificates: [certificateOf(issued[nth]?.certificate ?? '')] })))
  }
  const ports = all.flatMap(it => it.connections).flatMap(it => 'url' in it ? [new URL(it.url).port] : [])
  const gateway = await world.pushing({ push_ports: ports.join(','), requests_per_minute_max: 1_000_000 })
  const opened = new Map(all.map(({ party, open }, nth) => [party, open(world.clientWith(issued[nth], gateway.rest))]))
  const sidesOf = (places: readonly Place[]): Side[] => places.flatMap(({ party }) => opened.get(party) ?? [])
  return { world, gateway, gemeenten: sidesOf(gemeenten), aanbieders: sidesOf(aanbieders) }
}
