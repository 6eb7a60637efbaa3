/** The two parts of a push: whoever writes them they are read, and nothing else is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../src/core/core.ts'
import { partsOf, type PushParts } from '../../src/transport/vsp/multipart.ts'
import { bodyOf, curl, dotnet, java, type Written } from './pushing.ts'

const read = async ({ body, type }: Written): Promise<PushParts> => await partsOf(body, type)
/** @returns where the faults are */
const refused = async (it: Written): Promise<readonly string[]> => await read(it).then(() => assert.fail('was read'), (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error))
  assert.equal(error.code, 'ZP_ENVELOPE')
  return error.findings.map(({ path }) => path)
})
const metadata = ['Content-Disposition: form-data; name="berichtMetadata"', 'Content-Type: application/json'] as const
const payload = ['Content-Disposition: form-data; name="payload"', 'Content-Type: application/octet-stream'] as const
const good = bodyOf([[metadata, '{}'], [payload, '<x/>']])

for (const [name, write] of Object.entries({ dotnet, java, curl })) {
  test(`as ${name} writes it, any bytes come out as they went in`, async () => {
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), fc.uint8Array({ minLength: 1, maxLength: 70_000 }), async (text, bytes) => {
      const parts = await read(write(text, bytes))
      assert.equal(parts.berichtMetadata.toString(), Buffer.from(text).toString())
      assert.deepEqual(Buffer.from(parts.payload), Buffer.from(bytes))
    }), { numRuns: 200 })
  })
}

test('what looks like a border, begins as one or is cut by a line is content all the same', async () => {
  for (const content of ['\r\n--gren', '\r\n-', ' --grens', 'x--grens--', '\r\n', '\n--grens\n', '\r\n\r\n--grenz--', '-'.repeat(50_000), '\r\n'.repeat(50_000)]) {
    assert.equal((await read(bodyOf([[metadata, '{}'], [payload, content]]))).payload.toString(), content)
  }
})

test('bytes of a large payload are not copied', async () => {
  const content = Buffer.alloc(1_000_000, 7)
  const { body, type } = bodyOf([[metadata, '{}'], [payload, content]])
  assert.equal((await partsOf(body, type)).payload.buffer, body.buffer)
})

test('text before the first border and after the last is no part', async () => {
  const { body, type } = good
  for (const around of [['voor\r\n', ''], ['', 'na'], ['', '\r\n'], ['\r\n', ' --grens nog een']] as const) {
    assert.equal((await read({ type, body: Buffer.concat([Buffer.from(around[0]), body, Buffer.from(around[1])]) })).payload.toString(), '<x/>')
  }
})

test('a border as RFC 2046 allows it, quoted where it must be; any other is refused', async () => {
  for (const border of ["a'()+_,-./:=?z", 'a b', 'x'.repeat(70)]) assert.equal((await read({ ...bodyOf([[metadata, '{}'], [payload, 'x']], border), type: `multipart/form-data; charset=utf-8; boundary="${border}"` })).payload.toString(), 'x')
  for (const type of ['multipart/form-data; x=1', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=""', `multipart/form-data; boundary=${'x'.repeat(71)}`, 'multipart/form-data; boundary="a "', 'multipart/form-data; boundary=a; boundary=grens', 'multipart/form-data; boundary="a\\"b"', 'multipart/form-data; boundary=anders']) {
    assert.deepEqual(await refused({ ...good, type }), [''], type)
  }
})

test('a part that is missing, empty, there twice, of another name or coded is named', async () => {
  assert.deepEqual(await refused(bodyOf([[metadata, '{}']])), ['payload'])
  assert.deepEqual(await refused(bodyOf([[payload, 'x']])), ['berichtMetadata'])
  assert.deepEqual(await refused(bodyOf([[metadata, ''], [payload, '']])), ['berichtMetadata', 'payload'])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [metadata, '{}']])), ['berichtMetadata', 'payload'])
  assert.deepEqual(await refused(bodyOf([[['Content-Disposition: form-data; name="BerichtMetadata"'], '{}'], [payload, 'x']])), ['berichtMetadata', ''])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [[...payload, 'Content-Transfer-Encoding: base64'], 'PHgvPg==']])), ['payload'])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [['Content-Type: application/octet-stream'], 'x']])), ['payload'])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [['Content-Disposition: attachment; name="payload"'], 'x']])), ['payload'])
})

test('hostile bodies are refused: no last border, a thousand parts, parts in parts, endless headers', async () => {
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [payload, 'x']], 'grens', '')), [''])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [payload, 'x']], 'grens', '--grens')), [''])
  assert.deepEqual(await refused(bodyOf(Array.from({ length: 1_000 }, () => [payload, 'x'] as const))), [''])
  assert.deepEqual(await refused({ type: good.type, body: Buffer.from('\r\n--grens'.repeat(1_000_000)) }), [''])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [['Content-Disposition: form-data; name="files"', 'Content-Type: multipart/mixed; boundary=binnen'], bodyOf([[payload, 'x']], 'binnen').body]])), ['payload', ''])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [[`X-Lang: ${'x'.repeat(5_000_000)}`, ...payload], 'x']])), ['payload'])
  assert.deepEqual(await refused(bodyOf([[metadata, '{}'], [[...Array.from({ length: 10_000 }, (_, at) => `X-${at}: x`), ...payload], 'x']])), ['payload'])
  assert.deepEqual(await refused({ type: good.type, body: Buffer.alloc(0) }), [''])
  assert.deepEqual(await refused({ type: good.type, body: Buffer.from('--grens--') }), ['berichtMetadata', 'payload'])
  assert.deepEqual(await refused({ type: good.type, body: Buffer.from('--grens\r\n\r\n--grens\r\n--grens--\r\n') }), ['berichtMetadata', 'payload'])
})

test('every piece of a body, and every body with some bytes changed, is read or refused; none hangs', async () => {
  const { type, body } = dotnet('{"a":1}', '<x>\r\n--</x>', 'grens')
  for (let length = 0; length < body.length - 2; length++) {
    const outcome = await read({ type, body: body.subarray(0, length) }).then(() => 'read', error => error instanceof Refusal ? 'refused' : error)
    assert.equal(outcome, length >= body.indexOf('--grens--') + 9 ? 'read' : 'refused', `${length} of ${body.length} bytes`)
  }
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(body.length - 1), fc.constantFrom(...Buffer.from('\r\n-:;"=x \0'))), { minLength: 1, maxLength: 4 }), async changes => {
    const changed = Buffer.from(body)
    for (const [at, byte] of changes) changed[at] = byte
    await read({ type, body: changed }).catch(error => { assert.ok(error instanceof Refusal, String(error)) })
  }), { numRuns: 5_000 })
})
