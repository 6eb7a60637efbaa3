/** Where a message stands, in the words of the provider door: one table, for both versions of berichtstatus and for the manual. */
import type { Delivery, Verdict } from '../../core/core.ts'
import type { StoredMessage } from '../../store/store.ts'

/** In the order of a message's life. `v2`: what version 2 says, which has fewer words. `means`: for the manual; null for what this door never says. */
const table = {
  Ontvangen: { v2: 'Ontvangen', means: 'stored; the gateway looks at it next' },
  DeelsOntvangen: { v2: 'DeelsOntvangen', means: null },
  DeelberichtAanleveringAfgekeurd: { v2: 'DeelberichtAanleveringAfgekeurd', means: null },
  WordtVerwerkt: { v2: 'WordtVerwerkt', means: 'the gateway, or a person there, is deciding about it' },
  AfgekeurdDoorDienst: { v2: 'AfgekeurdDoorDienst', means: 'refused, rejected by its content, or given up before it was offered: it counts as not sent, and `meldingen` say why' },
  VerwerkingVoltooid: { v2: 'VerwerkingVoltooid', means: null },
  WordtAangeboden: { v2: 'Aangeboden', means: 'its receiver can fetch it, or it is on its way to his endpoint' },
  Bezorgd: { v2: 'Bezorgd', means: 'its receiver has it: he confirmed its receipt, or his endpoint took it' },
  AanbiedenMislukt: { v2: 'Aangeboden', means: 'his endpoint did not take it; it is tried again, and he can fetch it meanwhile' },
  BezorgingAfgebroken: { v2: 'AfgekeurdDoorDienst', means: 'given up after it was offered: his endpoint refused it or took too long, or he said that he cannot use it (Fo01)' }
} as const

/** A status of version 3. */
export type Status = keyof typeof table
/** Version 2 has no word for what failed, is tried again or was given up. */
export type StatusV2 = typeof table[Status]['v2']

export const statuses = Object.keys(table) as readonly Status[]
export const statusesV2 = [...new Set(Object.values(table).map(it => it.v2))] as readonly StatusV2[]
/** @returns the word of version 2 for the same */
export const inV2 = (status: Status): StatusV2 => table[status].v2
/** What each status means here, for the manual. */
export const toldStatuses: ReadonlyArray<{ readonly status: Status, readonly v2: StatusV2, readonly means: string }> =
  statuses.flatMap(status => { const { v2, means } = table[status]; return means === null ? [] : [{ status, v2, means }] })

/** What of a message decides its status. Whether it is answered does not: the gateway may have done that, and it waits for its receiver all the same. */
export interface Standing extends Pick<StoredMessage, 'verdict' | 'delivery' | 'offered'> {
  readonly work: Pick<NonNullable<StoredMessage['work']>, 'kind' | 'attempts' | 'under_way'> | null
}

/** Whether a try at its endpoint failed: the one that is under way is counted already. */
const failed = ({ work }: Standing): boolean => work?.kind === 'push' && work.attempts > (work.under_way ? 1 : 0)

/** How what was accepted stands. An import, which is `none`, is shown to nobody. */
const accepted: Readonly<Record<Delivery, (it: Standing) => Status>> = {
  none: () => 'VerwerkingVoltooid',
  waiting: ({ work }) => work !== null && (work.attempts > 0 || work.under_way) ? 'WordtVerwerkt' : 'Ontvangen',
  held: () => 'WordtVerwerkt',
  offered: it => failed(it) ? 'AanbiedenMislukt' : 'WordtAangeboden',
  delivered: () => 'Bezorgd',
  dead: ({ offered }) => offered === null ? 'AfgekeurdDoorDienst' : 'BezorgingAfgebroken'
}

const byVerdict: Readonly<Record<Verdict, (it: Standing) => Status>> = {
  refused: () => 'AfgekeurdDoorDienst',
  // Also where its receiver asked to see it all the same.
  rejected: () => 'AfgekeurdDoorDienst',
  accepted: it => accepted[it.delivery](it)
}

/** @returns the status of a message in this state */
export const statusOf = (it: Standing): Status => byVerdict[it.verdict](it)
