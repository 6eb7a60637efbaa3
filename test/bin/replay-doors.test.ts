/** `zorgpoort replay --door`: the same conversations, whichever door each party speaks by. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { home } from '../../src/version.ts'
import { aParty, putParty } from '../register.ts'
import { aanbieder, gemeente, makeWorld } from '../flow/world.ts'
import { freePort } from '../ports.ts'
import { usualJudging } from '../../src/register/register.ts'
import { ends, folder, zorgpoort, type Ended } from './command.ts'

const world = await makeWorld()
const port = await freePort()
/** As the operator of a municipality's endpoint says it; the certificate is that of this machine. */
await world.store(async store => {
  const judging = { ...usualJudging, level: 'schema' } as const
  await putParty(store, aParty(gemeente, { judging, connections: [{ door: 'ggk', direction: 'in', url: `https://127.0.0.1:${port}/`, ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: { first_ms: 200, longest_ms: 1_000, total_ms: 60_000 }, breaker: { failures: 1_000, open_ms: 1_000, probes: 1 }, codes: null, answer_325: null }] }))
  await putParty(store, aParty(aanbieder, { judging }))
})
const gateway = await world.start({ push_key: world.path('unregistered.key'), push_certificate: world.path('unregistered.pem'), push_ca: world.path('ca.pem'), push_ports: String(port), push_networks: '127.0.0.0/8' })
const keys = [['0344', 'gemeente'], ['42420001', 'aanbieder']].flatMap(([code, who]) => ['--as', `${code}=${world.path(`${who}.pem`)},${world.path(`${who}.key`)}`])
const endpoint = ['--listen', String(port), '--certificate', world.path('server.pem'), '--key', world.path('server.key')]
const replays = async (...rest: string[]): Promise<Ended> => await zorgpoort(['replay', ...rest, '--fresh-ids', '--url', gateway.rest, '--ca', world.path('ca.pem'), ...keys, ...endpoint])

// The gemeente has an endpoint in the register: who is pushed to may also fetch.
for (const [its, his] of [['ggk', 'rest'], ['ggk', 'vsp'], ['rest', 'vsp']] as const) {
  test(`the conversations that come with it, the gemeente by ${its} and the aanbieder by ${his}`, async () => {
    const ended = await replays('--door', `0344=${its}`, '--door', `42420001=${his}`, '--timeout', '20')
    ends(ended, 0, /all as expected: 6 of 6 conversations/)
  })
}

describe('what cannot be is said', () => {
  test('a door that is none, and a certificate for the endpoint that is not there', async () => {
    ends(await replays('--door', '0344=fax'), 2, /it is a party code and its door, rest, ggk, vsp: 0344=ggk/)
    const none = await zorgpoort(['replay', 'toewijzing', '--door', '0344=ggk', '--url', gateway.rest, '--ca', world.path('ca.pem'), ...keys], { cwd: folder() })
    assert.equal(none.code, 1)
    assert.match(none.err, /cannot read \.zorgpoort\/server\.pem: no such file/)
  })

  test('an endpoint that nothing listens on: what is for the gemeente does not come', async () => {
    const ended = await zorgpoort(['replay', join(home, 'fixtures/iwmo/3.2/WMO305/small.xml'), '--fresh-ids', '--timeout', '1', '--door', '0344=ggk', '--url', gateway.rest, '--ca', world.path('ca.pem'), ...keys, '--listen', '0', ...endpoint.slice(2)])
    assert.equal(ended.code, 1)
    assert.match(ended.out, /✗ line 1: 0344 receives .*expected WMO305 on the endpoint of 0344 within 1 s; not there/)
  })
})
