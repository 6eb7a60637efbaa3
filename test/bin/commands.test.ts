/** The other commands do what their help says, and end with 0, 1 or 2 as promised. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Command } from 'commander'
import { program } from '../../bin/main.ts'
import { home, version } from '../../src/version.ts'
import { makeWorld, type Told } from '../flow/world.ts'
import { folder, zorgpoort, type Ended } from './command.ts'

const fixture = (path: string): string => join(home, 'fixtures', path)
const valid = fixture('iwmo/3.2/WMO301/small.xml')
const invalid = fixture('iwmo/3.2/WMO301/invalid-bsn-letters.xml')

/** Every command and subcommand as the words that call it. */
const callsOf = (command: Command, words: readonly string[] = []): string[][] =>
  [[...words], ...command.commands.flatMap(it => callsOf(it, [...words, it.name()]))]

function ends ({ code, out, err }: Ended, expected: number, ...says: RegExp[]): void {
  assert.equal(code, expected, out + err)
  for (const it of says) assert.match(expected === 0 ? out : err, it)
  assert.doesNotMatch(out + err, /^\s+at .*:\d+:\d+/m)
}

describe('every command', () => {
  test('shows its help', async () => {
    const calls = callsOf(program(() => {}))
    assert.ok(calls.length > 12)
    for (let at = 0; at < calls.length; at += 4) {
      await Promise.all(calls.slice(at, at + 4).map(async words => { ends(await zorgpoort([...words, '--help']), 0, new RegExp(`^Usage: ${['zorgpoort', ...words].join(' ')}`)) }))
    }
    ends(await zorgpoort(['--version']), 0, new RegExp(`^${version}\n$`))
  })

  test('ends with 2 when it is called wrongly', async () => {
    const cwd = folder()
    const calls = [[], ['nonsense'], ['serve', '--nonsense'], ['validate'], ['validate', '--level', '2', valid], ['validate', '--lang', 'fr', valid], ['send', valid], ['parties'], ['parties', 'add', '12', '--name', 'x', '--family', 'iwmo', '--database', 'sqlite:a.db'],
      ['parties', 'add', '0344', '--name', 'x', '--family', 'wlz', '--database', 'sqlite:a.db'], ['parties', 'list'], ['parties', 'list', '--database', 'a.db'], ['keys', 'make', '--party', 'x'], ['migrate'], ['inspect']]
    for (let at = 0; at < calls.length; at += 4) await Promise.all(calls.slice(at, at + 4).map(async args => { ends(await zorgpoort(args, { cwd }), 2, /\S/) }))
  })
})

describe('validate', () => {
  test('gives a line of JSON for each file, readable or not, and 1 when any is not valid', async () => {
    const ended = await zorgpoort(['validate', '--json', valid, invalid, 'nowhere.xml'])
    ends(ended, 1)
    const lines = ended.out.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown> & { findings: Array<Record<string, unknown>> })
    assert.deepEqual(lines.map(it => [it['file'], it['valid'], it['type']]), [[valid, true, 'WMO301'], [invalid, false, 'WMO301'], ['nowhere.xml', false, null]])
    assert.deepEqual(lines.map(it => it.findings.length), [0, 1, 1])
    assert.deepEqual([lines[1]?.findings[0]?.['path'], typeof lines[1]?.findings[0]?.['line']], ['Client/Bsn', 'number'])
    assert.doesNotMatch(ended.out, /99990000A/)
  })

  test('reads names from stdin, and reports for a person', async () => {
    ends(await zorgpoort(['validate', '--stdin-list'], { input: `${valid}\n${fixture('ijw/3.2/JW323/full.xml')}\n` }), 0, /geldig.*WMO301/, /geldig.*JW323/, /2 geldig, 0 ongeldig/)
    const { code, out } = await zorgpoort(['validate', '--lang', 'en', invalid])
    assert.equal(code, 1)
    assert.match(out, /INVALID.*WMO301[^]*Client\/Bsn/)
  })
})

describe('keys', () => {
  test('are made once, kept, and listed', async () => {
    const cwd = folder()
    ends(await zorgpoort(['keys', 'make', '--dir', 'k', '--party', 'gemeente:0344', '--party', 'svb:SVB'], { cwd }), 0, /gemeente\.pem/, /svb\.key/)
    const before = readFileSync(join(cwd, 'k/gemeente.pem'), 'utf8')
    assert.equal(statSync(join(cwd, 'k/ca.key')).mode & 0o777, 0o600)
    ends(await zorgpoort(['keys', 'make', '--dir', 'k', '--party', 'gemeente:0344'], { cwd }), 0)
    assert.equal(readFileSync(join(cwd, 'k/gemeente.pem'), 'utf8'), before)
    const { out } = await zorgpoort(['keys', 'list', '--dir', 'k', '--json'], { cwd })
    assert.deepEqual((JSON.parse(out) as Array<Record<string, string>>).map(it => [it['file'], it['state']]), ['ca', 'gemeente', 'seal', 'server', 'svb'].map(it => [`${it}.pem`, 'valid']))
    ends(await zorgpoort(['keys', 'list', '--dir', 'k'], { cwd }), 0, /gemeente\.pem\s+valid/)
    ends(await zorgpoort(['keys', 'list', '--dir', 'none'], { cwd }), 1, /^zorgpoort: no such file or folder/)
  })
})

