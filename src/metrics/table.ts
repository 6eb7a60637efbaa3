/** Every metric of the gateway, once: what it counts, how it is drawn, and when somebody must be called. */
import { long, once, p99, perSecond, short, type Metric } from './metric.ts'
import { pushes } from './pushes.ts'

export { rows, type Alarm, type Metric, type Severity, type Unit } from './metric.ts'

const traffic = {
  zorgpoort_messages_received_total: {
    kind: 'counter', help: 'Messages accepted and stored, by type.', labels: ['type'],
    row: 'Traffic', title: 'Messages received', expr: perSecond('zorgpoort_messages_received_total', 'type'), legend: '{{type}}', unit: 'ops'
  },
  zorgpoort_messages_rejected_total: {
    kind: 'counter', help: 'Messages rejected by their content and answered so, at the door or by the assessor, by type.', labels: ['type'],
    row: 'Traffic', title: 'Messages rejected', expr: perSecond('zorgpoort_messages_rejected_total', 'type'), legend: '{{type}}', unit: 'ops'
  },
  zorgpoort_messages_duplicate_total: {
    kind: 'counter', help: 'Messages that came again and got their first receipt.', labels: [],
    row: 'Traffic', title: 'Duplicates', expr: 'rate(zorgpoort_messages_duplicate_total[5m])', legend: 'duplicates', unit: 'ops'
  },
  zorgpoort_refused_total: {
    kind: 'counter', help: 'Requests refused, by code.', labels: ['code'],
    row: 'Traffic', title: 'Refused', expr: perSecond('zorgpoort_refused_total', 'code'), legend: '{{code}}', unit: 'ops',
    alarms: [
      {
        name: 'ZorgpoortFailing', expr: 'sum by (code) (increase(zorgpoort_refused_total{code=~"ZP_INTERNAL|ZP_DISK|ZP_SEAL|ZP_DAMAGED"}[10m])) > 0', for: '1m', severity: 'page',
        means: 'Requests fail by our own fault; senders keep their messages and try again.',
        what_to_do: 'Run "zorgpoort doctor". ZP_DISK: make room on the disk of the database. ZP_DAMAGED: restore a backup. ZP_SEAL: put a new seal key pair in place (`zorgpoort keys rotate`); it is taken up by itself. ZP_INTERNAL: read the log lines of level error.'
      },
      {
        name: 'ZorgpoortBusy', expr: 'sum(increase(zorgpoort_refused_total{code="ZP_BUSY"}[10m])) > 0', for: '10m', severity: 'ticket',
        means: 'Senders are told to come back: more is coming in than is handled.',
        what_to_do: 'Look at bytes in flight, at the validation thread and at commit times; raise inflight_bytes_max when there is memory to spare.'
      }
    ]
  },
  zorgpoort_envelope_warnings_total: {
    kind: 'counter', help: 'Oddities of StUF-GGk envelopes that were taken all the same, by the name of the check (not counted again when the same comes again).', labels: ['check'],
    row: 'Traffic', title: 'Odd envelopes', expr: perSecond('zorgpoort_envelope_warnings_total', 'check'), legend: '{{check}}', unit: 'ops'
  },
  zorgpoort_connections: {
    kind: 'gauge', help: 'Open connections at the door of all interfaces.', labels: [],
    row: 'Traffic', title: 'Connections', expr: 'zorgpoort_connections', legend: 'connections', unit: 'short'
  },
  zorgpoort_inflight_bytes: {
    kind: 'gauge', help: 'Bytes of messages being received at this moment.', labels: [],
    row: 'Traffic', title: 'Bytes in flight', expr: 'zorgpoort_inflight_bytes', legend: 'bytes', unit: 'bytes'
  }
} as const satisfies Record<string, Metric>

