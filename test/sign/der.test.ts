/** The DER writer and reader agree with each other, and the reader takes nothing else. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { instant } from '../../src/core/core.ts'
import { DerError, integer, octetString, oid, readDer, readTime, sequence, setOf, time, tlv } from '../../src/sign/der.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = fc.uint8Array({ maxLength: 300 })

describe('writing', () => {
  test('object identifiers, as large as a UUID', () => {
    assert.equal(hex(oid('1.2.840.113549.1.7.2')), '06092a864886f70d010702')
    assert.equal(hex(oid('2.5.29.15')), '0603551d0f')
    assert.equal(hex(oid('2.25.340282366920938463463374607431768211455')), '0614698' + '3' + 'ff'.repeat(17) + '7f')
  })
  test('whole numbers in their shortest form, never negative', () => {
    for (const [given, expected] of [['', '020100'], ['0000', '020100'], ['7f', '02017f'], ['80', '02020080'], ['000080', '02020080'], ['0100', '02020100']] as const) {
      assert.equal(hex(integer(Buffer.from(given, 'hex'))), expected)
    }
  })
  test('times with two digits for the year until 2049', () => {
    for (const [given, tag] of [['2049-12-31T23:59:59Z', 0x17], ['2050-01-01T00:00:00Z', 0x18], ['1970-01-01T00:00:00Z', 0x17]] as const) {
      const at = instant(Date.parse(given))
      assert.equal(time(at)[0], tag)
      assert.equal(readTime(readDer(time(at))), at)
    }
  })
  test('a SET OF in the order of its members’ bytes, whatever order they come in', () => {
    fc.assert(fc.property(fc.array(bytes.map(octetString)), members => { assert.deepEqual(setOf(members), setOf(members.toReversed())) }))
  })
})

describe('reading', () => {
  test('gives back what was written, at every length', () => {
    fc.assert(fc.property(fc.array(bytes), contents => {
      const read = readDer(sequence(...contents.map(octetString)))
      assert.deepEqual(read.children.map(({ content }) => hex(content)), contents.map(hex))
    }))
    for (const length of [127, 128, 255, 256, 65_535, 65_536]) assert.equal(readDer(octetString(Buffer.alloc(length))).content.length, length)
  })
  test('refuses what is not DER', () => {
    const wrong = {
      'nothing at all': '', 'no length': '04', 'an indefinite length': '30800000', 'a longer length than needed': '048101ff', 'a length with a leading zero': '04820001ff',
      'a length of four bytes': '048400000001ff', 'more content than there is': '0402ff', 'a tag of several bytes': '1f8101', 'an end-of-contents tag': '0000',
      'a member beyond its set': '30030403ff', 'a byte after the end': '0401ff00'
    }
    for (const [what, text] of Object.entries(wrong)) assert.throws(() => readDer(Buffer.from(text, 'hex')), DerError, what)
  })
  test('refuses times that do not exist or are written otherwise', () => {
    const wrong = ['17:260230120000Z', '17:2611211200Z', '17:261121120000+0100', '17:491231235960Z', '18:20261121120000Z', '18:20511121120000.5Z', '17:', '04:261121120000Z', '17:650101000000Z']
    for (const text of wrong) {
      const [tag = '', digits = ''] = text.split(/:(.*)/s)
      assert.throws(() => readTime(readDer(tlv(parseInt(tag, 16), Buffer.from(digits)))), DerError, text)
    }
  })
  test('throws nothing but a DerError, whatever the bytes', () => {
    fc.assert(fc.property(bytes, given => {
      try {
        readDer(given)
      } catch (fault) { assert.ok(fault instanceof DerError) }
    }), { numRuns: 1000 })
  })
})
