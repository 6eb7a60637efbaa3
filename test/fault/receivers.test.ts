/** Receivers that misbehave in every way there is, beside good ones: each message ends where it should, and nothing a receiver said is told to anybody. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { messageId, partyCode, type PartyCode } from '../../src/core/core.ts'
import type { PushConnection } from '../../src/store/store.ts'
import { makeWorld, message, until, type Running, type World } from '../flow/world.ts'
import { openReceivers, reaching, type Behaviour, type Receiver, type Shown } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { assertAcked } from './acked.ts'
import { lineOf } from './ledger.ts'

/** Stands in everything a receiver says. */
const secret = 'GEHEIMANTWOORD'
const headers = { 'X-Reden': secret, Server: secret, Location: `https://localhost/${secret}`, 'Content-Type': 'application/json' }
const body = JSON.stringify({ code: `${secret} is no code`, detail: secret, message: `Bsn 999943212 ${secret}` })
const says = (status: number, more: Record<string, string> = {}): Behaviour => ({ kind: 'answer', status, headers: { ...headers, ...more }, body })

/** taken: delivered all the same. refused: dead at once. again: tried until its time is up. */
type End = { readonly kind: 'taken' } | { readonly kind: 'refused', readonly reason: string } | { readonly kind: 'again', readonly reason: RegExp }
const taken: End = { kind: 'taken' }
const refused = (status: number, code = ''): End => ({ kind: 'refused', reason: `http_${status}${code}` })
const again = (reason: string): End => ({ kind: 'again', reason: new RegExp(`^exhausted: (?:${reason})(?:\\.[a-z_]+)?$`) })

interface Bad { readonly what: string, readonly end: End, readonly behaviour?: Behaviour, readonly shows?: Shown, readonly over?: (it: Receiver) => Partial<PushConnection>, readonly stopped?: boolean }

const kinds: readonly Bad[] = [
  { what: 'answers 200 with a body that is cut', behaviour: { kind: 'cut', at: 'answer' }, end: taken },
  { what: 'answers 200 with five megabytes', behaviour: { kind: 'huge', bytes: 5_000_000 }, end: taken },
  { what: 'answers 200 without end', behaviour: { kind: 'endless' }, end: taken },
  { what: 'hangs up before the second request of a connection', behaviour: { kind: 'cut', at: 'reused' }, end: taken },
  { what: 'says 400', behaviour: says(400), end: refused(400) },
  { what: 'says 404', behaviour: says(404), end: refused(404) },
  { what: 'says 410 and closes', behaviour: { kind: 'answer', status: 410, headers, body, then: 'close' }, end: refused(410) },
  { what: 'says 422 with a code', behaviour: { kind: 'answer', status: 422, headers, body: JSON.stringify({ code: 'ONBEKENDE_CLIENT', detail: secret }) }, end: refused(422, '.ONBEKENDE_CLIENT') },
  { what: 'says 422 with five megabytes', behaviour: { kind: 'huge', bytes: 5_000_000, status: 422 }, end: refused(422) },
  { what: 'says 408', behaviour: says(408), end: again('http_408') },
  { what: 'says 425', behaviour: says(425), end: again('http_425') },
  { what: 'says 500', behaviour: says(500), end: again('http_500') },
  { what: 'says 503 and to come back', behaviour: says(503, { 'Retry-After': '1' }), end: again('http_503') },
  { what: 'sends elsewhere', behaviour: says(302), end: again('http_302') },
  { what: 'says nothing', behaviour: { kind: 'silent' }, over: () => ({ ms_max: 300 }), end: again('timeout') },
  { what: 'takes the connection and says nothing', behaviour: { kind: 'mute' }, end: again('timeout') },
  { what: 'answers garbage', behaviour: { kind: 'garbage' }, end: again('no_http') },
  { what: 'hangs up on connections', behaviour: { kind: 'cut', at: 'connect' }, end: again('cut|tls|refused_connection') },
  { what: 'hangs up at the head', behaviour: { kind: 'cut', at: 'head' }, end: again('cut') },
  { what: 'hangs up half-way', behaviour: { kind: 'cut', at: 'half' }, end: again('cut') },
  { what: 'hangs up after the body', behaviour: { kind: 'cut', at: 'body' }, end: again('cut') },
  { what: 'speaks no TLS', behaviour: { kind: 'plain' }, end: again('tls') },
  { what: 'shows a certificate of an unknown authority', shows: 'foreign', end: again('certificate') },
  { what: 'shows a certificate of another name', shows: 'other_name', end: again('certificate') },
  { what: 'shows an expired certificate', shows: 'expired', end: again('certificate') },
  { what: 'shows another certificate than the pinned one', shows: 'renewed', over: it => ({ pin: it.pin() }), end: again('certificate') },
  { what: 'listens no more', stopped: true, end: again('refused_connection') },
  { what: 'has a name that nobody knows', over: it => ({ url: `https://geheim-antwoord.invalid:${it.port}/` }), end: again('name') },
  { what: 'has a private address', over: it => ({ url: `https://10.1.2.3:${it.port}/` }), end: again('address') }
]
const good = 3
/** Two of one client, so that one waits behind the other, and one of another. */
const each = 3
const many = 20

interface Party { readonly code: PartyCode, readonly kind: Bad | null, readonly receiver: Receiver }
interface Sent { readonly id: string, readonly to: Party, readonly line: string }

async function register (world: World, { code, kind, receiver }: Party, over: Partial<PushConnection> = {}): Promise<void> {
  const connection = receiver.connection({ ...kind?.over?.(receiver), ...over })
  await world.store(store => putParty(store, aParty(code, { connections: [{ door: 'mailbox', direction: 'both' }, connection] })))
}

