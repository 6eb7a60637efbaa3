/** A provider's software, for tests: what it asks of the door, each answer held against the door's own description. */
import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Client, Reply, Running } from '../flow/world.ts'

const prefix = '/berichtenservice'
/** The queue. */
export const queue = `${prefix}/berichten/rest-pull/v1/berichten`
export const statusPath = (version: 'v2' | 'v3'): string => `${prefix}/berichtstatus/rest-pull/${version}/berichtstatussen`

export interface Relatie { readonly rol: string, readonly code: string }
export interface References { readonly conversatieId: string, readonly traceerId: string, readonly alsAntwoordOp?: string, readonly referentieId?: string }
export interface Bericht {
  readonly basisgegevens: { readonly ontvangenOp: string, readonly payload: { readonly url: string, readonly grootte: number, readonly checksum: { readonly algoritme: string, readonly waarde: string } } }
  readonly routeringgegevens: { readonly afzender: Relatie, readonly geadresseerden: readonly Relatie[], readonly berichtstroom: Readonly<Record<string, unknown>> }
  readonly referentiegegevens: References
  readonly verwerkingscontext: ReadonlyArray<{ readonly sleutel: string, readonly waarde: readonly string[] }>
}
export interface Melding { readonly code: string, readonly omschrijving: string, readonly toelichting?: string }
export interface Berichtstatus { readonly referentiegegevens: References, readonly status: string, readonly meldingen: readonly Melding[] }

export interface Provider {
  /** The queue, or of it what is looked for. */
  pull (client: Client, query?: string): Promise<readonly Bericht[]>
  search (client: Client, zoekpad: object, query?: string): Promise<readonly Bericht[]>
  payload (client: Client, traceerId: string): Promise<Reply>
  confirm (client: Client, traceerId: string): Promise<Reply>
  status (client: Client, query: string, version?: 'v2' | 'v3'): Promise<readonly Berichtstatus[]>
}

export const traceers = (its: readonly Bericht[]): string[] => its.map(it => it.referentiegegevens.traceerId)
/** Status and code of an answer. */
export const code = ({ status, told }: Reply): string => status < 400 ? String(status) : `${status} ${told.code}`

/** @returns what insists that an answer is as the running gateway describes it */
async function describedBy ({ operations }: Running): Promise<(method: string, route: string, status: string, type: string, told: unknown) => void> {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(Object(await (await fetch(`${operations}/docs/json`)).json()) as object, 'openapi')
  const step = (it: string): string => it.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')
  const known = new Map<string, ValidateFunction>()
  return (method, route, status, type, told) => {
    const ref = `openapi#/paths/${step(route)}/${method}/responses/${status}/content/${step(type)}/schema`
    const fits = known.get(ref) ?? ajv.compile({ $ref: ref })
    known.set(ref, fits)
    assert.ok(fits(told), `${method} ${route}: ${JSON.stringify(fits.errors)}`)
  }
}

export async function providerOf (gateway: Running): Promise<Provider> {
  const fits = await describedBy(gateway)
  function list<T> (reply: Reply, method: string, route: string): readonly T[] {
    assert.equal(reply.status, 200, reply.bytes.toString())
    assert.match(String(reply.headers['content-type']), /^application\/json/)
    const told: unknown = reply.told
    fits(method, route, '200', 'application/json', told)
    return told as readonly T[]
  }
  function other (reply: Reply, method: string, route: string): Reply {
    if (reply.status >= 400) fits(method, route, reply.status === 400 ? '400' : '4XX', 'application/problem+json', reply.told)
    return reply
  }
  return {
    pull: async (client, query = '') => list(await client.get(`${queue}${query}`), 'get', queue),
    search: async (client, zoekpad, query = '') => list(await client.call('POST', `${queue}/zoeken${query}`, JSON.stringify(zoekpad), { 'content-type': 'application/json' }), 'post', `${queue}/zoeken`),
    payload: async (client, traceerId) => other(await client.get(`${queue}/${traceerId}/payload`), 'get', `${queue}/{traceerId}/payload`),
    confirm: async (client, traceerId) => other(await client.delete(`${queue}/${traceerId}`), 'delete', `${queue}/{traceerId}`),
    status: async (client, query, version = 'v3') => list(await client.get(`${statusPath(version)}?${query}`), 'get', statusPath(version))
  }
}
