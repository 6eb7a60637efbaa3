/** `zorgpoort audit` as an auditor uses it: beside a running server, after a tampering, and wrongly. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { environment } from '../fault/child.ts'
import { makeWorld, message, until } from '../flow/world.ts'
import { ends, zorgpoort } from './command.ts'

const world = await makeWorld()
const gateway = await world.start({ checkpoint_ms: 50 })
const env = environment(world)
const run = (...args: string[]) => zorgpoort(['audit', ...args], { env })

test('beside a running server, with another that writes at the same time, the chain stays whole', async () => {
  const client = gateway.as('gemeente')
  const posts = async (): Promise<void> => { for (let n = 0; n < 40; n++) await client.send(message('WMO301', 100 + n, { identificatie: `AUDIT${n}` })) }
  const commands = async (): Promise<void> => {
    for (let n = 0; n < 3; n++) ends(await zorgpoort(['parties', 'add', '0855', '--name', `Tilburg ${n}`, '--family', 'iwmo', '--account', 'tilburg', '--certificate', world.path('unregistered.pem')], { env }), 0)
  }
  const verifying = async (): Promise<void> => { ends(await run('verify', '--trust', world.path('ca.pem')), 0, /^ok {2}\d+ rows/) }
  await Promise.all([posts(), commands(), verifying()])
  await gateway.stop()
  ends(await run('verify'), 0, /^ok {2}\d+ rows \(1 to \d+\), \d+ checkpoints\n/)
  const listed = await run('list', '--event', 'account_changed', '--json')
  assert.ok(listed.out.trim().split('\n').every(line => (JSON.parse(line) as { event: string }).event === 'account_changed'))
})

test('what was changed is told by its row, with exit 1', async () => {
  copyFileSync(world.path('zorgpoort.db'), world.path('tampered.db'))
  const db = new Database(world.path('tampered.db'))
  db.exec("update audit set account = 'somebody' where seq = 5")
  db.close()
  const place = ['--database', `sqlite:${world.path('tampered.db')}`]
  const told = await run('verify', ...place)
  assert.equal(told.code, 1)
  assert.match(told.out, /FAILED {2}main row 5: is not as it was written/)
  const json = JSON.parse((await run('verify', ...place, '--json')).out) as { ok: boolean, findings: unknown[] }
  assert.deepEqual([json.ok, json.findings], [false, [{ fault: 'changed', chain: 'main', seq: 5, to: 5, checkpoint: null }]])
})

test('checkpoints kept elsewhere tell of what was cut off', async () => {
  const kept = await run('checkpoints', '--json')
  ends(kept, 0)
  writeFileSync(world.path('kept.jsonl'), kept.out)
  writeFileSync(world.path('gateway.log'), gateway.lines.join(''))
  copyFileSync(world.path('zorgpoort.db'), world.path('cut.db'))
  const db = new Database(world.path('cut.db'))
  const [first, second] = db.prepare<[], { number: number, seq: number, id: string }>('select number, seq, id from checkpoint order by number').all()
  assert.ok(first && second)
  db.exec(`delete from audit where seq > ${second.seq - 1}; delete from checkpoint where number > ${first.number}`)
  db.close()
  const place = ['--database', `sqlite:${world.path('cut.db')}`]
  ends(await run('verify', ...place), 0)
  for (const file of ['kept.jsonl', 'gateway.log']) {
    ends(await run('verify', '--checkpoint-file', world.path(file)), 0)
    const told = await run('verify', ...place, '--checkpoint-file', world.path(file))
    assert.equal(told.code, 1)
    assert.match(told.out, new RegExp(`rows? ${second.seq}.*removed from the end`))
  }
  ends(await run('verify', '--since', second.id), 0, /^ok/)
})

test('checkpoints of a former seal certificate hold by default', async () => {
  ends(await zorgpoort(['audit', 'verify'], { env: { ...env, ZORGPOORT_SEAL_CERTIFICATE: world.path('server.pem') } }), 1)
  mkdirSync(world.path('former'))
  copyFileSync(world.path('seal.pem'), world.path('former/seal-0123456789abcdef.pem'))
  ends(await zorgpoort(['audit', 'verify'], { env: { ...env, ZORGPOORT_SEAL_CERTIFICATE: world.path('server.pem') } }), 0, /^ok/)
})

test('used wrongly it says what to do', async () => {
  ends(await run('verify', '--since', 'x'), 1, /no checkpoint x/)
  ends(await run('verify', '--checkpoint-file', world.path('ca.pem')), 1, /holds no checkpoint/)
  ends(await run('verify', '--trust', world.path('seal.key')), 1, /holds no certificate/)
  ends(await run('list', '--event', 'gossip'), 2, /it is one of chained/)
  ends(await run('list', '--from', 'yesterday'), 2, /a moment such as/)
  const { ZORGPOORT_SEAL_CERTIFICATE: _, ...unsealed } = env
  const { ZORGPOORT_AUDIT_KEY: __, ...keyless } = env
  mkdirSync(world.path('apart'))
  copyFileSync(world.path('zorgpoort.db'), world.path('apart/zorgpoort.db'))
  const place = ['audit', 'verify', '--database', `sqlite:${world.path('apart/zorgpoort.db')}`]
  ends(await zorgpoort(place, { env: unsealed }), 2, /say with --trust FILE/)
  ends(await zorgpoort(place, { env: keyless }), 2, /this needs the audit key/)
})

test('the log tells every checkpoint', async () => {
  await until(() => gateway.lines.filter(line => line.includes('"audit checkpoint"')).length >= 2 ? true : undefined)
})
