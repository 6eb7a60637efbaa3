/** Writer and reader: what is written comes back, leaf texts included, in the form the standard asks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { generateMessage, modelOf, models, readAs, readMessage, valuesOf, writeMessage, type MessageModel, type Tree } from '../../src/standard/standard.ts'

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function readBack (model: MessageModel, tree: Tree): Tree {
  const reading = readMessage(writeMessage(model, tree), model)
  assert.ok(reading.kind === 'valid', reading.kind === 'unsure' ? `${model.type}: ${reading.reason}` : '')
  return reading.message
}

/** The tree with every class's keys in turned order. */
const turned = (node: Tree): Tree => Object.fromEntries(Object.entries(node).reverse().map(([name, value]) =>
  [name, typeof value === 'object' && !Array.isArray(value) ? turned(value as Tree) : value]))

describe('read(write(message))', () => {
  for (const model of models) {
    it(`equals the message: ${model.type}`, () => {
      fc.assert(fc.property(fc.nat(0xffffffff), fc.constantFrom('small', 'full', 'random', 'random'), (seed, size) => {
        const tree = generateMessage(model, seed, size)
        assert.deepEqual(readBack(model, tree), tree)
      }), { numRuns: 60 })
    })
  }

  it('keeps any text that XML can hold in a Commentaar, carriage returns and blanks included', () => {
    const model = modelOf('WMO315')
    const tree = generateMessage(model, 1, 'full')
    const client = tree['Client']
    assert.ok(typeof client === 'object' && !Array.isArray(client))
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter(one => /\S/.test(one)), comment => {
      const sound = comment.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '?') + '\r\n]]>&amp;x'
      const written = { ...tree, Client: { ...client, Commentaar: sound } }
      assert.deepEqual(valuesOf(model, readBack(model, written), 'Commentaar')[0], sound)
    }), { numRuns: 300 })
  })
})

describe('writer', () => {
  const model = modelOf('JW301')
  const tree = generateMessage(model, 3, 'full')

  it('writes UTF-8 without byte order mark, the XML declaration and CR/LF line ends', () => {
    const written = text(writeMessage(model, tree))
    assert.ok(written.startsWith('<?xml version="1.0" encoding="UTF-8"?>\r\n<jw301:Bericht xmlns:ijw='))
    assert.equal(written.replaceAll('\r\n', '').search(/[\r\n]/), -1)
    assert.ok(written.endsWith('</jw301:Bericht>\r\n'))
    assert.match(written, /<ijw:Identificatie>/)
  })

  it('writes in the order of the schema whatever the order of the keys', () => {
    assert.deepEqual(writeMessage(model, turned(tree)), writeMessage(model, tree))
  })

  it('refuses what the model does not know, naming the element and never the value', () => {
    const header = tree['Header']
    assert.ok(typeof header === 'object' && !Array.isArray(header))
    const secret = 'GEHEIM'
    const broken: Tree[] = [
      { ...tree, Onbekend: secret },
      { ...tree, Header: { ...header, Afzender: { Code: secret } } },
      { ...tree, Header: { ...header, Afzender: `${secret}\u0001` } },
      { ...tree, Header: { ...header, Afzender: `${secret}\ud800` } },
      { ...tree, Header: { ...header, Afzender: [secret, secret] } },
      { ...tree, Header: secret }
    ]
    for (const one of broken) assert.throws(() => writeMessage(model, one), (error: unknown) => error instanceof TypeError && !error.message.includes(secret))
  })
})

describe('reader', () => {
  const model = modelOf('WMO305')
  const plain = text(writeMessage(model, generateMessage(model, 1, 'small')))
  const read = (changed: string): string => readMessage(new TextEncoder().encode(changed)).kind

  it('gives the generated type', () => {
    const message = readAs('WMO305', new TextEncoder().encode(plain))
    assert.equal(message?.Client.StartProducten.StartProduct[0]?.StatusAanlevering, '1')
    assert.ok(message !== null && text(writeMessage(model, message)) === plain)
    assert.equal(readAs('WMO306', new TextEncoder().encode(plain)), null)
  })

  it('keeps a leaf as sent', () => {
    const reading = readMessage(new TextEncoder().encode(plain.replace(/(:ToewijzingNummer>)\d+/, '$1 007\r\n')))
    assert.ok(reading.kind === 'valid')
    assert.deepEqual(valuesOf(model, reading.message, 'ToewijzingNummer'), [' 007\n'])
  })

  it('does not mind prefixes, line ends, or a missing declaration', () => {
    assert.equal(read(plain.replaceAll('wmo305:', 'x:').replace('xmlns:wmo305', 'xmlns:x')), 'valid')
    assert.equal(read(plain.replaceAll('wmo305:', '').replace('xmlns:wmo305', 'xmlns')), 'valid')
    assert.equal(read(plain.replace(/>\s+</g, '><')), 'valid')
    assert.equal(read(plain.replace(/^.*\r\n/, '')), 'valid')
  })

  it('leaves everything unusual to the schema engine', () => {
    const unusual: Readonly<Record<string, string>> = {
      doctype: plain.replace('\r\n', '<!DOCTYPE x>'),
      comment: plain.replace('</wmo305:Header>', '<!-- x --></wmo305:Header>'),
      instruction: plain.replace('</wmo305:Header>', '<?x y?></wmo305:Header>'),
      cdata: plain.replace(/>0344</, '><![CDATA[0344]]><'),
      attribute: plain.replace('<wmo305:Header>', '<wmo305:Header a="1">'),
      'root attribute': plain.replace('Bericht ', 'Bericht a="1" '),
      'namespace below the root': plain.replace('<wmo305:Header>', '<wmo305:Header xmlns:x="urn:x">'),
      'XML 1.1': plain.replace('1.0', '1.1'),
      'another encoding': plain.replace('UTF-8', 'ISO-8859-1'),
      'byte order mark': `\ufeff${plain}`,
      'something after the root': `${plain}<x/>`,
      'an entity': plain.replace(/>0344</, '>&x;<'),
      'a forbidden character': plain.replace(/>0344</, '>&#1;<'),
      nothing: '',
      'the start only': plain.slice(0, 150)
    }
    for (const [name, changed] of Object.entries(unusual)) assert.equal(read(changed), 'unsure', name)
    assert.equal(readMessage(new Uint8Array([...new TextEncoder().encode(plain), 0xc3])).kind, 'unsure')
  })

  it('names the place it was not sure about, never the value', () => {
    const reading = readMessage(new TextEncoder().encode(plain.replace(/(:Bsn>)[^<]*/, '$1GEHEIM')))
    assert.deepEqual(reading, { kind: 'unsure', reason: 'Bsn: its value' })
  })
})