describe('parties', () => {
  test('are added, imported all or none, and listed; a certificate belongs to one account', async () => {
    const cwd = folder()
    const at = { cwd, env: { ZORGPOORT_DATABASE: 'sqlite:p.db' } }
    ends(await zorgpoort(['migrate'], at), 0, /^Done: 0001/)
    ends(await zorgpoort(['migrate'], at), 0, /^Nothing to do/)
    await zorgpoort(['keys', 'make', '--dir', 'k', '--party', 'gemeente:0344', '--party', 'aanbieder:42420001'], { cwd })
    const add = (code: string, ...rest: string[]): Promise<Ended> => zorgpoort(['parties', 'add', code, '--name', 'Voorbeeld', '--family', 'iwmo', ...rest], at)
    ends(await add('0344', '--certificate', 'k/gemeente.pem', '--account', 'leverancier'), 0, /^Added 0344\./)
    ends(await add('0363', '--certificate', 'k/gemeente.pem'), 1, /belongs to account leverancier already/)
    ends(await add('0363', '--certificate', 'k/gemeente.key'), 1, /gemeente\.key is not a readable certificate/)
    const list = async (): Promise<string[]> => (JSON.parse((await zorgpoort(['parties', 'list', '--json'], at)).out) as { parties: Array<{ code: string }> }).parties.map(it => it.code)
    assert.deepEqual(await list(), ['0344'])

    const aanbieder = { code: '42420001', name: 'Voorbeeld', families: ['iwmo', 'ijw'], certificates: ['k/aanbieder.pem'] }
    writeFileSync(join(cwd, 'bad.json'), JSON.stringify([aanbieder, { ...aanbieder, code: '0363', certificates: ['k/gemeente.pem'] }]))
    ends(await zorgpoort(['parties', 'import', 'bad.json'], at), 1)
    assert.deepEqual(await list(), ['0344'])
    writeFileSync(join(cwd, 'good.json'), JSON.stringify([aanbieder, { code: 'SVB', name: 'SVB', families: ['iwmo'] }]))
    ends(await zorgpoort(['parties', 'import', 'good.json'], at), 0, /^Imported 2 parties/)
    assert.deepEqual(await list(), ['0344', '42420001', 'SVB'])
    ends(await zorgpoort(['parties', 'list'], at), 0, /0344\s+gemeente\s+iwmo/, /account leverancier {2}tls {2}until \d{4}-\d\d-\d\d {2}SHA-256 [0-9a-f]{64}/)
    ends(await zorgpoort(['parties', 'import', 'none.json'], at), 1, /none\.json is not a readable JSON file/)
    ends(await zorgpoort(['parties', 'list', '--mode', 'production'], at), 1, /made in mode test/)
  })
})

describe('send and inspect, with a gateway', () => {
  test('send posts and reports; inspect shows what became of it, without a word about the person', async () => {
    const world = await makeWorld()
    const gateway = await world.start()
    const who = ['--cert', world.path('gemeente.pem'), '--key', world.path('gemeente.key'), '--ca', world.path('ca.pem'), '--url', gateway.rest]
    ends(await zorgpoort(['send', ...who, valid]), 0, /accepted .*WMO301 [0-9a-f-]{36}/)
    ends(await zorgpoort(['send', ...who, valid]), 0, /duplicate/)
    const refused = await zorgpoort(['send', ...who, '--json', valid, invalid])
    assert.equal(refused.code, 1)
    const [first, second] = refused.out.trim().split('\n').map(line => JSON.parse(line) as { status: number, duplicate: boolean, body: Told })
    assert.deepEqual([first?.status, first?.duplicate, second?.status, second?.body.code], [200, true, 422, 'ZP_SCHEMA'])
    const told = await zorgpoort(['send', ...who, invalid])
    assert.match(told.out, /refused .*ZP_SCHEMA[^]*Client\/Bsn/)
    ends(await zorgpoort(['send', ...who.slice(0, 4), '--ca', world.path('ca.pem'), '--url', 'https://127.0.0.1:1', valid]), 1, /^zorgpoort: cannot reach https:\/\/127\.0\.0\.1:1: ECONNREFUSED\n$/)
    ends(await zorgpoort(['send', ...who, 'nowhere.xml']), 1, /cannot read nowhere\.xml/)

    const id = first?.body.id ?? ''
    await gateway.as('aanbieder').receives(id)
    const database = ['--database', world.database]
    const bsn = /:Bsn>([0-9]{9})</.exec(readFileSync(valid, 'utf8'))?.[1] ?? 'none'
    const shown = [await zorgpoort(['inspect', id, ...database]), await zorgpoort(['inspect', id, '--json', ...database]), await zorgpoort(['inspect', valid]), await zorgpoort(['inspect', '--json', valid])]
    for (const it of shown) { ends(it, 0, /WMO301/, /0344/); assert.ok(!it.out.includes(bsn)) }
    assert.match(shown[0]?.out ?? '', /delivery\s+offered[^]*accepted by gemeente[^]*offered/)
    assert.equal((JSON.parse(shown[1]?.out ?? '') as Told).events.length, 2)
    ends(await zorgpoort(['inspect', '019a5c1e-7d00-7000-8000-000000000001', ...database]), 1, /no message 019a5c1e/)
    ends(await zorgpoort(['inspect', invalid]), 1, /zorgpoort validate/)
    ends(await zorgpoort(['inspect', 'nowhere.xml']), 1, /no such file or folder/)
  })
})