const deliveries = {
  zorgpoort_queue_depth: {
    kind: 'gauge', same: true, help: 'Messages that handlers have still to look at, by receiver (no more than 10,000 are counted).', labels: ['receiver'],
    row: 'Deliveries', title: 'Queue', expr: 'zorgpoort_queue_depth', legend: '{{receiver}}', unit: 'short'
  },
  zorgpoort_queue_oldest_seconds: {
    kind: 'gauge', same: true, help: 'Age of the oldest of these, by receiver.', labels: ['receiver'],
    row: 'Deliveries', title: 'Oldest in the queue', expr: 'zorgpoort_queue_oldest_seconds', legend: '{{receiver}}', unit: 's',
    alarms: [{
      name: 'ZorgpoortQueueStuck', expr: 'zorgpoort_queue_oldest_seconds > 900', for: '10m', severity: 'page',
      means: 'A message has been waiting over a quarter of an hour to be looked at: the worker is behind, or its handling keeps failing.',
      what_to_do: 'Look for "a delivery failed" in the log; "zorgpoort inspect ID" tells why it is still here and when it is tried.'
    }]
  },
  zorgpoort_mailbox_depth: {
    kind: 'gauge', same: true, help: 'Messages in a mailbox, not yet acknowledged, also those that are being pushed, by receiver (no more than 10,000 are counted).', labels: ['receiver'],
    row: 'Deliveries', title: 'Mailboxes', expr: 'zorgpoort_mailbox_depth', legend: '{{receiver}}', unit: 'short'
  },
  zorgpoort_mailbox_oldest_seconds: {
    kind: 'gauge', same: true, help: 'How long the oldest message of a mailbox has been offered, by receiver.', labels: ['receiver'],
    row: 'Deliveries', title: 'Oldest in a mailbox', expr: 'zorgpoort_mailbox_oldest_seconds', legend: '{{receiver}}', unit: 's',
    alarms: [{
      name: 'ZorgpoortMailboxNotRead', expr: 'zorgpoort_mailbox_oldest_seconds > 3 * 86400', for: '1h', severity: 'ticket',
      means: 'A party has not fetched and acknowledged its messages for three days.',
      what_to_do: 'Call that party or its supplier. Its certificate may have expired ("zorgpoort doctor" tells), or its software fetches without acknowledging.'
    }]
  },
  zorgpoort_messages: {
    kind: 'gauge', same: true, help: 'Messages that are not at their end, by delivery state (no more than 10,000 per receiver are counted).', labels: ['delivery'],
    row: 'Deliveries', title: 'Not at their end', expr: 'zorgpoort_messages', legend: '{{delivery}}', unit: 'short'
  },
  zorgpoort_dead_letters: {
    kind: 'gauge', same: true, help: 'Messages that were given up, by class: functional (somebody said no), transient (every try failed), partner_down (their destination answered nobody); no more than 10,000 in all are counted.', labels: ['class'],
    row: 'Deliveries', title: 'Dead letters', expr: 'zorgpoort_dead_letters', legend: '{{class}}', unit: 'short',
    alarms: [{
      name: 'ZorgpoortDead', expr: 'zorgpoort_dead_letters > 0', for: '5m', severity: 'ticket',
      means: 'Messages were given up: their receiver will not get them unless somebody acts.',
      what_to_do: '"zorgpoort dead" says how many, to whom, why and what to do. Take away the reason and drive them again ("zorgpoort redrive"), or tell the sender to send a better message.'
    }]
  },
  zorgpoort_notices: {
    kind: 'gauge', same: true, help: 'Notices (Fo01) by which senders are told that their message was refused: due (on their way) and dead (given up); no more than 10,000 of each are counted.', labels: ['state'],
    row: 'Deliveries', title: 'Notices (Fo01)', expr: 'zorgpoort_notices', legend: '{{state}}', unit: 'short',
    alarms: [{
      name: 'ZorgpoortNoticesDead', expr: 'zorgpoort_notices{state="dead"} > 0', for: '5m', severity: 'ticket',
      means: 'A sender was not told that its message was refused: it believes that it arrived, and people may go without what was decided for them.',
      what_to_do: '"zorgpoort notices --dead" says who, why and about which message. Take the reason away, then "zorgpoort notices again"; or call the sender.'
    }]
  },
  zorgpoort_held_oldest_seconds: {
    kind: 'gauge', same: true, help: 'How long the first held message has waited for a person; 0 when none does.', labels: [],
    row: 'Deliveries', title: 'Oldest held', expr: 'zorgpoort_held_oldest_seconds', legend: 'held', unit: 's',
    alarms: [{
      name: 'ZorgpoortHeldLong', expr: 'zorgpoort_held_oldest_seconds > 86400', for: '10m', severity: 'ticket',
      means: 'A message has waited over a day for somebody to decide; its receiver has not seen it.',
      what_to_do: '"zorgpoort held list" names it with its reason; release or refuse it.'
    }]
  },
  zorgpoort_tasks_open: {
    kind: 'gauge', same: true, help: 'Tasks that nobody has decided yet (no more than 10,000 are counted).', labels: [],
    row: 'Deliveries', title: 'Open tasks', expr: 'zorgpoort_tasks_open', legend: 'tasks', unit: 'short'
  },
  zorgpoort_overdue: {
    kind: 'gauge', same: true, help: 'Messages whose retour should have been there, by the party that is to answer (no more than 10,000 are counted).', labels: ['receiver'],
    row: 'Deliveries', title: 'Overdue retours', expr: 'zorgpoort_overdue', legend: '{{receiver}}', unit: 'short',
    alarms: [{
      name: 'ZorgpoortRetourOverdue', expr: 'zorgpoort_overdue > 0', for: '1h', severity: 'ticket',
      means: 'A party did not answer within the term of the standard.',
      what_to_do: 'Call that party; the gateway keeps waiting and takes a late retour.'
    }]
  },
  zorgpoort_deliveries_total: {
    kind: 'counter', help: 'How dealing with a delivery ended; `offered` also where a message is offered in the moment it is accepted.', labels: ['outcome'],
    row: 'Deliveries', title: 'Outcomes', expr: perSecond('zorgpoort_deliveries_total', 'outcome'), legend: '{{outcome}}', unit: 'ops'
  }
} as const satisfies Record<string, Metric>

