/** Operators change the register over the interface: seen at the next request, written in the audit, and refused in the words of the command line. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeWorld, type Reply, type Told, type Who } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const post = async (who: Who, path: string, body: unknown): Promise<Reply> =>
  await gateway.as(who).call('POST', `/v1/operator/${path}`, typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json' })
const made = async (path: string, body: unknown): Promise<unknown> => {
  const reply = await post('operator', path, body)
  assert.equal(reply.status, 200, reply.bytes.toString())
  return reply.told['changes']
}

describe('the register over the interface', () => {
  test('takes a supplier in, lets it act for a party, and ends that', async () => {
    const newcomer = gateway.as('unregistered')
    const { pem, fingerprint } = world.certificate('unregistered')
    assert.equal((await newcomer.get('/v1/mailbox')).status, 401)
    assert.equal(await made('parties', { code: '42420011', name: 'Voorbeeld', families: ['iwmo'] }), 1)
    assert.equal(await made('accounts', { id: 'leverancier', certificates: [{ pem }] }), 1)
    assert.equal(await made('accounts', { id: 'leverancier', certificates: [{ pem }] }), 0)
    assert.equal((await newcomer.get('/v1/mailbox')).status, 403)
    assert.equal(await made('mandates', { account: 'leverancier', party: '42420011', families: ['iwmo'], directions: ['receive'] }), 1)
    assert.equal((await newcomer.get('/v1/mailbox')).status, 200)
    assert.equal(await made('mandates/withdraw', { account: 'leverancier' }), 1)
    assert.equal((await newcomer.get('/v1/mailbox')).status, 403)
    assert.equal((await gateway.as('operator').delete(`/v1/operator/accounts/leverancier/certificates/${fingerprint}`)).status, 200)
    assert.equal((await newcomer.get('/v1/mailbox')).status, 401)
    const audit = (await gateway.as('auditor').get('/v1/operator/audit?limit=250')).told['rows'] as Told['events']
    assert.deepEqual([...new Set(audit.filter(it => it.account === 'operator').map(it => it.event))].toSorted(), ['account_changed', 'certificate_added', 'certificate_removed', 'mandate_ended', 'mandate_given', 'party_changed'])
  })

  test('may be as large as a message, which other questions may not', async () => {
    const large = JSON.stringify({ format: 'zorgpoort-register-1', parties: [{ code: '42420012', name: 'Voorbeeld', families: ['iwmo'] }], accounts: [] }).padEnd(300_000)
    assert.equal(await made('register', large), 1)
    assert.equal((await post('operator', 'redrive', large)).told.code, 'ZP_SIZE')
  })

  test('is refused in the words of the command line, and says nothing to others', async () => {
    const cases: ReadonlyArray<readonly [path: string, body: unknown, why: RegExp]> = [
      ['parties', 'x', /^the body is not JSON$/],
      ['parties', { code: '036', name: 'x', families: ['iwmo'] }, /^a party code is/],
      ['parties', { code: '0344', strange: 1 }, /^the document has a member we do not know/],
      ['accounts', { id: 'nieuw', certificates: [{ pem: world.certificate('gemeente').pem }] }, /belongs to account gemeente already$/],
      ['accounts', { id: 'nieuw', certificates: [{ pem: world.certificate('expired').pem, use: 'sign' }] }, /belongs to account expired already$/],
      ['mandates', { account: 'operator', party: '0344', families: ['iwmo'], directions: ['send'] }, /has the role operator and acts for no party/],
      ['mandates/withdraw', { account: 'nobody' }, /^there is no account nobody/],
      ['register', { format: 'zorgpoort-register-1', parties: [{ code: '0344' }], accounts: [{ id: 'nieuw', party: '0999' }] }, /^accounts 1: party 0999 is not registered/]
    ]
    const before = (await gateway.as('auditor').get('/v1/operator/register')).told
    for (const [path, body, why] of cases) {
      const { status, told } = await post('operator', path, body)
      assert.deepEqual([status, told.code], [422, 'ZP_REGISTER'])
      assert.match(told.detail ?? '', why)
      for (const who of ['auditor', 'gemeente'] as const) assert.equal((await post(who, path, body)).told.code, 'ZP_ACCOUNT_ROLE')
    }
    assert.equal((await gateway.as('operator').post('<x/>')).told.code, 'ZP_ACCOUNT_ROLE')
    assert.equal((await gateway.as('operator').call('POST', '/v1/operator/parties', '{}', { 'content-type': 'text/xml' })).told.code, 'ZP_MEDIA_TYPE')
    assert.deepEqual((await gateway.as('auditor').get('/v1/operator/register')).told, before)
  })

  test('has where a party is pushed to, at ports for pushing only, and keeps it to operators and auditors', async () => {
    const url = 'https://zorg.example/berichten'
    const push = { door: 'rest-push', url, ca: world.ca, pin: world.certificate('aanbieder').fingerprint, at_once_max: 2, retry: { first_ms: 1_000, longest_ms: 2_000, total_ms: 3_000 }, breaker: { failures: 1, open_ms: 2, probes: 3 } }
    const connections = (them: object[]): object => ({ code: '42420011', name: 'Voorbeeld', families: ['iwmo'], connections: [{ door: 'mailbox', direction: 'both' }, ...them] })
    const { status, told } = await post('operator', 'parties', connections([{ ...push, url: 'https://zorg.example:8080/' }]))
    assert.deepEqual([status, told.detail], [422, 'push connection: port 8080 is not among push_ports (443, 8443); another port, or the setting, must change'])
    assert.equal(await made('parties', connections([push])), 1)
    assert.equal(await made('parties', connections([push])), 0)
    const seen = (await gateway.as('auditor').get('/v1/operator/parties')).told['parties'] as Array<{ code: string, connections: object[] }>
    assert.deepEqual(seen.find(it => it.code === '42420011')?.connections, [{ door: 'mailbox', direction: 'both' }, { ...push, direction: 'in', per_minute_max: null, ms_max: null }])
    for (const path of ['/v1/operator/parties', '/v1/operator/register']) assert.equal((await gateway.as('aanbieder').get(path)).told.code, 'ZP_ACCOUNT_ROLE')
    assert.equal(gateway.lines.join('').includes('zorg.example'), false, 'where a party is reached is nobody’s but the operator’s')
  })

  test('goes out whole and comes back without a change', async () => {
    const whole = (await gateway.as('auditor').get('/v1/operator/register')).bytes.toString()
    assert.equal(await made('register', whole), 0)
    const parties = (await gateway.as('auditor').get('/v1/operator/parties')).told['parties']
    const accounts = (await gateway.as('auditor').get('/v1/operator/accounts')).told['accounts']
    assert.deepEqual({ format: 'zorgpoort-register-1', parties, accounts }, JSON.parse(whole))
  })
})
