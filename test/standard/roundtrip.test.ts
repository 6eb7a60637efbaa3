/** Writer and reader: what is written comes back, leaf texts included, in the form the standard asks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { asTree, generateMessage, modelOf, models, readAs, readMessage, valuesOf, writeInTurns, writeMessage, type MessageModel, type Tree } from '../../src/standard/standard.ts'
import { precheck } from '../../src/validate/precheck.ts'
import { largeClaim } from '../validate/sample.ts'

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

  it('holds of a message of a megabyte, whose text becomes bytes in pieces, and in turns it is written the same', async () => {
    const reading = readMessage(largeClaim(1_000_000))
    assert.ok(reading.kind === 'valid')
    const { model, message } = reading
    const wide = { ...message, Declaratie: { ...asTree(message['Declaratie']), DeclaratieNummer: 'één€' } }
    assert.deepEqual(readBack(model, message), message)
    for (const tree of [message, wide]) {
      let turns = 0
      const state = { done: false }
      const written = writeInTurns(model, tree).finally(() => { state.done = true })
      while (!state.done) { turns++; await setImmediate() }
      assert.ok(Buffer.from(await written).equals(writeMessage(model, tree)))
      assert.ok(turns > 3, `${turns} turns`)
    }
  })

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

  it('reads a message as .NET writes it, the namespace of the basisschema as the default at each element that begins it', () => {
    const uri = ` xmlns="${model.basisNamespace}"`
    let depth = 0
    const bare = plain.replace(` xmlns:iwmo="${model.basisNamespace}"`, '').replace(/<(\/?)iwmo:(\w+)>/g, (_, slash: string, name: string) => {
      if (slash !== '') depth--
      return `<${slash}${name}${slash === '' && depth++ === 0 ? uri : ''}>`
    })
    const byDefault = bare.replaceAll('<wmo305:', '<').replaceAll('</wmo305:', '</').replace('xmlns:wmo305', 'xmlns')
    const whole = readMessage(new TextEncoder().encode(plain))
    for (const text of [bare, byDefault]) assert.deepEqual(readMessage(new TextEncoder().encode(text)), whole)
    const wrong = [bare.replace(uri, ''), bare.replace(uri, ' xmlns="urn:x"'), bare.replace(uri, `${uri} `), bare.replace(`Identificatie${uri}>`, 'Identificatie>'), byDefault.replace('<Header>', `<Header${uri}>`)]
    for (const text of wrong) assert.equal(read(text), 'unsure')
  })

  it('passes over one hint of where schemas lie, and leaves any other to the schema engine', () => {
    const xsi = 'http://www.w3.org/2001/XMLSchema-instance'
    const located = (attributes: string): string => read(plain.replace('Bericht ', `Bericht ${attributes} `))
    const valid = [`xmlns:xsi="${xsi}" xsi:schemaLocation="${model.namespace} wmo305.xsd"`, `i:schemaLocation='a b\n c\td ' xmlns:i='${xsi}'`]
    const unusual = ['xsi:schemaLocation="a b"', 'xmlns:xsi="urn:x" xsi:schemaLocation="a b"', ...['a', 'a b c', '', ' ', 'a &amp;', 'a é'].map(it => `xmlns:xsi="${xsi}" xsi:schemaLocation="${it}"`),
      `xmlns:xsi="${xsi}" xsi:schemaLocation="a b" xsi:schemaLocation="a b"`, `xmlns:xsi="${xsi}" xmlns:i="${xsi}" xsi:schemaLocation="a b" i:schemaLocation="a b"`,
      `xmlns:xsi="${xsi}" xsi:noNamespaceSchemaLocation="a"`, `xmlns:xsi="${xsi}" xsi:type="a"`, `xmlns="${xsi}" schemaLocation="a b"`]
    assert.deepEqual(valid.map(located), valid.map(() => 'valid'))
    assert.deepEqual(unusual.map(located), unusual.map(() => 'unsure'))
  })

  it('passes over one plain comment before the root', () => {
    const commented = (comment: string): string => read(plain.replace('<wmo305:Bericht', `${comment}<wmo305:Bericht`))
    assert.deepEqual(['<!---->', '<!-- made with <x> & - y -->\r\n', '<!-->-->'].map(commented), ['valid', 'valid', 'valid'])
    const unusual = ['<!-- -- -->', '<!-- --->', '<!--->', '<!-- é -->', '<!-- \u0001 -->', '<!-- x --><!-- y -->', '<!-- x', `<!-- ${'x'.repeat(400)} -->`, '<!- x -->', '<?x y?>']
    assert.deepEqual(unusual.map(commented), unusual.map(() => 'unsure'))
    assert.equal(read(`<!-- x -->${plain}`), 'unsure')
  })

  it('keeps texts of every kind of character as sent, wherever the bytes lie', () => {
    const name = 'Ĳ. van ’t Zéér & <Zn> 😀 ]] \u00a0.'
    const message = modelOf('JW301')
    const written = Buffer.from(text(writeMessage(message, generateMessage(message, 1, 'full'))).replace(/(<ijw:Achternaam>)[^<]*/, `$1${name.replace('&', '&amp;').replace('<', '&#60;')}`))
    const within = new Uint8Array(written.length + 7)
    within.set(written, 3)
    for (const bytes of [written, within.subarray(3, -4)]) {
      const reading = readMessage(bytes)
      assert.ok(reading.kind === 'valid')
      assert.equal(valuesOf(message, reading.message, 'Achternaam')[0], name)
    }
  })

  it('takes no more elements, namespaces, white space or text of a leaf than a parser may be given', () => {
    const blank = (of: number): string => plain.replace('<wmo305:Header>', `${' '.repeat(of)}<wmo305:Header>`)
    const declared = (of: number): string => plain.replace('Bericht ', `Bericht ${Array.from({ length: of - 2 }, (_, nth) => `xmlns:x${nth}="urn:x"`).join(' ')} `)
    assert.deepEqual([9_000, 11_000].map(of => read(blank(of))), ['valid', 'unsure'])
    assert.deepEqual([16, 17].map(of => read(declared(of))), ['valid', 'unsure'])
    const comment = modelOf('WMO315')
    const commented = text(writeMessage(comment, generateMessage(comment, 1, 'full')))
    assert.deepEqual([10_000, 10_001].map(of => read(commented.replace(/(:Commentaar>)[^<]*/, `$1${'a'.repeat(of)}`))), ['valid', 'unsure'])
    const answer = modelOf('WMO306')
    const [before = '', code = '', ...after] = text(writeMessage(answer, generateMessage(answer, 1, 'full'))).split(/(<wmo306:RetourCode>[^<]*<\/wmo306:RetourCode>)/)
    const others = `${before}${after.join('')}`.split(/<\w/).length - 1
    const holding = (of: number): string => `${before.replace('?>', '?><!-- x -->')}${code.repeat(of - others)}${after.join('')}`
    assert.deepEqual([999_991, 999_992].map(of => read(holding(of))), ['valid', 'unsure'])
    assert.equal(precheck(Buffer.from(holding(999_991)), Infinity), null)
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
