/** What an operator says of history: from which date on every message between two parties is here. */
import { dateOfDay, dayOf, dutchDate } from '../calendar/calendar.ts'
import type { AccountId, Instant } from '../core/core.ts'
import { judgesInFull } from '../party/party.ts'
import { families } from '../standard/standard.ts'
import type { KeptPair, Party, Store } from '../store/store.ts'
import { RegisterFault } from './fault.ts'

/** Between whom (both families when none is said), and the date, `YYYY-MM-DD`; null: not known. */
export interface WantedComplete { readonly gemeente: string, readonly aanbieder: string, readonly family?: string | undefined, readonly complete_from: string | null }

/** @throws RegisterFault when it is no date, or one that is still to come */
function checkDate (date: string, today: string): void {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || dateOfDay(dayOf(date)) !== date) throw new RegisterFault('the date from which on all is here is written such as 2015-01-01, which stands for everything')
  if (date > today) throw new RegisterFault(`${date} is still to come: what was sent until then may not be here; say unknown until that day`)
}

/** @throws RegisterFault when one of the two is not connected, or is not what it is named for */
function partiesIn (all: readonly Party[], { gemeente, aanbieder }: WantedComplete): readonly Party[] {
  const found = ([['gemeente', gemeente], ['aanbieder', aanbieder]] as const).map(([kind, code]) => all.find(it => it.kind === kind && it.code === code) ?? kind)
  for (const it of found) if (typeof it === 'string') throw new RegisterFault(`the ${it} that was named is not in the register ("zorgpoort parties list" shows who is)`)
  return found.filter(it => typeof it !== 'string')
}

/**
 * Says it for each family the two share. Only between parties of whom one is judged in full is anything kept: of others it cannot be said.
 * @returns the families for which it was said @throws RegisterFault; nothing is changed then
 */
export async function sayComplete (store: Pick<Store, 'register' | 'completeFrom'>, wanted: WantedComplete, { account, now }: { readonly account: AccountId | null, readonly now: Instant }): Promise<readonly string[]> {
  const { gemeente, aanbieder, family, complete_from: date } = wanted
  if (family !== undefined && !families.some(it => it === family)) throw new RegisterFault('the family is iwmo or ijw')
  if (date !== null) checkDate(date, dutchDate(now))
  const parties = partiesIn((await store.register()).parties, wanted)
  const shared = families.filter(it => (family === undefined || it === family) && parties.every(party => party.families.includes(it)))
  if (shared.length === 0) throw new RegisterFault('the two share no such family: no message goes between them')
  if (date !== null && !parties.some(judgesInFull)) throw new RegisterFault('none of the two is judged in full, so nothing is kept of their messages: say that first ("zorgpoort parties add CODE --judge full")')
  for (const it of shared) await store.completeFrom({ family: it, gemeente, aanbieder }, date, now, account)
  return shared
}

/** @returns a pair as it is told */
export const keptPairView = ({ pair, ...kept }: KeptPair): Readonly<Record<string, string | number | null>> => ({ ...pair, ...kept })
