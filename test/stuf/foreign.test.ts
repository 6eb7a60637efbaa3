/** Software of another making, node `soap`: by our WSDL and by the published one it asks for the same, and it understands our answers. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createClientAsync, type Client, type IHttpClient } from 'soap'
import { faultOf, operations, readBericht, writeBv03, writeFault, wsdl, type Bericht, type Operation } from '../../src/stuf/stuf.ts'
import { needPublishedGgk } from '../tools.ts'
import { cross, number, options, payload } from './samples.ts'
import { afkeuring } from './written.ts'

const address = 'https://gateway.example:8443/ggk/OntvangAsynchroon'
const systeem = (organisatie: string, applicatie: string) => ({ organisatie, applicatie })
const stuurgegevens = (berichtcode: string, extra: Record<string, unknown>) => ({
  berichtcode, zender: systeem('0344', 'Wmo Applicatie'), ontvanger: systeem('01023456', 'GGk'), referentienummer: number, tijdstipBericht: '20261121132514', ...extra
})
const parameters = { applicatieVersie: '0004', applicatieSubversie: '0012', functieVersie: '0003', functieSubversie: '0002', bericht: { xmlBestand: Buffer.from(payload).toString('base64') } }
const calls: ReadonlyArray<readonly [method: string, operation: Operation, args: object]> = [
  ['ggk_Di01', 'Di01', { stuurgegevens: stuurgegevens('Di01', { functie: 'WMO301' }), parameters }],
  ['ggk_Du01', 'Du01', { stuurgegevens: stuurgegevens('Du01', { crossRefnummer: cross, functie: 'WMO306' }), parameters }],
  ['Fo01', 'Fo01', { stuurgegevens: stuurgegevens('Fo01', { crossRefnummer: cross }), body: { code: 'StUF055', plek: 'client', omschrijving: 'Berichtbody is niet conform schema', details: 'WMO306-00040012' } }]
]

interface Asked { readonly url: string, readonly action: string | undefined, readonly body: string }

/** @returns a client made from a WSDL, whose calls are answered with these bytes, and what it asked */
async function clientBy (file: string, answer: () => { readonly status: number, readonly body: Buffer }): Promise<{ readonly client: Client, readonly asked: Asked[] }> {
  const asked: Asked[] = []
  const httpClient: IHttpClient = {
    request (url, data, callback, headers) {
      asked.push({ url, action: headers?.['SOAPAction'], body: String(data) })
      const { status, body } = answer()
      const response = { status, statusText: '', headers: { 'content-type': 'text/xml; charset=utf-8' }, data: body.toString() }
      callback(null, response, body.toString())
      // The library ignores what comes of this promise, as long as it comes to something.
      return Promise.resolve(response) as ReturnType<IHttpClient['request']>
    }
  }
  return { client: await createClientAsync(file, { httpClient }), asked }
}

function ownWsdl (t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'zp-wsdl-'))
  t.after(() => { rmSync(folder, { recursive: true }) })
  writeFileSync(join(folder, 'served.wsdl'), wsdl(address))
  return join(folder, 'served.wsdl')
}

const kop = { ...afkeuring, crossRefnummer: number }
const bv03 = () => ({ status: 200, body: writeBv03(kop) })

/** Calls every operation. @returns what was asked, as the door reads it */
async function talk (file: string): Promise<Array<{ readonly asked: Asked, readonly bericht: Bericht }>> {
  const { client, asked } = await clientBy(file, bv03)
  client.setEndpoint(address)
  for (const [method, , args] of calls) {
    const [told]: unknown[] = await client[`${method}Async`](args)
    assert.equal(Object(told).stuurgegevens.berichtcode, 'Bv03')
    assert.equal(Object(told).stuurgegevens.crossRefnummer, number)
  }
  return asked.map(it => ({ asked: it, bericht: readBericht(Buffer.from(it.body), it.action, options) }))
}

test('made from the WSDL we serve, it asks at our address for what we read without objection', async t => {
  const { client, asked } = await clientBy(ownWsdl(t), bv03)
  await client['ggk_Di01Async'](calls[0]?.[2])
  assert.equal(asked[0]?.url, address)
  const talked = await talk(ownWsdl(t))
  assert.deepEqual(talked.map(it => [it.asked.action, it.bericht.kind]), calls.map(([, operation]) => [`"${operations[operation].action}"`, operation]))
  for (const { bericht } of talked) assert.ok(bericht.kind === 'Fo01' || (bericht.objection === null && bericht.payload.toString() === payload && bericht.warnings.length === 0))
})

test('made from the published WSDL it asks for the very same', async t => {
  const folder = needPublishedGgk(t)
  if (folder === null) return
  const published = join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_OntvangAsynchroon_ggkberichten.wsdl')
  const [ours, theirs] = [await talk(ownWsdl(t)), await talk(published)]
  assert.deepEqual(theirs.map(it => [it.asked.url, it.asked.action, it.bericht.digest]), ours.map(it => [it.asked.url, it.asked.action, it.bericht.digest]))
})

test('it understands our Fault, and the Fo03 in it', async t => {
  const fault = faultOf({ code: 'ZP_NUMBER', detail: null }, '2025', { zender: null, referentienummer: number })
  const { client } = await clientBy(ownWsdl(t), () => ({ status: 500, body: writeFault(fault, kop) }))
  await assert.rejects(client['ggk_Di01Async'](calls[0]?.[2]), (error: unknown) => {
    const { faultcode, detail } = Object(error).root.Envelope.Body.Fault
    assert.deepEqual([faultcode, detail.Fo03Bericht.body.code, detail.Fo03Bericht.body.plek, detail.Fo03Bericht.stuurgegevens.crossRefnummer], ['e:Client', 'StUF016', 'client', number])
    return true
  })
})
