/** How large a message of the municipal door may be: to the byte, and refused before anything is parsed. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { actions, bv03, di01, fo03, makeChain } from '../chain.ts'
import { aanbieder, gemeente, withText } from '../flow/world.ts'
import { largeClaim } from '../validate/sample.ts'

/** What is left of 25 MB beside the published example's envelope of 1,090 bytes, in base64. */
const payload_bytes_max = 18_749_181
const envelope_bytes = 1_090

/** A claim of the aanbieder of exactly so many bytes. */
function claimOf (size: number): Buffer {
  const claim = withText(withText(largeClaim(size - 20_000), 'Afzender', aanbieder), 'Ontvanger', gemeente)
  assert.ok(claim.length <= size, 'there is room for what is added')
  return Buffer.concat([claim, Buffer.from(`<!--${'x'.repeat(size - claim.length - 7)}-->`)])
}

const said = { functie: 'JW323', zender: aanbieder, ontvanger: gemeente }
/** A Di01 with an envelope of that size: white space between its elements counts, as it is sent. */
function enveloped (payload: Uint8Array, referentienummer: string = randomUUID()): string {
  const spaces = envelope_bytes - di01(new Uint8Array(), { ...said, referentienummer }).length
  return di01(payload, { ...said, referentienummer }).replace('<GGK:parameters>', `${' '.repeat(spaces)}<GGK:parameters>`)
}

test(`a payload of ${payload_bytes_max} bytes passes; one byte more is refused with the code of its list, before it is parsed`, { timeout: 300_000 }, async () => {
  const chain = await makeChain()
  const gateway = await chain.start({ request_ms_max: 60_000 })
  const referentienummer = randomUUID()
  const largest = claimOf(payload_bytes_max)
  assert.equal(largest.length, payload_bytes_max)
  bv03(await gateway.ggk('aanbieder', enveloped(largest, referentienummer), actions.Di01))
  const id = await chain.world.store(async store => {
    const found = await store.byNumber(ownView(gemeente), referentienummer)
    assert.ok(found)
    assert.ok(largest.equals(await store.payload(ownView(gemeente), found) ?? new Uint8Array()))
    return found
  })
  assert.ok(id)
  const more = Buffer.concat([largest, Buffer.from('\n')])
  for (const payload of [more, Buffer.alloc(more.length, '<')]) {
    const told = fo03(await gateway.ggk('aanbieder', enveloped(payload), actions.Di01))
    assert.deepEqual([told.code, told.plek], ['IB003', 'client'])
    assert.match(gateway.lines.findLast(it => it.includes('"refused"')) ?? '', /"ZP_SIZE"/)
  }
  await gateway.stop()
  const older = await chain.start({ ggk_codes: '2018', request_ms_max: 60_000 })
  assert.equal(fo03(await older.ggk('aanbieder', enveloped(more), actions.Di01)).code, 'IB007')
  assert.equal(fo03(await older.ggk('aanbieder', Buffer.alloc(25_100_000, 'x'), actions.Di01)).code, 'IB007', 'a body far too large')
})
