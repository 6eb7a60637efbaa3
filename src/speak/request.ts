/** A request a party's software makes of a gateway, and an answer to it, whoever makes the connection. */

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}
/** `body` is its JSON when it sent any, else empty. */
export interface Reply { readonly status: number, readonly headers: Readonly<Record<string, unknown>>, readonly bytes: Uint8Array, readonly body: unknown }

/** @returns a request without a body */
export const asking = (method: 'GET' | 'DELETE', path: string): Request => ({ method, path, headers: {}, body: null })
