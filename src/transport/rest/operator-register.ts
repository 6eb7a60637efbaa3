/** `/v1/operator/parties`, `accounts`, `mandates` and `register`: operators change the register, auditors read it; the rules are those of the command line. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type, type Static, type TSchema } from 'typebox'
import { Refusal, Unusable } from '../../core/core.ts'
import * as register from '../../register/register.ts'
import { registerBody } from './asked.ts'
import { asText, gives, json, type RouteParts } from './parts.ts'
import { roleIn } from './role.ts'

const closed = { additionalProperties: false }
const families = Type.Array(Type.String(), { minItems: 1, description: 'iwmo, ijw' })
const directions = Type.Array(Type.Unsafe<'send' | 'receive'>({ type: 'string', enum: ['send', 'receive'] }), { minItems: 1 })
const moment = Type.String({ description: 'A date (its first moment, Dutch time) or a moment in RFC 3339.' })
const partyShape = Type.Object({ code: Type.String(), ...register.partyMembers }, closed)
const accountShape = Type.Object({ id: Type.String(), ...register.accountMembers, certificates: Type.Optional(Type.Array(register.certificateShape, { description: 'Come beside those it has.' })) }, closed)
const mandateShape = Type.Object({ account: Type.String(), party: Type.String(), families, directions, from: Type.Optional(moment), until: Type.Optional(Type.Union([moment, Type.Null()])) }, closed)
const withdrawalShape = Type.Object({ account: Type.String(), party: Type.Optional(Type.String()), families: Type.Optional(families), directions: Type.Optional(directions), at: Type.Optional(moment) }, closed)
const changedShape = Type.Object({ changes: Type.Integer({ description: 'How many; 0 when everything was so already.' }) }, { $id: 'RegisterChanged' })
const documentShape = Type.Object({ format: Type.String(), parties: Type.Array(Type.Unknown()), accounts: Type.Array(Type.Unknown()) }, { $id: 'Register' })
const listShape = (name: string) => Type.Object({ [name]: Type.Array(Type.Unknown()) })
const certificateParams = Type.Object({ id: Type.String({ maxLength: 64 }), fingerprint: Type.String({ maxLength: 64 }) })
const importQuery = Type.Object({ keep_expired: Type.Optional(Type.Boolean({ description: 'Take certificates that have expired, as an old export may hold.' })) }, closed)

const checks = {
  party: register.shapeCheck<Static<typeof partyShape>>(partyShape),
  account: register.shapeCheck<Static<typeof accountShape>>(accountShape),
  mandate: register.shapeCheck<Static<typeof mandateShape>>(mandateShape),
  withdrawal: register.shapeCheck<Static<typeof withdrawalShape>>(withdrawalShape)
}

/** What cannot be is told in the words of the register. @throws Refusal ZP_REGISTER */
export async function told<T> (work: () => Promise<T>): Promise<T> {
  try { return await work() } catch (error) {
    throw error instanceof Unusable ? new Refusal('ZP_REGISTER', error.message) : error
  }
}

/** @throws RegisterFault */
export function bodyOf (request: FastifyRequest): unknown {
  try { return JSON.parse(Buffer.from(request.body as Uint8Array).toString()) } catch { throw new register.RegisterFault('the body is not JSON') }
}

/** The routes that read, as a plugin: register it under `/v1/operator`. */
export function registerReadRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const onRequest = async (request: FastifyRequest): Promise<void> => { roleIn(parts, 'operator', 'auditor')(request) }
  const read = (operationId: string, summary: string, shape: object) => ({ onRequest, ...asText, schema: { operationId, summary: `${summary} (operator, auditor)`, querystring: Type.Object({}, closed), response: gives({ 200: json('As it stands', shape) }) } })
  return async app => {
    app.get('/register', read('exportRegister', 'The whole register, as it can be imported elsewhere', documentShape), async () => register.exported(await parts.store.register()))
    app.get('/parties', read('listParties', 'Who is connected', listShape('parties')), async () => ({ parties: (await parts.store.register()).parties.map(register.partyView) }))
    app.get('/accounts', read('listAccounts', 'Who calls, by which certificates, and for whom', listShape('accounts')), async () => {
      const { accounts, mandates } = await parts.store.register()
      return { accounts: accounts.map(it => register.accountView(it, mandates)) }
    })
  }
}

/** The routes that change, as a plugin: register it under `/v1/operator`. */
export function registerChangeRoutes (parts: RouteParts): FastifyPluginAsyncTypebox {
  const operator = roleIn(parts, 'operator')
  const onRequest = async (request: FastifyRequest): Promise<void> => { operator(request) }
  const change = async (request: FastifyRequest, plan: () => register.Plan): Promise<{ changes: number }> => await told(async () => {
    const { changes } = await register.changeRegister(parts.store, register.withinPorts(parts.push_ports, plan()), { account: operator(request).id, now: parts.now() })
    return { changes: changes.length }
  })
  const response = gives({ 200: json('Changed, or so already', changedShape) })
  const post = (operationId: string, summary: string, body: TSchema) => ({
    onRequest, ...asText, ...registerBody, schema: { operationId, summary: `${summary} (operator)`, consumes: ['application/json'], body, response }
  })
  const asked = (keepExpired = false): register.Asked => ({ now: parts.now(), keepExpired })

  return async app => {
    app.post('/parties', post('putParty', 'Add or change a party; what is not given stays', partyShape), async request => await change(request, () => {
      const { from, until, ...it } = checks.party(bodyOf(request))
      const wanted = { ...it, from: register.saidMoment(from, 'from'), until: register.saidMoment(until, 'until') }
      return now => register.planParty(now, wanted)
    }))

    app.post('/accounts', post('putAccount', 'Add or change an account, or switch it off; what is not given stays', accountShape), async request => await change(request, () => {
      const { certificates = [], ...it } = checks.account(bodyOf(request))
      const all = certificates.map((its, at) => register.readGiven(its, `certificates ${at + 1}`))
      return now => register.planAccount(now, { ...it, certificates: { how: 'add', all } }, asked())
    }))

    app.delete('/accounts/:id/certificates/:fingerprint', {
      onRequest, ...asText, schema: { operationId: 'removeCertificate', summary: 'Take one certificate from an account (operator)', params: certificateParams, response }
    }, async request => await change(request, () => now => register.planWithoutCertificate(now, request.params.id, request.params.fingerprint)))

    app.post('/mandates', post('giveMandates', 'Let an account act for a party', mandateShape), async request => await change(request, () => {
      const { from, until, ...it } = checks.mandate(bodyOf(request))
      const wanted = { ...it, from: register.saidMoment(from, 'from') ?? parts.now(), until: register.saidMoment(until, 'until') ?? null }
      return now => register.planMandates(now, wanted)
    }))

    app.post('/mandates/withdraw', post('withdrawMandates', 'End mandates of an account; what is not given means any', withdrawalShape), async request => await change(request, () => {
      const { at, ...it } = checks.withdrawal(bodyOf(request))
      const wanted = { ...it, at: register.saidMoment(at, 'at') ?? parts.now() }
      return now => register.planWithdrawal(now, wanted)
    }))

    const importing = post('importRegister', 'Make the register as a document says, all of it or nothing', register.registerShape)
    app.post('/register', { ...importing, schema: { ...importing.schema, querystring: importQuery } }, async request => await change(request, () => {
      const document = register.registerFile(bodyOf(request))
      const keep = String(Object(request.query).keep_expired) === 'true'
      return now => register.planImport(now, document, asked(keep))
    }))
  }
}
