/** `zorgpoort send`: a sentence for everything that can stand between a file and the gateway. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createPlain } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { partyCode } from '../../src/core/core.ts'
import { issue, keyPem, makeAuthority } from '../../src/sign/sign.ts'
import { home } from '../../src/version.ts'
import { makeWorld } from '../flow/world.ts'
import { ends, folder, zorgpoort, type Ended } from './command.ts'

const message = join(home, 'fixtures/iwmo/3.2/WMO301/small.xml')

/** Keys of an authority here: a client's and a server's, the server's also under another host's name. */
async function keys () {
  const cwd = folder()
  const ca = await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
  const put = (name: string, text: string): void => { writeFileSync(join(cwd, name), text) }
  const client = await issue(ca, { subject: 'client', use: 'client', algorithm: 'P-256' })
  put('ca.pem', ca.certificate)
  put('own.pem', client.certificate)
  put('own.key', client.key)
  put('other.key', keyPem((await makeAuthority({ name: 'Other', algorithm: 'P-256' })).privateKey))
  put('letter.pem', 'This is a letter.')
  const server = await issue(ca, { subject: 'localhost', use: 'server', algorithm: 'P-256', dnsNames: ['localhost'] })
  const elsewhere = await issue(ca, { subject: 'elsewhere', use: 'server', algorithm: 'P-256', dnsNames: ['elsewhere.example'] })
  const send = async (url: string, over: Record<string, string> = {}, files = [message], env: Record<string, string> = {}): Promise<Ended> => {
    const options = { '--cert': 'own.pem', '--key': 'own.key', '--ca': 'ca.pem', ...(url === '' ? {} : { '--url': url }), ...over }
    return await zorgpoort(['send', ...Object.entries(options).filter(([, value]) => value !== '').flat(), ...files], { cwd, env })
  }
  return { server, elsewhere, send }
}

/** @returns the port it listens on until the test is over */
async function listening (t: TestContext, server: Server): Promise<number> {
  t.after(() => { server.close() })
  await once(server.listen(0, 'localhost'), 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('send says in one sentence', () => {
  test('that the address is none, or not for TLS', async () => {
    const { send } = await keys()
    ends(await send('nonsense'), 2, /^zorgpoort: --url nonsense is no URL/)
    ends(await send('http://localhost:8443'), 2, /^zorgpoort: --url http:\/\/localhost:8443 does not begin with https:\/\//)
    ends(await send('localhost:8443'), 2, /does not begin with https:\/\//)
    ends(await send('', {}, [message], { ZORGPOORT_REST_PORT: '1' }), 1, /^zorgpoort: cannot reach https:\/\/localhost:1: ECONNREFUSED; --url names another place\n$/)
  })

  test('which file of the keys cannot be used, and why', async () => {
    const { send } = await keys()
    const url = 'https://localhost:1'
    ends(await send(url, { '--cert': 'none.pem' }), 1, /^zorgpoort: cannot read none\.pem: no such file\n$/)
    ends(await send(url, { '--cert': 'letter.pem' }), 1, /^zorgpoort: letter\.pem holds no certificate in PEM\n$/)
    ends(await send(url, { '--key': 'letter.pem' }), 1, /^zorgpoort: letter\.pem holds no usable private key in PEM\n$/)
    ends(await send(url, { '--key': 'other.key' }), 1, /^zorgpoort: other\.key does not belong to own\.pem\n$/)
    ends(await send(url, { '--ca': 'letter.pem' }), 1, /^zorgpoort: letter\.pem holds no certificate in PEM\n$/)
  })

  test('that the other side cannot be trusted, or does not speak TLS', async t => {
    const { send, server, elsewhere } = await keys()
    const own = await listening(t, createServer({ key: server.key, cert: server.certificate }))
    const foreign = await listening(t, createServer({ key: elsewhere.key, cert: elsewhere.certificate }))
    const plain = await listening(t, createPlain())
    ends(await send(`https://localhost:${own}`, { '--ca': '' }), 1, /^zorgpoort: the certificate of https:\/\/localhost:\d+ cannot be verified \([A-Z_]+\); --ca names/)
    ends(await send(`https://localhost:${foreign}`), 1, /^zorgpoort: no TLS with https:\/\/localhost:\d+: its certificate is not for that host name\n$/)
    ends(await send(`https://localhost:${plain}`), 1, /^zorgpoort: no TLS with https:\/\/localhost:\d+: it does not speak TLS there\n$/)
  })

  test('that what answered is no Zorgpoort, whatever its status', async t => {
    const { send, server } = await keys()
    const port = await listening(t, createServer({ key: server.key, cert: server.certificate }, (request, response) => {
      request.resume().on('end', () => { response.writeHead(request.headers['content-length'] === '1' ? 200 : 404).end('<html></html>') })
    }))
    const one = join(folder(), 'one.xml')
    writeFileSync(one, '1')
    const { code, out } = await send(`https://localhost:${port}`, {}, [message, one])
    assert.equal(code, 1)
    assert.match(out, /^failed .*small\.xml: HTTP 404 from https:\/\/localhost:\d+, not a Zorgpoort answer\nfailed .*one\.xml: HTTP 200 from https:\/\/localhost:\d+, not a Zorgpoort answer\n$/)
  })
})

test('a rejected message is told with its retour, and what was found and expected of every fault', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  await world.judge(partyCode('0344'), { level: 'content' })
  const told = await zorgpoort(['send', '--cert', world.path('aanbieder.pem'), '--key', world.path('aanbieder.key'), '--ca', world.path('ca.pem'), '--url', gateway.rest, join(home, 'fixtures/iwmo/3.2/WMO315/invalid-CD075.xml')])
  assert.equal(told.code, 1, told.err)
  assert.match(told.out, /^rejected .*: WMO315 \S+, answered by \S+\n {4}\d+: Client\/\S+: .* \[CD075\]\n {7}\S.*\n {7}gevonden: afwezig; verwacht: gevuld\n$/)
})

test('an account that is stopped is out at its next request, and in again when it is added', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const send = async (...more: string[]): Promise<Record<string, unknown>> => {
    const { out } = await zorgpoort(['send', '--json', '--cert', world.path('gemeente.pem'), '--key', world.path('gemeente.key'), '--ca', world.path('ca.pem'), '--url', gateway.rest, ...more, message])
    return JSON.parse(out) as Record<string, unknown>
  }
  const place = ['--database', world.database]
  const account = world.account('gemeente')
  assert.equal((await send())['status'], 202)
  assert.equal((await send('--as', '0344'))['status'], 200)
  assert.equal((await send('--as', '0363'))['status'], 403)
  ends(await zorgpoort(['parties', 'stop', account.id, ...place]), 0)
  assert.equal((await send())['status'], 401)
  ends(await zorgpoort(['parties', 'add', '0344', '--name', 'x', '--family', 'iwmo', '--family', 'ijw', '--account', account.id, ...place]), 0, /is on again/)
  assert.equal((await send())['status'], 200)
  ends(await zorgpoort(['parties', 'stop', account.id, '--certificate', world.path('gemeente.pem'), ...place]), 0)
  assert.equal((await send())['status'], 401)
})
