/** What a push must not do: tell what its client wrote, hold a connection, fill the memory, or end the gateway. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { makeChain } from '../chain.ts'
import { message, withText, type Reply } from '../flow/world.ts'
import { zipBytes } from '../zip/bytes.ts'
import { bodyOf, dotnet, java, metadata, pushPath, type Json, type Metadata, type Written } from './pushing.ts'

const chain = await makeChain()
const gateway = await chain.start()
const from = gateway.by('aanbieder')
const push = async ({ type, body }: Written): Promise<Reply> => await from.call('POST', pushPath, body, { 'content-type': type })

const secrets = ['Geheimhouder', '999943212', 'mw.geheim@voorbeeld.nl'] as const
const secret = secrets.join(' ')
const xml = message('WMO305', 1, { identificatie: 'HOSTIEL' })

/** Metadata with a secret put somewhere. */
function planted (put: (it: Metadata & Json) => unknown, traceerId = randomUUID()): Metadata {
  const it: Metadata & Json = metadata('WMO305', { traceerId })
  put(it)
  return it
}
const part = (name: string): string[] => [`Content-Disposition: form-data; name="${name}"`]

/** Where a client may write what nobody is to see, and what it is answered. */
const plants: ReadonlyArray<readonly [where: string, status: number, request: () => Written]> = [
  ['referentieId', 204, () => dotnet(planted(it => { Object.assign(it.referentiegegevens, { referentieId: secret }) }), xml)],
  ['Applicatie', 204, () => dotnet(planted(it => { Object.assign(it.verwerkingscontext[0] ?? {}, { waarde: [secret.slice(0, 50)] }) }), xml)],
  ['an aspect of its own', 204, () => dotnet(planted(it => { it.verwerkingscontext.push({ sleutel: secret, waarde: [secret] }) }), xml)],
  ['actie and rol', 204, () => dotnet(planted(it => { it.routeringgegevens.berichtstroom.actie = secret; Object.assign(it.routeringgegevens.afzender, { rol: secret }) }), xml)],
  ['berichtsubtype', 204, () => dotnet(planted(it => { Object.assign(it.routeringgegevens.berichtstroom, { berichtsubtype: secret, berichttype: secret }) }), xml)],
  ['the payload', 204, () => dotnet(planted(() => {}), withText(xml, 'Bsn', secret))],
  ['the name of a file in a ZIP that is wrong', 204, () => dotnet(planted(() => {}), zipBytes({ members: [{ name: `${secret}/${secret}`, content: secret }] }))],
  ['the code of the afzender', 400, () => dotnet(planted(it => { it.routeringgegevens.afzender.code = secret }), xml)],
  ['traceerId', 400, () => dotnet(planted(() => {}, secret as ReturnType<typeof randomUUID>), xml)],
  ['a member of its own', 400, () => dotnet(planted(it => { it[secret] = secret }), xml)],
  ['such a member within', 400, () => dotnet(planted(it => { Object.assign(it.routeringgegevens.berichtstroom, { [secret]: secret }) }), xml)],
  ['ApplicatieVersie', 400, () => dotnet(planted(it => { Object.assign(it.verwerkingscontext[1] ?? {}, { waarde: [secret] }) }), xml)],
  ['what is no JSON', 400, () => dotnet(secret, xml)],
  ['the name of a part', 400, () => bodyOf([[part(secret), '{}'], [part('payload'), 'x']])],
  ['the name of a file', 204, () => bodyOf([[part('berichtMetadata'), JSON.stringify(metadata())], [[`Content-Disposition: form-data; name="payload"; filename="${secret}.xml"`], xml]])],
  ['a header of a part', 400, () => bodyOf([[[...part('berichtMetadata'), `X-${secret}: ${secret}`], '{}'], [part('payload'), 'x']])],
  ['the coding of a part', 400, () => bodyOf([[part('berichtMetadata'), '{}'], [[...part('payload'), `Content-Transfer-Encoding: ${secret}`], 'x']])],
  ['the boundary', 400, () => ({ type: `multipart/form-data; boundary="${secret}"`, body: Buffer.from(secret) })],
  ['the Content-Type', 415, () => ({ type: `multipart/form-data, ${secret}`, body: Buffer.from(secret) })],
  ['what is no multipart', 400, () => ({ type: 'multipart/form-data; boundary=x', body: Buffer.from(secret) })]
]

