/** The WSDL that the municipal door serves, and what its HTTP says besides. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { createClientAsync } from 'soap'
import { putAccount } from '../register.ts'
import { actions, bv03, di01, fo03, ggkPath, makeChain, soap, soapHeaders } from '../chain.ts'
import { gemeente, message } from '../flow/world.ts'
import { hear, rawDoor, statuses } from '../hostile/raw.ts'

const chain = await makeChain()
const gateway = await chain.start()

describe('?wsdl', () => {
  test('is the contract, with the address at which it was asked, and makes a client', async () => {
    for (const query of ['?wsdl', '?WSDL']) {
      const reply = await gateway.by('gemeente').get(`${ggkPath}${query}`)
      assert.deepEqual([reply.status, reply.headers['content-type']], [200, 'text/xml; charset=utf-8'])
      assert.ok(reply.bytes.includes(`location="${gateway.rest}${ggkPath}"`))
      writeFileSync(chain.world.path('ggk.wsdl'), reply.bytes)
    }
    const client = await createClientAsync(chain.world.path('ggk.wsdl'))
    assert.deepEqual(Object.keys(Object(client.describe().StUFOntvangAsynchroonGGK0210Service.OntvangAsynchroon)).toSorted(), ['Fo01', 'ggk_Di01', 'ggk_Du01'])
  })

  test('is for who is known, and asked by a Host that is one', async () => {
    for (const who of ['nobody', 'unregistered', 'expired'] as const) assert.equal(fo03(await gateway.as(who).get(`${ggkPath}?wsdl`)).code, 'StUF013')
    for (const host of ['"><x/>', 'a b', '-', `${'a'.repeat(300)}.nl`]) {
      const socket = await rawDoor(chain.world, gateway.rest).tls()
      socket.write(`GET ${ggkPath}?wsdl HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      const { text } = await hear(socket)
      assert.deepEqual(statuses(text), [500], host)
      if (host !== '-') assert.ok(!text.includes(host))
    }
  })

  test('is all that can be asked by GET', async () => {
    for (const query of ['', '?xsd', '?wsdl&x', '?wsdl=1&Jansen=2']) {
      const reply = await gateway.by('gemeente').get(`${ggkPath}${query}`)
      assert.match(fo03(reply).details ?? '', /\?wsdl/)
      assert.doesNotMatch(reply.bytes.toString(), /Jansen/)
    }
  })
})

describe('what is to be tried again later', () => {
  test('is the server’s: StUF046 with Retry-After, and nothing was stored', async () => {
    const hasty = await makeChain()
    const busy = await hasty.start({ validation_worker_bytes: 1, validation_ms_max: 1 })
    const envelope = di01(message('WMO301', 1))
    const reply = await busy.ggk('gemeente', envelope, actions.Di01)
    assert.deepEqual([fo03(reply).code, fo03(reply).plek, reply.headers['retry-after']], ['StUF046', 'server', '5'])
    await busy.stop()
    const patient = await hasty.start()
    bv03(await patient.ggk('gemeente', envelope, actions.Di01))
  })

  test('also for an account that asks too much: for as long as Retry-After says', async () => {
    const limited = await makeChain()
    await limited.world.store(async store => { await putAccount(store, { ...limited.accounts.gemeente, requests_per_minute_max: 1 }) })
    const asked = await limited.start()
    const envelope = di01(message('WMO301', 1), { zender: gemeente })
    bv03(await asked.ggk('gemeente', envelope, actions.Di01))
    const reply = await asked.by('gemeente').call('POST', ggkPath, soap(envelope), soapHeaders(actions.Di01))
    assert.equal(fo03(reply).code, 'StUF046')
    assert.match(String(reply.headers['retry-after']), /^[1-9][0-9]?$/)
  })
})