async function send (gateway: Running, to: Party, count: number, from: number): Promise<Sent[]> {
  const seeds = Array.from({ length: count }, (_, nth) => from + (nth < 2 ? 0 : nth))
  const sent: Sent[] = []
  for (const [nth, seed] of seeds.entries()) {
    const bytes = message('WMO301', seed, { ontvanger: to.code, identificatie: `P${from + nth}` })
    const reply = await gateway.as('gemeente').post(bytes)
    assert.equal(reply.status, 202, reply.bytes.toString())
    sent.push({ to, id: reply.told.id, line: lineOf(reply.bytes, bytes) })
  }
  return sent
}

test(`${kinds.length} bad receivers beside ${good} good ones: everything ends where it should, counts add up, and nothing they said is told`, { timeout: 300_000 }, async () => {
  const receivers = await openReceivers()
  after(() => receivers.close())
  const world = await makeWorld()
  let next = 42_421_000
  const open = async (kind: Bad | null): Promise<Party> => {
    const receiver = await receivers.open(kind?.behaviour === undefined ? {} : { behaviour: kind.behaviour })
    const party = { code: partyCode(String(++next)), kind, receiver }
    await register(world, party)
    if (kind?.shows !== undefined) receiver.show(kind.shows)
    if (kind?.stopped === true) await receiver.stop()
    return party
  }
  const bad: Party[] = []
  for (const kind of kinds) bad.push(await open(kind))
  const well: Party[] = []
  for (let nth = 0; nth < good; nth++) well.push(await open(null))
  // It is down as well, but has a policy of its own: days.
  const patient = await open({ what: 'patient', stopped: true, end: again('refused_connection') })
  await register(world, patient, { retry: { first_ms: 60_000, longest_ms: 60_000, total_ms: 432_000_000 } })
  const gateway = await world.start({
    ...reaching(world, receivers, [...bad, ...well, patient].map(it => it.receiver)),
    push_ms_max: 20_000, push_connect_ms_max: 5_000, retry_first_ms: 50, retry_longest_ms: 400, retry_total_ms: 2_500, breaker_failures: 5, breaker_open_ms: 300, breaker_probes: 1, requests_per_minute_max: 100_000
  })

  const sent: Sent[] = []
  for (const [nth, party] of [...bad, patient].entries()) sent.push(...await send(gateway, party, each, 1 + nth * 100))
  for (const [nth, party] of well.entries()) sent.push(...await send(gateway, party, many, 50_000 + nth * 100))
  const stateOf = async (id: string): Promise<unknown> => (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told['delivery']
  const ended = (it: Sent): Promise<unknown> => until(async () => ['delivered', 'dead'].includes(String(await stateOf(it.id))) || undefined, `the end of a message to one that ${it.to.kind?.what ?? 'is good'}`)
  const to = (party: Party): Sent[] => sent.filter(it => it.to === party)

  for (const it of well.flatMap(to)) await ended(it)
  for (const it of bad.flatMap(to)) await ended(it)
  const answers = await Promise.all([...sent.map(it => `/v1/messages/${it.id}`), ...sent.map(it => `/v1/messages/${it.id}/history`), '/v1/messages?limit=250', '/v1/messages?delivery=dead&limit=250'].map(path => gateway.as('gemeente').get(path)))
  const operator = await Promise.all(['/v1/operator/dead', '/v1/operator/destinations', '/v1/operator/messages?limit=250'].map(path => gateway.as('operator').get(path)))
  const metrics = await (await fetch(`${gateway.operations}/metrics`)).text()
  await gateway.stop()

  await world.store(async store => {
    for (const { id, to: { kind } } of sent) {
      const found = await store.inspect(messageId(id))
      assert.ok(found)
      const { message: it, history } = found
      const what = `${kind?.what ?? 'is good'}: ${it.delivery} ${it.dead_class} ${it.dead_reason}`
      const events = (name: string): number => history.filter(({ event }) => event === name).length
      const end: End = kind?.end ?? taken
      if (kind?.what === 'patient') assert.deepEqual([it.delivery, it.work?.kind], ['offered', 'push'], what)
      else if (end.kind === 'taken') assert.deepEqual([it.delivery, events('delivered'), events('dead')], ['delivered', 1, 0], what)
      else if (end.kind === 'refused') assert.deepEqual([it.delivery, it.dead_class, it.dead_reason, it.attempts, events('later'), events('dead')], ['dead', 'functional', end.reason, 1, 0, 1], what)
      else {
        assert.deepEqual([it.delivery, events('delivered'), events('dead')], ['dead', 0, 1], what)
        assert.ok(['transient', 'partner_down'].includes(it.dead_class ?? ''), what)
        assert.match(it.dead_reason ?? '', end.reason, what)
      }
    }
  })
  const { delivered, dead, offered } = await assertAcked(world, sent.map(it => it.line), { all: true })
  assert.deepEqual([delivered, dead, offered], [
    many * good + each * kinds.filter(it => it.end.kind === 'taken').length, each * kinds.filter(it => it.end.kind !== 'taken').length, each
  ])
  for (const party of well) assert.deepEqual([new Set(party.receiver.arrived.map(it => it.id)).size, party.receiver.arrived.length, party.receiver.faults], [many, many, []])

  const places = [['log', gateway.lines.join('\n')], ['metrics', metrics], ['answers', [...answers, ...operator].map(it => it.bytes.toString() + JSON.stringify(it.headers)).join('\n')],
    ...readdirSync(world.dir).filter(it => it.startsWith('zorgpoort.db')).map(it => [it, readFileSync(world.path(it)).toString('latin1')] as const)] as const
  for (const [where, text] of places) for (const it of [secret, secret.toLowerCase(), '999943212', 'elsewhere.example']) assert.ok(!text.includes(it), `${it} stands in the ${where}`)
})
