/** Sends messages by the REST door. */
import { notOurs, postMessage } from '../client.ts'
import { becameLines, failed, type Line, type Sending } from './sent.ts'

export const byRest = ({ dispatcher, origin, as }: Line): Sending => async (file, bytes) => {
  const { status, headers, body, ...rest } = await postMessage(dispatcher, origin, bytes, {}, as)
  const error = notOurs({ status, headers, body, ...rest }, origin)
  if (error !== null) return { ...failed(file, error, status), json: { file, status, duplicate: false, body, error } }
  const duplicate = headers['duplicate'] === 'true'
  return { ...becameLines(file, body, { duplicate }), json: { file, status, duplicate, body, error } }
}
