/** A receiver says with an Fo01 that it cannot use what was brought to it: then that counts as not sent. */
import { isChainCode, type MessageId } from '../core/core.ts'
import type { ArrivalVerbs } from './arriving.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import { closedNotice, noticeKeeper } from './notice.ts'
import { pushOrder, workKey } from './order.ts'
import { reopener } from './reopen.ts'
import { bytes, findings, maybe, message, never_ms, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import { asReceiver, viewValues } from './view.ts'

/** @returns under which reason a message is dead whose receiver said this: what is no code of the chain may be anything */
const disownReason = (code: string): string => isChainCode(code) ? code : 'fo01'

function statements ({ sql, lock, ofId }: Dialect) {
  return {
    found: prepared(lock(asReceiver(ofId(sql('message as m').select(['m.seq', 'm.id', 'm.receiver', 'm.answer', 'm.answered_by', 'm.answers', 'm.order_key', 'm.disowned', 'm.data_key', 'm.kek_id']), 'm.id', at('id'), 'm.seq')).whereNotNull('m.offered_ms'))),
    origin: prepared(ofId(sql('message').select('origin'), 'id', at('id'), 'seq')),
    dead: prepared(sql('delivery').insert({
      message: at('seq'), kind: 'push', target: at('target'), order_key: at('order_key'), state: 'dead', class: 'functional', last_reason: at('reason'),
      due_ms: never_ms, since_ms: at('now'), lease_until_ms: 0, fence: 0, attempts: 0
    })),
    state: prepared(sql('message').where('seq', at('seq')).update({ delivery: 'dead', disowned: sql.raw('answer'), answer: sql.raw("case when answer = 'awaited' then 'none' else answer end") })),
    findings: prepared(sql('finding').select('body').where('message', at('seq'))),
    tell: prepared(sql('finding').insert({ message: at('seq'), body: at('body') }).onConflict('message').merge())
  }
}

/** @returns the verb by which a receiver refuses what it has */
export function disownVerb (db: Db, dialect: Dialect, audit: Audit, facts: FactKeeper, safe: Safe): Pick<ArrivalVerbs, 'disown'> {
  const sql = statements(dialect)
  const order = pushOrder(dialect)
  const notices = noticeKeeper(dialect)
  const reopen = reopener(dialect, audit, facts)

  /** What the gateway answered in its name does not say that it has the message. */
  async function answered (session: Session, row: Row): Promise<boolean> {
    if (row['answer'] !== 'answered') return false
    const [answer] = await session.all(sql.origin, { id: maybe(row, 'answered_by', text) })
    return answer?.['origin'] !== 'gateway'
  }

  /** Its sender reads it beside what was found before; nothing is written where the message's key is gone. */
  async function tell (session: Session, row: Row, said: Parameters<ArrivalVerbs['disown']>[2]): Promise<void> {
    if (row['data_key'] === null) return
    const [seq, { open, close }] = [whole(row, 'seq'), safe.of(row, message(row, 'id'))]
    const [known] = await session.all(sql.findings, { seq })
    const before = known === undefined ? [] : findings(open('findings', bytes(known, 'body')))
    await session.run(sql.tell, { seq, body: close('findings', Buffer.from(JSON.stringify([...before, said.finding]))) })
  }

  /** Whatever was still to be done for it is over, and its order key goes on. */
  async function end (session: Session, row: Row, id: MessageId, reason: string, now: Parameters<ArrivalVerbs['disown']>[5]): Promise<void> {
    const seq = whole(row, 'seq')
    // It is voided by itself: an answer that comes after all, or driving it again, makes it count once more.
    await facts.voided(session, seq, id)
    await order.end(session, seq, now)
    await session.run(sql.dead, { seq, target: text(row, 'receiver'), order_key: workKey(seq, text(row, 'order_key')), reason, now })
    await session.run(sql.state, { seq })
    await reopen(session, id, maybe(row, 'answers', message), now)
  }

  return {
    async disown (view, id, said, account, notice, now) {
      const [closed, reason] = [closedNotice(safe, notice), disownReason(said.code)]
      return await db.write(async session => {
        const [row] = await session.all(sql.found, { id, ...viewValues(view) })
        if (row === undefined) return 'absent'
        if (row['disowned'] !== null) return 'done'
        if (await answered(session, row)) return 'answered'
        await end(session, row, id, reason, now)
        await tell(session, row, said)
        await audit(session, { at: now, event: 'dead', message: id, account, detail: reason })
        if (closed !== null) await notices.put(session, closed, { message: id })
        return 'done'
      })
    }
  }
}
