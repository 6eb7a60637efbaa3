/** `zorgpoort dead`: what was given up, to whom, why and since when; in groups, or each by itself. */
import type { Command } from 'commander'
import { rfc3339, type DeadClass, type Instant } from '../../src/core/core.ts'
import type { StoppedFilter, Store, StoredMessage } from '../../src/store/store.ts'
import { deadFilter, withDead, type DeadOptions } from '../dead.ts'
import { withStore } from '../place.ts'
import { progress } from '../progress.ts'

interface Options extends DeadOptions { readonly each?: boolean, readonly json?: boolean }
interface Group { readonly receiver: string, readonly class: DeadClass | null, readonly reason: string | null, readonly since: Instant | null, count: number }

const page_messages = 500

async function * deadLetters (store: Store, filter: Omit<StoppedFilter, 'limit' | 'cursor'>): AsyncGenerator<StoredMessage> {
  for (let cursor: string | null = null; ;) {
    const page = await store.deadLetters({ ...filter, limit: page_messages, ...(cursor === null ? {} : { cursor }) })
    yield * page.items
    if (page.next === null) return
    cursor = page.next
  }
}

/** The longest dead of a group comes first, so its moment is the group's. */
function counted (groups: Map<string, Group>, { receiver, dead_class: its, dead_reason: reason, work }: StoredMessage): void {
  const key = JSON.stringify([receiver, its, reason])
  const group = groups.get(key) ?? { receiver, class: its, reason, since: work?.since ?? null, count: 0 }
  group.count++
  groups.set(key, group)
}

const when = (at: Instant | null): string => at === null ? '-' : rfc3339(at)
const why = (it: { readonly class: DeadClass | null, readonly reason: string | null }): string => `${(it.class ?? '-').padEnd(13)}${it.reason ?? '-'}`
const each = (it: StoredMessage): string => `${when(it.work?.since ?? null)}  ${it.id}  ${it.type.padEnd(7)}${it.sender} -> ${it.receiver}  ${why({ class: it.dead_class, reason: it.dead_reason })}`
const line = (it: Group): string => `${String(it.count).padStart(7)}  to ${it.receiver.padEnd(9)} since ${when(it.since)}  ${why(it)}`

/** What a person does next, by the kinds there are. */
const advice: Readonly<Record<DeadClass, string>> = {
  functional: 'functional: somebody said no, or there is nobody to bring it to; once what it says no to is changed, drive it again, else its sender corrects it',
  transient: 'transient: every try failed until its time was up; when the reason is gone, drive it again',
  partner_down: 'partner_down: its destination answered nobody; when that is back, drive all of it again'
}

function summary (groups: readonly Group[]): string {
  if (groups.length === 0) return 'No dead letters.'
  const total = groups.reduce((sum, it) => sum + it.count, 0)
  const kinds = Object.entries(advice).filter(([name]) => groups.some(it => it.class === name)).map(([, text]) => text)
  return [...groups.map(line), '', `${total} dead ${total === 1 ? 'letter' : 'letters'}.`, ...kinds, '"zorgpoort redrive" with the same options and --dry-run says what driving them again would do; --each names each.'].join('\n')
}

const groupView = ({ since, ...it }: Group) => ({ ...it, since: since === null ? null : rfc3339(since) })
const messageView = (it: StoredMessage) => ({ id: it.id, type: it.type, sender: it.sender, receiver: it.receiver, class: it.dead_class, reason: it.dead_reason, since: it.work?.since == null ? null : rfc3339(it.work.since) })

async function told (options: Options): Promise<void> {
  const filter = deadFilter(options)
  const groups = new Map<string, Group>()
  const bar = progress(process.stderr, 'dead letters', null)
  await withStore(options, async store => {
    for await (const it of deadLetters(store, filter)) {
      bar.step()
      counted(groups, it)
      if (options.each === true) console.log(options.json === true ? JSON.stringify(messageView(it)) : each(it))
    }
  }).finally(bar.end)
  if (options.each === true && options.json === true) return
  console.log(options.json === true ? JSON.stringify({ groups: [...groups.values()].map(groupView) }) : summary([...groups.values()]))
}

export function dead (program: Command): void {
  withDead(program.command('dead').description('what was given up: how much, to whom, why and since when; longest ago first'))
    .option('--each', 'each message by itself too')
    .option('--json', 'as JSON; with --each one line per message')
    .action(async (options: Options) => { await told(options) })
}
