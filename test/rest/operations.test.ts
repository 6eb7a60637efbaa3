/** What operators and integrators see: health, metrics after traffic, and a description that says what the door really does. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { webhooks } from '../../src/transport/rest/webhook.ts'
import { version } from '../../src/version.ts'
import { fixture, makeWorld, type Reply } from '../flow/world.ts'
import { needTool } from '../tools.ts'

const world = await makeWorld()
const gateway = await world.start()
const heen = await gateway.as('gemeente').send(fixture('WMO301'))
await gateway.as('aanbieder').receives(heen.id)
await gateway.as('gemeente').post(fixture('WMO301'))
await gateway.as('gemeente').post('no XML')
await gateway.as('gemeente').get('/v1/nowhere')
await gateway.as('aanbieder').delete(`/v1/mailbox/${heen.id}`)

const operations = async (path: string): Promise<Response> => await fetch(`${gateway.operations}${path}`)
interface Described {
  readonly info: { readonly version: string }
  readonly components: Record<string, unknown>
  readonly webhooks: unknown
  readonly paths: Record<string, Record<string, { readonly summary?: string, readonly responses: Record<string, unknown>, readonly parameters?: ReadonlyArray<{ readonly name: string }> }>>
}
const describedBy = async (): Promise<Described> => await (await operations('/docs/json')).json() as Described

describe('the operations listener', () => {
  test('says that it lives and is ready', async () => {
    for (const path of ['/health/live', '/health/ready']) assert.equal((await operations(path)).status, 200, path)
  })

  test('counts what happened', async () => {
    const text = await (await operations('/metrics')).text()
    const value = (name: string): number => Number(new RegExp(`^${name.replace(/[{}"/]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1])
    assert.equal(value('zorgpoort_messages_received_total{type="WMO301"}'), 1)
    assert.equal(value('zorgpoort_messages_duplicate_total'), 1)
    assert.equal(value('zorgpoort_refused_total{code="ZP_XML"}'), 1)
    assert.equal(value('zorgpoort_messages{delivery="waiting"}'), 0)
    for (const use of ['tls', 'seal']) assert.ok(value(`zorgpoort_certificate_expiry_timestamp_seconds{use="${use}"}`) > Date.now() / 1000, use)
    assert.equal(value('zorgpoort_request_seconds_count{route="POST /v1/messages",status="202"}'), 1)
    assert.ok(value('process_resident_memory_bytes') > 0)
    assert.equal(value('zorgpoort_refused_total{code="ZP_NOT_FOUND"}'), 1)
  })

  test('gives no messages, takes nothing, and says nothing of its inside on what it does not know', async () => {
    for (const path of ['/v1/messages', '/v1/mailbox', '/../src/gateway.ts', '/docs/static/../../../package.json']) assert.equal((await operations(path)).status, 404, path)
    assert.equal((await fetch(`${gateway.operations}/metrics`, { method: 'POST', body: 'x' })).status, 404)
  })

  test('describes every operation with its success and its problems', async () => {
    const { info, paths, components, webhooks: described } = await describedBy()
    assert.equal(info.version, version)
    assert.deepEqual(described, JSON.parse(JSON.stringify(webhooks)))
    const successes = { 'post /v1/batches': ['200', '202'], 'post /v1/messages': ['200', '202'], 'delete /v1/mailbox/{id}': ['204'], 'post /berichtenservice/berichten/rest-push/v1/berichten': ['204'], 'delete /berichtenservice/berichten/rest-pull/v1/berichten/{traceerId}': ['202'] } as Record<string, string[]>
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { summary, responses }] of Object.entries(methods)) {
        assert.ok(summary, `${method} ${path} has a summary`)
        assert.deepEqual(Object.keys(responses).toSorted(), [...successes[`${method} ${path}`] ?? ['200'], ...path.startsWith('/berichtenservice') ? ['400'] : [], '4XX', '5XX'], `${method} ${path}`)
      }
    }
    assert.deepEqual(Object.keys(Object(components['securitySchemes'])), ['mutualTLS'])
    assert.deepEqual(paths['/v1/mailbox']?.['get']?.parameters?.map(it => it.name), ['party', 'limit'])
  })

  test('describes the answers as they are', async () => {
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    ajv.addSchema(await describedBy(), 'openapi')
    const step = (it: string): string => it.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')
    const path = `/v1/messages/${heen.id}`
    const asks: ReadonlyArray<readonly [method: string, route: string, status: string, type: string, reply: Promise<Reply>]> = [
      ['post', '/v1/messages', '200', 'application/json', gateway.as('gemeente').post(fixture('WMO301'))],
      ['post', '/v1/messages', '202', 'application/json', gateway.as('gemeente').post(fixture('JW301'))],
      ['post', '/v1/messages', '4XX', 'application/problem+json', gateway.as('gemeente').post(fixture('WMO301', 'invalid-bsn-letters'))],
      ['get', '/v1/messages', '200', 'application/json', gateway.as('gemeente').get('/v1/messages')],
      ['get', '/v1/messages/{id}', '200', 'application/json', gateway.as('gemeente').get(path)],
      ['get', '/v1/messages/{id}/receipt', '200', 'application/json', gateway.as('gemeente').get(`${path}/receipt`)],
      ['get', '/v1/messages/{id}/history', '200', 'application/json', gateway.as('gemeente').get(`${path}/history`)],
      ['get', '/v1/messages/{id}/history', '4XX', 'application/problem+json', gateway.as('otherGemeente').get(`${path}/history`)],
      ['get', '/v1/mailbox', '200', 'application/json', gateway.as('aanbieder').get('/v1/mailbox')],
      ['get', '/v1/codes/retour', '200', 'application/json', gateway.as('gemeente').get('/v1/codes/retour?family=ijw')],
      ['get', '/v1/codes/rules', '200', 'application/json', gateway.as('gemeente').get('/v1/codes/rules')],
      ['get', '/v1/codes/transport', '200', 'application/json', gateway.as('gemeente').get('/v1/codes/transport')]
    ]
    for (const [method, route, status, type, asking] of asks) {
      const reply = await asking
      assert.ok(String(reply.headers['content-type']).startsWith(type), `${method} ${route}: ${String(reply.headers['content-type'])}`)
      const fits = ajv.compile({ $ref: `openapi#/paths/${step(route)}/${method}/responses/${status}/content/${step(type)}/schema` })
      assert.ok(fits(reply.told), `${method} ${route}: ${JSON.stringify(fits.errors)}`)
    }
  })

  test('shows it in a browser', { timeout: 300_000 }, async t => {
    if (!needTool(t, 'chromium', 'chromium')) return
    const { paths } = await describedBy()
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', `--user-data-dir=${world.path('chromium')}`, '--virtual-time-budget=20000']
    const { stdout } = await promisify(execFile)('chromium', [...flags, '--dump-dom', `${gateway.operations}/docs`], { timeout: 280_000, maxBuffer: 50_000_000 })
    for (const path of Object.keys(paths)) assert.ok(stdout.includes(`data-path="${path}"`), path)
  })
})
