/** The door: one listener over mutual TLS for every interface; identity first, then limits, then their routes. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fastifySwagger from '@fastify/swagger'
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import { Refusal, refusals, type Clock, type RefusalCode } from '../../core/core.ts'
import type { Log } from '../../log.ts'
import type { Parties, Who } from '../../party/party.ts'
import type { Trust } from '../../sign/sign.ts'
import { bytesMax, checkHeaders, readBody, type Inflight, type Limits } from './body.ts'
import { openEnding } from './ending.ts'
import { identify } from './identity.ts'
import { openAsking, type AskingLimits, type Elsewhere } from './limits.ts'
import { refusalOf, sendProblem } from './problem.ts'
import { checkHead, openWire, wireOptions, type Wire, type WireLimits } from './wire.ts'

export interface DoorOptions extends Limits, WireLimits, AskingLimits {
  readonly tls: { readonly key: string, readonly cert: string }
  /** What the OpenAPI document says besides the routes. */
  readonly openapi: object
}

/** One interface: where its routes stand, and how it says no in its own words. */
export interface Interface {
  /** Such as `/v1`. */
  readonly prefix: string
  readonly routes: FastifyPluginAsyncTypebox
  readonly refuse: (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => Promise<void>
}

export interface DoorParts {
  readonly parties: Parties
  readonly clock: Clock
  /** Whose certificates make a client known, and which are revoked. */
  readonly trust: Trust
  readonly log: Log
  /** Counts the bytes that all requests hold. */
  readonly inflight: Inflight
  /** What accounts ask at other processes; none where there are none. */
  readonly others?: Elsewhere
  /** Told of every refusal, for the metrics. */
  readonly refused: (code: RefusalCode) => void
  /** Told of every answer: route, status, milliseconds. */
  readonly answered: (route: string, status: number, duration_ms: number) => void
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
/** A client's request id is used only when it is a UUID: anything else could carry what must not be logged. */
const requestId = (request: { headers: Record<string, unknown> }): string => {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && uuid.test(given) ? given.toLowerCase() : randomUUID()
}

function bare (options: DoorOptions, log: Log, wire: Wire, refused: DoorParts['refused']) {
  return Fastify({
    https: { ...options.tls, ...wireOptions(options) },
    clientErrorHandler: wire.failed,
    keepAliveTimeout: options.idle_ms_max,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestTimeout: options.request_ms_max,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 64 },
    ajv: { customOptions: { coerceTypes: true, removeAdditional: false } },
    // A url that cannot be decoded reaches no hook; it is answered before anybody was asked who he is.
    frameworkErrors: (_error, request, reply) => {
      refused('ZP_REQUEST')
      sendProblem(request, reply, new Refusal('ZP_REQUEST', 'url')).catch(() => { reply.raw.destroy() })
    }
  }).withTypeProvider<TypeBoxTypeProvider>()
}
/** The door: fastify over TLS. */
export type Door = ReturnType<typeof bare>

/**
 * @param interfaces the routes, which ask `who` who is asking; each says no in its own words
 * @returns the door, ready but not listening; `swagger()` gives its OpenAPI document
 */
export async function openDoor (options: DoorOptions, parts: DoorParts, interfaces: (who: (request: FastifyRequest) => Who) => readonly Interface[]): Promise<Door> {
  const wire = openWire(options, parts.refused)
  const app = bare(options, parts.log, wire, parts.refused)
  app.server.maxConnections = options.connections_max
  const end = openEnding(app.server)
  app.addHook('preClose', async () => { end() })
  const whoIs = new WeakMap<FastifyRequest, Who>()
  const who = (request: FastifyRequest): Who => {
    const it = whoIs.get(request)
    if (it === undefined) throw new Refusal('ZP_CERTIFICATE')
    return it
  }

  const asking = await openAsking(app, options, parts.others)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id)
    wire.opened(request, reply)
    whoIs.set(request, await identify(request, parts).catch(async error => {
      reply.header('Connection', 'close') // a stranger holds no place that a client needs
      await asking.stranger(request, reply)
      throw error
    }))
    await asking.known(request, reply, who(request).account)
    checkHead(request, reply)
    if (request.method === 'POST' && !request.is404) checkHeaders(request, options)
  })
  app.addHook('onSend', async (request, reply) => { wire.answering(request, reply) })
  acceptBodies(app, options, parts.inflight)
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    parts.answered(`${request.method} ${route}`, reply.statusCode, reply.elapsedTime)
    request.log.info({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), account: whoIs.get(request)?.account.id }, 'request')
  })
  app.setErrorHandler(refusing(parts, sendProblem))
  app.setNotFoundHandler(async () => { throw new Refusal('ZP_NOT_FOUND') }) // so that it is counted and logged as any other
  await app.register(fastifySwagger, { openapi: options.openapi, refResolver: { buildLocalReference: (json, _base, _fragment, at) => typeof json['$id'] === 'string' ? json['$id'] : `Shape${at}` } })
  for (const { prefix, routes, refuse } of interfaces(who)) {
    await app.register(async within => {
      within.setErrorHandler(refusing(parts, refuse))
      await within.register(routes)
    }, { prefix })
  }
  await app.ready()
  return app
}

/** Every "no" is counted and logged before it is said. */
const refusing = ({ refused }: DoorParts, say: Interface['refuse']) => async (error: Error, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  const refusal = refusalOf(error, request)
  refused(refusal.code)
  // What is not a refusal of ours came from below: the store, or a mistake. An operator must see it.
  if (error instanceof Refusal || refusals[refusal.code].status < 500) request.log.info({ code: refusal.code }, 'refused')
  else request.log.error({ err: error, code: refusal.code }, 'failed')
  await say(request, reply, refusal)
}

/** New connections meet this certificate; those that are open keep the one they met. */
export function renewTls (app: Door, limits: WireLimits, tls: DoorOptions['tls']): void {
  app.server.setSecureContext({ ...wireOptions(limits), ...tls })
}

/** Bodies of any type reach one reader that counts; what type is allowed was decided before. */
function acceptBodies (app: Door, limits: Limits, held: Inflight): void {
  const shares = new WeakMap<object, number>()
  const share = (request: FastifyRequest): number => shares.get(request) ?? 0
  // A response closes once, whether it was sent or its connection broke.
  app.addHook('onRequest', async (request, reply) => { reply.raw.once('close', () => { held.give(share(request)) }) })
  app.removeAllContentTypeParsers()
  const invite = invitations(app)
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Parameters<typeof readBody>[0]) => {
    invite(request.raw)
    return await readBody(payload, bytesMax(request, limits), held, bytes => { shares.set(request, share(request) + bytes) })
  })
}

/** A client that asks first (`Expect: 100-continue`) is invited only when its request has passed every check: it need not send in vain. */
function invitations (app: Door): (request: IncomingMessage) => void {
  const asking = new WeakMap<IncomingMessage, ServerResponse>()
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    asking.set(request, response)
    app.server.emit('request', request, response)
  })
  // Any other expectation is refused by the hooks, as any other request; Node would say 417 without a word.
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => { app.server.emit('request', request, response) })
  return request => { asking.get(request)?.writeContinue() }
}

export { inflight, type Inflight } from './body.ts'
export { alone, type Elsewhere } from './limits.ts'
export { problem, sendProblem, wanted, type Problem } from './problem.ts'
export { actsNot, partyAsked } from './asked.ts'
export { sendBytes, sendRead, type Reading } from './send.ts'