const times = {
  zorgpoort_request_seconds: {
    kind: 'histogram', help: 'Time to answer, by route and status.', labels: ['route', 'status'], buckets: [0.002, ...short.slice(2)],
    row: 'Time', title: 'Requests, 99 %', expr: p99('zorgpoort_request_seconds', 'le, route'), legend: '{{route}}', unit: 's',
    alarms: [{
      name: 'ZorgpoortSlow', expr: `${p99('zorgpoort_request_seconds', 'le, route')} > 2.5`, for: '15m', severity: 'ticket',
      means: 'One request in a hundred takes over two and a half seconds.',
      what_to_do: 'See below which stage takes it: storage (a slow disk), validation (large messages), or the machine.'
    }]
  },
  zorgpoort_stage_seconds: {
    kind: 'histogram', help: 'Time of a stage of receiving: validate, seal, store (with its wait for the commit).', labels: ['stage'], buckets: short,
    row: 'Time', title: 'Stages, 99 %', expr: p99('zorgpoort_stage_seconds', 'le, stage'), legend: '{{stage}}', unit: 's'
  },
  zorgpoort_offer_seconds: {
    kind: 'histogram', help: 'From acceptance until the receiver can see it.', labels: [], buckets: [...short, ...long.slice(3)],
    row: 'Time', title: 'Accepted to offered, 99 %', expr: p99('zorgpoort_offer_seconds'), legend: 'offered', unit: 's'
  },
  zorgpoort_collect_seconds: {
    kind: 'histogram', help: 'From offered until the receiver acknowledged it.', labels: [], buckets: long,
    row: 'Time', title: 'Offered to acknowledged, 99 %', expr: p99('zorgpoort_collect_seconds'), legend: 'acknowledged', unit: 's'
  }
} as const satisfies Record<string, Metric>

