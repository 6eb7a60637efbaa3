/** The code lists of `/v1/codes`: the standard's RetourCodes, and our refusals with the chain's own codes beside them. */
import { refusals } from '../core/core.ts'

/** One refusal as the interface and the manual show it. */
export interface TransportCode { readonly code: string, readonly status: number, readonly transportCode: string | null, readonly retry: string, readonly nl: string, readonly en: string }

export const transportCodes = (): TransportCode[] => Object.entries(refusals).map(([code, kind]) => ({ code, ...kind }))

/** @param list code and Dutch label, as the standard has them */
export const retourCodes = (list: ReadonlyArray<readonly [string, string]>): Array<{ code: string, label: string }> =>
  list.map(([code, label]) => ({ code, label }))
