/** A client of another making: node `soap` with the published WSDL, over mutual TLS with a test OIN, sends all three operations. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { ClientSSLSecurity, createClientAsync, type Client } from 'soap'
import { ownView } from '../../src/party/party.ts'
import { ggkPath, makeChain } from '../chain.ts'
import { aanbieder, gemeente, message } from '../flow/world.ts'
import { needPublishedGgk } from '../tools.ts'

/** What the library makes of an answer: the Bv03, or why not. */
interface Answer { readonly status: number, readonly stuurgegevens: Readonly<Record<string, unknown>>, readonly fault: Readonly<Record<string, unknown>> | null }

const record = (it: unknown): Record<string, unknown> => typeof it === 'object' && it !== null ? Object.fromEntries(Object.entries(it)) : {}

async function call (client: Client, operation: 'ggk_Di01' | 'ggk_Du01' | 'Fo01', args: object): Promise<Answer> {
  try {
    const [result] = await client[`${operation}Async`](args) as [unknown]
    return { status: 200, stuurgegevens: record(record(result)['stuurgegevens']), fault: null }
  } catch (error) {
    const { response, root } = record(error)
    const fault = record(record(record(record(root)['Envelope'])['Body'])['Fault'])
    return { status: Number(record(response)['status']), stuurgegevens: {}, fault }
  }
}

const systeem = (organisatie: string, applicatie: string) => ({ organisatie, applicatie })
const tijdstipBericht = '20261122101500'
const envelope = (berichtcode: 'Di01' | 'Du01', [from, to]: readonly [string, string], functie: string, payload: Buffer, referentienummer: string, cross: object = {}) => ({
  stuurgegevens: { berichtcode, zender: systeem(from, 'Voorbeeldpakket'), ontvanger: systeem(to, 'GGk'), referentienummer, tijdstipBericht, ...cross, functie },
  parameters: { applicatieVersie: '0001', applicatieSubversie: '0000', functieVersie: '0003', functieSubversie: '0002', bericht: { xmlBestand: payload.toString('base64') } }
})

test('node `soap` sends Di01, Du01 and Fo01 by the published WSDL, and gets Bv03 or a fault', async t => {
  const folder = needPublishedGgk(t)
  if (folder === null) return
  const chain = await makeChain()
  const gateway = await chain.start()
  const clientOf = async (who: 'gemeente' | 'aanbieder' | 'stranger'): Promise<Client> => {
    const client = await createClientAsync(join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_OntvangAsynchroon_ggkberichten.wsdl'), { endpoint: `${gateway.rest}${ggkPath}` })
    client.setSecurity(new ClientSSLSecurity(Buffer.from(chain.issued[who].key), Buffer.from(chain.issued[who].certificate), Buffer.from(chain.world.ca), {}))
    return client
  }
  const [ours, theirs, stranger] = [await clientOf('gemeente'), await clientOf('aanbieder'), await clientOf('stranger')]
  const [first, second, retour] = [randomUUID(), randomUUID(), randomUUID()]
  const toAanbieder = [gemeente, aanbieder] as const

  const one = await call(ours, 'ggk_Di01', envelope('Di01', toAanbieder, 'WMO301', message('WMO301', 1), first))
  assert.deepEqual([one.status, one.stuurgegevens['berichtcode'], one.stuurgegevens['crossRefnummer']], [200, 'Bv03', first])
  assert.deepEqual(record(one.stuurgegevens['ontvanger']), systeem(gemeente, 'Voorbeeldpakket'))
  assert.deepEqual(await call(ours, 'ggk_Di01', envelope('Di01', toAanbieder, 'WMO301', message('WMO301', 1), first)), one)

  const answer = await call(theirs, 'ggk_Du01', envelope('Du01', [aanbieder, gemeente], 'WMO302', message('WMO302', 1), retour, { crossRefnummer: first }))
  assert.deepEqual([answer.status, answer.stuurgegevens['crossRefnummer']], [200, retour])

  await call(ours, 'ggk_Di01', envelope('Di01', toAanbieder, 'WMO301', message('WMO301', 2), second))
  const fout = (crossRefnummer: string) => ({
    stuurgegevens: { berichtcode: 'Fo01', zender: systeem(aanbieder, 'Voorbeeldpakket'), ontvanger: systeem(gemeente, 'GGk'), referentienummer: randomUUID(), tijdstipBericht, crossRefnummer },
    body: { code: 'StUF055', plek: 'client', omschrijving: 'Berichtbody is niet conform schema in sectormodel', details: 'WMO301-00010000' }
  })
  const said = await call(theirs, 'Fo01', fout(second))
  assert.deepEqual([said.status, said.stuurgegevens['berichtcode']], [200, 'Bv03'])
  const known = await chain.world.store(async store => {
    const id = await store.byNumber(ownView(gemeente), second)
    return id === null ? null : await store.message(ownView(gemeente), id)
  })
  assert.equal(known?.delivery, 'dead')

  for (const [client, args, code] of [[stranger, envelope('Di01', toAanbieder, 'WMO301', message('WMO301', 3), randomUUID()), 'StUF013'], [theirs, envelope('Di01', toAanbieder, 'WMO301', message('WMO301', 3), randomUUID()), 'StUF013'], [ours, envelope('Di01', toAanbieder, 'WMO301', message('WMO301', 4), first), 'StUF016']] as const) {
    const { status, fault } = await call(client, 'ggk_Di01', args)
    assert.deepEqual([status, String(fault?.['faultcode']).split(':').at(-1)], [500, 'Client'])
    assert.equal(record(record(record(fault?.['detail'])['Fo03Bericht'])['body'])['code'], code)
  }
  const unknown = await call(theirs, 'Fo01', fout(randomUUID()))
  assert.equal(record(record(record(unknown.fault?.['detail'])['Fo03Bericht'])['body'])['code'], 'StUF043')
})
