/** `zorgpoort replay`: conversations and fixtures against a gateway; every difference is told, and nothing of a message. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { partyCode } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { home } from '../../src/version.ts'
import { fixture, makeWorld, message, until, type World } from '../flow/world.ts'
import { ends, folder, starts, zorgpoort, type Ended } from './command.ts'

const world = await makeWorld()
const gateway = await world.start()
const fixtures = (path: string): string => join(home, 'fixtures', path)
const keysOf = (at: World, code: string, who: string): string[] => ['--as', `${code}=${at.path(`${who}.pem`)},${at.path(`${who}.key`)}`]
const keys = [...keysOf(world, '0344', 'gemeente'), ...keysOf(world, '42420001', 'aanbieder')]
const args = (...rest: string[]): string[] => ['replay', ...rest, '--url', gateway.rest, '--ca', world.path('ca.pem'), ...keys]
const replays = async (...rest: string[]): Promise<Ended> => await zorgpoort(args(...rest))
const mailbox = async (): Promise<string[]> => (await gateway.as('aanbieder').get('/v1/mailbox')).told.messages.map(it => it.id)

/** A line of `--json`. */
interface Line {
  readonly kind: 'step' | 'summary'
  readonly who: string
  readonly type: string
  readonly id: string
  readonly expected: string
  readonly got: string
  readonly ok: boolean
  readonly conversations: { readonly as_expected: number, readonly different: number, readonly unfinished: number }
  readonly steps: Record<string, number>
  readonly messages: Record<string, number>
  readonly latency_ms: Record<string, { readonly p50: number, readonly p99: number } | null>
}
const linesOf = ({ out }: Ended): Line[] => out.trim().split('\n').map(line => JSON.parse(line) as Line)

/** A conversation in a file of its own. */
function written (...lines: readonly string[]): string {
  const path = join(folder(), 'mine.conversation')
  writeFileSync(path, lines.join('\n'))
  return path
}

