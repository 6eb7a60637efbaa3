/** A sender's own signature, kept as evidence with its message. */
import { digestOf, fingerprint } from '../core/core.ts'
import type { Audit } from './audit.ts'
import type { Db, Session } from './db.ts'
import { places, prepared, type Dialect } from './dialect.ts'
import { at as instantOf, bytes, text } from './rows.ts'
import { viewValues, visible } from './view.ts'
import type { Envelope, KeptSignature, Store } from './verbs.ts'

export type KeepSignature = (session: Session, seq: number, envelope: Envelope, signature: KeptSignature) => Promise<void>

/** @returns what writes a signature in the transaction that accepts its message */
export function signatureKeeper ({ sql }: Dialect, audit: Audit): KeepSignature {
  const keep = prepared(sql('signature').insert(places(['message', 'cms', 'signer', 'certificate', 'checked_ms'])))
  return async (session, seq, { id, account }, { cms, signer, certificate, checked }) => {
    await session.run(keep, { message: seq, cms, signer, certificate, checked_ms: checked })
    await audit(session, { at: checked, event: 'signed', message: id, account, digest: digestOf(cms) })
  }
}

/** @returns the verb that gives it back */
export function signatureVerb (db: Db, dialect: Dialect): Pick<Store, 'signature'> {
  const one = prepared(visible(dialect, dialect.sql('message as m').join('signature as s', 's.message', 'm.seq').select(['s.cms', 's.signer', 's.certificate', 's.checked_ms'])))
  return {
    signature: (view, id) => db.read(async session => {
      const [row] = await session.all(one, { id, ...viewValues(view) })
      return row === undefined ? null : { cms: bytes(row, 'cms'), signer: fingerprint(text(row, 'signer')), certificate: bytes(row, 'certificate'), checked: instantOf(row, 'checked_ms') }
    })
  }
}
