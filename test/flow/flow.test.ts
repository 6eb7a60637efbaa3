/** The whole way of a message over real TLS: to its receiver, acknowledged, and its answer back. For every type. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fingerprint, messageId, partyCode, sha256Hex } from '../../src/core/core.ts'
import { statementBytes, verifySeal } from '../../src/sign/sign.ts'
import { modelOf, supportedTypes, type MessageModel } from '../../src/standard/standard.ts'
import { needTool } from '../tools.ts'
import { fixture, makeWorld, message, withText, type Client, type Reply, type Told } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const sender = (model: MessageModel): Client => gateway.as(model.role === 'retour' ? (model.afzender === 'gemeente' ? 'aanbieder' : 'gemeente') : model.afzender)
const receiver = (model: MessageModel): Client => gateway.as(sender(model) === gateway.as('gemeente') ? 'aanbieder' : 'gemeente')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** Posts, finds it in the receiver's mailbox, fetches the exact bytes, and acknowledges twice. @returns the receipt */
async function travels (model: MessageModel, bytes: Buffer): Promise<Told> {
  const reply = await sender(model).post(bytes)
  assert.equal(reply.status, 202, reply.bytes.toString())
  const receipt = reply.told
  assert.deepEqual([receipt['type'], receipt['verdict'], receipt.sha256, receipt['size_bytes']], [model.type, 'accepted', sha256(bytes).toString('hex'), bytes.length])
  assert.equal(reply.headers['location'], `/v1/messages/${receipt.id}`)
  const to = receiver(model)
  await to.receives(receipt.id)
  const inbox = (await to.get('/v1/mailbox')).told.messages
  assert.ok(inbox.some(it => it.id === receipt.id && it.sha256 === receipt.sha256 && it['size_bytes'] === bytes.length))
  for (const who of [to, sender(model)]) checkPayload(await who.get(`/v1/messages/${receipt.id}/payload`), bytes)
  for (let times = 0; times < 2; times++) assert.equal((await to.delete(`/v1/mailbox/${receipt.id}`)).status, 204)
  assert.ok(!(await to.get('/v1/mailbox')).told.messages.some(it => it.id === receipt.id))
  return receipt
}

function checkPayload (reply: Reply, bytes: Buffer): void {
  assert.equal(reply.status, 200)
  assert.deepEqual(reply.bytes, bytes)
  assert.equal(reply.headers['content-type'], 'application/xml')
  assert.equal(reply.headers['content-digest'], `sha-256=:${sha256(bytes).toString('base64')}:`)
}

describe('a message and its answer', () => {
  for (const type of supportedTypes()) {
    const model = modelOf(type)
    if (model.answeredBy === null) continue
    for (const size of ['small', 'full']) {
      test(`${type} and ${model.answeredBy}, ${size}`, async () => {
        const asked = await travels(model, fixture(type, size))
        const before = (await sender(model).get(`/v1/messages/${asked.id}`)).told
        assert.deepEqual([before['delivery'], before['answer'], before['answered_by'], before['answers']], ['delivered', 'awaited', null, null])
        const answer = await travels(modelOf(model.answeredBy ?? type), fixture(model.answeredBy ?? type, size))
        for (const who of [sender(model), receiver(model)]) {
          const heen = (await who.get(`/v1/messages/${asked.id}`)).told
          const back = (await who.get(`/v1/messages/${answer.id}`)).told
          assert.deepEqual([heen['answer'], heen['answered_by'], back['answers'], back['answer']], ['answered', answer.id, asked.id, 'none'])
          assert.equal(heen['conversatie'], back['conversatie'])
          assert.notEqual(heen['referentienummer'], back['referentienummer'])
          const { events } = (await who.get(`/v1/messages/${asked.id}/history`)).told
          assert.deepEqual(events.map(it => it.event), ['accepted', 'offered', 'delivered', 'answered'])
          assert.equal(events[3]?.detail, answer.id)
        }
      })
    }
  }
})

describe('the seal', () => {
  /** A sealed message as its receiver holds it, in files. */
  async function sealed (seed: number) {
    const bytes = message('WMO301', seed, { identificatie: `SEAL${seed}` })
    const { id } = await gateway.as('gemeente').send(bytes)
    await gateway.as('aanbieder').receives(id)
    const [seal, receipt] = await Promise.all(['seal', 'receipt'].map(async part => await gateway.as('aanbieder').get(`/v1/messages/${id}/${part}`)))
    assert.ok(seal && receipt)
    assert.equal(seal.headers['content-type'], 'application/pkcs7-signature')
    return { bytes, seal: seal.bytes, receipt: receipt.told }
  }

  test('proves message and receipt, and no other message or receipt', async () => {
    const { bytes, seal, receipt } = await sealed(900)
    const text = (name: string): string => String(receipt[name])
    const stated = (sender = text('sender')) => statementBytes({ id: messageId(receipt.id), sender: partyCode(sender), receiver: partyCode(text('receiver')), certificate_sha256: fingerprint(text('certificate_sha256')), received: text('received'), sha256: sha256Hex(receipt.sha256), verdict: 'accepted' })
    const verdict = (payload: Uint8Array, statement: Uint8Array) => {
      const it = verifySeal({ seal, payload, statement, trusted: [world.ca] })
      return it.ok ? 'holds' : it.reason
    }
    assert.equal(verdict(bytes, stated()), 'holds')
    assert.equal(verdict(withText(bytes, 'Identificatie', 'SEAL999'), stated()), 'digest')
    assert.equal(verdict(bytes, stated('0363')), 'statement')
    assert.equal(receipt['certificate_sha256'], world.account('gemeente').certificates[0]?.fingerprint)
  })

  test('is verified by openssl, and not over one changed byte', async t => {
    if (!needTool(t, 'openssl', 'openssl')) return
    const { bytes, seal } = await sealed(901)
    const verify = (content: Uint8Array) => {
      writeFileSync(world.path('message.xml'), content)
      writeFileSync(world.path('seal.p7s'), seal)
      return spawnSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'seal.p7s', '-content', 'message.xml', '-CAfile', 'ca.pem'], { cwd: world.dir })
    }
    const good = verify(bytes)
    assert.equal(good.status, 0, good.stderr.toString())
    assert.deepEqual(good.stdout, bytes)
    const changed = Buffer.from(bytes)
    changed[changed.length - 3] = (changed[changed.length - 3] ?? 0) ^ 1
    assert.notEqual(verify(changed).status, 0)
  })
})
