/** `zorgpoort inspect`: what a stored message is and what happened to it, or what a file is. Never anything about a person. */
import type { Command } from 'commander'
import { isMessageId, messageId, rfc3339, systemClock, type MessageId } from '../../src/core/core.ts'
import { messageLinks } from '../../src/receipt.ts'
import { headerOf, readMessage } from '../../src/standard/standard.ts'
import { historyView, refusedView, shownOne } from '../../src/transport/rest/rest.ts'
import type { HistoryRow, Store } from '../../src/store/store.ts'
import { readBytes } from '../files.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { Problem } from '../problem.ts'

type Row = readonly [string, unknown]
const table = (rows: readonly Row[]): string => rows.filter(([, value]) => value !== null).map(([name, value]) => `${name.padEnd(18)}${String(value)}`).join('\n')

/** A message of whatever party, and what happened to it; null when it is not there. */
async function look (store: Store, id: MessageId): Promise<{ readonly view: Record<string, unknown>, readonly history: readonly HistoryRow[] } | null> {
  const asked = { store, now: systemClock.now, links: messageLinks }
  const stored = await store.inspect(id)
  if (stored !== null) return { view: await shownOne(asked, null, stored.message), history: stored.history }
  const refused = await store.inspectRefused(id)
  return refused === null ? null : { view: refusedView(refused.message, messageLinks), history: refused.history }
}

/** First of all: why it is still here, and when something happens to it. */
const why = ({ code, en, nl }: Readonly<Record<string, unknown>>): string => `${String(en)} [${String(code)}]\n${String(nl)}`

async function inspectStored (id: string, options: Place & { json?: boolean }): Promise<string> {
  const found = await withStore(options, store => look(store, messageId(id)))
  if (found === null) throw new Problem(`no message ${id} in this database`)
  const { view } = found
  if (options.json === true) return JSON.stringify({ ...view, ...historyView(found.history) })
  const events = found.history.map(row => `${rfc3339(row.at)}  ${row.event}${row.account === null ? '' : ` by ${row.account}`}${row.detail === null ? '' : ` (${row.detail})`}`)
  const { here, links: _, ...facts } = view
  return `${why(Object(here))}\n\n${table(Object.entries(facts))}\n\n${events.join('\n')}`
}

function inspectFile (path: string, json: boolean): string {
  const read = readMessage(readBytes(path))
  if (read.kind !== 'valid') throw new Problem(`${path} is not plainly valid; "zorgpoort validate ${path}" says why`)
  const { type, family, release } = read.model
  const { sender, receiver, identificatie } = headerOf(read.model, read.message)
  const facts = { file: path, type, family, release, sender, receiver, identificatie }
  return json ? JSON.stringify(facts) : table(Object.entries(facts))
}

export function inspect (program: Command): void {
  withPlace(program.command('inspect').description('show a stored message by its id, or what a file holds').argument('<id-or-file>', 'message id, or an XML file'))
    .option('--json', 'as JSON')
    .action(async (what: string, options: Place & { json?: boolean }) => {
      console.log(isMessageId(what) ? await inspectStored(what, options) : inspectFile(what, options.json === true))
    })
}
