/** The step that lets metrics count: per receiver what is due and which answers are late, without reading a message that is neither. */
import type { Migration } from '../migrations.ts'

/** Two narrow indexes; the second holds only messages whose term runs. */
export const counting: Migration = {
  name: '0006-counting',
  up: schema => schema
    .alterTable('delivery', t => { t.index(['state', 'target', 'id']) })
    .raw("create index message_awaited on message (receiver, answer_due_ms) where answer = 'awaited' and answer_due_ms is not null")
}
