/** An Fo01 as it is kept: closed before the transaction begins, and written in the one that gives the reason for it. */
import type { MessageId } from '../core/core.ts'
import type { Wrapped } from '../vault/vault.ts'
import type { Notice } from './arriving.ts'
import type { Session } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import type { Safe } from './safe.ts'

/** The column to which its body is bound. */
export const noticeBody = 'body'

/** A notice whose body is closed under a key of its own. */
export interface ClosedNotice extends Wrapped { readonly notice: Notice, readonly body: Uint8Array }

/** @returns null for none */
export function closedNotice (safe: Safe, notice: Notice | null): ClosedNotice | null {
  if (notice === null) return null
  const { close, data_key, kek_id } = safe.fresh(notice.id)
  return { notice, body: close(noticeBody, notice.body), data_key, kek_id }
}

/** What it is about: what came in (seq of its arrival), or a message. */
export type NoticeAbout = { readonly arrival: number, readonly message?: null } | { readonly arrival?: null, readonly message: MessageId }

/** All inside a transaction. */
export interface NoticeKeeper {
  /** It is due at once. */
  put (session: Session, closed: ClosedNotice, about: NoticeAbout): Promise<void>
  /** What its sender was still to be told of what came in is of no use any more: something else took its place. */
  withdraw (session: Session, arrival: number): Promise<void>
}

export function noticeKeeper ({ sql }: Dialect): NoticeKeeper {
  const columns = ['id', 'target', 'code', 'arrival', 'message', 'made_ms', 'first_ms', 'longest_ms', 'total_ms', 'body', 'data_key', 'kek_id']
  const insert = prepared(sql('notice').insert({ ...places(columns), state: 'due', due_ms: at('made_ms'), lease_until_ms: 0, fence: 0, attempts: 0 }))
  // Along what came in, not among all that is due.
  const withdraw = prepared(sql('notice').where('arrival', at('arrival')).whereRaw("state || '' = 'due'").delete())
  return {
    async put (session, { notice: { id, target, code, made, policy: { first_ms, longest_ms, total_ms } }, body, data_key, kek_id }, { arrival = null, message = null }) {
      await session.run(insert, { id, target, code, arrival, message, made_ms: made, first_ms, longest_ms, total_ms, body, data_key, kek_id })
    },
    async withdraw (session, arrival) { await session.run(withdraw, { arrival }) }
  }
}
