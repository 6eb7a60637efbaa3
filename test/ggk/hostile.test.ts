/** Envelopes nobody should send: each gets a clear fault, nothing of it is seen anywhere, and the next good message is taken. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, test } from 'node:test'
import { actions, bv03, di01, fo01, fo03, ggkPath, makeChain, soap, soapHeaders } from '../chain.ts'
import { altered, fixture, message, withText, type Reply } from '../flow/world.ts'

const chain = await makeChain()
const gateway = await chain.start({ log_level: 'debug', request_ms_max: 60_000, requests_per_minute_max: 10_000 })
const post = async (body: string | Buffer, headers: Record<string, string> = soapHeaders(actions.Di01)): Promise<Reply> => await gateway.by('gemeente').call('POST', ggkPath, body, headers)

const name = 'Geheimhouder'
const bsn = '999943212'
const comment = 'Vertrouwelijke opmerking'
const secrets = [name, bsn, comment, Buffer.from(name).toString('base64').slice(0, 12)]
const secret = [['Bsn', bsn], ['Achternaam', name], ['Commentaar', comment]].reduce((bytes, [element = '', text = '']) => withText(bytes, element, text), fixture('WMO301', 'full'))
const good = di01(secret)
const many = 16_000_000
const attributes = Array.from({ length: many / 20 }, (_, at) => `a${String(at).padStart(7, '0')}="${name}"`).join(' ')

let seed = 0
/** After every attack a new message is taken. */
afterEach(async () => { bv03(await gateway.ggk('gemeente', di01(message('WMO301', 1, { identificatie: `H${++seed}` })), actions.Di01)) })

const inside = (pattern: RegExp, by: string): Buffer => altered(Buffer.from(soap(good)), pattern, by)
const bodies: ReadonlyArray<readonly [why: string, body: () => string | Buffer]> = [
  ['nothing', () => ''],
  ['no XML', () => name],
  ['cut off', () => soap(good).slice(0, 600)],
  ['cut off in the payload', () => soap(good).slice(0, 1_500)],
  ['a message without SOAP', () => good],
  ['no Body', () => '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>'],
  ['an empty Body', () => soap('')],
  ['two messages', () => soap(good + good)],
  ['two Bodies', () => soap(`${good}</soapenv:Body><soapenv:Body>${good}`)],
  ['a DOCTYPE', () => inside(/\?>/, `?><!DOCTYPE x [<!ENTITY n "${name}">]>`)],
  ['a billion laughs', () => inside(/\?>/, `?><!DOCTYPE x [<!ENTITY a "${name}">${Array.from({ length: 9 }, (_, at) => `<!ENTITY ${'abcdefghij'.charAt(at + 1)} "${`&${'abcdefghij'.charAt(at)};`.repeat(10)}">`).join('')}]>`).toString().replace('0344', '&j;')],
  ['an entity from elsewhere', () => inside(/\?>/, '?><!DOCTYPE x [<!ENTITY n SYSTEM "file:///etc/passwd">]>').toString().replace('0344', '&n;')],
  ['an entity that is not declared', () => inside(/0344/, `&${name};`)],
  ['a processing instruction', () => inside(/\?>/, `?><?${name} ${bsn}?>`)],
  ['UTF-16', () => Buffer.from(`\ufeff${soap(good)}`, 'utf16le')],
  ['another encoding', () => inside(/UTF-8/, 'ISO-8859-1')],
  ['no UTF-8', () => Buffer.concat([Buffer.from(soap(good).replace('Voorbeeldpakket', '')), Buffer.from([0xff, 0xfe])])],
  ['a NUL', () => soap(good).replace('Voorbeeldpakket', `${name}\0`)],
  ['an element that is none of ours', () => soap(`<${name}>${bsn}</${name}>`)],
  ['the namespace of an older version', () => soap(good.replaceAll('koppelvlak/ggk0210', 'sectormodel/ggk/0210'))],
  ['stuurgegevens of another namespace', () => soap(good.replace('http://www.egem.nl/StUF/StUF0301', name))],
  ['no stuurgegevens', () => soap(good.replace(/<GGK:stuurgegevens>.*<\/GGK:stuurgegevens>/, ''))],
  ['a Bsn where the tijdstip belongs', () => soap(good.replace('20261122101500', bsn))],
  ['an empty organisatie', () => soap(good.replace('0344', ''))],
  ['16 MB of attributes on the Envelope', () => soap(good).replace('<soapenv:Body>', `<soapenv:Body ${attributes}>`)],
  ['16 MB of attributes on the message', () => soap(good.replace(' xmlns:StUF', ` ${attributes} xmlns:StUF`))],
  ['one attribute of 16 MB', () => soap(good.replace(' xmlns:StUF', ` a="${name.repeat(many / 12)}" xmlns:StUF`))],
  ['16 MB of namespaces', () => soap(good.replace(' xmlns:StUF', ` ${Array.from({ length: many / 25 }, (_, at) => `xmlns:n${at}="urn:${at}"`).join(' ')} xmlns:StUF`))],
  ['16 MB of elements within each other', () => soap('<a>'.repeat(many / 7) + '</a>'.repeat(many / 7))],
  ['16 MB of elements beside each other', () => soap(good.replace('<GGK:parameters>', `${'<a/>'.repeat(many / 4)}<GGK:parameters>`))],
  ['16 MB of text where the organisatie belongs', () => soap(good.replace('0344', name.repeat(many / 12)))],
  ['16 MB of SOAP headers', () => soap(good, `<soapenv:Header>${`<h>${name}</h>`.repeat(many / 20)}</soapenv:Header>`)],
  ['an Fo01 about nothing', () => soap('<StUF:Fo01Bericht xmlns:StUF="http://www.egem.nl/StUF/StUF0301"/>')],
  ['an Fo01 full of names', () => soap(fo01(name, { omschrijving: comment, details: bsn }))]
]

