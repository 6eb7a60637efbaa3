/** A number that is another's message already is taken all the same: the message gets a drawn one, and each side keeps its own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { actions, bv03, di01, du01, makeChain } from '../chain.ts'
import { aanbieder, gemeente, message } from '../flow/world.ts'

const chain = await makeChain()
const gateway = await chain.start()

test('a sender who repeats the number of a message he got keeps it for himself; whoever answers him names the drawn one', async () => {
  const referentienummer = randomUUID()
  bv03(await gateway.ggk('gemeente', di01(message('WMO301', 1), { referentienummer }), actions.Di01))
  const said = { functie: 'WMO315', zender: aanbieder, ontvanger: gemeente, referentienummer }
  for (const seed of [1, 1]) assert.equal(bv03(await gateway.ggk('aanbieder', di01(message('WMO315', seed), said), actions.Di01)).cross, referentienummer)
  const drawn = await chain.world.store(async store => {
    const [own, got] = [await store.byNumber(ownView(aanbieder), referentienummer, 'sender'), await store.byNumber(ownView(aanbieder), referentienummer, 'receiver')]
    assert.ok(own !== null && got !== null && own !== got)
    const stored = await store.message(ownView(gemeente), own)
    assert.deepEqual([stored?.type, stored?.conversatie], ['WMO315', stored?.referentienummer])
    assert.notEqual(stored?.referentienummer, referentienummer)
    return stored?.referentienummer ?? ''
  })
  const answer = { functie: 'WMO316', zender: gemeente, ontvanger: aanbieder }
  const number = randomUUID()
  bv03(await gateway.ggk('gemeente', du01(message('WMO316', 1), drawn, { ...answer, referentienummer: number }), actions.Du01))
  await chain.world.store(async store => {
    const id = await store.byNumber(ownView(aanbieder), number)
    assert.ok(id)
    assert.equal((await store.numbers(aanbieder, [id])).get(id)?.answers, referentienummer, 'as the aanbieder calls what is answered')
  })
})
