/** `zorgpoort parties allow` and `withdraw`: which account acts for which party. */
import { Option, type Command } from 'commander'
import { systemClock } from '../../src/core/core.ts'
import { planMandates, planWithdrawal, together } from '../../src/register/register.ts'
import { families } from '../../src/standard/standard.ts'
import type { Mandate } from '../../src/store/store.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { changeBy, momentIn } from '../register.ts'

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]
const direction = (): Option => new Option('--direction <direction>', 'only this; default both').choices(['send', 'receive'])
const bothWays = ['send', 'receive'] as const

interface Options extends Place { readonly party?: string[], readonly family?: string[], readonly direction?: Mandate['direction'], readonly from?: string, readonly until?: string, readonly at?: string }

async function allow (account: string, { party = [], family, direction, from, until, ...place }: Options): Promise<string> {
  const wanted = {
    account, families: family ?? families, directions: direction === undefined ? bothWays : [direction],
    from: momentIn(from, '--from') ?? systemClock.now(), until: momentIn(until, '--until') ?? null
  }
  const plans = party.map(code => (now: Parameters<typeof planMandates>[0]) => planMandates(now, { ...wanted, party: code }))
  const { changes } = await withStore(place, store => changeBy(store, together(...plans)))
  return `Gave account ${account} ${changes.length} mandates for ${party.join(', ')}.`
}

async function withdraw (account: string, { party, family, direction, at, ...place }: Options): Promise<string> {
  const wanted = { account, families: family, directions: direction === undefined ? undefined : [direction], at: momentIn(at, '--at') ?? systemClock.now() }
  const codes = party ?? [undefined]
  const { changes } = await withStore(place, store => changeBy(store, together(...codes.map(code => (now: Parameters<typeof planWithdrawal>[0]) => planWithdrawal(now, { ...wanted, party: code })))))
  return `Withdrew ${changes.length} mandates from account ${account}.`
}

/** Adds the two commands. */
export function mandateCommands (group: Command): void {
  withPlace(group.command('allow').description('let an account act for a party: send, receive or both').argument('<account>', 'the account’s name, such as a supplier’s'))
    .requiredOption('--party <code>', 'the party it acts for; repeat for more', collect)
    .option('--family <family>', 'iwmo or ijw; default both', collect)
    .addOption(direction())
    .option('--from <moment>', 'from then on; default now')
    .option('--until <moment>', 'until then; default no end')
    .addHelpText('after', '\nTo send is to send messages and read their answers; to receive is to read and acknowledge the mailbox.\nA moment is a date (its first moment, Dutch time) or such as 2027-01-01T09:00:00Z.')
    .action(async (account: string, options: Options) => { console.log(await allow(account, options)) })
  withPlace(group.command('withdraw').description('end mandates of an account; a running gateway knows at its next request').argument('<account>', 'the account’s name'))
    .option('--party <code>', 'only for this party; repeat for more; default all', collect)
    .option('--family <family>', 'only this; default both', collect)
    .addOption(direction())
    .option('--at <moment>', 'from then on; default now')
    .action(async (account: string, options: Options) => { console.log(await withdraw(account, options)) })
}
