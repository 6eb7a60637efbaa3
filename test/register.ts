/** Parties, accounts and mandates as tests want them: whole, with only what matters said. */
import { accountId, instant, partyCode, partyKind } from '../src/core/core.ts'
import type { Account, Mandate, Party } from '../src/store/store.ts'

/** A party of both families with a mailbox, connected always. */
export const aParty = (code: string, over: Partial<Party> = {}): Party => ({
  code: partyCode(code), kind: partyKind(code) ?? 'instantie', name: 'Voorbeeld', rol: null, families: ['iwmo', 'ijw'], from: null, until: null, connections: [{ door: 'mailbox', direction: 'both' }], ...over
})

/** An active account of no party, without certificates. */
export const anAccount = (id: string, over: Partial<Account> = {}): Account =>
  ({ id: accountId(id), role: 'party', party: null, active: true, oin: null, requests_per_minute_max: null, requests_at_once_max: null, certificates: [], ...over })

/** A mandate to send iwmo, from the beginning of time and without end. */
export const aMandate = (account: string, party: string, over: Partial<Mandate> = {}): Mandate =>
  ({ account: accountId(account), party: partyCode(party), family: 'iwmo', direction: 'send', from: instant(0), until: null, ...over })
