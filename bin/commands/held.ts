/** `zorgpoort held`: messages that wait for a person: listed, and released or refused. A running gateway sees it at its next look. */
import type { Command } from 'commander'
import { rfc3339, systemClock } from '../../src/core/core.ts'
import { here } from '../../src/here/here.ts'
import type { StoredMessage } from '../../src/store/store.ts'
import { countIn, messageIn, partyIn, reasonIn } from '../decide.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { Problem } from '../problem.ts'

interface ListOptions extends Place { readonly party?: string, readonly code?: string, readonly limit: number, readonly json?: boolean }

const whyOf = (it: StoredMessage) => here(it, { destination: null, ahead: null, aheadShown: true, now: systemClock.now() })
const row = ({ id, type, sender, receiver, work }: StoredMessage): string =>
  `${work?.since == null ? '-'.padEnd(24) : rfc3339(work.since)}  ${id}  ${type}  ${sender} -> ${receiver}  ${work?.reason ?? '-'}${work?.next == null ? '' : `  looked at again ${rfc3339(work.next)}`}`

function asJson (it: StoredMessage): Record<string, unknown> {
  const { id, family, type, sender, receiver, identificatie, received, work } = it
  const time = (at: StoredMessage['received'] | null | undefined): string | null => at == null ? null : rfc3339(at)
  return { id, family, type, sender, receiver, identificatie, received: rfc3339(received), held_since: time(work?.since), held_reason: work?.reason ?? null, held_until: time(work?.next), nl: whyOf(it).nl, en: whyOf(it).en }
}

async function list ({ party, code, limit, json = false, ...place }: ListOptions): Promise<string> {
  const filter = { limit, ...(party === undefined ? {} : { party: partyIn(party) }), ...(code === undefined ? {} : { code }) }
  const { items, next } = await withStore(place, store => store.held(filter))
  if (json) return JSON.stringify({ messages: items.map(asJson), more: next !== null })
  if (items.length === 0) return 'No message waits for a person.'
  return [...items.map(row), '', `${items.length} ${items.length === 1 ? 'message waits' : 'messages wait'} for a person${next === null ? '' : ' and there are more (--limit)'}: "zorgpoort held release ID --reason CODE" lets one go on, "held refuse" keeps it from its receiver.`].join('\n')
}

const done = {
  release: 'is released: the gateway shows it to its handlers again and passes over whoever still holds it.',
  refuse: 'is refused: its receiver never gets it, and its sender sees the reason.'
} as const

async function decide (text: string, decision: keyof typeof done, { reason, ...place }: Place & { reason: string }): Promise<string> {
  const id = messageIn(text, 'held list')
  const result = await withStore(place, store => store.decideHeld(id, decision, { by: null, reason, now: systemClock.now() }))
  if (result === 'absent') throw new Problem(`no message ${id} in this database`)
  if (result === 'not_held') throw new Problem(`message ${id} waits for nobody: it was decided already, or nothing holds it; "zorgpoort inspect ${id}" tells what happened`)
  return `${id} ${done[decision]}`
}

export function held (program: Command): void {
  const group = program.command('held').description('messages that wait for a person: list, release, refuse')
  withPlace(group.command('list').description('what waits for a person, longest first, and why'))
    .option('--party <code>', 'sent by this party, or to it')
    .option('--code <code>', 'held for this reason')
    .option('--limit <number>', 'no more than so many', countIn, 100)
    .option('--json', 'as JSON')
    .action(async (options: ListOptions) => { console.log(await list(options)) })
  for (const [decision, says] of [['release', 'let a held message go on'], ['refuse', 'keep a held message from its receiver; its sender sees the reason']] as const) {
    withPlace(group.command(decision).description(says).argument('<id>', 'of the message'))
      .requiredOption('--reason <code>', 'why, as a code such as spoke_to_sender: it goes in the audit and the message’s history', reasonIn)
      .action(async (id: string, options: Place & { reason: string }) => { console.log(await decide(id, decision, options)) })
  }
}
