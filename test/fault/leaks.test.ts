/** Nothing of a person or a client's own words ends in a log, an answer to others, a metric or a file name. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { isTestBsn } from '../../src/admit.ts'
import { altered, fixture, makeWorld, withText, type Reply } from '../flow/world.ts'
import { startChild } from './child.ts'

/** A test Bsn; and for a gateway in production one of nobody in particular, made anew each time: 8 at the first, so that it is none of the test range. */
const testBsn = '999943212'
function anyBsn (): string {
  for (;;) {
    const digits = `8${String(randomInt(10_000_000)).padStart(7, '0')}`
    const rest = [...digits].reduce((sum, digit, at) => sum + Number(digit) * (9 - at), 0) % 11
    if (rest < 10) return `${digits}${rest}`
  }
}
const modes = [['test', testBsn], ['production', anyBsn()]] as const
const name = 'Geheimhouder'
const comment = 'Vertrouwelijke opmerking'
const own = 'GEHEIMNR01'
const reference = 'GEHEIMEREF'
/** What nobody may see, and what its sender alone may. */
const neverOf = (bsn: string): string[] => [bsn, name, comment, 'Geheimlaan', '0612345678']
const senders = [own, reference]

/** A message full of secrets, under its own Identificatie. */
const secretOf = (bsn: string) => (identificatie = own): Buffer => [
  ['Bsn', bsn], ['Achternaam', name], ['Commentaar', comment], ['Identificatie', identificatie], ['ReferentieAanbieder', reference], ['Straatnaam', 'Geheimlaan'], ['Telefoonnummer', '0612345678']
].reduce((bytes, [element = '', text = '']) => withText(bytes, element, text), fixture('WMO301', 'full'))

/** Ways to be wrong with a secret in hand. */
const wrongWith = (bsn: string, secret: ReturnType<typeof secretOf>): ReadonlyArray<readonly [why: string, bytes: Buffer]> => [
  ['a Bsn too long', withText(secret(), 'Bsn', `${bsn}0`)],
  ['a Bsn with a letter', withText(secret(), 'Bsn', `${bsn.slice(0, 8)}X`)],
  ['a name of two thousand characters', withText(secret(), 'Achternaam', `${name} `.repeat(200))],
  ['a comment where a date belongs', withText(secret(), 'Datum', comment)],
  ['secrets in an unknown element', altered(secret(), /(<\w+:Client>)/, `$1<geheim>${bsn} ${name}</geheim>`)],
  ['secrets in an attribute', altered(secret(), /<(\w+:Client)>/, `<$1 naam="${name}" bsn="${bsn}">`)],
  ['secrets in a comment between wrong elements', altered(secret(), /(<\w+:Client>)/, `$1<!-- ${bsn} -->${name}`)],
  ['cut off in a name', secret().subarray(0, secret().indexOf(name) + 6)],
  ['a tag not closed after a name', altered(secret(), /(Geheimhouder)<\/\w+:Achternaam>/, '$1')],
  ['an entity', altered(secret(), /Geheimhouder/, 'Geheimhouder&geheim;')],
  ['a Bsn of a person', withText(secret(), 'Bsn', '123456782')],
  ['another sender', withText(secret(), 'Afzender', '0363')],
  ['an unknown receiver', withText(secret(), 'Ontvanger', '42429999')],
  ['other bytes under the key', altered(secret(), /$/, '\n')]
]

for (const [mode, bsn] of modes) {
  test(`a planted Bsn, name, comment, Identificatie and reference are found nowhere, in mode ${mode}`, { timeout: 300_000 }, async t => {
    assert.equal(isTestBsn(bsn), mode === 'test')
    const [never, secret] = [neverOf(bsn), secretOf(bsn)]
    const wrong = wrongWith(bsn, secret)
    const world = await makeWorld(mode)
    const child = await startChild(world, { log_level: 'debug' })
    t.after(() => { child.process.kill('SIGKILL') })
    const [from, to, stranger, nobody] = (['gemeente', 'aanbieder', 'otherGemeente', 'nobody'] as const).map(who => world.client(who, child.rest))
    assert.ok(from && to && stranger && nobody)

    const { id } = await from.send(secret())
    await to.receives(id)
    const answers: Array<readonly [what: string, reply: Reply]> = []
    const keep = async (what: string, asking: Promise<Reply>): Promise<void> => { answers.push([what, await asking]) }
    for (const [why, bytes] of wrong) {
      const reply = await from.post(bytes)
      assert.ok(reply.status >= 400, `${why}: ${reply.status}`)
      answers.push([why, reply])
    }
    // The name of an unknown element is told to who sent it: without it he could not mend it. It goes no further.
    assert.equal((await from.post(altered(secret(), /(<\w+:Client>)/, `$1<${name}/>`))).status, 422)
    for (const secretText of [...never, ...senders]) {
      const it = encodeURIComponent(secretText)
      for (const path of [`/v1/messages/${it}`, `/v1/${it}`, `/v1/messages?identificatie=${it}`, `/v1/messages?${it}=1`, `/v1/messages?cursor=${it}`, `/v1/messages?type=${it}`, `/v1/messages?from=${it}`, `/v1/mailbox?limit=${it}`, `/v1/messages/%zz${it}`]) {
        for (const client of [stranger, nobody]) await keep(path, client.get(path))
      }
      await keep('headers', stranger.call('GET', '/v1/nowhere', null, { 'x-request-id': secretText, 'user-agent': secretText, referer: secretText, cookie: secretText }))
      await keep('Content-Type', stranger.call('POST', '/v1/messages', 'x', { 'content-type': secretText }))
      await keep('Content-Encoding', stranger.call('POST', '/v1/messages', 'x', { 'content-type': 'application/xml', 'content-encoding': secretText }))
    }
    await keep('by a stranger', stranger.post(secret('GEHEIMNR02')))
    const metrics = await (await fetch(`${child.operations}/metrics`)).text()
    assert.equal(await child.end('SIGTERM'), 0)

    const found = (text: string, secrets: readonly string[]): string[] => secrets.filter(it => text.toLowerCase().includes(it.toLowerCase()) || text.includes(encodeURIComponent(it)))
    for (const [what, { bytes, headers }] of answers) assert.deepEqual(found(bytes.toString() + JSON.stringify(headers), never), [], `in the answer to ${what}: ${bytes.toString()}`)
    for (const [where, text] of [['log', child.lines.join('\n')], ['metrics', metrics], ['file names', readdirSync(world.dir, { recursive: true }).join('\n')]] as const) {
      assert.deepEqual(found(text, [...never, ...senders, 'GEHEIMNR02', '123456782']), [], where)
    }
    assert.ok(child.lines.length > answers.length)
    for (const line of child.lines) assert.ok(typeof Object(JSON.parse(line)).time === 'string', line)
  })
}
