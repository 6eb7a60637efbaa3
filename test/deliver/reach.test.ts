/** Where a push goes: to checked addresses only, whatever names, URLs, proxies and redirects say; and nothing of the other side comes back. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { instant } from '../../src/core/core.ts'
import { openCourier, type Address, type Courier, type CourierOptions, type Pushed } from '../../src/deliver/deliver.ts'
import type { Parcel } from '../../src/store/store.ts'
import { home } from '../../src/version.ts'
import { openReceivers, type Receiver, type Receivers } from '../receivers.ts'
import { bench } from '../sign/world.ts'
import { needTool } from '../tools.ts'
import { aParcel } from './parcel.ts'

const { dir, put } = bench()
let world: Receivers
let receiver: Receiver
let parcel: Parcel
const couriers: Courier[] = []
before(async () => {
  world = await openReceivers()
  receiver = await world.open()
  parcel = await aParcel()
})
after(async () => {
  for (const courier of couriers) await courier.close()
  await world.close()
})

const never = new AbortController().signal
const v4 = (...addresses: readonly string[]): Address[] => addresses.map(address => ({ address, family: 4 }))
const failed = (reason: string): Pushed => ({ kind: 'failed', reason, retry_after_ms: null })

/** Pushes to a URL with a courier of its own. */
async function pushTo (url: string, over: Partial<CourierOptions> = {}): Promise<Pushed> {
  const courier = openCourier({ identity: () => world.own, ca: world.ca, ports: [receiver.port, 443], networks: [], ms_max: 20_000, connect_ms_max: 20_000, ...over })
  couriers.push(courier)
  return await courier.push({ ...receiver.connection(), url }, parcel, 1, never)
}

test('an address that is not public is refused before anything is connected to, however it is spelt', async () => {
  const spellings = ['127.0.0.1', '127.1', '0x7f.1', '0177.0.0.1', '2130706433', '127.0.0.1.', '127。0。0。1', '%31%32%37.0.0.1', '0', '0.0.0.0', '10.0.0.1', '169.254.169.254', '100.64.0.1', '192.168.1.1', '224.0.0.1', '255.255.255.255',
    '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]', '[fd00::1]', '[ff02::1]']
  for (const host of spellings) assert.deepEqual(await pushTo(`https://${host}:${receiver.port}/`), failed('address'), host)
  assert.deepEqual(await pushTo(`https://localhost:${receiver.port}/`), failed('address'), 'a name of the machine itself')
  assert.equal(receiver.connections(), 0)
})

test('one address of a name that may not be reached refuses all', async () => {
  const asked: string[] = []
  const lookup = (...found: readonly Address[]) => async (name: string): Promise<readonly Address[]> => { asked.push(name); return found }
  const url = `https://push.example:${receiver.port}/`
  assert.deepEqual(await pushTo(url, { lookup: lookup(...v4('145.21.1.1', '10.0.0.1')) }), failed('address'))
  assert.deepEqual(await pushTo(url, { lookup: lookup(...v4('145.21.1.1'), { address: '::ffff:8.8.8.8', family: 6 }) }), failed('address'))
  assert.deepEqual(await pushTo(url, { networks: ['127.0.0.0/8'], lookup: lookup(...v4('127.0.0.1', 'push.example')) }), failed('address'), 'what is no address at all')
  assert.deepEqual(await pushTo(url, { lookup: lookup() }), failed('name'))
  assert.deepEqual(await pushTo(url, { lookup: async () => await Promise.reject(new Error('999990019')) }), failed('name'))
  assert.deepEqual(await pushTo('https://nergens.invalid/'), failed('name'))
  assert.deepEqual(new Set(asked), new Set(['push.example']))
  assert.equal(receiver.connections(), 0)
})

