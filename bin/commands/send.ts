/** `zorgpoort send`: post messages over mutual TLS, as a party's software would. */
import { styleText } from 'node:util'
import type { Command } from 'commander'
import type { Agent } from 'undici'
import type { Finding } from '../../src/core/core.ts'
import { agentOf, notOurs, originOf, postMessage, withCaller, type Caller } from '../client.ts'
import { readBytes, visible } from '../files.ts'
import { Problem } from '../problem.ts'
import { progress, write } from '../progress.ts'

interface Options extends Caller { readonly json?: boolean }
/** What came of one file; `error` when it was not read, or not answered by a gateway of ours. */
interface Answer { readonly file: string, readonly status: number | null, readonly duplicate: boolean, readonly body: Record<string, unknown>, readonly error: string | null }

async function post (file: string, bytes: Buffer, origin: string, dispatcher: Agent, as: string | undefined): Promise<Answer> {
  const reply = await postMessage(dispatcher, origin, bytes, {}, as)
  return { file, status: reply.status, duplicate: reply.headers['duplicate'] === 'true', body: reply.body, error: notOurs(reply, origin) }
}

/** A file that cannot be read is told of like one that is refused: the others still go. */
async function sent (file: string, origin: string, dispatcher: Agent, as: string | undefined): Promise<Answer> {
  let bytes: Buffer
  try { bytes = readBytes(file) } catch (error) {
    if (error instanceof Problem) return { file, status: null, duplicate: false, body: {}, error: error.message }
    throw error
  }
  return await post(file, bytes, origin, dispatcher, as)
}

/** At level 1 the sentence says already what was found and what is expected. */
const seenIn = ({ level, found, expected }: Finding): string => level === 1 || (found === '' && expected === '') ? '' : `\n       gevonden: ${found || '-'}; verwacht: ${expected || '-'}`
const findingLine = (it: Finding): string => `    ${it.line ?? '-'}: ${it.path || 'Bericht'}: ${it.message} [${it.code}]\n       ${it.message_en}${seenIn(it)}`
const taken = ({ status, error }: Answer): boolean => error === null && status !== null && status < 300
/** A rejected message has a receipt, and a retour that says no. */
const good = (it: Answer): boolean => taken(it) && it.body['verdict'] !== 'rejected'

function report (answer: Answer): string {
  const { file, status, duplicate, body, error } = answer
  if (good(answer)) return `${styleText('green', duplicate ? 'duplicate' : 'accepted')} ${visible(file)}: ${body['type']} ${body['id']}`
  const findings = (body['findings'] ?? []) as Finding[]
  if (taken(answer)) return [`${styleText('red', 'rejected')} ${visible(file)}: ${body['type']} ${body['id']}, answered by ${body['retour']}`, ...findings.map(findingLine)].join('\n')
  if (error !== null) return `${styleText('red', 'failed')}   ${visible(file)}: ${error}`
  const head = `${styleText('red', 'refused')}  ${visible(file)}: ${status} ${body['code']} ${body['title']} ${body['detail'] ?? ''}\n    ${body['title_en']}`
  return [head, ...findings.map(findingLine)].join('\n')
}

/** @returns whether every file was taken */
async function sendAll (files: readonly string[], options: Options): Promise<boolean> {
  const origin = originOf(options.url)
  const dispatcher = agentOf(options)
  const bar = progress(process.stdout.isTTY ? process.stdout : process.stderr, 'messages', files.length)
  let all = true
  try {
    for (const file of files) {
      const answer = await sent(file, origin, dispatcher, options.as)
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
  withCaller(program.command('send').description('send messages to a gateway').argument('<file...>', 'messages (XML)'))
    .option('--json', 'one JSON line per file')
    .addHelpText('after', '\nExit codes: 0 all accepted, 1 any rejected, refused or unreadable, 2 wrong use.')
    .action(async (files: string[], options: Options) => { if (!await sendAll(files, options)) end(1) })
}