const storage = {
  zorgpoort_store_up: {
    kind: 'gauge', help: '1 when the storage answered this scrape; the counts of deliveries are left out when not.', labels: [],
    row: 'Storage', title: 'Storage answers', expr: 'zorgpoort_store_up', legend: 'up', unit: 'short',
    alarms: [{
      name: 'ZorgpoortStoreDown', expr: 'zorgpoort_store_up == 0', for: '1m', severity: 'page',
      means: 'The database does not answer: nothing is accepted.',
      what_to_do: 'Run "zorgpoort doctor"; look at the disk. When the database is damaged: stop, and restore a backup.'
    }]
  },
  zorgpoort_commit_seconds: {
    kind: 'histogram', help: 'Time of one commit, from its begin until it is on disk or failed.', labels: [], buckets: short,
    row: 'Storage', title: 'Commits, 99 %', expr: p99('zorgpoort_commit_seconds'), legend: 'commit', unit: 's',
    alarms: [{
      name: 'ZorgpoortDiskSlow', expr: `${p99('zorgpoort_commit_seconds')} > 0.5`, for: '15m', severity: 'ticket',
      means: 'The disk takes over half a second to write a commit through; all requests wait for it.',
      what_to_do: 'See what else uses that disk (a backup to the same one?); move the database to a faster one.'
    }]
  },
  zorgpoort_commit_pieces: {
    kind: 'histogram', help: 'Pieces of writing that shared one commit.', labels: [], buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    row: 'Storage', title: 'Pieces per commit, mean', expr: 'rate(zorgpoort_commit_pieces_sum[5m]) / rate(zorgpoort_commit_pieces_count[5m])', legend: 'pieces', unit: 'short'
  },
  zorgpoort_store_waiting: {
    kind: 'gauge', help: 'Pieces of writing that wait for their commit; on SQLite all that was asked of the database and is not answered yet.', labels: [],
    row: 'Storage', title: 'Waiting to be written', expr: 'zorgpoort_store_waiting', legend: 'waiting', unit: 'short'
  },
  zorgpoort_store_connections: {
    kind: 'gauge', help: 'Connections to PostgreSQL that this process has; none with a database in a file.', labels: [],
    row: 'Storage', title: 'Connections to PostgreSQL', expr: 'zorgpoort_store_connections', legend: 'connections', unit: 'short',
    alarms: [{
      name: 'ZorgpoortConnectionsShort', expr: 'zorgpoort_store_connections >= zorgpoort_store_connections_max and zorgpoort_store_waiting > 0', for: '10m', severity: 'ticket',
      means: 'Every connection to PostgreSQL that a process may have is in use, and work waits for one.',
      what_to_do: 'See what PostgreSQL is busy with (pg_stat_activity, its disk). When it has room to spare: raise postgres_connections_max, within its max_connections.'
    }]
  },
  zorgpoort_store_connections_max: {
    kind: 'gauge', help: 'Connections to PostgreSQL that this process may have; none with a database in a file.', labels: [],
    row: 'Storage', title: 'Connections it may have', expr: 'zorgpoort_store_connections_max', legend: 'at most', unit: 'short'
  },
  zorgpoort_database_bytes: {
    kind: 'gauge', same: true, help: 'Size of the database file.', labels: [],
    row: 'Storage', title: 'Database', expr: 'zorgpoort_database_bytes', legend: 'bytes', unit: 'bytes'
  },
  zorgpoort_wal_bytes: {
    kind: 'gauge', help: 'Size of the log beside the database.', labels: [],
    row: 'Storage', title: 'Write-ahead log', expr: 'zorgpoort_wal_bytes', legend: 'bytes', unit: 'bytes',
    alarms: [{
      name: 'ZorgpoortLogGrows', expr: 'zorgpoort_wal_bytes > 1e9', for: '30m', severity: 'ticket',
      means: 'The log cannot be folded into the database: something has been reading the database for very long.',
      what_to_do: 'See whether a backup or another program has the database open, and let it end.'
    }]
  },
  zorgpoort_disk_free_bytes: {
    kind: 'gauge', help: 'What the disk of the database still takes.', labels: [],
    row: 'Storage', title: 'Free on its disk', expr: 'zorgpoort_disk_free_bytes', legend: 'bytes', unit: 'bytes',
    alarms: [
      {
        name: 'ZorgpoortDiskFilling', expr: 'predict_linear(zorgpoort_disk_free_bytes[6h], 7 * 86400) < 0', for: '1h', severity: 'ticket',
        means: 'At the pace of the last hours the disk is full within a week.',
        what_to_do: 'Enlarge the disk, or shorten how long payloads are kept.'
      },
      {
        name: 'ZorgpoortDiskFull', expr: 'zorgpoort_disk_free_bytes < 1e9', for: '5m', severity: 'page',
        means: 'Less than 1 GB is free; at zero every message is answered 507.',
        what_to_do: 'Make room now: move old backups away, enlarge the disk. Nothing with a receipt is lost meanwhile.'
      }
    ]
  }
} as const satisfies Record<string, Metric>