describe('the conversations that come with it', () => {
  for (const family of ['iwmo', 'ijw']) {
    test(`go as expected in ${family}, are duplicates a second time, and go again with fresh numbers`, async () => {
      const first = await replays('--family', family, '--json')
      assert.equal(first.code, 0, first.out + first.err)
      const lines = linesOf(first)
      const summary = lines.at(-1)
      assert.deepEqual([summary?.kind, summary?.conversations], ['summary', { as_expected: 3, different: 0, unfinished: 0 }])
      assert.ok(lines.slice(0, -1).every(it => it.kind === 'step' && it.ok))
      const types = new Set(lines.map(it => it.type?.slice(-3)))
      for (const number of ['301', '302', '305', '306', '307', '308', '315', '316', '317', '318', '319', '320', '323', '325']) assert.ok(types.has(number), number)
      for (const figures of [summary?.latency_ms['receipt'], summary?.latency_ms['received']]) assert.ok(figures && figures.p50 > 0 && figures.p50 <= figures.p99)
      assert.deepEqual(await mailbox(), [])

      const again = await replays('--family', family)
      assert.equal(again.code, 1)
      assert.match(again.out, /toewijzing \((iwmo|ijw)\)\n {2}✗ line 3: 0344 sends 301 \((WMO|JW)301\) to 42420001: expected accepted; got duplicate .*\n.*--fresh-ids/)
      for (const fresh of await Promise.all([1, 2].map(async () => await replays('--family', family, '--fresh-ids')))) ends(fresh, 0, /^all as expected: 3 of 3 conversations/m)
    })
  }

  test('can be repeated at a rate, several at a time, with nothing of a message in the output', async () => {
    const repeated = await replays('toewijzing', '--repeat', '12', '--rate', '2000', '--concurrency', '5')
    ends(repeated, 0, /all as expected: 24 of 24 conversations/, /sent 192 \(192 accepted/, /sent to received p50 [\d.]+ ms, p99 [\d.]+ ms/)
    const every = await replays('correctie', '--fresh-ids', '--json')
    assert.equal(every.code, 0, every.out)
    for (const { out, err } of [repeated, every]) assert.doesNotMatch(out + err, /\b9999\d{5}\b|99990000A|Voorbeeld|Testje|Testdorp/)
  })
})

describe('fixtures', () => {
  test('of a folder go in their order as the parties they come from, the invalid ones refused or rejected, and again with fresh numbers', async () => {
    const judge = async (level: 'content' | 'schema'): Promise<void> => { for (const code of ['0344', '42420001']) await world.judge(partyCode(code), { level }) }
    await judge('content')
    try {
      for (const options of [[], ['--fresh-ids']]) {
        const ended = await replays(fixtures('ijw/3.2'), '--json', ...options)
        const [summary] = linesOf(ended).slice(-1)
        assert.deepEqual([ended.code, summary?.steps], [0, { as_expected: 549, different: 0, skipped: 0 }], ended.out)
        assert.deepEqual(summary?.messages, { sent: 446, received: 103, accepted: 103, rejected: 89, duplicate: 0, refused: 254 })
      }
    } finally { await judge('schema') }
  })

  test('one by one: a file that is accepted under the name of an invalid one is a difference', async () => {
    const liar = join(folder(), 'invalid-element-missing.xml')
    writeFileSync(liar, message('WMO301', 4711))
    const ended = await replays(liar)
    assert.equal(ended.code, 1)
    assert.match(ended.out, /✗ 0344 sends .*invalid-element-missing\.xml \(WMO301\) to 42420001: expected refused ZP_SCHEMA; got accepted/)
    const small = fixtures('iwmo/3.2/WMO305/small.xml')
    ends(await replays(small), 0, /✓ 42420001 sends .*small\.xml \(WMO305\) to 0344: accepted/, /✓ 0344 receives /)
    const again = await replays(small)
    assert.equal(again.code, 1)
    assert.match(again.out, /got duplicate[^]*1 different, 1 not played\n/)
    ends(await replays(small, '--fresh-ids'), 0, /✓ 0344 receives /)
  })
})

describe('a difference is told', () => {
  test('with what was expected, what came, and where, and the rest of that conversation is left', async () => {
    const path = written('gemeente sends 301 -> refused ZP_SCHEMA', 'gemeente sends 305 from nowhere.xml')
    const ended = await replays(path, '--family', 'iwmo')
    assert.equal(ended.code, 1)
    assert.match(ended.out, /✗ line 1: 0344 sends 301 \(WMO301\) to 42420001: expected refused ZP_SCHEMA; got accepted {2}[0-9a-f-]{36}\n[^]*not as expected: 0 of 1 conversations, 0 steps as expected, 1 different, 1 not played/)
    const refused = await replays(written('gemeente sends 301 with Bsn=99990000A without Ontvanger', 'aanbieder receives 301'), '--family', 'ijw', '--fresh-ids')
    assert.equal(refused.code, 1)
    assert.match(refused.out, /expected accepted; got refused ZP_SCHEMA {2}[0-9a-f-]{36}\n {4}.*Header\/Ontvanger \[ZP_SCHEMA_MISSING\][^]* {4}line \d+: Client\/Bsn \[ZP_SCHEMA_\w+\]/)
    assert.doesNotMatch(refused.out, /99990000A/)
    const elsewhere = await replays(written('gemeente sends 301 to 99999999'), '--family', 'ijw', '--fresh-ids')
    assert.match(elsewhere.out, /expected accepted; got refused ZP_RECEIVER_UNKNOWN/)
    const state = await replays(written('gemeente sends 301', '301 is delivered'), '--family', 'ijw', '--fresh-ids', '--timeout', '0.1')
    assert.match(state.out, /✗ line 2: 0344 sees 301 \(JW301\): expected delivered; got accepted offered awaited/)
  })

  test('when a step cannot be made, with its line; and what the gateway does not know', async () => {
    const cannot = await replays(written('', 'gemeente sends 301 with VerzoekAntwoord=1'), '--family', 'ijw')
    assert.equal(cannot.code, 1)
    assert.match(cannot.err, /^zorgpoort: mine, line 2: this JW301 has no place for an element VerzoekAntwoord\n$/m)
    const other = await replays(written('gemeente sends 301 as a', 'gemeente sends 301 as b', 'b replaces a'), '--family', 'ijw', '--fresh-ids', '--timeout', '0.1')
    assert.match(other.out, /✗ line 3: 0344 sees b \(JW301\): expected replaces a; got replaces another, or nothing/)
  })

  test('when a message does not come in its time', async () => {
    const holds: Handler = { name: 'holds', on: [{ message: ['JW301'] }], handle: async () => ({ kind: 'hold', reason: 'look' }) }
    const other = await makeWorld()
    const { rest } = await other.start({}, [holds])
    const { code, out } = await zorgpoort(['replay', written('gemeente sends 301', '301 is held', 'aanbieder receives 301'), '--family', 'ijw', '--timeout', '0.2', '--url', rest, '--ca', other.path('ca.pem'), ...keysOf(other, '0344', 'gemeente'), ...keysOf(other, '42420001', 'aanbieder')])
    assert.equal(code, 1)
    assert.match(out, /✓ 0344 sees 301 \(JW301\): held[^]*✗ line 3: 42420001 receives 301 \(JW301\): expected JW301 in the mailbox of 42420001 within 0\.2 s; not there {2}[0-9a-f-]{36}/)
  })
})

test('what else lies in a mailbox, even before it, is left as it is', async () => {
  for (let ids = await mailbox(); ids.length > 0; ids = await mailbox()) await Promise.all(ids.map(async id => await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)))
  const before = await Promise.all(Array.from({ length: 260 }, async (_, nth) => (await gateway.as('gemeente').send(message('JW301', 9000 + nth, { identificatie: `BACK${nth}` }))).id))
  ends(await replays('toewijzing', '--family', 'ijw', '--fresh-ids'), 0, /all as expected: 1 of 1/)
  for (const id of before) assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
  assert.deepEqual(await mailbox(), [])
})

