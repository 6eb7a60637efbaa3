/** Requests (315, 317) that are not decided yet, as far as history is kept: what a term runs for. */
import { momentOf, type Instant, type MessageId, type PartyCode } from '../core/core.ts'
import type { Family } from '../standard/model.ts'
import { cursorOf, seqOf } from './cursor.ts'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { bytes, families, message, oneOf, partyOf, text, whole } from './rows.ts'
import type { Page, View } from './verbs.ts'

/** One open request: a reference of it has neither a 319 that rejects nor a 301 that carries it. */
export interface OpenRequest {
  readonly message: MessageId
  readonly family: Family
  readonly number: '315' | '317'
  readonly gemeente: PartyCode
  readonly aanbieder: PartyCode
  readonly received: Instant
  /** Of the request, as it says it. */
  readonly dagtekening: string
  /** What is open of it, and whether it was told to be under investigation. */
  readonly references: ReadonlyArray<{ readonly ReferentieAanbieder: string, readonly investigated: boolean }>
}

export interface RequestVerbs {
  /** The open requests that this view has sent or was offered, oldest first. What was imported only to be known runs under no term. */
  openRequests (filter: { readonly view: View, readonly cursor?: string, readonly limit: number }): Promise<Page<OpenRequest>>
}

const window_requests = 250

function statements ({ sql }: Dialect) {
  const counting = (source: string) => ({ [`${source}.waits`]: 0, [`${source}.voided_by`]: null })
  const assigned = sql('fact as t').join('source as ts', 'ts.place', 't.source').select('t.source').where({ 't.of': '301:ToegewezenProduct', ...counting('ts') })
    .where('t.pair', sql.ref('f.pair')).where('t.referentie', sql.ref('f.referentie'))
  return {
    requests: prepared(sql('source as s').join('pair as p', 'p.id', 's.pair')
      .select(['s.place', 's.id', 's.pair', 's.number', 's.dagtekening', 'p.family', 'p.gemeente', 'p.aanbieder'])
      .where(counting('s')).whereIn('s.number', ['315', '317']).where('s.place', '>', at('after'))
      .where(either => either.where('p.gemeente', at('party')).whereIn('p.family', [at('receive_iwmo'), at('receive_ijw')])
        .orWhere(own => own.where('p.aanbieder', at('party')).whereIn('p.family', [at('send_iwmo'), at('send_ijw')])))
      .orderByRaw('s.place limit ?', [at('limit')])),
    references: prepared(sql('fact as f').distinct('f.referentie').where('f.source', at('place')).whereIn('f.of', ['315:AangevraagdProduct', '317:Verzoek']).whereNotExists(assigned)),
    answers: prepared(sql('fact as f').join('source as s', 's.place', 'f.source').select('f.body')
      .where({ 'f.pair': at('pair'), 'f.of': '319:Antwoord', 'f.referentie': at('referentie'), ...counting('s') }))
  }
}

/** An answer is about nobody, so it stands in the clear. */
function verdictOf (row: Row): string {
  const { VerzoekAntwoord } = Object(JSON.parse(Buffer.from(bytes(row, 'body')).toString())) as { VerzoekAntwoord?: unknown }
  return String(VerzoekAntwoord)
}

export function requestVerbs (db: Db, dialect: Dialect): RequestVerbs {
  const sql = statements(dialect)

  async function openOf (session: Session, row: Row): Promise<OpenRequest['references']> {
    const references = []
    for (const found of await session.all(sql.references, { place: whole(row, 'place') })) {
      const ReferentieAanbieder = text(found, 'referentie')
      const answers = (await session.all(sql.answers, { pair: whole(row, 'pair'), referentie: ReferentieAanbieder })).map(verdictOf)
      if (!answers.includes('1')) references.push({ ReferentieAanbieder, investigated: answers.includes('2') })
    }
    return references
  }

  const requestOf = (row: Row, references: OpenRequest['references']): OpenRequest => ({
    message: message(row, 'id'), family: oneOf(row, 'family', families), number: oneOf(row, 'number', ['315', '317'] as const),
    gemeente: partyOf(row, 'gemeente'), aanbieder: partyOf(row, 'aanbieder'), received: momentOf(message(row, 'id')), dagtekening: text(row, 'dagtekening'), references
  })

  return {
    async openRequests ({ view: { party, send, receive }, cursor, limit }) {
      const held = (side: string, of: readonly Family[]) => families.map(family => [`${side}_${family}`, of.includes(family) ? family : ''] as const)
      const asking = { party, ...Object.fromEntries([...held('send', send), ...held('receive', receive)]) }
      const items: OpenRequest[] = []
      for (let after = cursor === undefined ? 0 : seqOf(cursor); ;) {
        const rows = await db.read(session => session.all(sql.requests, { ...asking, after, limit: window_requests }))
        for (const row of rows) {
          if (items.length === limit) return { items, next: cursorOf(after) }
          const references = await db.read(session => openOf(session, row))
          if (references.length > 0) items.push(requestOf(row, references))
          after = whole(row, 'place')
        }
        if (rows.length < window_requests) return { items, next: null }
      }
    }
  }
}