describe('what a client writes', () => {
  for (const [where, status, request] of plants) {
    test(`in ${where} is in no log, metric or answer`, async () => {
      const reply = await push(request())
      assert.equal(reply.status, status, reply.bytes.toString())
      const told = [reply.bytes.toString(), JSON.stringify(reply.headers), gateway.lines.join('\n'), await (await fetch(`${gateway.operations}/metrics`)).text()].join('\n')
      for (const text of secrets) assert.ok(!told.includes(text), `${text} was told`)
    })
  }

  test('is nowhere in the clear on the disk, nor in the name of a file', async () => {
    const { dir } = chain.world
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    const bytes = Buffer.concat(files.map(name => join(dir, name)).filter(it => statSync(it).isFile()).map(it => readFileSync(it)))
    for (const text of secrets) assert.ok(!files.join('\n').includes(text) && !bytes.includes(text), `${text} is on the disk`)
  })
})

/** Sends bytes of a request as they are. @returns the first line of the answer; empty where the connection was closed without one */
async function raw (bytes: Buffer, ends = false): Promise<string> {
  const { hostname, port } = new URL(gateway.rest)
  const { key, certificate: cert } = chain.issued.aanbieder
  const socket = connect({ host: hostname, port: Number(port), key, cert, ca: chain.world.ca, servername: 'localhost' })
  after(() => { socket.destroy() })
  await once(socket, 'secureConnect')
  let answer = ''
  socket.on('data', chunk => { answer += String(chunk); if (answer.includes('\r\n\r\n')) socket.destroy() })
  socket.on('error', () => { socket.destroy() })
  if (ends) socket.end(bytes)
  else socket.write(bytes)
  await once(socket, 'close')
  return answer.split('\r\n', 1)[0] ?? ''
}
const head = (...fields: readonly string[]): string => `POST ${pushPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=grens\r\n${fields.map(it => `${it}\r\n`).join('')}\r\n`
const good = (): Buffer => bodyOf([[part('berichtMetadata'), JSON.stringify(metadata())], [part('payload'), xml]]).body

describe('a request', () => {
  test('that says another length than it has is refused, and its rest is no second request', async () => {
    const body = good()
    assert.match(await raw(Buffer.concat([Buffer.from(head(`Content-Length: ${body.length + 100}`)), body]), true), /^HTTP\/1\.1 400|^$/)
    assert.match(await raw(Buffer.concat([Buffer.from(head(`Content-Length: ${body.length - 20}`)), body])), /^HTTP\/1\.1 400/)
    assert.match(await raw(Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked')), body])), /^HTTP\/1\.1 400/)
    assert.match(await raw(Buffer.from(head('Content-Length: 99000000'))), /^HTTP\/1\.1 422/)
  })

  test('without a length, in pieces, is read like any other', async () => {
    const pieces = good().toString('latin1').match(/[^]{1,97}/g) ?? []
    const chunked = [...pieces.map(it => `${it.length.toString(16)}\r\n${it}\r\n`), '0\r\n\r\n'].join('')
    assert.match(await raw(Buffer.from(head('Transfer-Encoding: chunked') + chunked, 'latin1')), /^HTTP\/1\.1 204/)
  })

  test('with twenty-five megabytes of borders, headers, empty parts or nothing is refused', async () => {
    const mb = 25_000_000
    const fill = (text: string): string => text.repeat(Math.floor((mb - 1_000) / text.length))
    for (const body of [
      fill('--grens\r\n'), fill('\r\n--grens\r\n\r\n'), fill('\r\n'), fill('-'), fill('\r\n--gren'),
      `--grens\r\n${fill('X: y\r\n')}`, `--grens\r\nX: ${fill('y')}`, `--grens\r\n${part('payload')[0] ?? ''}\r\n\r\n${fill('\r')}`,
      `--grens\r\n${part('berichtMetadata')[0] ?? ''}\r\n\r\n${fill('[')}\r\n--grens\r\n${part('payload')[0] ?? ''}\r\n\r\nx\r\n--grens--`
    ]) {
      assert.equal((await push({ type: 'multipart/form-data; boundary=grens', body: Buffer.from(body) })).status, 400)
    }
  })

  test('of the largest message, raw and as a ZIP, is taken or judged, and gives back all it held', async () => {
    const bulk = Buffer.concat([xml, Buffer.alloc(25_000_000 - xml.length, 10)])
    for (const written of [dotnet(metadata(), bulk), java(metadata(), zipBytes({ members: [{ deflate: true, content: Buffer.concat([xml, Buffer.alloc(100_000, 10)]) }] }))]) assert.equal((await push(written)).status, 204)
    assert.match(await (await fetch(`${gateway.operations}/metrics`)).text(), /^zorgpoort_inflight_bytes 0$/m)
  })

  test('of any kind above leaves the gateway as it was', async () => {
    assert.equal((await push(dotnet(metadata(), message('WMO305', 2, { identificatie: 'DAARNA' })))).status, 204)
    assert.equal((await gateway.as('gemeente').get('/v1/messages?identificatie=DAARNA')).told.messages.length, 1)
    assert.ok(!gateway.lines.some(it => it.includes('"level":50') || it.includes('"level":60')), 'nothing failed')
  })
})
