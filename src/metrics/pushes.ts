/** The metrics of pushing, a part of the table. */
import { p99, perSecond, short, type Metric } from './metric.ts'

/** Name to metric. */
export const pushes = {
  zorgpoort_pushes_total: {
    kind: 'counter', help: 'Pushes to endpoints of receivers, by how they ended: accepted, refused (a no that stands), failed (tried again), busy (the endpoint asked us to wait); and by class of reason.', labels: ['outcome', 'reason'],
    row: 'Pushes', title: 'Pushes', expr: perSecond('zorgpoort_pushes_total', 'outcome, reason'), legend: '{{outcome}} {{reason}}', unit: 'ops'
  },
  zorgpoort_push_seconds: {
    kind: 'histogram', help: 'Time of one push, until the endpoint answered or was given up on, by how it ended.', labels: ['outcome'], buckets: [...short.slice(3), 30, 60, 120],
    row: 'Pushes', title: 'Pushes, 99 %', expr: p99('zorgpoort_push_seconds', 'le, outcome'), legend: '{{outcome}}', unit: 's'
  },
  zorgpoort_push_waiting: {
    kind: 'gauge', same: true, help: 'Messages still to be pushed, by receiver (no more than 10,000 are counted).', labels: ['receiver'],
    row: 'Pushes', title: 'Waiting to be pushed', expr: 'zorgpoort_push_waiting', legend: '{{receiver}}', unit: 'short'
  },
  zorgpoort_push_oldest_seconds: {
    kind: 'gauge', same: true, help: 'How long the message of these that is given up first has been offered, by receiver.', labels: ['receiver'],
    row: 'Pushes', title: 'Oldest waiting to be pushed', expr: 'zorgpoort_push_oldest_seconds', legend: '{{receiver}}', unit: 's',
    alarms: [{
      name: 'ZorgpoortPushWaits', expr: 'zorgpoort_push_oldest_seconds > 3600', for: '10m', severity: 'ticket',
      means: 'A message has been waiting over an hour to be pushed: its receiver’s endpoint does not take it, or takes less than is sent.',
      what_to_do: '"zorgpoort destinations" tells how each endpoint is and why. Call that party; it may also fetch its messages by `GET /v1/mailbox` meanwhile.'
    }]
  },
  zorgpoort_destination_down: {
    kind: 'gauge', same: true, help: '1 while a receiver’s endpoint answers nobody and is left alone or tried out, 0 while it answers; only of receivers for whom something waits.', labels: ['receiver'],
    row: 'Pushes', title: 'Endpoints that do not answer', expr: 'zorgpoort_destination_down', legend: '{{receiver}}', unit: 'short',
    alarms: [{
      name: 'ZorgpoortDestinationDown', expr: 'zorgpoort_destination_down == 1', for: '15m', severity: 'ticket',
      means: 'A receiver’s endpoint has answered nobody for a quarter of an hour; what is for it waits, and other receivers notice nothing.',
      what_to_do: '"zorgpoort destinations" says why and what to do. When that is done: "zorgpoort destinations try PARTY --reason repaired".'
    }]
  },
  zorgpoort_destination_turns_total: {
    kind: 'counter', help: 'How often endpoints came to be left alone (open), were tried out (half_open), or answered again (closed).', labels: ['state'],
    row: 'Pushes', title: 'Endpoints that went and came', expr: 'sum by (state) (increase(zorgpoort_destination_turns_total[1h]))', legend: '{{state}}', unit: 'short'
  }
} as const satisfies Record<string, Metric>
