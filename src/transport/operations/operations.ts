/** The operations listener: health, metrics and the browsable description of the REST door. Read-only, loopback by default. */
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

export interface OperationsParts {
  readonly registry: Registry
  /** @returns null when the gateway can take messages, else why not */
  readonly ready: () => Promise<string | null>
  /** What this process does. */
  readonly roles?: readonly string[]
  /** OpenAPI document of the REST door. */
  readonly openapi: object
}

/** @returns the listener, ready but not listening */
export async function openOperations ({ registry, ready, roles, openapi }: OperationsParts): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const reason = await ready()
    return reason === null ? { status: 'ready', ...(roles === undefined || roles.length !== 1 ? {} : { roles }) } : await reply.code(503).send({ status: 'not ready', reason })
  })
  app.get('/metrics', async (_request, reply) => await reply.type(registry.contentType).send(await registry.metrics()))
  await app.register(fastifySwagger, { mode: 'static', specification: { document: openapi as never } })
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'list', supportedSubmitMethods: [] } })
  await app.ready()
  return app
}
