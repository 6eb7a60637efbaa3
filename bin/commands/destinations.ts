/** `zorgpoort destinations`: how the endpoints of receivers are, and having one tried at once. A running gateway notices at its next look. */
import type { Command } from 'commander'
import { rfc3339, systemClock, type PartyCode } from '../../src/core/core.ts'
import { endpointsIn, type Endpoint } from '../../src/here/here.ts'
import type { Store } from '../../src/store/store.ts'
import { partyIn, reasonIn } from '../decide.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { Problem } from '../problem.ts'

const endpoints = async (store: Store): Promise<readonly Endpoint[]> => await endpointsIn(store, systemClock.now())

/** What is in use may be failing: only after five failures in a row it is left alone. */
const said: Readonly<Record<Endpoint['state'], string>> = { closed: 'in use', open: 'left alone', half_open: 'is tried' }

function row ({ party, state, failing_since, left_until, waiting, oldest, reason, en }: Endpoint): string {
  const since = failing_since === null ? '' : `, failing since ${rfc3339(failing_since)}`
  const until = left_until === null ? '' : `, until ${rfc3339(left_until)}`
  const wait = waiting === 0 ? 'nothing waits' : `${waiting >= 10_000 ? '10000 or more' : waiting} waiting${oldest === null ? '' : `, one since ${rfc3339(oldest)}`}`
  const why = en === null ? '' : `\n          ${reason ?? ''}: ${en}`
  return `${party.padEnd(10)}${said[state]}${until}${since}; ${wait}${why}`
}

const none = 'No party has an endpoint: what is for them lies in their mailboxes. "zorgpoort parties add CODE --push URL" gives one an endpoint.'

async function tried (store: Store, party: PartyCode, reason: string): Promise<string> {
  if (!(await endpoints(store)).some(it => it.party === party)) throw new Problem(`${party} has no endpoint; "zorgpoort destinations" shows who has`)
  const { left_until, hurried } = await store.tryDestination(party, { by: null, reason, now: systemClock.now() })
  return `${left_until === null ? `${party} was not left alone.` : `${party} is left alone no longer.`} ${hurried === 0 ? 'Nothing had to be brought forward.' : hurried === 1 ? '1 message that failed there is tried now.' : `${hurried} messages that failed there are tried now.`} A running gateway does so within seconds; "zorgpoort destinations" tells how it went.`
}

export function destinations (program: Command): void {
  const group = program.command('destinations').description('how the endpoints of receivers are, and what waits for each: list, try')
  withPlace(group.command('list', { isDefault: true }).description('every party with an endpoint: whether it answers, why not, what waits for it'))
    .option('--json', 'as JSON')
    .action(async ({ json = false, ...place }: Place & { readonly json?: boolean }) => {
      const all = await withStore(place, endpoints)
      const moments = (it: Endpoint) => ({ ...it, failing_since: it.failing_since === null ? null : rfc3339(it.failing_since), left_until: it.left_until === null ? null : rfc3339(it.left_until), oldest: it.oldest === null ? null : rfc3339(it.oldest) })
      console.log(json ? JSON.stringify({ destinations: all.map(moments) }) : all.length === 0 ? none : all.map(row).join('\n'))
    })
  withPlace(group.command('try').description('have an endpoint tried at once, when what was wrong is mended').argument('<party>', 'whose endpoint'))
    .requiredOption('--reason <code>', 'why, as a code such as repaired: it goes in the audit', reasonIn)
    .addHelpText('after', '\nIt is left alone no longer, and up to 1,000 messages that failed there are brought forward. When anything is given up\nstays as it was. When it fails again it is left alone again.')
    .action(async (code: string, { reason, ...place }: Place & { readonly reason: string }) => {
      const party = partyIn(code, 'the party')
      console.log(await withStore(place, store => tried(store, party, reason)))
    })
}
