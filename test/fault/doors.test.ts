/** Killed while a door of the chain writes down what it refused, or that a receiver cannot use a message: who says it again has said it once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { actions, bv03, di01, fo01, ggkPath, makeChain, soap, soapHeaders, type Speaker } from '../chain.ts'
import { aanbieder, altered, gemeente, message, until, type Client, type Reply } from '../flow/world.ts'
import { openMunicipalities } from '../municipality.ts'
import { reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { assertWhole } from '../store/whole.ts'
import { providerOf } from '../vsp/provider.ts'
import { dotnet, metadata, pushPath } from '../vsp/pushing.ts'
import { startChild } from './child.ts'
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

  /** @returns once the gateway was killed at the point, while it was being asked this */
  async function struckAt (point: AtDoor, by: Speaker, ask: (client: Client) => Promise<Reply>): Promise<void> {
    const child = await startChild(world, over, '', { preload: join(import.meta.dirname, 'struck.ts'), env: { STRIKE: file } })
    after(() => { child.process.kill('SIGKILL') })
    const ended = once(child.process, 'exit')
    writeFileSync(file, `${point} SIGKILL`)
    const reply = await ask(world.clientWith(chain.issued[by], child.rest)).catch(() => null)
    assert.equal(reply, null, 'nothing was answered')
    assert.equal((await ended)[1], 'SIGKILL')
  }

  /** @returns every Fo01 the endpoint took by now, once none is on its way any more */
  async function toldBy (): Promise<readonly unknown[]> {
    endpoint.answer({ kind: 'Bv03' })
    await until(async () => (await world.store(store => store.notices({ state: 'due', limit: 9 }))).items.length === 0 || undefined, 'nothing on its way')
    return endpoint.calls.filter(it => it.operation === 'Fo01').map(it => it.stuurgegevens['crossRefnummer'])
  }
  const whole = () => world.store(store => assertWhole(store, readRoots(rootsIn(world.dir)).audit, [world.ca]))
  return { chain, world, start, struckAt, toldBy, whole }
}

const byGgk = (envelope: string, action: string) => (client: Client): Promise<Reply> => client.call('POST', ggkPath, soap(envelope), soapHeaders(action))
const invalid = (): Buffer => altered(message('WMO301', 1), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, '')

for (const point of ['keeping', 'kept'] as const) {
  const when = point === 'keeping' ? 'before' : 'right after'

  test(`a Di01 that is refused, ${when} the commit: the same again is one refused message, one Fo01 and one Bv03`, { timeout: 300_000 }, async () => {
    const { chain, start, struckAt, toldBy, whole } = await makeStruck()
    const number = randomUUID()
    const post = byGgk(di01(invalid(), { referentienummer: number }), actions.Di01)
    await struckAt(point, 'gemeente', post)
    const gateway = await start()
    const first = await post(gateway.by('gemeente'))
    bv03(first)
    assert.deepEqual((await post(gateway.by('gemeente'))).bytes, first.bytes)
    const refused = (await gateway.by('gemeente').get('/v1/messages?verdict=refused')).told
    assert.deepEqual(refused.messages.map(it => it['code']), ['ZP_SCHEMA'])
    assert.deepEqual(await toldBy(), [number])
    await gateway.stop()
    assert.equal((await chain.world.store(store => store.arrivals(gemeente, { number }, 9))).length, 1)
    await whole()
  })

  test(`a push of the provider door that is refused, ${when} the commit: the same again is one refused message, which its berichtstatus tells`, { timeout: 300_000 }, async () => {
    const { start, struckAt, whole } = await makeStruck()
    const traceerId = randomUUID()
    const { type, body } = dotnet(metadata('WMO305', { traceerId }), altered(message('WMO305', 1), /<wmo305:Begindatum>[^<]*<\/wmo305:Begindatum>/, ''))
    const post = (client: Client): Promise<Reply> => client.call('POST', pushPath, body, { 'content-type': type })
    await struckAt(point, 'aanbieder', post)
    const gateway = await start()
    const client = gateway.by('aanbieder')
    assert.deepEqual([(await post(client)).status, (await post(client)).status], [204, 204])
    const { status } = await providerOf(gateway)
    assert.deepEqual((await status(client, `traceerId=${traceerId}`)).map(it => it.status), ['AfgekeurdDoorDienst'])
    const refused = (await client.get('/v1/messages?verdict=refused')).told
    assert.equal(refused.messages.length, 1)
    await gateway.stop()
    await whole()
  })
}

for (const point of ['disowning', 'disowned'] as const) {
  test(`an Fo01 of a receiver, ${point === 'disowning' ? 'before' : 'right after'} the commit: the same again ends the message once, and its sender is told once`, { timeout: 300_000 }, async () => {
    const { world, start, struckAt, toldBy, whole } = await makeStruck()
    const number = randomUUID()
    const before = await start()
    bv03(await byGgk(di01(message('WMO301', 1), { referentienummer: number }), actions.Di01)(before.by('gemeente')))
    await before.stop()
    const post = byGgk(fo01(number, { zender: aanbieder, ontvanger: gemeente }), actions.Fo01)
    await struckAt(point, 'aanbieder', post)
    const gateway = await start()
    const first = await post(gateway.by('aanbieder'))
    bv03(first)
    assert.deepEqual((await post(gateway.by('aanbieder'))).bytes, first.bytes)
    assert.deepEqual(await toldBy(), [number])
    await gateway.stop()
    const id = await world.store(store => store.byNumber(ownView(gemeente), number))
    assert.ok(id !== null)
    const seen = await world.store(store => store.inspect(id))
    assert.deepEqual([seen?.message.delivery, seen?.history.filter(it => it.event === 'dead').length], ['dead', 1])
    await whole()
  })
}
