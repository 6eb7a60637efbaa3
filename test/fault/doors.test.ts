/** Killed while a door of the chain writes down what it refused, or that a receiver cannot use a message: who says it again has said it once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { actions, bv03, di01, fo01, ggkPath, makeChain, soap, soapHeaders, type Speaker } from '../chain.ts'
import { aanbieder, altered, gemeente, message, until, type Client, type Reply } from '../flow/world.ts'
import { openMunicipalities } from '../municipality.ts'
import { reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { providerOf } from '../vsp/provider.ts'
import { dotnet, metadata, pushPath } from '../vsp/pushing.ts'
import { assertAcked } from './acked.ts'
import { startChild } from './child.ts'
import { numberedLine } from './lanes.ts'
import type { AtDoor } from './points.ts'

const municipalities = await openMunicipalities()
after(() => municipalities.close())

/** A chain in which the gemeente is told by Fo01, at an endpoint that is down until it is said to be up. */
async function makeStruck () {
  const chain = await makeChain()
  const { world } = chain
  const endpoint = await municipalities.open({ kind: 'answer', status: 503 })
  await world.store(store => putParty(store, aParty(gemeente, { connections: [{ door: 'mailbox', direction: 'both' }, endpoint.connection()] })))
  const over = {
    client_ca: world.path('ca.pem'), ...reaching(world, municipalities, [endpoint]),
    retry_first_ms: 100, retry_longest_ms: 200, breaker_open_ms: 100, poll_ms: 50
  }
  const file = world.path('strike')
  const start = () => chain.start(over)

  const ledger: string[] = []
  /** @param before what it takes by the same door first @returns once the gateway was killed at the point, while it was being asked this */
  async function struckAt (point: AtDoor, by: Speaker, ask: (client: Client) => Promise<Reply>, before: Before): Promise<void> {
    const child = await startChild(world, over, '', { preload: join(import.meta.dirname, 'struck.ts'), env: { STRIKE: file } })
    after(() => { child.process.kill('SIGKILL') })
    const clientOf = (speaker: Speaker): Client => world.clientWith(chain.issued[speaker], child.rest)
    assert.ok((await before.post(clientOf(before.by))).status < 300)
    ledger.push(await numberedLine(clientOf(before.by), before.number, before.sent))
    const ended = once(child.process, 'exit')
    writeFileSync(file, `${point} SIGKILL`)
    const reply = await ask(clientOf(by)).catch(() => null)
    assert.equal(reply, null, 'nothing was answered')
    assert.equal((await ended)[1], 'SIGKILL')
  }

  /** @returns every Fo01 the endpoint took by now, once none is on its way any more */
  async function toldBy (): Promise<readonly unknown[]> {
    endpoint.answer({ kind: 'Bv03' })
    await until(async () => (await world.store(store => store.notices({ state: 'due', limit: 9 }))).items.length === 0 || undefined, 'nothing on its way')
    return endpoint.calls.filter(it => it.operation === 'Fo01').map(it => it.stuurgegevens['crossRefnummer'])
  }
  return { chain, start, struckAt, toldBy, honoured: () => assertAcked(world, ledger, { all: true }) }
}

const byGgk = (envelope: string, action: string) => (client: Client): Promise<Reply> => client.call('POST', ggkPath, soap(envelope), soapHeaders(action))
/** A message as who sends it by his door has it. */
interface Before { readonly by: Speaker, readonly number: string, readonly sent: Buffer, readonly post: (client: Client) => Promise<Reply> }
function asDi01 (sent: Buffer): Before {
  const number = randomUUID()
  return { by: 'gemeente', number, sent, post: byGgk(di01(sent, { referentienummer: number }), actions.Di01) }
}
function asPush (sent: Buffer): Before {
  const number = randomUUID()
  const { type, body } = dotnet(metadata('WMO305', { traceerId: number }), sent)
  return { by: 'aanbieder', number, sent, post: client => client.call('POST', pushPath, body, { 'content-type': type }) }
}
const invalid = (): Buffer => altered(message('WMO301', 1), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, '')

for (const point of ['keeping', 'kept'] as const) {
  const when = point === 'keeping' ? 'before' : 'right after'

  test(`a Di01 that is refused, ${when} the commit: the same again is one refused message, one Fo01 and one Bv03`, { timeout: 300_000 }, async () => {
    const { chain, start, struckAt, toldBy, honoured } = await makeStruck()
    const number = randomUUID()
    const post = byGgk(di01(invalid(), { referentienummer: number }), actions.Di01)
    await struckAt(point, 'gemeente', post, asDi01(message('WMO301', 2)))
    const gateway = await start()
    const first = await post(gateway.by('gemeente'))
    bv03(first)
    assert.deepEqual((await post(gateway.by('gemeente'))).bytes, first.bytes)
    const refused = (await gateway.by('gemeente').get('/v1/messages?verdict=refused')).told
    assert.deepEqual(refused.messages.map(it => it['code']), ['ZP_SCHEMA'])
    assert.deepEqual(await toldBy(), [number])
    await gateway.stop()
    assert.equal((await chain.world.store(store => store.arrivals(gemeente, { number }, 9))).length, 1)
    assert.equal((await honoured()).promised, 1)
  })

  test(`a push of the provider door that is refused, ${when} the commit: the same again is one refused message, which its berichtstatus tells`, { timeout: 300_000 }, async () => {
    const { start, struckAt, honoured } = await makeStruck()
    const { number: traceerId, post } = asPush(altered(message('WMO305', 1), /<wmo305:Begindatum>[^<]*<\/wmo305:Begindatum>/, ''))
    await struckAt(point, 'aanbieder', post, asPush(message('WMO305', 2)))
    const gateway = await start()
    const client = gateway.by('aanbieder')
    assert.deepEqual([(await post(client)).status, (await post(client)).status], [204, 204])
    const { status } = await providerOf(gateway)
    assert.deepEqual((await status(client, `traceerId=${traceerId}`)).map(it => it.status), ['AfgekeurdDoorDienst'])
    const refused = (await client.get('/v1/messages?verdict=refused')).told
    assert.equal(refused.messages.length, 1)
    await gateway.stop()
    assert.equal((await honoured()).promised, 1)
  })
}

for (const point of ['disowning', 'disowned'] as const) {
  test(`an Fo01 of a receiver, ${point === 'disowning' ? 'before' : 'right after'} the commit: the same again ends the message once, and its sender is told once`, { timeout: 300_000 }, async () => {
    const { start, struckAt, toldBy, honoured } = await makeStruck()
    const before = asDi01(message('WMO301', 1))
    const { number } = before
    const post = byGgk(fo01(number, { zender: aanbieder, ontvanger: gemeente }), actions.Fo01)
    await struckAt(point, 'aanbieder', post, before)
    const gateway = await start()
    const first = await post(gateway.by('aanbieder'))
    bv03(first)
    assert.deepEqual((await post(gateway.by('aanbieder'))).bytes, first.bytes)
    assert.deepEqual(await toldBy(), [number])
    await gateway.stop()
    assert.equal((await honoured()).dead, 1)
  })
}
