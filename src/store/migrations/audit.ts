/** The step that chains the audit. */
import type { Migration } from '../migrations.ts'

/** Rows of before this step stay as they are, without mac. */
export const auditChain: Migration = {
  name: '0003-audit-chain',
  up: schema => schema
    .alterTable('audit', t => { t.text('key_id') }) // key of the ring under which the mac is made
}
