/** One thing wrong with a request to the provider door, told without a word of what its client wrote. */
import type { Finding } from '../../core/core.ts'

/** Shapes and our own words only: a value may be personal, also where nobody expects it. */
export interface FaultWords { readonly found: string, readonly expected: string, readonly nl: string, readonly en: string }

/** @param path member of the request as .NET writes it, such as `verwerkingscontext[0].waarde[1]`; empty for the whole */
export const fault = (path: string, { found, expected, nl, en }: FaultWords): Finding =>
  ({ level: 1, code: 'ZP_ENVELOPE', line: null, path, found, expected, message: nl, message_en: en })
