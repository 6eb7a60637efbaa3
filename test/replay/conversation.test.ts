/** A conversation is read strictly: what a tester writes is what is played, and every mistake is told by its line. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { extension, parseConversation } from '../../src/replay/replay.ts'
import { home } from '../../src/version.ts'

const own = join(home, 'fixtures/conversations')
const parse = (...lines: string[]) => parseConversation(lines.join('\n'), 'mine', 'mine.conversation', '/folder')
const accepted = { outcome: 'accepted', code: null, at: null }

test('a step says who does what, and what is expected of it', () => {
  const { steps } = parse('# remark', 'gemeente sends 301 as eerste full to 42420002 with Bsn=99990000A with Straatnaam="A B#1" without Product/Code -> refused ZP_SCHEMA at Client/Bsn # so', '',
    'gemeente sends 301 replacing eerste with ToewijzingNummer of eerste', 'aanbieder receives 301', 'aanbieder answers 301 as nee rejecting ToegewezenProduct 9332 9063', '301 is delivered answered', '301 replaces eerste')
  const [first, second, third, fourth, fifth, sixth] = steps
  assert.deepEqual(first, {
    kind: 'send', line: 2, who: 'gemeente', number: '301', name: 'eerste', size: 'full', file: null, to: '42420002', replaces: null,
    changes: [{ kind: 'set', element: 'Bsn', text: '99990000A' }, { kind: 'set', element: 'Straatnaam', text: 'A B#1' }, { kind: 'drop', element: 'Product/Code' }],
    expected: { outcome: 'refused', code: 'ZP_SCHEMA', at: 'Client/Bsn' }
  })
  assert.ok(second?.kind === 'send')
  assert.deepEqual([second.line, second.name, second.replaces, second.changes, second.expected], [4, '301', 'eerste', [{ kind: 'copy', element: 'ToewijzingNummer', of: 'eerste' }], accepted])
  assert.deepEqual(third, { kind: 'receive', line: 5, who: 'aanbieder', name: '301', number: null, of: null })
  assert.deepEqual(fourth, { kind: 'answer', line: 6, who: 'aanbieder', of: '301', name: 'nee', rejecting: { at: 'ToegewezenProduct', codes: ['9332', '9063'] }, expected: accepted })
  assert.deepEqual(fifth, { kind: 'state', line: 7, name: '301', states: ['delivered', 'answered'] })
  assert.deepEqual(sixth, { kind: 'replaces', line: 8, name: '301', of: 'eerste' })
})

test('what is repeated is expected to be a duplicate, and a file is looked for beside the conversation', () => {
  const [send, repeat] = parse('gemeente sends 301 from {type}.xml', 'gemeente repeats 301').steps
  assert.ok(send?.kind === 'send' && repeat?.kind === 'repeat')
  assert.deepEqual([send.file, repeat.expected.outcome], ['/folder/{type}.xml', 'duplicate'])
})

describe('a mistake is told by its line', () => {
  const wrong: ReadonlyArray<readonly [lines: string[], why: RegExp]> = [
    [['# nothing'], /holds no steps/],
    [['iemand sends 301'], /“iemand” is nobody/],
    [['gemeente shouts 301'], /sends, repeats, receives, answers, is or replaces/],
    [['gemeente'], /what happens is missing/],
    [['gemeente sends 399'], /“399” is no message/],
    [['gemeente sends 302'], /a 302 answers a 301/],
    [['gemeente sends 305'], /a 305 is sent by the aanbieder/],
    [['gemeente sends 301 quickly'], /“quickly” has no meaning here/],
    [['gemeente sends 301 with Bsn'], /after “with Bsn”/],
    [['gemeente sends 301 with Bsn of nobody'], /no message “nobody” above/],
    [['gemeente sends 301 -> perhaps'], /“perhaps” is nothing to expect/],
    [['gemeente sends 301 -> accepted now'], /“now” has no meaning here/],
    [['gemeente sends 301', 'gemeente sends 301'], /there is a message “301” above/],
    [['gemeente sends 301', 'aanbieder sends 305 replacing 301'], /“301” is no 305/],
    [['aanbieder receives 301'], /no message “301” above/],
    [['gemeente sends 301', 'aanbieder answers 301'], /was not received above/],
    [['gemeente sends 301', 'aanbieder receives 306 of 301'], /a 306 answers no 301/],
    [['gemeente sends 301', 'aanbieder receives 301', 'aanbieder answers 301', 'gemeente receives 302', 'gemeente answers 302'], /a 302 is not answered/],
    [['gemeente sends 301', 'aanbieder receives 301', 'aanbieder answers 301 rejecting Header'], /stand its RetourCodes/],
    [['gemeente sends 301', '301 is happy'], /“happy” is no state/]
  ]
  for (const [lines, why] of wrong) {
    test(lines.join(' / '), () => {
      assert.throws(() => parse(...lines), (error: Error) => why.test(error.message) && (lines[0] === '# nothing' || error.message.startsWith(`mine.conversation, line ${lines.length}: `)))
    })
  }
})

test('the conversations that come with the program can be read, and together speak every message', () => {
  const files = readdirSync(own).filter(it => it.endsWith(extension))
  const text = files.map(it => readFileSync(join(own, it), 'utf8')).join('\n')
  assert.equal(files.length, 3)
  for (const it of files) assert.ok(parseConversation(readFileSync(join(own, it), 'utf8'), it, it, own).steps.length > 10)
  for (const number of ['301', '305', '307', '315', '317', '319', '323']) assert.match(text, new RegExp(`sends +${number}\\b`))
})
