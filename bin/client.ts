/** A party's side of mutual TLS, for the commands that speak to a gateway. */
import { X509Certificate } from 'node:crypto'
import type { Command } from 'commander'
import { Agent, request, type Dispatcher } from 'undici'
import { checkPair } from '../src/sign/sign.ts'
import { readText } from './files.ts'
import { Problem, WrongUse } from './problem.ts'

/** The files of a party's key and certificate, and the authority the gateway's certificate comes from; all PEM. */
export interface Credentials { readonly cert: string, readonly key: string, readonly ca?: string | undefined }

/** Who speaks to which gateway, for whom. */
export interface Caller extends Credentials { readonly url: string, readonly as?: string }

/** @returns the command with the options of a `Caller` */
export const withCaller = (command: Command): Command => command
  .requiredOption('--cert <file>', 'client certificate (PEM)')
  .requiredOption('--key <file>', 'its private key (PEM)')
  .option('--ca <file>', 'certificate authority of the gateway (PEM)')
  .option('--as <party>', 'the party you act for, where your account acts for several')
  .option('--url <url>', 'the gateway; the port of this machine’s is $ZORGPOORT_REST_PORT when that is set', defaultUrl())

/** What a gateway answered; `body` is its JSON when it sent any, else empty. */
export interface Reply { readonly status: number, readonly headers: Dispatcher.ResponseData['headers'], readonly bytes: Buffer, readonly body: Record<string, unknown> }

/** Where a gateway of this machine listens when nobody says otherwise. */
export const defaultUrl = (): string => `https://localhost:${process.env['ZORGPOORT_REST_PORT'] ?? 8443}`

/** @returns where the gateway is, such as `https://localhost:8443` @throws WrongUse */
export function originOf (text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) throw new WrongUse(`--url ${text} is no URL; it looks like https://localhost:8443`)
  if (url.protocol !== 'https:') throw new WrongUse(`--url ${text} does not begin with https://; a gateway speaks only mutual TLS`)
  return url.origin
}

/** @returns what keeps the connections of one party. @throws Problem or Unusable naming the file that cannot be used */
export function agentOf ({ cert, key, ca }: Credentials): Agent {
  const own = { cert: readText(cert), key: readText(key) }
  checkPair(own.key, own.cert, { key, certificate: cert })
  return new Agent({ connect: { ...own, ...(ca === undefined ? {} : { ca: authority(ca) }) } })
}

function authority (path: string): string {
  const pem = readText(path)
  try { new X509Certificate(pem).toString() } catch { throw new Problem(`${path} holds no certificate in PEM`) }
  return pem
}

const tlsFaults: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is not for that host name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there'
}
const unverified = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA)/

/** @returns the sentence for a connection that was not made */
function unreachable (error: unknown, origin: string): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given'
  const known = tlsFaults[code]
  if (known !== undefined) return new Problem(`no TLS with ${origin}: ${known}`)
  if (unverified.test(code)) return new Problem(`the certificate of ${origin} cannot be verified (${code}); --ca names the PEM file of the authority it comes from`)
  return new Problem(code.startsWith('ERR_SSL_') ? `no TLS with ${origin}: ${code}` : `cannot reach ${origin}: ${code}; --url names another place`)
}

function jsonIn (bytes: Buffer): Record<string, unknown> {
  try { return Object(JSON.parse(bytes.toString())) as Record<string, unknown> } catch { return {} }
}

/** One request and its whole answer. @throws Problem when no connection was made */
export async function call (dispatcher: Agent, origin: string, method: Dispatcher.HttpMethod, path: string, body: Uint8Array | null = null, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const answer = await request(new URL(path, origin), { method, dispatcher, headers: { ...headers }, body }).catch((error: unknown) => { throw unreachable(error, origin) })
  const bytes = Buffer.from(await answer.body.arrayBuffer().catch((error: unknown) => { throw unreachable(error, origin) }))
  const json = String(answer.headers['content-type']).includes('json')
  return { status: answer.statusCode, headers: answer.headers, bytes, body: json ? jsonIn(bytes) : {} }
}

/** @param party which one acts; undefined for who acts for one only @returns what stands behind a path to say so */
export const actingFor = (party: string | undefined): string => party === undefined ? '' : `?party=${encodeURIComponent(party)}`

/** Posts a message. @param as the party it is sent for, where the account acts for several @throws Problem when no connection was made */
export const postMessage = async (dispatcher: Agent, origin: string, bytes: Uint8Array, headers: Record<string, string> = {}, as?: string): Promise<Reply> =>
  await call(dispatcher, origin, 'POST', `/v1/messages${actingFor(as)}`, bytes, { 'content-type': 'application/xml', ...headers })

/** @returns what is wrong with an answer that no gateway of ours gives; null when it is one of ours */
export function notOurs ({ status, body }: Reply, origin: string): string | null {
  return typeof body[status < 300 ? 'id' : 'code'] === 'string' ? null : `HTTP ${status} from ${origin}, not a Zorgpoort answer`
}
