/** The gateway: wires every part to the next, and says whether it is ready. */
import { readFileSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { openArrivals } from './arrivals.ts'
import { startBatches, type Batches } from './batches.ts'
import { openCalendar, openTerms, parseHolidays, recognised, type Calendar } from './calendar/calendar.ts'
import { openCheckpoints, removeAuditBefore } from './audit/audit.ts'
import { retourCodes, ruleCodes, transportCodes } from './codes/codes.ts'
import { systemClock, type Clock, type Instant, type RetryPolicies } from './core/core.ts'
import { everyMark } from './clients.ts'
import { breakerPolicy, ConfigError, pushNetworks, pushPorts, retryPolicy, rolesOf, ruleWeights, vspValues, type Config } from './config.ts'
import { startCounts } from './counts.ts'
import { openingOf, serverWarnings } from './database.ts'
import { disownedNotice, heardFo01, noticeSettings, refusalNotice } from './fo01.ts'
import { deliver, openCourier, type Courier } from './deliver/deliver.ts'
import { assessor, openHandlers, type Handler, type Handlers } from './handle/handle.ts'
import * as history from './history/history.ts'
import { openOwnKeys, warnOfPushing, type OwnKeys } from './identity.ts'
import type { Log } from './log.ts'
import { openMetrics, type Metrics } from './metrics/metrics.ts'
import { startNotices, type Notices } from './notices.ts'
import { openParties, type Parties } from './party/party.ts'
import { openPipeline, type Pipeline, type Stages } from './pipeline.ts'
import { startPusher, type Pusher, type PushObserver } from './pusher.ts'
import { messageLinks } from './receipt.ts'
import { retriesOf, route } from './route/route.ts'
import * as rules from './rules/rules.ts'
import { authoritiesIn, boundFindings, openRevocation, openTrust, statementBytes, type Revocation, type RevocationOptions, type Sealer, type Trust } from './sign/sign.ts'
import { openSources } from './sources/sources.ts'
import * as standard from './standard/standard.ts'
import { isPostgres, lockForServe, openServed, StoreFull, type Marked, type Served, type Store, type Topic } from './store/store.ts'
import { largestPayload } from './stuf/stuf.ts'
import { openTenures, soleTenures, type Tenures } from './tenures.ts'
import { openTimekeeper, type Timekeeper } from './timekeeper.ts'
import { openOperations } from './transport/operations/operations.ts'
import { alone, inflight, openDoor, renewTls, type Door, type Elsewhere } from './transport/door/door.ts'
import { ggkInterface, type GgkParts } from './transport/ggk/ggk.ts'
import { openapi, restInterface } from './transport/rest/rest.ts'
import { vspInterface, type VspParts } from './transport/vsp/vsp.ts'
import { chores, erase, redrive, startUpkeep, upkeepMetrics } from './upkeep/upkeep.ts'
import { openMarker, readRoots, type Mark, type Marker } from './vault/vault.ts'
import { openValidator } from './validate/validate.ts'
import { version } from './version.ts'
import { startWorker, type Worker } from './worker.ts'
import type { ZipLimits } from './zip/zip.ts'

export interface Gateway {
  /** Where it listens, such as `https://127.0.0.1:8443`; empty where it has no door. */
  readonly rest: string
  readonly operations: string
  /** Ends open requests, hands claimed work back, closes the store. */
  stop (): Promise<void>
}

function textOf (path: string, setting: string): string {
  try { return readFileSync(path, 'utf8') } catch { throw new ConfigError(`${setting}: cannot read ${path}`) }
}

async function listen (app: { listen: (at: { host: string, port: number }) => Promise<string>, server: Server }, host: string, port: number): Promise<string> {
  await app.listen({ host, port })
  const { port: bound } = app.server.address() as AddressInfo
  return `${host.includes(':') ? `[${host}]` : host}:${bound}`
}

/** How parts are closed, in the order of this list: first what is pushed, which is handed back at once, then the door, last what it stands on. */
const closing = ['keys', 'notices', 'pusher', 'courier', 'rest', 'batches', 'timekeeper', 'upkeep', 'worker', 'operations', 'counts', 'revocation', 'validator', 'checkpoints', 'tenures', 'store', 'lock'] as const
type Closers = Partial<Record<typeof closing[number], () => Promise<void> | void>>

const calendarOf = (config: Config): Calendar => openCalendar(config.holidays === undefined ? recognised : parseHolidays(textOf(config.holidays, 'holidays'), 'holidays'))

/** @throws ConfigError, StoreFailure, or a listen error (EADDRINUSE) when it cannot start; nothing is left open then */
export async function startGateway (config: Config, log: Log, handlers: readonly Handler[] = [], clock: Clock = systemClock): Promise<Gateway> {
  const opened: Closers = {}
  const stopping = new AbortController()
  const close = async (): Promise<void> => {
    stopping.abort()
    for (const part of closing) {
      try { await opened[part]?.() } catch (error) { log.error({ err: error, part }, 'could not be closed') }
    }
  }
  try {
    const addresses = await open(config, log, openHandlers([assessor(ruleWeights(config), openTerms(calendarOf(config))), ...handlers]), clock, opened, stopping.signal)
    return { ...addresses, stop: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Whoever asks whether messages can be taken has so long; a disk that has not answered then may take as long as it likes. */
const ready_ms_max = 5_000

/** @returns null when messages can be taken, else why not */
async function readiness (store: Served, stopping: AbortSignal, now: Instant, { refuses }: Pick<Sealer, 'refuses'>): Promise<string | null> {
  if (stopping.aborted) return 'stopping'
  const why = refuses(now)
  if (why !== null) return why
  const checked = store.check().then(() => null, error => error instanceof StoreFull ? 'the storage is full or cannot be written' : 'the storage cannot be used')
  return await Promise.race([checked, pause(ready_ms_max, 'the storage does not answer', { ref: false })])
}

/** The same stages, whose times are told. */
const timedStages = (stages: Stages, { timed }: Metrics): Stages => ({
  ...stages,
  validator: { ...stages.validator, validate: timed('validate', stages.validator.validate) },
  sealer: { seal: timed('seal', stages.sealer.seal), refuses: stages.sealer.refuses, get certificate () { return stages.sealer.certificate } },
  store: { ...stages.store, accept: timed('store', stages.store.accept) }
})

/** The same pipeline; how each delivery ended is counted. */
const measured = (pipeline: Pipeline, metrics: Metrics, clock: Clock): Pipeline => ({
  ...pipeline,
  work: async (claimed, stop) => {
    const finish = await pipeline.work(claimed, stop)
    if (finish.outcome.kind === 'rejected') metrics.rejected(claimed.envelope.type)
    metrics.dealt(finish.outcome.kind, clock.now() - claimed.envelope.received)
    return finish
  }
})

/** How messages are taken in: what came of each is counted, and who has to do with it is woken; where this process has all in hand that it may, another. */
const receiving = (pipeline: Pipeline, metrics: Metrics, store: Pick<Store, 'tell'>, worker: Pick<Worker, 'wake' | 'full'>, pusher: Pick<Pusher, 'wake'>): Pipeline['receive'] => async (bytes, by) => {
  const stored = await pipeline.receive(bytes, by)
  if (stored.duplicate) metrics.duplicate()
  else if (stored.delivery === 'none') metrics.rejected(stored.type)
  else metrics.received(stored.type)
  if (stored.delivery === 'offered') metrics.dealt('offered', 0)
  if (stored.delivery === 'none') metrics.dealt('rejected', 0)
  if (stored.waiting) worker.wake()
  if (stored.waiting && worker.full()) store.tell('handle')
  if (stored.pushing.length > 0) pusher.wake(stored.pushing)
  return stored
}

/** Opens what decides about certificates of clients; revocation lists are alarmed about by file name, which is the operator's. */
function openClients (config: Config, clock: Clock, log: Log): { readonly trust: Trust, readonly revocation: Revocation } {
  const authorities = authoritiesIn(config.client_ca === undefined ? null : textOf(config.client_ca, 'client_ca'))
  const alarm: RevocationOptions['alarm'] = (list, wrong) => {
    if (wrong) log.error({ list }, 'a revocation list cannot be used')
    else log.info({ list }, 'a revocation list is usable again')
  }
  const revocation = openRevocation({ dir: config.crl_dir ?? null, poll_ms: config.crl_poll_ms, issuers: authorities, clock, alarm })
  return { revocation, trust: openTrust(authorities, revocation, config.crl_missing ?? (config.mode === 'production' ? 'refuse' : 'accept')) }
}

const connectionsOf = ({ server }: Door): Promise<number> => new Promise((resolve, reject) => {
  server.getConnections((error, count) => { if (error === null) resolve(count); else reject(error) })
})

const zipLimits = (config: Config): ZipLimits => ({ members_max: config.batch_members_max, member_bytes_max: config.batch_member_bytes_max, total_bytes_max: config.batch_total_bytes_max, ratio_max: config.batch_ratio_max })

/** @returns marks of each of a stored message's clients under every key; null when it is not valid any more */
async function marksOf ({ validator }: Pick<Stages, 'validator'>, marker: Marker, it: Marked): Promise<Mark[][] | null> {
  const judged = await validator.validate(it.payload)
  if (judged.kind === 'invalid') return null
  return everyMark(marker, it.family, it, standard.leavesNamed(judged.model, judged.message, 'Bsn').map(({ text }) => text))
}

/** What brings messages to endpoints, by the settings. @throws ConfigError */
const courierOf = (config: Config, keys: Pick<OwnKeys, 'push'>, clock: Clock): Courier => openCourier({
  identity: () => keys.push,
  ca: config.push_ca === undefined ? null : textOf(config.push_ca, 'push_ca'),
  ports: pushPorts(config),
  networks: pushNetworks(config),
  ms_max: config.push_ms_max,
  connect_ms_max: config.push_connect_ms_max,
  ggk: { answer_325: config.ggk_325, bytes_max: config.ggk_bytes_max },
  clock
})

interface Pushing { readonly store: Served, readonly tenures: Tenures, readonly pipeline: Pipeline, readonly parties: Parties, readonly clock: Clock, readonly log: Log, readonly observer: PushObserver }

/** What gives it work, by the settings. */
const pusherOf = (config: Config, parts: Pushing): Promise<Pusher> => startPusher({
  ...parts,
  lease_ms: config.lease_ms,
  poll_ms: config.poll_ms,
  retry: retryPolicy(config),
  limits: { at_once_max: config.push_at_once_max, bytes_max: config.push_bytes_max },
  destination: { at_once_max: config.push_destination_at_once_max, per_minute_max: config.push_destination_per_minute_max ?? null, breaker: breakerPolicy(config) }
})

/** How the municipal door reads and speaks, by the settings. */
function ggkOf (config: Config, { store, parties, clock }: { readonly store: Served, readonly parties: Parties, readonly clock: Clock }): Omit<GgkParts, 'who' | 'take' | 'odd'> {
  const settings = noticeSettings(config)
  const now = () => clock.now()
  return {
    store, parties, now,
    self: { ...settings.speaker, administratie: null, gebruiker: null },
    reading: { codes: config.ggk_codes, bytes_max: config.ggk_bytes_max, base64: config.ggk_base64 },
    notice: (envelop, party, refusal) => refusalNotice(settings, { refusal, envelop, party: parties.party(party, now()), now: now() }),
    heard: fo01 => heardFo01(settings, fo01),
    passedOn: (said, message) => disownedNotice(settings, store, { message, said, party: parties.party(message.sender, now()), now: now() })
  }
}

/** How the provider door reads and speaks, by the settings. */
const vspOf = (config: Config): Pick<VspParts, 'values' | 'limits'> => ({
  values: vspValues(config),
  limits: { payload_bytes_max: config.payload_bytes_max, ratio_max: config.batch_ratio_max }
})

/** What an earlier run had in hand is nobody's where a database has one gateway; where it may have several, it is when its leases have passed. */
async function takeUp ({ database }: Config, store: Pick<Store, 'freeLeases'>, log: Log): Promise<void> {
  if (isPostgres(database)) return
  const freed = await store.freeLeases()
  if (freed > 0) log.info({ freed }, 'work that an earlier run of this gateway had in hand goes on')
}

/** Where other processes may serve the same database, the limits of accounts hold for all of them together. */
function sharedCounts ({ database }: Config, store: Served, opened: Closers): Elsewhere {
  if (!isPostgres(database)) return alone
  const counts = startCounts(store)
  opened.counts = () => counts.stop()
  return counts
}

/** What one of several processes at a database does at a time. @param shares whether work is shared out to this one */
async function tenuresOf ({ database, lease_ms }: Config, parts: { readonly store: Served, readonly clock: Clock, readonly log: Log }, opened: Closers, shares = true): Promise<Tenures> {
  if (!isPostgres(database)) return soleTenures
  const tenures = await openTenures({ ...parts, lease_ms, shares })
  opened.tenures = () => tenures.stop()
  return tenures
}

/** Those who look for work by themselves, and sooner when they are woken. */
interface Sleepers { readonly worker: Pick<Worker, 'wake'>, readonly pusher: Pick<Pusher, 'wake'>, readonly notices: Pick<Notices, 'wake'>, readonly batches: Pick<Batches, 'wake'> }

/** Whatever process tells that there is something to do, those of this one look. */
function wakeAll (store: Pick<Store, 'hear'>, { worker, pusher, notices, batches }: Sleepers): void {
  const wakes: Partial<Record<Topic, () => void>> = { handle: () => { worker.wake() }, push: () => { pusher.wake() }, notice: () => { notices.wake() }, batch: () => { batches.wake() } }
  store.hear(topic => { wakes[topic]?.() })
}

/** Before anything is tried: what a clock that is wrong makes of it must not be given up. @returns who watches the clock, and the clock that knows whether it is doubted */
async function watch ({ lease_ms }: Config, store: Served, clock: Clock, log: Log, opened: Closers): Promise<{ readonly timekeeper: Timekeeper, readonly watched: Clock }> {
  const timekeeper = await openTimekeeper({ store, clock, log, lease_ms, wake: () => { for (const it of ['handle', 'push', 'notice', 'batch'] as const) store.tell(it) } })
  opened.timekeeper = () => timekeeper.stop()
  return { timekeeper, watched: { now: () => clock.now(), doubted: timekeeper.doubted } }
}

interface Chores { readonly timekeeper: Timekeeper, readonly tenures: Tenures, readonly stages: Stages, readonly marker: Marker, readonly log: Log, readonly told: ReturnType<typeof upkeepMetrics> }

/** What is done of itself from now on: the audit is signed, what is too old swept, keys are turned. */
async function startChores (config: Config, { timekeeper, tenures, stages, marker, log, told }: Chores, opened: Closers): Promise<void> {
  const { store, sealer, clock } = stages
  await tenures.take([chores])
  await timekeeper.start()
  const checkpoints = await openCheckpoints({ store, sealer, clock, log }, config.checkpoint_ms, () => tenures.held(chores) !== undefined)
  opened.checkpoints = () => checkpoints.stop()
  const upkeep = startUpkeep({ store, tenures, again_ms: config.lease_ms / 3, clock, log, marksOf: it => marksOf(stages, marker, it), retention: config, believed: timekeeper.believed, removeAudit: before => removeAuditBefore({ store, sealer, clock, log }, before), sweep_ms: config.sweep_ms, onSweep: told.swept, onRekey: told.rekeyed })
  opened.upkeep = () => upkeep.stop()
}

/** Where this process only has a door, another handles what comes: it is told, as by a worker that has all in hand that it may. */
const elsewhere: Worker = { wake: () => {}, full: () => true, stop: async () => {} }

/** And another pushes it. */
const pushedElsewhere = (store: Pick<Store, 'tell'>): Pusher => ({
  wake (targets) { if (targets !== undefined) store.tell('push') },
  leftAlone: () => false,
  own: async () => [],
  heard: () => null,
  stop: async () => {}
})

/** A door nobody listens at needs none. */
const noPair = { key: '', cert: '' }

/** Opens part after part; `opened` gathers how each is closed. */
async function open (config: Config, log: Log, handlers: Handlers, clock: Clock, opened: Closers, stopping: AbortSignal): Promise<Omit<Gateway, 'stop'>> {
  const [keys, roles] = [openOwnKeys(config, clock, log), rolesOf(config)]
  const { sealer } = keys
  opened.keys = () => { keys.stop() }
  const roots = readRoots(config)
  opened.lock = lockForServe(config.database)
  const metrics = openMetrics()
  const store = await openServed({ ...openingOf(config.database, config), mode: config.mode, clock, observe: metrics.store, retour_unknown: config.retour_unknown, roots })
  opened.store = () => store.close()
  for (const warning of serverWarnings(config.database, config)) log.warn(warning)
  await takeUp(config, store, log)
  const { timekeeper, watched } = await watch(config, store, clock, log, opened)
  const tenures = await tenuresOf(config, { store, clock, log }, opened, roles.has('work'))
  const validator = openValidator({ payload_bytes_max: config.payload_bytes_max, worker_bytes: config.validation_worker_bytes, worker_ms_max: config.validation_ms_max, findings_max: 200, level1_engine: config.level1_engine }, error => { metrics.unjudged(); log.error({ err: error }, 'a message could not be judged') })
  opened.validator = () => validator.close()
  const parties = await openParties(store)
  if (roles.has('work')) warnOfPushing(keys, await store.register(), log)
  const { handler_ms_max, lease_ms, claim_limit, poll_ms } = config
  const retry = retryPolicy(config)
  const onError: Stages['onError'] = (error, message) => { log.warn({ err: error, message }, 'a delivery failed and is tried again') }
  const onUnkept: Stages['onUnkept'] = (error, message) => { log.warn({ err: error, message }, 'a refused message could not be kept for its sender') }
  const [calendar, marker] = [calendarOf(config), openMarker(roots.index)]
  const { trust, revocation } = openClients(config, clock, log)
  opened.revocation = () => { revocation.close() }
  const courier = courierOf(config, keys, clock)
  opened.courier = () => courier.close()
  const stages: Stages = { clock: watched, calendar, mode: config.mode, parties, validator, sealer, statementBytes, boundFindings, rules, weights: ruleWeights(config), history, sources: openSources(store), verifySignature: trust.verifySignature, standard, marker, store, route, deliver, courier, handlers, handler_ms_max, refused_day_max: config.refused_day_max, refused_bytes_max: config.refused_bytes_max, ggk_payload_bytes_max: largestPayload(config.ggk_bytes_max), retry, random: Math.random, onError, onUnkept }
  const pipeline = measured(openPipeline(timedStages(stages, metrics)), metrics, clock)
  const pusher = roles.has('work') ? await pusherOf(config, { store, tenures, pipeline, parties, clock: watched, log, observer: metrics.pushes }) : pushedElsewhere(store)
  opened.pusher = () => pusher.stop()
  const worker = !roles.has('work') ? elsewhere : startWorker({ store, pipeline, clock: watched, log, lease_ms, claim_limit, poll_ms, retry, recorded: pusher.wake })
  opened.worker = () => worker.stop()
  const held = inflight(config.inflight_bytes_max)
  const told = upkeepMetrics(metrics.registry, clock)
  const receive = receiving(pipeline, metrics, store, worker, pusher)
  const notices: Notices = !roles.has('work') ? elsewhere : startNotices({ store, courier, parties, destinations: pusher, clock: watched, log, lease_ms, poll_ms, random: Math.random })
  opened.notices = () => notices.stop()
  const policies = async (): Promise<RetryPolicies> => retriesOf((await store.register()).parties.filter(it => parties.party(it.code, clock.now()) !== null), retry)
  const arrivals = openArrivals({ store, receive, clock, mode: config.mode, refused: code => { metrics.refused(code) } })
  const batches = startBatches({ store, receive, works: roles.has('work'), clock: watched, log, lease_ms, poll_ms, limits: zipLimits(config), mode: config.mode, total_ms: retry.total_ms, refused: code => { metrics.refused(code) } })
  opened.batches = () => batches.stop()
  const others = sharedCounts(config, store, opened)
  wakeAll(store, { worker, pusher, notices, batches })
  const rest = await openDoor({ ...config, tls: keys.tls ?? noPair, openapi: openapi(version) }, {
    parties, trust, clock, log, inflight: held, others, refused: code => { metrics.refused(code) }, answered: metrics.answered
  }, who => [restInterface({
    store, parties, who,
    now: () => clock.now(),
    links: messageLinks,
    terms: openTerms(calendar),
    receive, receiveBatch: batches.receive,
    erase: (request, account) => erase({ store, marker, clock }, request, account),
    push_ports: pushPorts(config),
    redrive: async request => redrive({ store, policies: await policies() }, request),
    noticeAgain: async (id, decided) => (await store.noticesAgain([id], decided, await policies()))[0] ?? 'absent',
    codes: { retour: family => retourCodes(standard.codeList('LDT_RetourCode', family)), rules: ruleCodes, transport: transportCodes },
    supported: type => standard.supportedTypes().find(it => it === type)
  }), ggkInterface({ ...ggkOf(config, { store, parties, clock }), who, take: arrivals.take, odd: metrics.odd }), vspInterface({ ...vspOf(config), store, parties, who, arrivals, inflight: held, now: () => clock.now() })])
  opened.rest = () => rest.close()
  keys.watch(tls => { renewTls(rest, config, tls) })
  metrics.watch({ store, clock, version, mode: config.mode, roles: config.roles, certificates: keys.expiry, inflight_bytes: held.held, connections: () => connectionsOf(rest), validator: validator.state, revocation })
  const operations = await openOperations({ registry: metrics.registry, openapi: rest.swagger(), roles: [...roles], ready: () => readiness(store, stopping, clock.now(), sealer) })
  opened.operations = () => operations.close()
  const addresses = {
    rest: roles.has('door') ? `https://${await listen(rest, config.rest_host, config.rest_port)}` : '',
    operations: `http://${await listen(operations, config.operations_host, config.operations_port)}`
  }
  // A gateway that finds its port taken leaves the database as it was: nothing signed, nothing swept.
  if (roles.has('work')) await startChores(config, { timekeeper, tenures, stages, marker, log, told }, opened)
  return addresses
}
