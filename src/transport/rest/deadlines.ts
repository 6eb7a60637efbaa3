/** `/v1/deadlines`: which requests wait for a decision, and until when it is in time. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { rfc3339 } from '../../core/core.ts'
import type { OpenRequest } from '../../store/store.ts'
import { viewIn } from './acting.ts'
import { asText, gives, json, type RouteParts } from './parts.ts'
import * as shapes from './shapes.ts'

const deadline = Type.Object({
  kind: Type.String({ description: '`answer`: a 301 or 319 is due. `decision`: told to be under investigation, a 301 or a 319 that rejects is due.' }),
  request: Type.String({ description: 'Id of the 315 or 317.' }),
  type: Type.String(),
  gemeente: Type.String({ description: 'By whom it is due.' }),
  aanbieder: Type.String(),
  ReferentieAanbieder: Type.String(),
  received: Type.String({ format: 'date-time' }),
  due: shapes.orNull(Type.String({ format: 'date-time', description: 'From then on it is late; null where its Dagtekening is no date of our time.' })),
  overdue: Type.Boolean(),
  links: Type.Object({ request: Type.String() })
})
const deadlinesShape = Type.Object({ deadlines: Type.Array(deadline), next: shapes.orNull(Type.String({ description: 'Give as `cursor` for the next page.' })) }, { $id: 'Deadlines' })

/** One for every reference that is open: a 315 is answered product by product. */
function deadlinesOf ({ message, family, number, gemeente, aanbieder, received, dagtekening, references }: OpenRequest, { terms, now, links }: RouteParts) {
  return references.map(({ ReferentieAanbieder, investigated }) => {
    const due = investigated ? terms.decision(dagtekening) : terms.answer(received)
    return {
      kind: investigated ? 'decision' : 'answer',
      request: message,
      type: `${family === 'iwmo' ? 'WMO' : 'JW'}${number}`,
      gemeente,
      aanbieder,
      ReferentieAanbieder,
      received: rfc3339(received),
      due: due === null ? null : rfc3339(due),
      overdue: due !== null && due <= now(),
      links: { request: links(message)['self'] ?? '' }
    }
  })
}

/** The routes, as a plugin: register it under `/v1`. */
export const deadlineRoutes = (parts: RouteParts): FastifyPluginAsyncTypebox => async app => {
  const view = viewIn(parts)

  app.get('/deadlines', {
    schema: { operationId: 'listDeadlines', summary: 'Requests you sent or got that wait for a decision, oldest first, and until when it is in time', querystring: shapes.batchesQuery, response: gives({ 200: json('One page', deadlinesShape) }) },
    ...asText
  }, async request => {
    const { cursor, limit = 100 } = request.query
    const { items, next } = await parts.store.openRequests({ view: view(request), limit, ...(cursor === undefined ? {} : { cursor }) })
    return { deadlines: items.flatMap(it => deadlinesOf(it, parts)), next }
  })
}