test('the name of the URL is verified, at whichever address it is; addresses that are dead are passed by', async () => {
  const here = { networks: ['127.0.0.0/8'], lookup: async () => v4('127.0.0.1') }
  for (const name of ['push.example', 'zorg.example', 'ZORG.example', 'zorg.example.']) assert.deepEqual(await pushTo(`https://${name}:${receiver.port}/`, here), { kind: 'accepted' }, name)
  assert.deepEqual(await pushTo(`https://other.example:${receiver.port}/`, here), failed('certificate.name'))
  assert.deepEqual(await pushTo(`https://127.0.0.1:${receiver.port}/`, here), { kind: 'accepted' })
  assert.deepEqual(await pushTo(`https://127.0.0.2:${receiver.port}/`, here), failed('refused_connection'))
  assert.deepEqual(await pushTo(`https://push.example:${receiver.port}/`, { networks: ['127.0.0.0/8'], lookup: async () => v4('127.0.0.9', '127.0.0.8', '127.0.0.1') }), { kind: 'accepted' })
})

test('a connection that is kept is made anew in time, so that a name that leads elsewhere by then is noticed', async () => {
  let now = 0
  let found = v4('127.0.0.1')
  const courier = openCourier({ identity: () => world.own, ca: world.ca, ports: [receiver.port], networks: ['127.0.0.1/32'], ms_max: 20_000, connect_ms_max: 20_000, clock: { now: () => instant(now) }, lookup: async () => found })
  couriers.push(courier)
  const push = async (): Promise<Pushed> => await courier.push({ ...receiver.connection(), url: `https://push.example:${receiver.port}/` }, parcel, 1, never)
  assert.deepEqual(await push(), { kind: 'accepted' })
  found = v4('10.0.0.1')
  now = 4 * 60_000
  assert.deepEqual(await push(), { kind: 'accepted' })
  now = 5 * 60_000
  assert.deepEqual(await push(), failed('address'))
})

test('a URL that is not https, or at a port that was not given free, is not used', async () => {
  for (const url of [`http://localhost:${receiver.port}/`, `https://user@localhost:${receiver.port}/`, 'https://localhost:1/', 'file:///etc/passwd', 'nothing', '']) {
    assert.deepEqual(await pushTo(url, { networks: ['127.0.0.0/8', '::1/128'] }), failed('url'), url)
  }
})

test('a proxy that stands in the environment is not used', async () => {
  const before = receiver.arrived.length
  const asked: string[] = []
  const proxy = createServer(socket => { socket.once('data', data => { asked.push(data.toString()); socket.destroy() }) })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  put('world.json', JSON.stringify({ own: world.own, ca: world.ca, to: receiver.connection(), port: receiver.port }))
  writeFileSync(join(dir, 'child.ts'), `
    import { readFileSync } from 'node:fs'
    import { openCourier } from ${JSON.stringify(join(home, 'src/deliver/deliver.ts'))}
    import { aParcel } from ${JSON.stringify(join(home, 'test/deliver/parcel.ts'))}
    const { own, to, port } = JSON.parse(readFileSync(${JSON.stringify(join(dir, 'world.json'))}, 'utf8'))
    const courier = openCourier({ identity: () => own, ca: null, ports: [port], networks: ['127.0.0.0/8', '::1/128'], ms_max: 20_000, connect_ms_max: 5_000 })
    console.log(JSON.stringify(await courier.push(to, await aParcel(), 1, new AbortController().signal)))
    // What asks as the environment says does come by the proxy: it stands as it should.
    if (process.argv.includes('--fetch')) await fetch(to.url, { signal: AbortSignal.timeout(30_000) }).catch(() => {})
    process.exit()
  `)
  const run = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: through, https_proxy: through, HTTP_PROXY: through, http_proxy: through, ALL_PROXY: through, NO_PROXY: '', no_proxy: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const child = spawn(process.execPath, [join(dir, 'child.ts'), ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    const [out] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'exit')])
    return out.join('')
  }
  assert.equal((await run()).trim(), '{"kind":"accepted"}')
  assert.deepEqual(asked, [])
  assert.equal(receiver.arrived.length, before + 1)
  receiver.show('foreign')
  assert.match(await run('--fetch'), /certificate\.authority/, 'nor does it switch off the verification')
  receiver.show('good')
  assert.match(asked.join(), /^CONNECT /)
  proxy.close()
})

