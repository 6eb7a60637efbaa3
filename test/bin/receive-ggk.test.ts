/** `zorgpoort receive --door ggk`: what a gateway calls with is kept and told in a line without anything of a person, and refused where that was asked. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openGgkReceiver, type GgkSettings } from '../../bin/receive/ggk.ts'
import { openCourier, type Pushed } from '../../src/deliver/deliver.ts'
import { aParcel } from '../deliver/parcel.ts'
import { openReceivers } from '../receivers.ts'
import { ends, folder, zorgpoort } from './command.ts'

const world = await openReceivers()
after(() => world.close())
const parcel = await aParcel()
const never = new AbortController().signal

async function here (over: Partial<GgkSettings> = {}) {
  const dir = folder()
  const lines: string[] = []
  const receiver = await openGgkReceiver({ host: '127.0.0.1', port: 0, ...world.server, ca: world.ca, trusted: null, dir, odd: { status: null, times: 0, slow_ms: 0 }, refuse: null, say: line => { lines.push(line) }, ...over })
  const courier = openCourier({ identity: () => world.own, ca: world.ca, ports: [receiver.port], networks: ['127.0.0.0/8'], ms_max: 20_000, connect_ms_max: 5_000 })
  after(async () => { await courier.close(); await receiver.close() })
  const to = { door: 'ggk', direction: 'in', url: `https://localhost:${receiver.port}/`, ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null, codes: null, answer_325: null } as const
  return { dir, lines, push: (attempt = 1): Promise<Pushed> => courier.push(to, parcel, attempt, never), tell: (body: string): Promise<Pushed> => courier.tell(to, Buffer.from(body), 1, never) }
}

test('a Di01 is kept with its payload, told and taken; again it is not kept twice', async () => {
  const { dir, lines, push } = await here()
  assert.deepEqual([await push(), await push(2)], [{ kind: 'accepted' }, { kind: 'accepted' }])
  const { referentienummer, sender, receiver, size_bytes } = parcel.message
  assert.deepEqual(readFileSync(join(dir, referentienummer, 'payload.xml')), Buffer.from(parcel.payload))
  assert.match(readFileSync(join(dir, referentienummer, 'envelope.xml'), 'utf8'), /envelopHeenbericht-ggk_Di01/)
  const line = `${referentienummer}  Di01  WMO315  ${sender} → ${receiver}  ${size_bytes} bytes  verified`
  assert.deepEqual(lines, [`${line}  (attempt 1)`, `${line}  again: was kept already  (attempt 2)`])
})

test('an Fo03 is answered as often as asked; whose fault it is goes by its code', async () => {
  const later = await here({ refuse: 'StUF046', odd: { status: null, times: 1, slow_ms: 0 } })
  assert.deepEqual([await later.push(), await later.push(2)], [{ kind: 'failed', reason: 'fo03.StUF046', retry_after_ms: null }, { kind: 'accepted' }])
  assert.match(later.lines[0] ?? '', /^Di01 {2}WMO315 .* answered Fo03 StUF046 {2}\(attempt 1\)$/)
  const no = await here({ refuse: 'StUF013', odd: { status: null, times: 9, slow_ms: 0 } })
  assert.deepEqual(await no.push(), { kind: 'refused', reason: 'fo03.StUF013' })
  assert.equal(existsSync(join(no.dir, parcel.message.referentienummer)), false)
  const odd = await here({ odd: { status: 503, times: 1, slow_ms: 0 } })
  assert.deepEqual(await odd.push(), { kind: 'failed', reason: 'http_503', retry_after_ms: null })
})

test('what is no StUF-GGk is answered an Fo03, and nothing of its texts is told', async () => {
  const { lines, tell } = await here()
  assert.equal((await tell('<Jansen>999900006</Jansen>')).kind, 'refused')
  assert.match(lines[0] ?? '', /^what came is no StUF-GGk {2}answered Fo03 /)
  assert.doesNotMatch(lines.join(), /Jansen|9999/)
})

test('the command says what is wrong use', async () => {
  ends(await zorgpoort(['receive', '--refuse', 'StUF046'], { cwd: folder() }), 2, /--refuse is for --door ggk/)
  ends(await zorgpoort(['receive', '--door', 'ggk', '--refuse', 'geen code'], { cwd: folder() }), 2, /code of an Fo03, such as StUF046/)
})
