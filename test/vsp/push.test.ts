/** A provider's software pushes: what it is answered, and what becomes of its message. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { message } from '../flow/world.ts'
import { makeChain } from '../chain.ts'
import { curl, dotnet, java, metadata } from './pushing.ts'

const chain = await makeChain()
const gateway = await chain.start()
const path = '/berichtenservice/berichten/rest-push/v1/berichten'

describe('a push', () => {
  for (const [name, write] of Object.entries({ dotnet, java, curl })) {
    test(`as ${name} writes it is taken`, async () => {
      const bytes = message('WMO305', name.length)
      const traceerId = randomUUID()
      const { type, body } = write(metadata('WMO305', { traceerId }), bytes)
      const reply = await gateway.by('aanbieder').call('POST', path, body, { 'content-type': type })
      assert.equal(reply.status, 204, reply.bytes.toString())
    })
  }
})
