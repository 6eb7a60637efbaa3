/** The form of what an operator gives as JSON: small schemas, and the sentence for what does not fit one. */
import { Ajv, type ErrorObject } from 'ajv'
import { Type } from 'typebox'
import { RegisterFault } from './fault.ts'

export const orNull = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])
export const choice = <T extends string>(...values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: values })
export const closed = { additionalProperties: false }

/** A member of a list is counted from 1; a message number is its own name. */
const placeIn = (instancePath: string): string => instancePath.slice(1).replace(/(?<!types)\/(\d+)/g, (_all, at: string) => ` ${Number(at) + 1}`).replaceAll('/', ', ')

function sentenceOf ({ keyword, params, message = '' }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'has a member we do not know'
  if (keyword === 'enum') return `must be one of ${String(params['allowedValues'])}`
  if (keyword === 'discriminator') return 'is of none of the doors mailbox, rest-push, ggk and vsp'
  return message
}

function explained (error: ErrorObject): string {
  const where = placeIn(error.instancePath)
  return `${where === '' ? 'the document' : where} ${sentenceOf(error)}`
}

/** @returns what gives a value that has the shape @throws RegisterFault naming the first place that is wrong in form */
export function shapeCheck<T> (shape: object): (json: unknown) => T {
  const check = new Ajv({ allErrors: false, discriminator: true }).compile<T>(shape)
  return json => {
    if (!check(json)) throw new RegisterFault(check.errors?.[0] === undefined ? 'this is no register' : explained(check.errors[0]))
    return json
  }
}
