/** The REST interface: its routes below `/v1`, its problem details, and what its OpenAPI document says. */
import { sendProblem, type Interface } from '../door/door.ts'
import type { RouteParts } from './parts.ts'
import { routes } from './routes.ts'
import { webhooks } from './webhook.ts'

/** @returns the interface, for the door */
export const restInterface = (parts: RouteParts): Interface => ({ prefix: '/v1', routes: routes(parts), refuse: sendProblem })

/** @returns what the OpenAPI document says besides the routes */
export const openapi = (version: string): object => ({
  openapi: '3.1.0',
  info: { title: 'Zorgpoort REST', version, description: 'Send and receive iWmo and iJw messages. Every request needs a client certificate that is registered to an account.', license: { name: 'EUPL-1.2' } },
  components: { securitySchemes: { mutualTLS: { type: 'mutualTLS', description: 'A client certificate registered to an account.' } } },
  security: [{ mutualTLS: [] }],
  webhooks
})
export { shownOne } from './here.ts'
export { problemShape } from './shapes.ts'
export { historyView, refusedView } from './views.ts'
export { routes } from './routes.ts'
export type { RouteParts } from './parts.ts'