describe('a fault is all that comes of', () => {
  for (const [why, body] of bodies) {
    test(why, { timeout: 300_000 }, async () => {
      const reply = await post(body(), why.startsWith('an Fo01') ? soapHeaders(actions.Fo01) : undefined)
      fo03(reply)
      const shown = reply.bytes.toString() + JSON.stringify(reply.headers)
      for (const it of secrets) assert.ok(!shown.includes(it), 'the fault shows nothing of what came')
    })
  }

  test('a name as zender or referentienummer: an Fo03 names what it answers, to who wrote it, and says it nowhere else', async () => {
    for (const [where, body] of [['organisatie', good.replace('0344', name)], ['crossRefnummer', good.replace(/(<StUF:referentienummer>)[^<]*/, `$1${name}`)]] as const) {
      const reply = await post(soap(body))
      fo03(reply)
      assert.doesNotMatch(reply.bytes.toString().replace(new RegExp(`(:${where}>)${name}<`), '$1<'), /Geheim/)
    }
  })

  test('another SOAPAction than that of the message', async () => {
    for (const action of [actions.Du01, actions.Fo01, name, 'http://www.stufstandaarden.nl/koppelvlak/ggk0210/ggk_Di02']) assert.equal(fo03(await post(soap(good), soapHeaders(action))).plek, 'client')
  })

  test('a header that must be understood: MustUnderstand, in SOAP’s own words and without an Fo03', async () => {
    const reply = await post(soap(good, `<soapenv:Header><x:${name} xmlns:x="urn:x" soapenv:mustUnderstand="1">${bsn}</x:${name}></soapenv:Header>`))
    assert.equal(reply.status, 500)
    assert.match(reply.bytes.toString(), /<faultcode>\w+:MustUnderstand<\/faultcode>/)
    assert.doesNotMatch(reply.bytes.toString(), /Fo03|Geheim/)
  })

  test('SOAP 1.2: VersionMismatch', async () => {
    const reply = await post(soap(good).replaceAll('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'))
    assert.match(reply.bytes.toString(), /<faultcode>\w+:VersionMismatch<\/faultcode>/)
  })
})

describe('nothing stands in the way of', () => {
  const taken: ReadonlyArray<readonly [why: string, body: string]> = [
    ['a byte order mark before the SOAP', `\ufeff${soap(di01(message('WMO301', 50)))}`],
    ['no XML declaration', soap(di01(message('WMO301', 51))).replace(/^<\?xml[^>]*\?>\s*/, '')],
    ['a header that need not be understood', soap(di01(message('WMO301', 52)), '<soapenv:Header><x:Security xmlns:x="urn:x"/></soapenv:Header>')],
    ['white space and line ends between elements', soap(di01(message('WMO301', 53))).replaceAll('><', '>\r\n  <').replace(/>\s+([A-Za-z0-9])/g, '>$1')],
    ['other prefixes', soap(di01(message('WMO301', 54))).replaceAll('GGK:', '').replaceAll('xmlns:GGK', 'xmlns')]
  ]
  for (const [why, body] of taken) test(why, async () => { bv03(await post(body)) })

  test('a SOAPAction without quotes, or none', async () => {
    const { soapaction: _, ...none } = soapHeaders('')
    bv03(await post(soap(di01(message('WMO301', 55), { referentienummer: randomUUID() })), { ...none, soapaction: actions.Di01 }))
    bv03(await post(soap(di01(message('WMO301', 56))), { ...none, soapaction: '""' }))
    bv03(await post(soap(di01(message('WMO301', 57))), none))
  })
})

test('nothing of what came stands in the log', () => {
  const log = gateway.lines.join('')
  assert.ok(gateway.lines.length > 2 * bodies.length)
  for (const it of secrets) assert.ok(!log.includes(it), it)
})
