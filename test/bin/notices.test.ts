/** `zorgpoort notices` as an operator uses it: sees who was not told, and why, and has it tried again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, newMessageId, newReferentienummer, partyCode, sha256Hex, type MessageId } from '../../src/core/core.ts'
import { environment } from '../fault/child.ts'
import { makeWorld, type World } from '../flow/world.ts'
import { ends, zorgpoort } from './command.ts'

const policy = { first_ms: 1, longest_ms: 2, total_ms: 3 }
const told = { applicatie: null, applicatieVersie: null, applicatieSubversie: null, referentieId: null, actie: null }

interface Made { readonly id: MessageId, readonly about: MessageId, readonly number: string }

/** Makes a notice to a party, and gives it up where a reason says why. */
async function notice (world: World, target: string, reason: string | null): Promise<Made> {
  const now = instant(Date.now())
  const [party, number, id, about] = [partyCode(target), newReferentienummer(), newMessageId(now), newMessageId(now)]
  await world.store(async store => {
    const outcome = { kind: 'refused', code: 'ZP_SCHEMA', detail: null, findings: [], kept: about, told: false } as const
    const arrival = { door: 'ggk', party, number, conversatie: null, answers: null, digest: sha256Hex('0'.repeat(64)), told, received: now, outcome } as const
    assert.ok(await store.keepArrival(arrival, { id, target: party, code: 'IB014', made: now, body: Buffer.from('<Fo01/>'), policy }))
    const claim = reason === null ? null : await store.claimNotice(party, 60_000, now)
    if (claim !== null && reason !== null) await store.finishNotice({ delivery: claim.delivery, fence: claim.fence, outcome: { kind: 'dead', class: 'transient', reason } }, now)
  })
  return { id, about, number }
}

test('who was not told is listed first, with why and about what; then it is put back', async () => {
  const world = await makeWorld()
  const env = environment(world)
  ends(await zorgpoort(['notices'], { env }), 0, /^No notices\.$/m)
  const dead = await notice(world, '0344', 'exhausted: refused_connection')
  const due = await notice(world, '0363', null)
  const all = await zorgpoort(['notices', 'list'], { env })
  ends(all, 0, new RegExp(`^${dead.id}  to 0344      Fo01 IB014    about ${dead.about}  dead \\S+Z, 1 try  exhausted: nothing listens[^\\n]*\\(refused_connection\\)\\n${due.id}  to 0363      Fo01 IB014    about ${due.about}  next \\S+Z, 0 tries\\n1 given up, 1 on the way\\.\\nThose parties do not know[^]*"zorgpoort notices again ID`))
  const json = await zorgpoort(['notices', '--dead', '--json'], { env })
  const { made, ended, ...rest } = JSON.parse(json.out)
  assert.ok(Date.parse(made) <= Date.parse(ended))
  assert.deepEqual(rest, { id: dead.id, code: 'IB014', state: 'dead', about: dead.about, attempts: 1, next: null, under_way: false, reason: 'exhausted: refused_connection', party: '0344' })
  ends(await zorgpoort(['notices', '--party', '0363'], { env }), 0, /\n0 given up, 1 on the way\.\n$/)
  ends(await zorgpoort(['notices', '--sent'], { env }), 0, /^No notices\.$/m)

  const again = await zorgpoort(['notices', 'again', dead.id, due.id, '--reason', 'endpoint_repaired'], { env })
  ends(again, 1)
  assert.equal(again.out, `1 notice put back; a running gateway sends it at its next look.\n  ${due.id}  not_dead: on its way, or sent\n`)
  ends(await zorgpoort(['notices', '--dead'], { env }), 0, /^No notices\.$/m)
})

test('all of a party are put back at once; what came again since is not', async () => {
  const world = await makeWorld()
  const env = environment(world)
  const [one, two, other] = [await notice(world, '0344', 'no_ggk'), await notice(world, '0344', 'no_ggk'), await notice(world, '0363', 'no_ggk')]
  const json = await zorgpoort(['notices', 'again', '--party', '0344', '--reason', 'connected_again', '--json'], { env })
  assert.equal(json.code, 0)
  assert.deepEqual(JSON.parse(json.out), { counts: { again: 2, absent: 0, not_dead: 0, replaced: 0, gone: 0 }, notices: [one, two].map(({ id }) => ({ id, outcome: 'again' })) })
  ends(await zorgpoort(['notices', 'again', '--party', '0344', '--reason', 'x'], { env }), 0, /^No notices that were given up match\.$/m)
  ends(await zorgpoort(['notices', '--dead'], { env }), 0, new RegExp(`^${other.id}[^\\n]*no ggk connection`))
})

test('wrong use is told', async () => {
  const world = await makeWorld()
  const env = environment(world)
  await notice(world, '0344', null)
  ends(await zorgpoort(['notices', 'again', '--reason', 'x'], { env }), 2, /say which: ids/)
  ends(await zorgpoort(['notices', 'again', newMessageId(instant(0)), '--party', '0344', '--reason', 'x'], { env }), 2, /say which: ids/)
  ends(await zorgpoort(['notices', 'again', 'Jansen', '--reason', 'x'], { env }), 2, /that is no id/)
  ends(await zorgpoort(['notices', 'again', '--party', '0344'], { env }), 2, /--reason/)
  ends(await zorgpoort(['notices', '--party', 'x'], { env }), 2, /--party is four digits/)
})
