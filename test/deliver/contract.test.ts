/** What is pushed is what the OpenAPI document promises, and enough to verify the seal with nothing else. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { openCourier, type Courier } from '../../src/deliver/deliver.ts'
import { issue, type Issued } from '../../src/sign/sign.ts'
import { webhooks } from '../../src/transport/rest/webhook.ts'
import { ends, zorgpoort, type Ended } from '../bin/command.ts'
import { openReceivers, type Arrived, type Receivers } from '../receivers.ts'
import { bench } from '../sign/world.ts'
import { needTool } from '../tools.ts'
import { aParcel } from './parcel.ts'

const { dir, put, openssl } = bench()
let world: Receivers
let courier: Courier
let seal: Issued
before(async () => {
  world = await openReceivers()
  seal = await issue(world.authority, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
})
after(async () => {
  await courier.close()
  await world.close()
})

async function pushed (attempt = 1): Promise<Arrived> {
  const receiver = await world.open()
  courier = openCourier({ identity: () => world.own, ca: null, ports: [receiver.port], networks: ['127.0.0.0/8', '::1/128'], ms_max: 20_000, connect_ms_max: 5_000 })
  assert.deepEqual(await courier.push(receiver.connection(), await aParcel(seal), attempt, new AbortController().signal), { kind: 'accepted' })
  const [it] = receiver.arrived
  assert.ok(it)
  return it
}

const { parameters, requestBody: { content } } = webhooks.pushMessage.post
const form = content['multipart/form-data']

test('headers and parts are those of the document', async () => {
  const { parts, headers } = await pushed(7)
  assert.deepEqual([...parts].map(([name, { type }]) => [name, type]), Object.entries(form.encoding).map(([name, { contentType }]) => [name, contentType]))
  assert.deepEqual([...parts.keys()], form.schema.required)
  const ajv = new Ajv2020({ strict: false, coerceTypes: true })
  addFormats.default(ajv)
  for (const it of parameters) {
    const { name, schema } = Object.fromEntries(Object.entries(it)) as { name: string, schema: object }
    assert.ok(ajv.validate({ type: 'object', properties: { it: schema }, required: ['it'] }, { it: headers[name.toLowerCase()] }), name)
  }
  for (const name of ['metadata', 'receipt'] as const) {
    const schema = Object.fromEntries(Object.entries(Object(form.schema.properties[name])))
    const told: unknown = JSON.parse(String(parts.get(name)?.bytes))
    assert.ok(ajv.validate(schema, told), `${name}: ${JSON.stringify(ajv.errors)}`)
    assert.deepEqual(Object.keys(Object(told)).toSorted(), Object.keys(Object(schema['properties'])).toSorted(), name)
  }
})

test('what is told does not change from one try to the next, and says nothing of tries', async () => {
  const metadata = String((await pushed()).parts.get('metadata')?.bytes)
  assert.doesNotMatch(metadata, /attempt|delivery|work|next|offered|due|account/)
})

test('the seal verifies with what was pushed and nothing else: by the command, and by openssl alone', async t => {
  const { parts } = await pushed()
  for (const [name, { bytes, filename }] of parts) put(filename ?? `${name}.json`, bytes)
  put('ca.pem', world.ca)
  const verify = async (receipt: string): Promise<Ended> => await zorgpoort(['verify', 'payload.xml', '--seal', 'seal.p7s', '--receipt', receipt, '--trust', 'ca.pem'], { cwd: dir })
  ends(await verify('receipt.json'), 0, /ok +seal statement/)
  put('other.json', String(parts.get('receipt')?.bytes).replace('"verdict":"accepted"', '"verdict":"rejected"'))
  assert.equal((await verify('other.json')).code, 1)
  if (!needTool(t, 'openssl', 'openssl')) return
  assert.equal(openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', 'seal.p7s', '-content', 'payload.xml', '-CAfile', 'ca.pem', '-out', 'out').status, 0)
})
