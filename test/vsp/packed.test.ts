/** A queue whose payloads are ZIPs: how much is packed for one list is bounded, however much waits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aanbieder, makeWorld, message } from '../flow/world.ts'
import { aParty, putParty } from '../register.ts'
import { providerOf, traceers } from './provider.ts'

test('a list is as short as packing four of the largest messages makes it, in order; the next one goes on, until all are there', async () => {
  const world = await makeWorld()
  await world.store(store => putParty(store, aParty(aanbieder, { connections: [{ door: 'vsp', direction: 'both', payload: 'zip', rol: null }] })))
  const messages = Array.from({ length: 10 }, (_, seed) => message('WMO301', seed + 1))
  const gateway = await world.start({ payload_bytes_max: Math.max(...messages.map(it => it.byteLength)) })
  const { pull, confirm } = await providerOf(gateway)
  const client = gateway.as('aanbieder')
  const all: string[] = []
  for (const it of messages) all.push(String((await gateway.as('gemeente').send(it))['referentienummer']))
  const lists: string[][] = []
  while (lists.at(-1)?.length !== all.length) {
    assert.ok(lists.length < 3, 'each list shows more than the one before')
    lists.push(traceers(await pull(client)))
  }
  for (const list of lists) assert.deepEqual(list, all.slice(0, list.length))
  assert.ok((lists[0]?.length ?? 0) >= 4 && (lists[0]?.length ?? 0) <= 8, `${lists[0]?.length} in the first`)
  for (const it of lists[0] ?? []) assert.equal((await confirm(client, it)).status, 202)
  assert.deepEqual(traceers(await pull(client)), all.slice(lists[0]?.length))
  await gateway.stop()
})
