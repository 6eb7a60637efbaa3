/** A statement has one form, whatever order its values are given in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprint } from '../../src/core/core.ts'
import { boundFindings, statementBytes } from '../../src/sign/sign.ts'
import { statement } from './world.ts'

test('canonical JSON: names in order, no white space', () => {
  assert.equal(statementBytes(statement).toString(),
    '{"certificate_sha256":null,"id":"019a5c1e-7d00-7000-8000-000000000001","received":"2026-11-21T09:30:00.000Z","receiver":"98765432",' +
    `"sender":"0344","sha256":"${'0'.repeat(64)}","verdict":"accepted"}`)
})

test('the order given in changes nothing, and what is no part of it is left out', () => {
  const reversed = Object.fromEntries(Object.entries(statement).toReversed())
  assert.deepEqual(statementBytes({ ...statement, ...reversed, ...{ more: 'x' } }), statementBytes(statement))
})

test('every value counts', () => {
  assert.notDeepEqual(statementBytes({ ...statement, certificate_sha256: fingerprint('a'.repeat(64)) }), statementBytes(statement))
})

test('characters are written as RFC 8785 asks, and a lone surrogate refused', () => {
  assert.match(statementBytes({ ...statement, received: '\u20ac$\u000f\nA\'B"\\ud800"/' }).toString(), /"received":"€\$\\u000f\\nA'B\\"\\\\ud800\\"\/"/)
  assert.throws(() => statementBytes({ ...statement, received: '\ud800' }), TypeError)
})

test('findings are bound by their canonical form, and a message without any has the statement of before', () => {
  const [one, two] = [{ code: 'CD075', level: 2, line: null }, { level: 2, line: null, code: 'CD075' }]
  assert.deepEqual(boundFindings([]), {})
  assert.deepEqual(boundFindings([one]), boundFindings([two]))
  assert.notDeepEqual(boundFindings([one]), boundFindings([{ ...one, line: 1 }]))
  assert.match(statementBytes({ ...statement, ...boundFindings([one]) }).toString(), /^\{"certificate_sha256":null,"findings_sha256":"[0-9a-f]{64}","id":/)
})