const gateway = {
  zorgpoort_info: {
    kind: 'gauge', help: 'Always 1; its labels say what runs.', labels: ['version', 'mode', 'roles', 'node'],
    row: 'Gateway', title: 'What runs', expr: 'zorgpoort_info', legend: '{{version}} {{mode}} Node {{node}}', unit: 'short',
    alarms: [{
      name: 'ZorgpoortGone', expr: 'absent(zorgpoort_info)', for: '2m', severity: 'page',
      means: 'No gateway is seen: it is down, or its operations listener cannot be reached.',
      what_to_do: 'Start it and read its first log lines; "zorgpoort doctor" says what keeps it from starting.'
    }]
  },
  zorgpoort_certificate_expiry_timestamp_seconds: {
    kind: 'gauge', help: 'When a certificate of the gateway expires (Unix time).', labels: ['use'],
    row: 'Gateway', title: 'Own certificates', expr: 'zorgpoort_certificate_expiry_timestamp_seconds * 1000', legend: '{{use}}', unit: 'dateTimeFromNow',
    alarms: [
      {
        name: 'ZorgpoortCertificateEnding', expr: 'zorgpoort_certificate_expiry_timestamp_seconds - time() < 30 * 86400', for: '1h', severity: 'ticket',
        means: 'The certificate of the door (tls), of the seals (seal) or by which the gateway is known where it pushes to (push) ends within thirty days.',
        what_to_do: 'Order a new one and put it in place with its key (`zorgpoort keys rotate`); a running gateway takes it up by itself.'
      },
      {
        name: 'ZorgpoortCertificateEndsNow', expr: 'zorgpoort_certificate_expiry_timestamp_seconds - time() < 3 * 86400', for: '5m', severity: 'page',
        means: 'A certificate of the gateway ends within three days; after that nothing is accepted, or (push) nothing pushed.',
        what_to_do: 'Replace it today.'
      }
    ]
  },
  zorgpoort_revocation_faults: {
    kind: 'gauge', help: 'Files in crl_dir that cannot be used, and lists there that have expired.', labels: [],
    row: 'Gateway', title: 'Revocation lists at fault', expr: 'zorgpoort_revocation_faults', legend: 'faults', unit: 'short',
    alarms: [{
      name: 'ZorgpoortRevocationListFault', expr: 'zorgpoort_revocation_faults > 0', for: '5m', severity: 'page',
      means: 'A revocation list is broken, so the one before it is still in use; or one has expired, and every client whose certificate is of its issuer is refused.',
      what_to_do: 'The log lines of level error name the file. Fetch the list from its issuer again and put it in crl_dir; it is read within crl_poll_ms.'
    }]
  },
  zorgpoort_revocation_next_update_timestamp_seconds: {
    kind: 'gauge', help: 'When the first of the revocation lists expires (Unix time).', labels: [],
    row: 'Gateway', title: 'Revocation lists', expr: 'zorgpoort_revocation_next_update_timestamp_seconds * 1000', legend: 'first to expire', unit: 'dateTimeFromNow',
    alarms: [{
      name: 'ZorgpoortRevocationListEnding', expr: 'zorgpoort_revocation_next_update_timestamp_seconds - time() < 6 * 3600', for: '10m', severity: 'ticket',
      means: 'A revocation list expires within six hours; after that clients with a certificate of its issuer are refused.',
      what_to_do: 'See why the job that fetches it into crl_dir does not.'
    }]
  },
  zorgpoort_client_certificates: {
    kind: 'gauge', same: true, help: 'TLS certificates of active accounts: valid, ending (within thirty days) or expired.', labels: ['state'],
    row: 'Gateway', title: 'Client certificates', expr: 'zorgpoort_client_certificates', legend: '{{state}}', unit: 'short',
    alarms: [{
      name: 'ZorgpoortClientCertificateEnding', expr: 'zorgpoort_client_certificates{state="ending"} > 0', for: '1h', severity: 'ticket',
      means: 'A party’s client certificate ends within thirty days.',
      what_to_do: '"zorgpoort doctor" names the account; ask that party for its next certificate and add it beside the present one.'
    }]
  },
  zorgpoort_source_ends_timestamp_seconds: {
    kind: 'gauge', same: true, help: 'When the list of municipalities, or the first of the product lists, ends (Unix time); not there where none does.', labels: ['list'],
    row: 'Gateway', title: 'External sources', expr: 'zorgpoort_source_ends_timestamp_seconds * 1000', legend: '{{list}}', unit: 'dateTimeFromNow',
    alarms: [{
      name: 'ZorgpoortSourceEnding', expr: 'zorgpoort_source_ends_timestamp_seconds - time() < 60 * 86400', for: '1h', severity: 'ticket',
      means: 'The list of municipalities, or a product list, ends within sixty days; after that its rules are not assessed.',
      what_to_do: 'Take in the list that follows (`zorgpoort import`); "zorgpoort doctor" names the one that ends.'
    }]
  },
  zorgpoort_history_importing: {
    kind: 'gauge', same: true, help: 'Earlier messages of an import that goes on or was broken off: they do not count yet (no more than 10,000 are counted).', labels: [],
    row: 'Gateway', title: 'Import of history', expr: 'zorgpoort_history_importing', legend: 'messages', unit: 'short',
    alarms: [{
      name: 'ZorgpoortImportBrokenOff', expr: 'zorgpoort_history_importing > 0', for: '6h', severity: 'ticket',
      means: 'An import of history did not end: what it took does not count for rules.',
      what_to_do: 'Run `zorgpoort import history` with the same folder again; what was taken is known, and all counts at its end.'
    }]
  },
  zorgpoort_audit_unchecked_seconds: {
    kind: 'gauge', same: true, help: 'How long the audit has had rows that no checkpoint tells of; 0 when it has none.', labels: [],
    row: 'Gateway', title: 'Audit without a checkpoint', expr: 'zorgpoort_audit_unchecked_seconds', legend: 'age', unit: 's',
    alarms: [{
      name: 'ZorgpoortAuditUnchecked', expr: 'zorgpoort_audit_unchecked_seconds > 1800', for: '5m', severity: 'ticket',
      means: 'The audit has not been signed for half an hour although something was written: rows cut off from its end would not be noticed.',
      what_to_do: 'Look for "checkpoint" in the log; the seal key must be usable and the storage writable.'
    }]
  },
  zorgpoort_audit_unchained_seconds: {
    kind: 'gauge', same: true, help: 'How long a row of the audit has waited to be chained (PostgreSQL: a second or two); 0 when none does.', labels: [],
    row: 'Gateway', title: 'Audit not chained', expr: 'zorgpoort_audit_unchained_seconds', legend: 'age', unit: 's',
    alarms: [{
      name: 'ZorgpoortAuditUnchained', expr: 'zorgpoort_audit_unchained_seconds > 60', for: '5m', severity: 'ticket',
      means: 'Rows of the audit are written down and not chained: who can write in the database may remove them unseen.',
      what_to_do: 'Look in the log for a storage that fails, and in the database for a transaction that never ends and holds the advisory lock of the audit (pg_locks, pg_stat_activity); end it.'
    }]
  },
  zorgpoort_audit_strange: {
    kind: 'gauge', same: true, help: 'Rows that wait to be chained and were not written by a gateway, or were changed or copied (PostgreSQL); looked at once a minute.', labels: [],
    row: 'Gateway', title: 'Audit: rows not ours', expr: 'zorgpoort_audit_strange', legend: 'rows', unit: 'short',
    alarms: [{
      name: 'ZorgpoortAuditStrange', expr: 'zorgpoort_audit_strange > 0', for: '1m', severity: 'page',
      means: 'Somebody without the audit key wrote rows into the audit, or a process has other keys than this one.',
      what_to_do: 'Run `zorgpoort audit verify`: it names them. See who can write in the database, and that every process has the same audit ring; they stay until a person deletes them.'
    }]
  },
  zorgpoort_validator_waiting: {
    kind: 'gauge', help: 'Large messages that wait for the validation thread.', labels: [],
    row: 'Gateway', title: 'Waiting for the validation thread', expr: 'zorgpoort_validator_waiting', legend: 'waiting', unit: 'short'
  },
  zorgpoort_validator_running: {
    kind: 'gauge', help: '1 while there is a validation thread; it is made when needed, and anew after libxml2 had a large message.', labels: [],
    row: 'Gateway', title: 'Validation thread', expr: 'zorgpoort_validator_running', legend: 'running', unit: 'short'
  },
  zorgpoort_validator_failures_total: {
    kind: 'counter', help: 'Messages that could not be judged: the thread died, ran out of time, or met a mistake of ours.', labels: [],
    row: 'Gateway', title: 'Could not be judged', expr: 'increase(zorgpoort_validator_failures_total[1h])', legend: 'failures', unit: 'short',
    alarms: [{
      name: 'ZorgpoortValidatorFails', expr: 'increase(zorgpoort_validator_failures_total[1h]) > 0', for: '1m', severity: 'ticket',
      means: 'A message broke off its own validation: hostile, or a mistake of ours. A second time it is refused with ZP_POISON.',
      what_to_do: 'Look for "a message could not be judged" in the log and report it.'
    }]
  }
} as const satisfies Record<string, Metric>

