/** The provider door: the mailbox interface that provider software knows (VSP), below `/berichtenservice`. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Interface } from '../door/door.ts'
import { statusRoutes } from './berichtstatus.ts'
import type { VspParts } from './parts.ts'
import { pullRoutes } from './pull.ts'
import { sendRefusal } from './problem.ts'
import { pushRoutes } from './push.ts'

/** The routes, as a plugin: register it under the prefix. */
const routes = (parts: VspParts): FastifyPluginAsyncTypebox => async app => {
  for (const plugin of [pushRoutes, pullRoutes, statusRoutes]) await app.register(plugin(parts))
}

/** @returns the interface, for the door */
export const vspInterface = (parts: VspParts): Interface => ({ prefix: '/berichtenservice', routes: routes(parts), refuse: sendRefusal })
export { routes }
export { toldStatuses } from './states.ts'
export type { VspParts }
