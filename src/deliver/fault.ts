/** Why a push came to nothing, from what Node and undici throw: their codes become ours, their texts go nowhere. */
import { errors } from 'undici'

/** Thrown within the courier only. */
export class PushFault extends Error {
  readonly reason: string
  constructor (reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** @returns the code of an error, or nothing */
function codeOf (error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'])
const broken = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'HPE_INVALID_EOF_STATE', 'HPE_CLOSED_CONNECTION'])

/** TLS alerts about the certificate we showed; in TLS 1.3 they come after the handshake, where an answer is awaited. */
const aboutOurs = /^ERR_SSL_.*ALERT_(?:.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED)$/

/** Of a certificate that was judged: which judgement it was. Every other says that it leads to no authority we know. */
const judgements: ReadonlyArray<readonly [RegExp, string]> = [
  [/^ERR_TLS_CERT_ALTNAME|^HOSTNAME_MISMATCH$/, 'certificate.name'],
  [/^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$|^ERROR_IN_CERT_NOT_/, 'certificate.dates']
]

/** @param code with which the other side's certificate was not believed */
export const certificateReason = (code: string): string => judgements.find(([pattern]) => pattern.test(code))?.[1] ?? 'certificate.authority'

/** Several addresses were tried: one that refused says more than one that kept silent. */
const each = (error: unknown): readonly unknown[] => error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error]

/** @returns why no TCP connection came about */
export function networkReason (error: unknown): string {
  const codes = each(error).map(codeOf)
  if (codes.includes('ECONNREFUSED')) return 'refused_connection'
  return codes.some(code => unreachable.has(code)) ? 'unreachable' : 'connection'
}

/** @returns why no TLS connection came about over one of TCP */
export const handshakeReason = (error: unknown): string => aboutOurs.test(codeOf(error)) ? 'own_certificate' : 'tls'

/** @returns why there was no answer over a connection that stood */
export function answerReason (error: unknown): string {
  if (error instanceof PushFault) return error.reason
  const code = codeOf(error)
  if (broken.has(code)) return 'cut'
  if (aboutOurs.test(code)) return 'own_certificate'
  if (code.startsWith('ERR_SSL_')) return 'tls'
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_HEADERS_OVERFLOW') return 'no_http'
  return unreachable.has(code) ? 'unreachable' : 'connection'
}

/** @returns whether the connection was gone before an answer began */
export const wasBroken = (error: unknown): boolean => error instanceof PushFault ? error.reason === 'cut' : broken.has(codeOf(error))