const upkeep = {
  zorgpoort_swept_total: {
    by: 'upkeep', kind: 'counter', help: 'Messages of which the payload, or all metadata, were forgotten because of their age; refused messages and batches, whole.', labels: ['what'],
    row: 'Storage', title: 'Forgotten', expr: perSecond('zorgpoort_swept_total', 'what'), legend: '{{what}}', unit: 'ops'
  },
  zorgpoort_sweep_kept: {
    by: 'upkeep', kind: 'gauge', same: true, help: 'Messages old enough to be forgotten that stay, by why, at the last sweep.', labels: ['what', 'why'],
    row: 'Storage', title: 'Old and kept', expr: 'zorgpoort_sweep_kept', legend: '{{what}} {{why}}', unit: 'short'
  },
  zorgpoort_sweep_last_timestamp_seconds: {
    by: 'upkeep', kind: 'gauge', same: true, help: 'When the last sweep ended (Unix time).', labels: [],
    row: 'Storage', title: 'Last sweep', expr: 'zorgpoort_sweep_last_timestamp_seconds * 1000', legend: 'sweep', unit: 'dateTimeFromNow',
    alarms: [{
      name: 'ZorgpoortNotSwept', expr: 'time() - zorgpoort_sweep_last_timestamp_seconds > 3 * 86400', for: '1h', severity: 'ticket',
      means: 'What is old enough to be forgotten has not been looked for in three days: personal data is kept longer than it may be.',
      what_to_do: 'Look for the sweep in the log of the gateway; "zorgpoort sweep" does it by hand.'
    }]
  },
  zorgpoort_rekeyed_total: {
    by: 'upkeep', kind: 'counter', help: 'Messages that came under the current key of a ring, by what was done: rewrapped (kek) or remarked (index_key).', labels: ['what'],
    row: 'Storage', title: 'Rekeyed', expr: perSecond('zorgpoort_rekeyed_total', 'what'), legend: '{{what}}', unit: 'ops'
  }
} as const satisfies Record<string, Metric>

/** Name to metric, in the order of the dashboard. */
export const metrics = { ...traffic, ...deliveries, ...pushes, ...times, ...storage, ...upkeep, ...gateway }
export type MetricName = keyof typeof metrics
/** The names of the metrics of one kind that are counted here. */
export type NameOf<K extends Metric['kind']> = { [N in MetricName]: typeof metrics[N] extends { readonly by: string } ? never : typeof metrics[N]['kind'] extends K ? N : never }[MetricName]

/** As entries, with the shape all have in common, and as they are drawn. */
export const allMetrics: ReadonlyArray<readonly [MetricName, Metric]> = (Object.entries(metrics) as Array<[MetricName, Metric]>).map(([name, it]) => [name, once(name, it)])
