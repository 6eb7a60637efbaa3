/** `zorgpoort send`: post messages over mutual TLS, as a party's software would. */
import { X509Certificate } from 'node:crypto'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { Agent, request } from 'undici'
import type { Finding } from '../../src/core/core.ts'
import { checkPair } from '../../src/sign/sign.ts'
import { readBytes, readText, visible } from '../files.ts'
import { Problem, WrongUse } from '../problem.ts'
import { progress, write } from '../progress.ts'

interface Options { readonly url: string, readonly cert: string, readonly key: string, readonly ca?: string, readonly json?: boolean }
/** What came of one file; `error` when it was not read, or not answered by a gateway of ours. */
interface Answer { readonly file: string, readonly status: number | null, readonly duplicate: boolean, readonly body: Record<string, unknown>, readonly error: string | null }

/** @returns where the gateway is, such as `https://localhost:8443` @throws WrongUse */
function originOf (text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) throw new WrongUse(`--url ${text} is no URL; it looks like https://localhost:8443`)
  if (url.protocol !== 'https:') throw new WrongUse(`--url ${text} does not begin with https://; a gateway speaks only mutual TLS`)
  return url.origin
}

/** @throws Problem or Unusable naming the file that cannot be used */
function agent ({ cert, key, ca }: Options): Agent {
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

async function post (file: string, bytes: Buffer, origin: string, dispatcher: Agent): Promise<Answer> {
  const { statusCode: status, headers, body } = await request(new URL('/v1/messages', origin), { method: 'POST', dispatcher, headers: { 'content-type': 'application/xml' }, body: bytes })
    .catch((error: unknown) => { throw unreachable(error, origin) })
  const told = Object(await body.json().catch(() => ({}))) as Record<string, unknown>
  const ours = typeof told[status < 300 ? 'id' : 'code'] === 'string'
  const error = ours ? null : `HTTP ${status} from ${origin}, not a Zorgpoort answer`
  return { file, status, duplicate: headers['duplicate'] === 'true', body: told, error }
}

/** A file that cannot be read is told of like one that is refused: the others still go. */
async function sent (file: string, origin: string, dispatcher: Agent): Promise<Answer> {
  let bytes: Buffer
  try { bytes = readBytes(file) } catch (error) {
    if (error instanceof Problem) return { file, status: null, duplicate: false, body: {}, error: error.message }
    throw error
  }
  return await post(file, bytes, origin, dispatcher)
}

const findingLine = (it: Finding): string => `    ${it.line ?? '-'}: ${it.path || 'Bericht'}: ${it.message} [${it.code}]\n       ${it.message_en}`
const good = ({ status, error }: Answer): boolean => error === null && status !== null && status < 300

function report (answer: Answer): string {
  const { file, status, duplicate, body, error } = answer
  if (good(answer)) return `${styleText('green', duplicate ? 'duplicate' : 'accepted')} ${visible(file)}: ${body['type']} ${body['id']}`
  if (error !== null) return `${styleText('red', 'failed')}   ${visible(file)}: ${error}`
  const findings = (body['findings'] ?? []) as Finding[]
  const head = `${styleText('red', 'refused')}  ${visible(file)}: ${status} ${body['code']} ${body['title']} ${body['detail'] ?? ''}\n    ${body['title_en']}`
  return [head, ...findings.map(findingLine)].join('\n')
}

/** @returns whether every file was taken */
async function sendAll (files: readonly string[], options: Options): Promise<boolean> {
  const origin = originOf(options.url)
  const dispatcher = agent(options)
  const bar = progress(process.stdout.isTTY ? process.stdout : process.stderr, 'messages', files.length)
  let all = true
  try {
    for (const file of files) {
      const answer = await sent(file, origin, dispatcher)
      all &&= good(answer)
      bar.end()
      await write(process.stdout, `${options.json === true ? JSON.stringify(answer) : report(answer)}\n`)
      bar.step()
    }
  } finally {
    bar.end()
    await dispatcher.close()
  }
  return all
}

export function send (program: Command, end: (code: number) => void): void {
  program.command('send').description('send messages to a gateway').argument('<file...>', 'messages (XML)')
    .requiredOption('--cert <file>', 'client certificate (PEM)')
    .requiredOption('--key <file>', 'its private key (PEM)')
    .option('--ca <file>', 'certificate authority of the gateway (PEM)')
    .option('--url <url>', 'the gateway; the port of this machine’s is $ZORGPOORT_REST_PORT when that is set', `https://localhost:${process.env['ZORGPOORT_REST_PORT'] ?? 8443}`)
    .option('--json', 'one JSON line per file')
    .addHelpText('after', '\nExit codes: 0 all accepted, 1 any refused or unreadable, 2 wrong use.')
    .action(async (files: string[], options: Options) => { if (!await sendAll(files, options)) end(1) })
}
