/** Parties, accounts and mandates as tests want them: whole, with only what matters said. */
import assert from 'node:assert/strict'
import { accountId, instant, partyCode, partyKind, systemClock } from '../src/core/core.ts'
import { usualJudging } from '../src/register/register.ts'
import type { Account, Mandate, Party, RegisterChange, Store } from '../src/store/store.ts'

/** A party of both families with a mailbox, connected always. */
export const aParty = (code: string, over: Partial<Party> = {}): Party => ({
  code: partyCode(code), kind: partyKind(code) ?? 'instantie', name: 'Voorbeeld', rol: null, families: ['iwmo', 'ijw'], from: null, until: null, connections: [{ door: 'mailbox', direction: 'both' }], judging: usualJudging, ...over
})

/** An active account of no party, without certificates. */
export const anAccount = (id: string, over: Partial<Account> = {}): Account =>
  ({ id: accountId(id), role: 'party', party: null, active: true, oin: null, requests_per_minute_max: null, requests_at_once_max: null, certificates: [], ...over })

/** A mandate to send iwmo, from the beginning of time and without end. */
export const aMandate = (account: string, party: string, over: Partial<Mandate> = {}): Mandate =>
  ({ account: accountId(account), party: partyCode(party), family: 'iwmo', direction: 'send', from: instant(0), until: null, ...over })

/** Makes one change of the register, unchecked, as the command line. */
async function put (store: Store, change: RegisterChange): Promise<void> {
  assert.ok(await store.changeRegister(store.registerVersion(), [change], null, systemClock.now()))
}
export const putParty = (store: Store, party: Party): Promise<void> => put(store, { kind: 'party', party })
export const putAccount = (store: Store, account: Account): Promise<void> => put(store, { kind: 'account', account })
export const putMandate = (store: Store, mandate: Mandate): Promise<void> => put(store, { kind: 'mandate', mandate })
