/** What the commands about dead letters share: which ones, out of options. */
import { Option, type Command } from 'commander'
import { deadClasses, type DeadClass } from '../src/core/core.ts'
import { supportedTypes } from '../src/standard/standard.ts'
import type { StoppedFilter } from '../src/store/store.ts'
import { partyIn } from './decide.ts'
import { withPlace, type Place } from './place.ts'
import { WrongUse } from './problem.ts'
import { momentIn } from './register.ts'

/** What the options say; absent means any. */
export interface DeadOptions extends Place {
  readonly party?: string
  readonly type?: string
  readonly class?: DeadClass
  readonly code?: string
  readonly from?: string
  readonly to?: string
}

/** Adds the options that say which database, and which of its dead letters. */
export const withDead = (command: Command): Command => withPlace(command)
  .option('--party <code>', 'sent by this party, or to it')
  .addOption(new Option('--class <class>', 'given up for this kind of reason').choices(deadClasses))
  .option('--code <code>', 'given up for this reason, or one with this part: timeout, http_422, receiver_left')
  .option('--type <type>', 'of this type, such as WMO301')
  .option('--from <moment>', 'given up then or later: a date (its first moment, Dutch time), or such as 2027-01-01T09:00:00Z')
  .option('--to <moment>', 'given up before then')

/** @throws WrongUse, RegisterFault naming the option that is wrong */
export function deadFilter ({ party, type, class: dead, code, from, to }: DeadOptions): Omit<StoppedFilter, 'limit' | 'cursor'> {
  const known = type === undefined ? undefined : supportedTypes().find(it => it === type)
  if (type !== undefined && known === undefined) throw new WrongUse('--type is a type of message such as WMO301 or JW323')
  const [since, before] = [momentIn(from, '--from'), momentIn(to, '--to')]
  return {
    ...(party === undefined ? {} : { party: partyIn(party) }),
    ...(known === undefined ? {} : { type: known }),
    ...(dead === undefined ? {} : { class: dead }),
    ...(code === undefined ? {} : { code }),
    ...(since == null ? {} : { from: since }),
    ...(before == null ? {} : { to: before })
  }
}
