/** `zorgpoort batch`: post a ZIP of messages, follow it to its end, and tell what became of each. */
import { setTimeout as pause } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import type { Agent } from 'undici'
import type { Finding } from '../../src/core/core.ts'
import { actingFor, agentOf, call, notOurs, originOf, withCaller, type Caller, type Reply } from '../client.ts'
import { readBytes, visible } from '../files.ts'
import { Problem } from '../problem.ts'
import { progress, write } from '../progress.ts'

interface Options extends Caller { readonly json?: boolean }
interface Member { readonly index: number, readonly name: string, readonly state: string, readonly message: string | null, readonly code: string | null, readonly title: string | null, readonly title_en: string | null, readonly detail: string | null, readonly findings: readonly Finding[], readonly findings_total: number }

/** How often the batch is looked at. */
const look_ms = 500
const stored = ['accepted', 'duplicate']

const lineOf = (it: Finding): string => `    ${it.line ?? '-'}: ${it.path || 'Bericht'}: ${it.message} [${it.code}]${it.found === '' ? '' : ` (${visible(it.found)})`}\n       ${it.message_en}`

function report ({ index, name, state, message, code, title, title_en, detail, findings, findings_total }: Member): string {
  const head = `${index} ${visible(name)}`
  if (stored.includes(state)) return `${styleText('green', state.padEnd(9))} ${head}: ${message ?? ''}`
  if (state === 'rejected') return `${styleText('red', state.padEnd(9))} ${head}: ${message ?? ''}\n    why: GET /v1/messages/${message ?? ''}, or the retour in your mailbox`
  const more = findings_total > findings.length ? [`    … ${findings_total - findings.length} more`] : []
  return [`${styleText('red', state.padEnd(9))} ${head}: ${code ?? ''} ${title ?? ''} ${detail ?? ''}\n    ${title_en ?? ''}`, ...findings.map(lineOf), ...more].join('\n')
}

/** @throws Problem with everything that is wrong when the gateway says no */
function taken (reply: Reply, origin: string): Reply {
  const { status, body } = reply
  const strange = notOurs(reply, origin)
  if (strange !== null) throw new Problem(strange)
  if (status < 300) return reply
  const findings = (body['findings'] ?? []) as Finding[]
  throw new Problem([`${status} ${body['code']} ${body['title']} ${body['detail'] ?? ''}\n    ${body['title_en']}`, ...findings.map(lineOf)].join('\n'))
}

/** Looks until the last member has ended. */
async function followed (look: () => Promise<Reply>, step: (members: number) => void): Promise<Record<string, unknown>> {
  for (let before = 0; ; await pause(look_ms)) {
    const { body } = await look()
    const done = Number(body['total']) - Number((body['counts'] as Record<string, number>)['waiting'])
    step(done - before)
    before = done
    if (body['state'] === 'done') return body
  }
}

/** @returns whether every member was taken, now or before */
async function send (file: string, options: Options, dispatcher: Agent): Promise<boolean> {
  const origin = originOf(options.url)
  const query = actingFor(options.as)
  const posted = taken(await call(dispatcher, origin, 'POST', `/v1/batches${query}`, readBytes(file), { 'content-type': 'application/zip' }), origin)
  const { id, total } = posted.body
  const bar = progress(process.stderr, 'messages', Number(total))
  const look = async (): Promise<Reply> => taken(await call(dispatcher, origin, 'GET', `/v1/batches/${id}${query}`), origin)
  const batch = await followed(look, members => { for (let n = 0; n < members; n++) bar.step() }).finally(() => { bar.end() })
  const members = batch['members'] as readonly Member[]
  const again = posted.status === 200 ? 'sent before: ' : ''
  const text = options.json === true ? JSON.stringify(batch) : [...members.map(report), `${again}batch ${id}: ${Object.entries(batch['counts'] as object).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`).join(', ')}`].join('\n')
  await write(process.stdout, `${text}\n`)
  return members.every(it => stored.includes(it.state))
}

export function batch (program: Command, end: (code: number) => void): void {
  withCaller(program.command('batch').description('send a ZIP of messages to a gateway and tell what became of each').argument('<zip>', 'the ZIP: messages only, no folders, no password'))
    .option('--json', 'the batch as one JSON line')
    .addHelpText('after', '\nStopping it (Ctrl+C) does not stop the batch; the same ZIP again shows how it went.\nExit codes: 0 all accepted, 1 any rejected or refused, 2 wrong use.')
    .action(async (file: string, options: Options) => {
      const dispatcher = agentOf(options)
      try { if (!await send(file, options, dispatcher)) end(1) } finally { await dispatcher.close() }
    })
}
