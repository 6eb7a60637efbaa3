/** `zorgpoort send --door ggk|vsp`: what the doors of the chain answer, said to a person. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readMessage, sampleAnswer, writeMessage } from '../../src/standard/standard.ts'
import { makeWorld, message, until, withText, type Who } from '../flow/world.ts'
import { ends, folder, zorgpoort, type Ended } from './command.ts'

const world = await makeWorld()
const gateway = await world.start()
const cwd = folder()
const put = (name: string, bytes: Uint8Array): string => { writeFileSync(join(cwd, name), bytes); return name }
const send = async (who: Who, door: string, ...rest: string[]): Promise<Ended> =>
  await zorgpoort(['send', '--door', door, '--cert', world.path(`${who}.pem`), '--key', world.path(`${who}.key`), '--ca', world.path('ca.pem'), '--url', gateway.rest, ...rest], { cwd })
const lines = ({ out }: Ended): Array<Record<string, unknown>> => out.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)

/** The answer to a message, made from its bytes. */
function answer (bytes: Uint8Array): Buffer {
  const read = readMessage(bytes)
  assert.ok(read.kind === 'valid')
  const { model, message } = sampleAnswer(read.model, read.message, 'ANTW1', [])
  return Buffer.from(writeMessage(model, message))
}
/** Waits until the other end may know of it. */
const arrives = async (who: Who, number: string): Promise<void> => {
  await until(async () => (await gateway.as(who).get(`/v1/messages?number=${number}`)).told.messages[0])
}

describe('by the municipal door', () => {
  test('a message goes in a Di01 and its answer in a Du01: the Bv03 is told, and what became of it', async () => {
    const [heen, number] = [message('WMO301', 1), randomUUID()]
    put('301.xml', heen)
    ends(await send('gemeente', 'ggk', '301.xml', '--number', number.toUpperCase()), 0, new RegExp(`^accepted 301\\.xml: WMO301 [0-9a-f-]{36} in a Di01 ${number}, answered by a Bv03\n$`))
    await arrives('aanbieder', number)
    put('302.xml', answer(heen))
    const without = await send('aanbieder', 'ggk', '302.xml')
    assert.equal(without.code, 1)
    assert.match(without.out, /^failed {3}302\.xml: it is a WMO302, an answer: say with --answers by which number you know the WMO301 it answers/)
    ends(await send('aanbieder', 'ggk', '302.xml', '--answers', number), 0, /^accepted 302\.xml: WMO302 .* in a Du01 /)
  })

  test('what is refused afterwards is told with its findings, as by REST', async () => {
    put('wrong.xml', withText(message('WMO301', 2), 'Bsn', '99990000A'))
    const ended = await send('gemeente', 'ggk', 'wrong.xml')
    assert.equal(ended.code, 1)
    assert.match(ended.out, /^refused {2}wrong\.xml: 422 ZP_SCHEMA .* in a Di01 [0-9a-f-]{36}, answered by a Bv03\n[^]*Client\/Bsn/)
    assert.doesNotMatch(ended.out, /99990000A/)
  })

  test('what is refused for its envelope, so that nothing of it is kept, is told as well', async () => {
    put('other.xml', message('WMO301', 7, { ontvanger: '0363' }))
    const ended = await send('gemeente', 'ggk', 'other.xml')
    assert.equal(ended.code, 1)
    assert.match(ended.out, /^refused {2}other\.xml: 422 ZP_\w+ .* in a Di01 [0-9a-f-]{36}, answered by a Bv03\n/)
  })

  test('an Fo03 is told with its code, whose fault it is and what to do', async () => {
    put('3.xml', message('WMO301', 3))
    put('4.xml', message('WMO301', 4))
    const other = await send('aanbieder', 'ggk', '3.xml')
    assert.equal(other.code, 1)
    assert.match(other.out, /^refused {2}3\.xml: Fo03 StUF013 \(client\): [^\n]+\n {4}this certificate does not act for the Afzender/)
    const number = randomUUID()
    ends(await send('gemeente', 'ggk', '3.xml', '--number', number), 0)
    const reused = await send('gemeente', 'ggk', '4.xml', '--number', number)
    assert.match(reused.out, /Fo03 StUF016 \(client\): [^\n]+\n {4}the number was used before, [^\n]+: leave --number out/)
    const [json] = lines(await send('gemeente', 'ggk', '4.xml', '--number', number, '--json'))
    assert.deepEqual([json?.['antwoord'], Object(json?.['fout'])['code'], json?.['status']], ['Fo03', 'StUF016', 500])
  })

  test('the same message under another number is a duplicate', async () => {
    put('5.xml', message('WMO301', 5))
    ends(await send('gemeente', 'ggk', '5.xml'), 0, /^accepted/)
    ends(await send('gemeente', 'ggk', '5.xml'), 0, /^duplicate 5\.xml: WMO301/)
  })

  test('a file without parties is not sent, and the others are', async () => {
    put('letter.xml', Buffer.from('<brief/>'))
    put('6.xml', message('WMO301', 6))
    const ended = await send('gemeente', 'ggk', 'letter.xml', 'none.xml', '6.xml')
    assert.equal(ended.code, 1)
    assert.match(ended.out, /^failed {3}letter\.xml: it does not say which message it is[^\n]*\nfailed {3}none\.xml: cannot read none\.xml: no such file\naccepted 6\.xml/)
  })
})

