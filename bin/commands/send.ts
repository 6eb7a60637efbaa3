/** `zorgpoort send`: post messages over mutual TLS, as a party's software would. */
import { readFileSync } from 'node:fs'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { Agent, request } from 'undici'
import type { Finding } from '../../src/core/core.ts'
import { Problem } from '../problem.ts'
import { progress, write } from '../progress.ts'

interface Options { readonly url: string, readonly cert: string, readonly key: string, readonly ca?: string, readonly json?: boolean }
interface Answer { readonly file: string, readonly status: number, readonly duplicate: boolean, readonly body: Record<string, unknown> }

const read = (path: string): Buffer => {
  try { return readFileSync(path) } catch { throw new Problem(`cannot read ${path}`) }
}

const agent = ({ cert, key, ca }: Options): Agent =>
  new Agent({ connect: { cert: read(cert), key: read(key), ...(ca === undefined ? {} : { ca: read(ca) }) } })

async function post (file: string, options: Options, dispatcher: Agent): Promise<Answer> {
  const url = new URL('/v1/messages', options.url)
  const { statusCode, headers, body } = await request(url, { method: 'POST', dispatcher, headers: { 'content-type': 'application/xml' }, body: read(file) })
    .catch(error => { throw new Problem(`cannot reach ${url.origin}: ${error.code ?? error.name}`) })
  const json = await body.json().catch(() => ({}))
  return { file, status: statusCode, duplicate: headers['duplicate'] === 'true', body: json as Record<string, unknown> }
}

const findingLine = (it: Finding): string => `    ${it.line ?? '-'}: ${it.path || 'Bericht'}: ${it.message} [${it.code}]\n       ${it.message_en}`

function report ({ file, status, duplicate, body }: Answer): string {
  if (status < 300) return `${styleText('green', duplicate ? 'duplicate' : 'accepted')} ${file}: ${body['type']} ${body['id']}`
  const findings = (body['findings'] ?? []) as Finding[]
  const head = `${styleText('red', 'refused')}  ${file}: ${status} ${body['code']} ${body['title']} ${body['detail'] ?? ''}\n    ${body['title_en']}`
  return [head, ...findings.map(findingLine)].join('\n')
}

export function send (program: Command, end: (code: number) => void): void {
  program.command('send').description('send messages to a gateway').argument('<file...>', 'messages (XML)')
    .requiredOption('--cert <file>', 'client certificate (PEM)')
    .requiredOption('--key <file>', 'its private key (PEM)')
    .option('--ca <file>', 'certificate authority of the gateway (PEM)')
    .option('--url <url>', 'the gateway', 'https://localhost:8443')
    .option('--json', 'one JSON line per file')
    .action(async (files: string[], options: Options) => {
      const dispatcher = agent(options)
      const bar = progress(process.stdout.isTTY ? process.stdout : process.stderr, 'messages', files.length)
      for (const file of files) {
        const answer = await post(file, options, dispatcher)
        if (answer.status >= 300) end(1)
        bar.end()
        await write(process.stdout, `${options.json === true ? JSON.stringify(answer) : report(answer)}\n`)
        bar.step()
      }
      bar.end()
      await dispatcher.close()
    })
}
