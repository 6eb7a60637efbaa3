/** Every code a push can end with can be explained, in both languages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, isCode } from '../../src/core/core.ts'
import { answerReason, certificateReason, handshakeReason, networkReason } from '../../src/deliver/fault.ts'
import { pushedBy } from '../../src/deliver/answer.ts'
import { reasonFor, reasons } from '../../src/deliver/deliver.ts'

const coded = (code: string): Error => Object.assign(new Error('999990019 Jansen'), { code })

test('every reason says in both languages what is wrong and what to do', () => {
  for (const [code, { nl, en }] of Object.entries(reasons)) {
    assert.ok(isCode(code), code)
    for (const { wrong, mend } of [nl, en]) {
      assert.match(wrong, /^[a-z].*[^.]$/u, code)
      assert.match(mend, /^[A-Z].+\.$/su, code)
    }
  }
})

test('every status has a reason that can be explained, and none with a text of the other side', () => {
  for (let status = 100; status < 1_000; status++) {
    const pushed = pushedBy({ status, retryAfter: null, contentType: 'application/json', bytes: Buffer.from('{"code":"999990019"}') }, instant(0))
    if (pushed.kind !== 'accepted') assert.notEqual(reasonFor(pushed.reason), null, pushed.reason)
    assert.equal(pushed.kind === 'accepted', status >= 200 && status < 300)
    assert.equal(pushed.kind === 'refused', status >= 400 && status < 500 && ![408, 425, 429].includes(status))
  }
  assert.equal(reasonFor('http_422.ONBEKEND'), reasons['http_4xx'])
  assert.equal(reasonFor('http_413.X'), reasons['http_413'])
  for (const other of ['', 'constructor', 'http_200', 'receiver_left', 'http_42']) assert.equal(reasonFor(other), null, other)
})

test('codes of Node, OpenSSL and undici become codes of ours; what nobody knows is told as that', () => {
  const told: ReadonlyArray<readonly [string, string]> = [
    [networkReason(coded('ECONNREFUSED')), 'refused_connection'],
    [networkReason(new AggregateError([coded('ETIMEDOUT'), coded('ECONNREFUSED')])), 'refused_connection'],
    [networkReason(new AggregateError([coded('ENETUNREACH'), coded('EHOSTUNREACH')])), 'unreachable'],
    [networkReason(coded('EMFILE')), 'connection'],
    [handshakeReason(coded('ERR_SSL_WRONG_VERSION_NUMBER')), 'tls'],
    [handshakeReason(coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')), 'tls'],
    [handshakeReason(coded('ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE')), 'own_certificate'],
    [handshakeReason(coded('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA')), 'own_certificate'],
    [answerReason(coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')), 'own_certificate'],
    [answerReason(coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC')), 'tls'],
    [answerReason(coded('ECONNRESET')), 'cut'],
    [answerReason(coded('EPIPE')), 'cut'],
    [answerReason(coded('ETIMEDOUT')), 'unreachable'],
    [answerReason(new TypeError('999990019')), 'connection'],
    [answerReason('999990019'), 'connection'],
    [answerReason(null), 'connection'],
    [certificateReason('CERT_HAS_EXPIRED'), 'certificate.dates'],
    [certificateReason('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate.name'],
    [certificateReason('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate.authority'],
    [certificateReason('something new'), 'certificate.authority']
  ]
  for (const [found, expected] of told) {
    assert.equal(found, expected)
    assert.notEqual(reasonFor(found), null)
  }
})
