/** What a seal binds, as its receipt tells it. */
import { fingerprint, instant, messageId, partyCode, rfc3339, sha256Hex, type Instant } from '../src/core/core.ts'
import { boundFindings, type SealStatement } from '../src/sign/sign.ts'

export type Receipt = Readonly<Record<string, unknown>>

/** @returns what the seal must bind; null when the receipt holds something a gateway never writes */
export function statementOf (receipt: Receipt): { readonly statement: SealStatement, readonly received: Instant } | null {
  const text = (name: string): string => String(receipt[name])
  const { verdict, certificate_sha256: submitter, findings } = receipt
  if ((verdict !== 'accepted' && verdict !== 'rejected') || !Array.isArray(findings)) return null
  try {
    const received = instant(Date.parse(text('received')))
    const statement = { id: messageId(text('id')), sender: partyCode(text('sender')), receiver: partyCode(text('receiver')), certificate_sha256: submitter === null ? null : fingerprint(String(submitter)), received: rfc3339(received), sha256: sha256Hex(text('sha256')), verdict, ...boundFindings(findings) } as const
    return statement.received === receipt['received'] ? { statement, received } : null
  } catch { return null }
}
