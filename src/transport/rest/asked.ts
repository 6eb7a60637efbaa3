/** What is asked in a JSON body, checked by its shape: refused by the field that is wrong, and what it must be. */
import { Ajv, type ErrorObject } from 'ajv'
import type { TObject } from 'typebox'
import { Refusal } from '../../core/core.ts'
import { wanted } from '../door/door.ts'

/** The first field that is wrong and what it must be. A name that is not ours is not repeated: it may hold anything. */
function wrong ({ instancePath, params }: ErrorObject, known: readonly string[]): string {
  const { missingProperty, additionalProperty } = params
  if (missingProperty !== undefined) return `${String(missingProperty)}: ontbreekt / missing`
  if (additionalProperty !== undefined) return `onbekend veld / unknown field; bekend / known: ${known.join(', ')}`
  return `${instancePath.slice(1) || 'JSON'}: ${wanted(params)}`
}

/** What a route with such a body declares beside its schema: the body is checked by `askedIn`, whose words tell no value. */
export const jsonBody = { config: { body: 'json' } as const, validatorCompiler: () => () => true }
/** The same for what may be a whole register. */
export const registerBody = { ...jsonBody, config: { body: 'register' } as const }

/** @returns what reads the bytes of a body of this shape, its defaults filled in @throws Refusal ZP_REQUEST, which tells no value */
export function askedIn<T> (shape: TObject): (body: unknown) => T {
  const check = new Ajv({ useDefaults: true, formats: { uuid: true, 'date-time': true } }).compile<T>(shape)
  return body => {
    let it: unknown
    try { it = JSON.parse(body instanceof Uint8Array ? Buffer.from(body).toString() : '') } catch { throw new Refusal('ZP_REQUEST', 'JSON') }
    if (!check(it)) throw new Refusal('ZP_REQUEST', check.errors?.[0] === undefined ? null : wrong(check.errors[0], Object.keys(shape.properties)))
    return it
  }
}