describe('by the provider door', () => {
  test('a message is pushed, as XML or in a ZIP, and its berichtstatus told', async () => {
    const [number, zip] = [randomUUID(), randomUUID()]
    put('305.xml', message('WMO305', 20))
    put('307.xml', message('WMO307', 21))
    ends(await send('aanbieder', 'vsp', '305.xml', '--number', number), 0, new RegExp(`^taken {4}305\\.xml: WMO305 under traceerId ${number}: [A-Z]\\w+\n$`))
    ends(await send('aanbieder', 'vsp', '307.xml', '--zip', '--number', zip), 0, new RegExp(`^taken {4}307\\.xml: WMO307 under traceerId ${zip}: `))
    const { told } = await gateway.as('aanbieder').get(`/v1/messages?number=${zip}`)
    assert.deepEqual(told.messages.map(it => [it['type'], it['referentienummer']]), [['WMO307', zip]])
  })

  test('what is rejected afterwards is told with its meldingen; what is refused at once with its problem', async () => {
    const [wrong, number] = [withText(message('WMO305', 22), 'Bsn', '99990000A'), randomUUID()]
    put('wrong-305.xml', wrong)
    const refused = await send('aanbieder', 'vsp', 'wrong-305.xml')
    assert.equal(refused.code, 1)
    assert.match(refused.out, /^refused {2}wrong-305\.xml: WMO305 under traceerId [0-9a-f-]{36}: AfgekeurdDoorDienst\n {4}.* \[BRS13\]/)
    assert.doesNotMatch(refused.out, /99990000A/)
    put('23.xml', message('WMO305', 23))
    put('24.xml', message('WMO305', 24))
    ends(await send('aanbieder', 'vsp', '23.xml', '--number', number), 0)
    const reused = await send('aanbieder', 'vsp', '24.xml', '--number', number)
    assert.equal(reused.code, 1)
    assert.match(reused.out, /^refused {2}24\.xml: 422 ZP_NUMBER /)
    const stranger = await send('gemeente', 'vsp', '24.xml')
    assert.match(stranger.out, /^refused {2}24\.xml: 403 ZP_NOT_SENDER /)
  })
})

test('options that do not go together are wrong use', async () => {
  const uuid = randomUUID()
  ends(await send('gemeente', 'rest', '--number', uuid, '301.xml'), 2, /--number and --answers are for --door ggk and vsp/)
  ends(await send('gemeente', 'ggk', '--zip', '301.xml'), 2, /--zip is for --door vsp/)
  ends(await send('gemeente', 'ggk', '--number', uuid, '301.xml', '3.xml'), 2, /of one message: send one file/)
  ends(await send('gemeente', 'ggk', '--number', '12', '301.xml'), 2, /it is a UUID, such as/)
})
