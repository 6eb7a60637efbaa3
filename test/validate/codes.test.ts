/** Every finding code is seen refusing, at the right line and path, in words that say what to do. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { findingCodes, openValidator } from '../../src/validate/validate.ts'
import { edit, findingsOf, lineOf, sample } from './sample.ts'

const message = sample('JW301')
const change = (part: string | RegExp, by: string): string => edit(message, part, by)
const inRoot = (content: string): string => `<a>\n${content}</a>`

interface Case { readonly bytes: string | Buffer, readonly line: number | null, readonly path?: string, readonly says?: RegExp }
const at = (bytes: string | Buffer, line: number | null = 1, says?: RegExp): Case => ({ bytes, line, ...says && { says } })
/** A case at an element of the JW301: the line is that of the first `mark`. */
const leaf = (bytes: string, mark: string, path: string, says?: RegExp): Case => ({ bytes, line: lineOf(bytes, mark), path, ...says && { says } })

const product = 'Client/ToegewezenProducten/ToegewezenProduct'
const cases: Record<string, readonly Case[]> = {
  ZP_SIZE_MAX: [at(Buffer.alloc(10_000_001, 0x20), null, /10000001 bytes/)],
  ZP_XML_EMPTY: [at('')],
  ZP_XML_BOM: [at(`\ufeff${message}`, 1, /UTF-8/), at(Buffer.from(`\ufeff${message}`, 'utf16le'), 1, /UTF-16/), at(Buffer.from('fffe00003c000000', 'hex'), 1, /UTF-32/), at(Buffer.from('feff003c', 'hex'), 1, /UTF-16/)],
  ZP_XML_NOT_UTF8: [
    at(Buffer.from(message, 'utf16le'), 1, /UTF-16/), at(Buffer.from(message, 'utf16le').swap16(), 1, /UTF-16/),
    at(Buffer.concat([Buffer.from('<a>\n\n'), Buffer.from([0xe9]), Buffer.from('\n</a>')]), 3),
    // An overlong "/", a surrogate, and a code point past the last one.
    ...['c0af', 'eda080', 'f4908080'].map(hex => at(Buffer.concat([Buffer.from('<a>'), Buffer.from(hex, 'hex'), Buffer.from('</a>')])))
  ],
  ZP_XML_NUL: [at(inRoot('x\0'), 2), at(`${message}\0`, message.split('\n').length)],
  ZP_XML_VERSION: [at('<?xml version="1.1"?><a/>', 1, /1\.1.*1\.0/)],
  ZP_XML_ENCODING: [at('<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 1, /ISO-8859-1/), at('<?xml version="1.0" encoding=\'UTF-16\'?><a/>'), at(`<?xml version="1.0" encoding${' '.repeat(12)}=${' '.repeat(12)}"ISO-2022-JP"?><a/>`)],
  ZP_XML_DOCTYPE: [at('<?xml version="1.0"?>\n<!-- <!DOCTYPE x> -->\n<!DOCTYPE a><a/>', 3), at('<a/>\n<!DOCTYPE a [<!ENTITY b "c">]>', 2)],
  ZP_XML_ENTITY: [at(inRoot('&naam;'), 2), at('<!ENTITY a "b"><a/>')],
  ZP_XML_DEPTH: [at('<a>'.repeat(65), 1, /65.*64/)],
  ZP_XML_ITEMS: [at('<!---->'.repeat(1_000_001), 1, /1000001/)],
  ZP_XML_ATTRIBUTES: [at(`<a ${Array.from({ length: 9 }, (_, i) => `b${i}="1"`).join(' ')}/>`, 1, /9.*8/), at(inRoot('<b c="1"/>'.repeat(1001)), 2, /1001/)],
  ZP_XML_NAMESPACES: [at(`<a ${Array.from({ length: 17 }, (_, i) => `xmlns:b${i}="u:v"`).join(' ')}/>`, 1, /17.*16/), at(inRoot('<b xmlns="u:v" xmlns:c="u:v" xmlns:d="u:v"/>\n'.repeat(100)), 68)],
  ZP_XML_TRUNCATED: [at(message.slice(0, -10), message.split('\n').length - 1), at(message.slice(0, message.indexOf('<jw301:Client>') + 5), lineOf(message, '<jw301:Client>')), at('<a><!')],
  ZP_XML_TAGS: [at(inRoot('<b></c>'), 2), at('<1/>'), at('<a></a b>')],
  ZP_XML_TRAILING: [at('<a/>\n<b/>', 2), at('<a/>x')],
  ZP_XML_NO_ROOT: [at('hallo'), at('   ')],
  ZP_XML_ATTRIBUTE: [at('<a b="1" b="2"/>'), at('<a b/>'), at('<a b=1/>')],
  ZP_XML_PREFIX: [at('<a:b/>'), at('<a xmlns:x=""/>')],
  ZP_XML_CHARACTER: [at(inRoot('\u0001'), 2), at(inRoot('&#0;'), 2)],
  ZP_XML_ESCAPE: [at(inRoot('R & D'), 2, /&amp;/), at('<a b="<"/>'), at(inRoot(']]>'), 2)],
  ZP_XML_COMMENT: [at(inRoot('<!-- a -- b -->'), 2)],
  ZP_XML_DECLARATION: [at(' <?xml version="1.0"?><a/>'), at('<?xml version="1.0" standalone="x"?><a/>'), at(`<?xml version="1.0"${' '.repeat(300)}encoding="ISO-8859-1"${' '.repeat(200)}?><a/>`), at('<?xml encoding="UTF-8" version="1.0"?><a/>'), at('<?xml version="1.0"')],
  ZP_XML_LIMIT: [at(inRoot(`<${'b'.repeat(60_000)}/>`), 2)],
  ZP_XML_OTHER: [at('<a / >')],
  ZP_TYPE_ROOT: [at('<jw:Brief xmlns:jw="http://www.istandaarden.nl/ijw/3_2/jw301/schema"/>', 1, /Brief.*Bericht/)],
  ZP_TYPE_UNKNOWN: [at('<Bericht xmlns="http://www.istandaarden.nl/ijw/2_4/jw301/schema"/>', 1, /2_4.*JW301 in release 3\.2/), at('<Bericht/>', 1, /WMO301.*JW325/)],
  ZP_TYPE_CONTRADICTED: [
    leaf(change('>436<', '>414<'), 'BerichtCode', 'Header/BerichtCode', /436 \(JW301\).*414 \(WMO301\)/),
    leaf(change('Versie>3<', 'Versie>2<'), 'BerichtVersie', 'Header/BerichtVersie'), leaf(change('Subversie>2<', 'Subversie>02<'), 'BerichtSubversie', 'Header/BerichtSubversie')
  ],
  ZP_SCHEMA_MISSING: [leaf(change(/ *<jw301:Afzender>.*\n/, ''), '<jw301:Header>', 'Header/Afzender', /Afzender ontbreekt/)],
  ZP_SCHEMA_UNEXPECTED: [
    leaf(change('<jw301:Geslacht>', '<jw301:Bijnaam>x</jw301:Bijnaam>\n<jw301:Geslacht>'), 'Bijnaam', 'Client/Bijnaam', /dit onderdeel kent alleen: Bsn, Geboortedatum/),
    leaf(message.replaceAll('jw301:Ontvanger', 'jw301:Ontvangr'), 'Ontvangr', 'Header/Ontvangr', /bedoelt u Ontvanger\?/),
    leaf(change('<jw301:Geslacht>', '<jw301:Einddatum>2026-01-01</jw301:Einddatum>\n<jw301:Geslacht>'), '<jw301:Einddatum>', 'Client/Einddatum', /het hoort in .*Client\/ToegewezenProducten\/ToegewezenProduct/)
  ],
  ZP_SCHEMA_ORDER: [
    leaf(change(/( *<jw301:Toewijzingsdatum>.*\n)( *<jw301:Toewijzingstijd>.*\n)/, ' <jw301:Toewijzingstijd>12:00:00</jw301:Toewijzingstijd>\n <jw301:Toewijzingsdatum>2026-01-01</jw301:Toewijzingsdatum>\n'), '<jw301:Toewijzingstijd>', `${product}[1]/Toewijzingstijd`, /na Toewijzingsdatum/),
    leaf(edit(change(/ *<jw301:Bsn>.*\n/, ''), '</jw301:Client>', '<jw301:Bsn>999900006</jw301:Bsn></jw301:Client>'), '<jw301:Bsn>', 'Client/Bsn', /vóór Geboortedatum/)
  ],
  ZP_SCHEMA_REPEATED: [leaf(change('<jw301:Ontvanger>', '<jw301:Afzender>0001</jw301:Afzender>\n<jw301:Ontvanger>'), '>0001<', 'Header/Afzender', /2e keer/)],
  ZP_SCHEMA_NAMESPACE: [leaf(change(/<jw301:Bsn>.*<\/jw301:Bsn>/, '<ijw:Bsn>999900006</ijw:Bsn>'), '<ijw:Bsn>', 'Client/Bsn', /basisschema.*jw301/)],
  ZP_SCHEMA_ATTRIBUTE: [leaf(change('<jw301:Bsn>', '<jw301:Bsn soort="1">'), '<jw301:Bsn', 'Client/Bsn', /soort/), leaf(change('<jw301:Client>', '<jw301:Client xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">'), '<jw301:Client', 'Client', /nil/)],
  ZP_SCHEMA_TEXT: [leaf(change('<jw301:Client>', '<jw301:Client>hallo'), '<jw301:Client>', 'Client', /5 tekens/), leaf(change('<jw301:Client>', '<jw301:Client><![CDATA[ ]]>'), '<jw301:Client>', 'Client', /CDATA/)],
  ZP_SCHEMA_ELEMENT: [leaf(change('<jw301:Bsn>', '<jw301:Bsn><b>x</b>'), '<jw301:Bsn>', 'Client/Bsn', /element b/)],
  ZP_SCHEMA_EMPTY: [leaf(change(/<jw301:Afzender>.*</, '<jw301:Afzender><'), '<jw301:Afzender>', 'Header/Afzender', /4 cijfers/), leaf(change(/<jw301:Einddatum>.*</, '<jw301:Einddatum> <'), '<jw301:Einddatum>', `${product}[1]/Einddatum`, /JJJJ-MM-DD/)],
  ZP_SCHEMA_LONG: [leaf(change(/<ijw:Identificatie>.*</, `<ijw:Identificatie>${'1'.repeat(13)}<`), '<ijw:Identificatie>', 'Header/BerichtIdentificatie/Identificatie', /13 tekens.*hoogstens 12 tekens/)],
  ZP_SCHEMA_PATTERN: [
    leaf(change(/<jw301:Bsn>.*</, '<jw301:Bsn>99990000x<'), '<jw301:Bsn>', 'Client/Bsn', /9 tekens, waarvan 1 geen cijfer.*9 cijfers/),
    leaf(change(/<jw301:Einddatum>.*</, '<jw301:Einddatum>1-4-2026<'), '<jw301:Einddatum>', `${product}[1]/Einddatum`, /1-4-2026.*JJJJ-MM-DD/),
    leaf(change(/<jw301:Einddatum>.*</, '<jw301:Einddatum>2026-04-01Z<'), '<jw301:Einddatum>', `${product}[1]/Einddatum`, /zonder tijdzone/),
    leaf(change(/<ijw:BerichtXsdVersie>.*</, '<ijw:BerichtXsdVersie>1.0<'), '<ijw:BerichtXsdVersie>', 'Header/XsdVersie/BerichtXsdVersie', /zoals 1\.0\.0/)
  ],
  ZP_SCHEMA_CODE: [leaf(change(/<ijw:Frequentie>.*</, '<ijw:Frequentie>3<'), '<ijw:Frequentie>', `${product}[1]/Omvang/Frequentie`, /3.*een van 1, 2, 4, 6/), leaf(change(/<ijw:Categorie>.*</, '<ijw:Categorie>99<'), '<ijw:Categorie>', `${product}[1]/Product/Categorie`, /24 codes van LDT_ProductCategorie/)],
  ZP_SCHEMA_INTEGER: [leaf(change(/<ijw:Volume>.*</, '<ijw:Volume>1,5<'), '<ijw:Volume>', `${product}[1]/Omvang/Volume`, /1,5.*0 tot en met 99999999/)],
  ZP_SCHEMA_RANGE: [leaf(change(/<ijw:Volume>.*</, '<ijw:Volume>-5<'), '<ijw:Volume>', `${product}[1]/Omvang/Volume`, /-5/), leaf(change(/<ijw:Volume>.*</, `<ijw:Volume>${'9'.repeat(500)}<`), '<ijw:Volume>', `${product}[1]/Omvang/Volume`, /\(#{40}…\)/)],
  ZP_SCHEMA_DATE: [leaf(change(/<jw301:Einddatum>.*</, '<jw301:Einddatum>2027-06-31<'), '<jw301:Einddatum>', `${product}[1]/Einddatum`, /2027-06-31/)],
  ZP_SCHEMA_TIME: [leaf(change(/<jw301:Toewijzingstijd>.*</, '<jw301:Toewijzingstijd>25:00:00<'), '<jw301:Toewijzingstijd>', `${product}[1]/Toewijzingstijd`, /25:00:00/)],
  ZP_SCHEMA_MORE: [{ bytes: edit(message, / *<jw301:ToegewezenProduct>/, '<jw301:Fout/>\n'.repeat(201) + '<jw301:ToegewezenProduct>'), line: null, path: '', says: /eerste 200/ }]
}

/** Codes no message from outside can bring about here: each says where else it is seen, or what it guards. */
const elsewhere = {
  ZP_FILE_UNREADABLE: 'command.test.ts',
  ZP_XML_UNCHECKED: 'engine.test.ts: libxml2 gives up only on documents with entities, which the pre-checks refuse',
  ZP_SCHEMA_SHORT: 'value.test.ts: no type of release 3.2 asks more than one character without saying which',
  ZP_SCHEMA_OTHER: 'a net below the walk: agree.test.ts finds nothing that falls into it'
}

describe('finding codes', () => {
  const validator = openValidator({ payload_bytes_max: 10_000_000 })
  after(() => validator.close())

  it('every code of the table is either shown refusing here or said to be seen elsewhere', () => {
    assert.deepEqual([...Object.keys(cases), ...Object.keys(elsewhere)].toSorted(), Object.keys(findingCodes).toSorted())
  })

  for (const [code, examples] of Object.entries(cases)) {
    examples.forEach(({ bytes, line, path = '', says = /./ }, index) => it(`${code} ${index + 1}`, async () => {
      const judgement = await validator.validate(Buffer.from(bytes))
      const findings = findingsOf(judgement)
      const found = findings.find(each => each.code === code && each.path === path)
      assert.ok(found, `found ${JSON.stringify(findings.slice(0, 5))}`)
      assert.equal(found.line, line)
      assert.match(found.message, says)
      assert.doesNotMatch(found.message + found.message_en, /[{}]|undefined/)
      assert.equal(found.level, 1)
      assert.equal(judgement.kind === 'invalid' && judgement.code, /^ZP_(SIZE|XML|TYPE|SCHEMA)/.exec(code)?.[0])
    }))
  }
})
