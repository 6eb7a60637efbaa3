/** How the answers of this door are described. */
import { Type } from 'typebox'
import { problemShape } from '../rest/rest.ts'

const described = (type: string, description: string, schema: object): object => ({ description, content: { [type]: { schema } } })
/** An answer in JSON. */
export const json = (description: string, schema: object): object => described('application/json', description, schema)
/** An answer or part of bytes, as they are. */
export const bytes = (description: string): object => ({ description, type: 'string', format: 'binary' })

const validationShape = Type.Object({
  ...problemShape.properties,
  errors: Type.Record(Type.String(), Type.Array(Type.String()), { description: 'Of each member of the request that is wrong, why; in Dutch. `findings` has the same with what is expected, and in English.' })
}, { $id: 'ValidationProblem' })

const problems = described('application/problem+json', 'Problem details (RFC 9457); `code` says which. 422: do not repeat the same request', problemShape)
/** The answers of a route: what is given, and the problems it may give. */
export const gives = (answers: Record<number, object>): Record<string, unknown> =>
  ({ ...answers, 400: described('application/problem+json', 'The request is not right', validationShape), '4xx': problems, '5xx': problems })
/** An answer of bytes, sent as they are. */
export const octets = (description: string): object => described('application/octet-stream', description, bytes(description))
/** An answer without a body. */
export const nothing = (description: string): object => ({ type: 'null', description })

export const partyParameter = Type.Optional(Type.String({ description: 'One of the parties the account acts for, else all of them; not in the published shape.' }))
/** The first so many. */
export const limitParameter = Type.Optional(Type.Integer({ minimum: 1, maximum: 250, default: 250 }))
