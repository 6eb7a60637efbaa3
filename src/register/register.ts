/** The face of register: what an operator may ask of parties, accounts and mandates, by command line or interface; checked in one place, made in one transaction. */
import type { AccountId, Instant } from '../core/core.ts'
import type { Register, RegisterChange, Store } from '../store/store.ts'
import { changed } from './plan.ts'

export { RegisterFault } from './fault.ts'
export { readGiven, type Asked, type GivenCertificate } from './certificate.ts'
export { keptPairView, sayComplete, type WantedComplete } from './complete.ts'
export { momentOf, saidOf } from './moment.ts'
export { accountIn, codeOf, idOf, planAccount, planMandates, planParty, planWithdrawal, planWithoutCertificate, usualJudging, type WantedAccount, type WantedJudging, type WantedMandates, type WantedParty, type Withdrawal } from './plan.ts'
export { accountMembers, accountView, certificateShape, exported, partyMembers, partyView, planImport, registerFile, registerShape, saidMoment, type RegisterFile } from './file.ts'
export { portOf, pushOf, withinPorts, type WantedConnection, type WantedGgk, type WantedPush, type WantedVsp } from './connection.ts'
export { shapeCheck } from './shape.ts'

/** What a plan is made of: changes, given the register as it stands. It throws RegisterFault for what cannot be. */
export type Plan = (register: Register) => readonly RegisterChange[]
/** Who asks for a change, and when; null is the command line. */
export interface By { readonly account: AccountId | null, readonly now: Instant }

/**
 * Makes what the plan says, all or nothing; when another changed the register meanwhile, the plan is made anew.
 * @returns the changes, none when everything was so already, and the register with them
 * @throws RegisterFault; nothing is changed then
 */
export async function changeRegister (store: Pick<Store, 'register' | 'changeRegister'>, plan: Plan, { account, now }: By): Promise<{ readonly before: Register, readonly changes: readonly RegisterChange[] }> {
  for (;;) {
    const before = await store.register()
    const changes = plan(before)
    if (changes.length === 0 || await store.changeRegister(before.version, changes, account, now)) return { before, changes }
  }
}

/** @returns several plans as one: each is checked against what those before it make */
export const together = (...plans: readonly Plan[]): Plan => register => {
  const all: RegisterChange[] = []
  let now = register
  for (const plan of plans) {
    const changes = plan(now)
    all.push(...changes)
    now = changes.reduce(changed, now)
  }
  return all
}
