/** What both doors of the chain ask of a file, and how a request is made at them. */
import { randomUUID } from 'node:crypto'
import { headIn, type Head, type Request } from '../../src/speak/speak.ts'
import { call, type Reply } from '../client.ts'
import type { Line } from './sent.ts'

/** Null: as the message needs it. */
export interface ChainOptions { readonly number: string | null, readonly answers: string | null, readonly zip: boolean }
/** A file and the numbers it travels under. */
export interface Parcel { readonly head: Head, readonly number: string, readonly answers: string | null }

/** @returns what its envelope says; a sentence when the message does not say it, or an option must */
export function parcelOf (bytes: Uint8Array, { number, answers }: ChainOptions): Parcel | string {
  const head = headIn(bytes)
  if (head.model === null || head.sender === null || head.receiver === null) return 'it does not say which message it is, from whom and to whom (its namespace, Afzender and Ontvanger), so no envelope can be made; --door rest sends it as it is'
  if (head.model.role === 'retour' && answers === null) return `it is a ${head.model.type}, an answer: say with --answers by which number you know the ${head.model.answers ?? 'message'} it answers (the referentienummer or traceerId it came with)`
  return { head, number: number ?? randomUUID(), answers }
}

export const ask = async ({ dispatcher, origin }: Line, { method, path, headers, body }: Request): Promise<Reply> => await call(dispatcher, origin, method, path, body, headers)