test('an answer that somebody else sends is waited for', async () => {
  const waits = replays(written('gemeente sends 301', 'gemeente receives 302 of 301', '301 is answered'), '--family', 'iwmo', '--fresh-ids')
  // The receiver's own software, not the replay.
  const other = gateway.as('aanbieder')
  const { id } = await until(async () => (await other.get('/v1/mailbox')).told.messages.find(it => it['type'] === 'WMO301'))
  const { bytes } = await other.get(`/v1/messages/${id}/payload`)
  const own = join(folder(), 'own.xml')
  writeFileSync(own, bytes)
  assert.equal((await other.delete(`/v1/mailbox/${id}`)).status, 204)
  const text = bytes.toString().replaceAll('wmo301', 'wmo302').replace(/<wmo302:Client>[^]*<\/wmo302:Client>\r\n/, '').replace(/(BerichtCode>)414/, '$1415')
    .replace('  </wmo302:Header>', () => `${/ {4}<wmo302:IdentificatieRetour>[^]*<\/wmo302:XsdVersieRetour>\r\n/.exec(fixture('WMO302').toString())?.[0] ?? ''}  </wmo302:Header>`)
  await other.send(text)
  ends(await waits, 0, /✓ 0344 receives 302 \(WMO302\): received/)
})

test('Ctrl+C tells what there is so far', async () => {
  const run = starts(args('toewijzing', '--json', '--repeat', '500', '--rate', '20'))
  await until(() => run.said.out.includes('"kind":"step"') || undefined, 'a first step')
  run.child.kill('SIGINT')
  const ended = await run.ended
  assert.equal(ended.code, 1, ended.err)
  const summary = linesOf(ended).at(-1)
  assert.equal(summary?.kind, 'summary')
  assert.match(ended.out, /"as_expected":false,"interrupted":true/)
})

test('wrong use ends with 2 and a sentence that helps; a gateway that is not there with 1', async () => {
  const cwd = folder()
  const cases: ReadonlyArray<readonly [args: string[], says: RegExp]> = [
    [[], /^zorgpoort: no keys here: give --as CODE=CERTIFICATE,KEY .*"npm start"/],
    [['--as', '0344'], /0344=gemeente\.pem,gemeente\.key/],
    [['--rate', '0', ...keys], /--rate is a number from/],
    [['--repeat', '1.5', ...keys], /--repeat is a whole number/],
    [['nonsense', ...keys], /^zorgpoort: no file, folder or conversation nonsense; the conversations are correctie, toewijzing, verzoek/],
    [['.', ...keys], /^zorgpoort: \. holds no messages/],
    [[written('gemeente sends 399'), ...keys], /mine\.conversation, line 1: “399” is no message/],
    [['--url', 'http://localhost', ...keys], /does not begin with https/],
    [['toewijzing', ...keys.slice(0, 2)], /nobody here plays the aanbieder; give its keys with --as/]
  ]
  for (let at = 0; at < cases.length; at += 4) await Promise.all(cases.slice(at, at + 4).map(async ([args, says]) => { ends(await zorgpoort(['replay', ...args], { cwd }), 2, says) }))
  const unreachable = await zorgpoort(['replay', 'toewijzing', '--url', 'https://127.0.0.1:1', '--ca', world.path('ca.pem'), ...keys])
  assert.equal(unreachable.code, 1)
  assert.match(unreachable.err, /^zorgpoort: cannot reach https:\/\/127\.0\.0\.1:1: ECONNREFUSED/)
  assert.match(unreachable.out, /not as expected: 0 of 1 conversations/)
})

test('the help says where gateway and keys are looked for', async () => {
  ends(await zorgpoort(['replay', '--help']), 0, /ZORGPOORT_REST_PORT or 8443/, /\.zorgpoort\//, /Exit codes: 0 all as expected/)
  assert.match(readFileSync(fixtures('conversations/README.md'), 'utf8'), /npx zorgpoort replay/)
})
