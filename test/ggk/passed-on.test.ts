/** A receiver's Fo01, told on to a sender that is called itself: both ends speak StUF-GGk at endpoints of their own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { actions, bv03, di01, fo01, makeChain } from '../chain.ts'
import { aanbieder, gemeente, message, until } from '../flow/world.ts'
import { openMunicipalities } from '../municipality.ts'
import { aParty, putParty } from '../register.ts'

const municipalities = await openMunicipalities()
after(() => municipalities.close())
const chain = await makeChain()
const { path } = chain.world
writeFileSync(path('push.key'), municipalities.own.key, { mode: 0o600 })
writeFileSync(path('push.pem'), municipalities.own.cert)
const [theirs, ours] = [await municipalities.open(), await municipalities.open()]
await chain.world.store(async store => {
  for (const [code, endpoint] of [[gemeente, theirs], [aanbieder, ours]] as const) await putParty(store, aParty(code, { connections: [{ door: 'mailbox', direction: 'both' }, endpoint.connection()] }))
})
const gateway = await chain.start({ push_key: path('push.key'), push_certificate: path('push.pem'), push_ports: `${theirs.port},${ours.port}`, push_networks: '127.0.0.0/8,::1/128' })

for (const [seed, number] of [[1, randomUUID()], [2, randomUUID()]] as const) {
  test(`it names the message by the number its sender gave it${seed === 2 ? ', also where the receiver got another' : ''}; said twice it is told once`, async () => {
    // What is another message's number already, the receiver does not get.
    if (seed === 2) bv03(await gateway.ggk('gemeente', di01(message('WMO301', seed), { referentienummer: number }), actions.Di01))
    const said = { functie: 'WMO305', zender: aanbieder, ontvanger: gemeente, referentienummer: number }
    bv03(await gateway.ggk('aanbieder', di01(message('WMO305', seed), said), actions.Di01))
    const call = await until(() => theirs.calls[seed - 1], 'the Di01')
    const known = String(call.stuurgegevens['referentienummer'])
    assert.equal(known === number, seed === 1)
    const refusal = fo01(known, { code: 'StUF055', omschrijving: 'Element Z ontbreekt' })
    for (let time = 0; time < 2; time++) bv03(await gateway.ggk('gemeente', refusal, actions.Fo01))
    const told = await until(() => ours.calls.find(it => it.stuurgegevens['crossRefnummer'] === number), 'the Fo01')
    assert.deepEqual([told.operation, told.rest['code'], told.rest['plek'], told.rest['omschrijving']], ['Fo01', 'StUF055', 'client', 'Element Z ontbreekt'])
    assert.deepEqual([told.stuurgegevens['zender'], told.stuurgegevens['ontvanger']], [{ organisatie: gemeente, applicatie: 'Voorbeeldpakket' }, { organisatie: aanbieder, applicatie: 'GGk' }])
    await until(async () => (await chain.world.store(store => store.notices({ state: 'due', limit: 9 }))).items.length === 0 || undefined, 'nothing on its way')
    assert.equal(ours.calls.filter(it => it.operation === 'Fo01').length, seed)
    const { told: { messages: [mine] } } = await gateway.by('aanbieder').get(`/v1/messages?number=${number}`)
    assert.deepEqual([mine?.['delivery'], mine?.['dead_reason']], ['dead', 'StUF055'])
  })
}
