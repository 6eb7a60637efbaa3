/** The log cannot print what must not be printed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLog, safeError } from '../src/log.ts'

function logged (write: (log: ReturnType<typeof openLog>) => void): string {
  const lines: string[] = []
  write(openLog({ level: 'debug', pretty: false, to: { write: line => { lines.push(line) } } }))
  return lines.join('')
}

test('an error is logged by kind, code and frames, without the message a library may have filled with values', () => {
  const error = Object.assign(new TypeError('insert into message values (Jansen, 999900006)'), { code: 'SQLITE_FULL' })
  const text = logged(log => { log.error({ err: error }, 'failed') })
  assert.match(text, /"type":"TypeError","code":"SQLITE_FULL"/)
  assert.match(text, /log\.test/)
  assert.doesNotMatch(text, /Jansen|999900006/)
  assert.deepEqual(safeError('Jansen'), { type: 'string' })
})

test('nine digits on their own never reach the log, wherever they come from; ids and times do', () => {
  const text = logged(log => { log.info({ odd: '999900006', id: '01a20008-db41-739e-b708-084f83e689cb', ms: 12 }, 'seen 999900006') })
  assert.doesNotMatch(text, /999900006/)
  assert.match(text, /01a20008-db41-739e-b708-084f83e689cb/)
  assert.match(text, /"time":"20/)
})

test('a request or response object given to the log leaves nothing of its url', () => {
  const text = logged(log => { log.info({ req: { url: '/v1/messages?identificatie=GEHEIM' }, res: { statusCode: 200 } }, 'x') })
  assert.doesNotMatch(text, /GEHEIM/)
})