test('nothing a receiver says is in what becomes of a push', async () => {
  const bsn = '999990019'
  const json = { 'Content-Type': 'application/json', 'Retry-After': bsn, Location: `https://localhost/${bsn}`, 'X-Bsn': bsn }
  const bodies = [bsn, `{"code":"${bsn}"}`, `{"code":"BSN${bsn}"}`, '{"code":"BSN-999-990-019"}', `{"code":"Jansen, J. ${bsn}"}`, `{"code":{"code":"${bsn}"}}`, `{"message":"${bsn}"}`,
    '{"code":"Jansen"}', '{"code":"JANSEN"}', '{"code":"jansen"}', '{"code":"J.Jansen"}', '{"code":"Jansen-de-Vries"}', '{"code":"JANSEN-DE.VRIES"}', '{"code":"Jansen_1"}', '{"code":"GEB_19800101"}', '{"code":"GEB_01-02-1980"}', '{"code":"BSN_9_9_9_9_9_0"}', `{"code":"A_${'A'.repeat(60)}"}`]
  for (const status of [200, 302, 400, 401, 404, 409, 422, 429, 500, 503]) {
    for (const body of bodies) {
      receiver.behave({ kind: 'answer', status, headers: json, body })
      const told = JSON.stringify(await pushTo(receiver.url, { networks: ['127.0.0.0/8', '::1/128'] }))
      if (status !== 429 && status !== 503) assert.doesNotMatch(told, /999/, `${status} ${body}`)
      assert.doesNotMatch(told, /BSN|Jansen|GEB|1980|A_A/i, `${status} ${body}`)
    }
  }
  for (const code of ['UNKNOWN_CLIENT', 'unknown_client', 'E1', 'X17', 'ERR-10001', 'sha256']) {
    receiver.behave({ kind: 'answer', status: 422, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }) })
    assert.deepEqual(await pushTo(receiver.url, { networks: ['127.0.0.0/8', '::1/128'] }), { kind: 'refused', reason: `http_422.${code}` })
  }
  receiver.behave({ kind: 'answer' })
})

/** Runs openssl as a receiver, for what Node does not do. */
async function openssl (args: readonly string[], use: (port: number) => Promise<void>): Promise<void> {
  const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', 'own.pem', '-key', 'own.key', '-naccept', '20', ...args], { cwd: dir })
  try {
    let told = ''
    for await (const chunk of server.stdout) {
      told += String(chunk)
      const port = /ACCEPT .*:(\d+)/.exec(told)?.[1]
      if (port !== undefined) { await use(Number(port)); return }
    }
  } finally { server.kill() }
}

test('a receiver that refuses our certificate with an alert, in TLS 1.2 and 1.3', async t => {
  if (!needTool(t, 'openssl', 'openssl')) return
  const shown = world.server
  put('own.pem', shown.cert)
  put('own.key', shown.key)
  put('ca.pem', world.ca)
  const here = { networks: ['127.0.0.0/8'], lookup: async () => v4('127.0.0.1'), identity: () => world.stranger }
  for (const version of ['-tls1_2', '-tls1_3']) {
    await openssl(['-Verify', '1', '-verify_return_error', '-CAfile', 'ca.pem', version], async port => {
      assert.deepEqual(await pushTo(`https://push.example:${port}/`, { ...here, ports: [port] }), failed('own_certificate'), version)
    })
  }
  await openssl(['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], async port => {
    assert.deepEqual(await pushTo(`https://push.example:${port}/`, { ...here, ports: [port] }), failed('tls'), 'a version that is too old')
  })
})
