/** The other commands do what their help says, and end with 0, 1 or 2 as promised. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Command } from 'commander'
import { program } from '../../bin/main.ts'
import { home, version } from '../../src/version.ts'
import { makeWorld, type Told } from '../flow/world.ts'
import { ends, folder, zorgpoort, type Ended } from './command.ts'

const fixture = (path: string): string => join(home, 'fixtures', path)
const valid = fixture('iwmo/3.2/WMO301/small.xml')
const invalid = fixture('iwmo/3.2/WMO301/invalid-bsn-letters.xml')

/** Every command and subcommand as the words that call it. */
const callsOf = (command: Command, words: readonly string[] = []): string[][] =>
  [[...words], ...command.commands.flatMap(it => callsOf(it, [...words, it.name()]))]

describe('every command', () => {
  test('shows its help', async () => {
    const calls = callsOf(await program(() => {}))
    assert.ok(calls.length > 12)
    for (let at = 0; at < calls.length; at += 4) {
      await Promise.all(calls.slice(at, at + 4).map(async words => { ends(await zorgpoort([...words, '--help']), 0, new RegExp(`^Usage: ${['zorgpoort', ...words].join(' ')}`)) }))
    }
    for (const name of (await program(() => {})).commands.map(it => it.name())) assert.deepEqual((await program(() => {}, name)).commands.map(it => it.name()), [name], 'one that is asked for is there alone')
    ends(await zorgpoort(['--version']), 0, new RegExp(`^${version}\n$`))
  })

  test('ends with 2 when it is called wrongly', async () => {
    const cwd = folder()
    const calls = [[], ['nonsense'], ['serve', '--nonsense'], ['validate'], ['validate', '--level', '5', valid], ['validate', '--lang', 'fr', valid], ['send', valid], ['parties'], ['parties', 'add', '12', '--name', 'x', '--family', 'iwmo', '--database', 'sqlite:a.db'],
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
    assert.match(out, /INVALID.*WMO301[^]*Client\/Bsn[^]*1 file: 0 valid, 1 invalid\n$/)
    ends(await zorgpoort(['validate', '--stdin-list'], { input: '\n' }), 2, /^zorgpoort validate: stdin names no files\n$/)
  })

  test('says in words why a file cannot be read, and shows what is odd in its name', async () => {
    const cwd = folder()
    const odd = 'a\u001b[31m\u202eb.xml'
    const [person, machine] = await Promise.all([zorgpoort(['validate', odd, '.'], { cwd }), zorgpoort(['validate', '--json', odd], { cwd })])
    ends(person, 1)
    assert.match(person.out, /ONGELDIG {2}a\\u\{1b\}\[31m\\u\{202e\}b\.xml\n[^]*het bestaat niet[^]*no such file[^]*het is een map[^]*it is a folder/)
    assert.equal((JSON.parse(machine.out) as { file: string }).file, odd)
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
    assert.deepEqual((JSON.parse(out) as Array<Record<string, string>>).map(it => [it['file'], it['state']]), ['ca', 'gemeente', 'push', 'seal', 'server', 'svb'].map(it => [`${it}.pem`, 'valid']))
    ends(await zorgpoort(['keys', 'list', '--dir', 'k'], { cwd }), 0, /gemeente\.pem\s+valid/)
    ends(await zorgpoort(['keys', 'list', '--dir', 'none'], { cwd }), 1, /^zorgpoort: no such file or folder/)
  })

  test('says of each pair whether it was made or kept, and which file stands in the way', async () => {
    const cwd = folder()
    const make = async (...parties: string[]): Promise<Ended> => await zorgpoort(['keys', 'make', '--dir', 'k', ...parties.flatMap(it => ['--party', it])], { cwd })
    const told = ({ out }: Ended): string[] => out.trim().split('\n').map(line => line.split(/ +/).slice(0, 2).join(' '))
    assert.deepEqual(told(await make()), ['made k/ca.pem', 'made k/server.pem', 'made k/seal.pem', 'made k/push.pem'])
    assert.deepEqual(told(await make('gemeente:0344')), ['kept k/ca.pem', 'kept k/server.pem', 'kept k/seal.pem', 'kept k/push.pem', 'made k/gemeente.pem'])
    ends(await make('ca:0344'), 1, /^zorgpoort: ca is not a name for a party’s key files\n$/)
    writeFileSync(join(cwd, 'k/gemeente.key'), '')
    ends(await make('gemeente:0344'), 1, /^zorgpoort: k\/gemeente\.pem or its \.key cannot be read; remove both/)
    writeFileSync(join(cwd, 'k/gemeente.pem'), '')
    ends(await zorgpoort(['keys', 'list', '--dir', 'k'], { cwd }), 1, /^zorgpoort: k\/gemeente\.pem holds no certificate in PEM\n$/)
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
    ends(await zorgpoort(['send', ...who.slice(0, 4), '--ca', world.path('ca.pem'), '--url', 'https://127.0.0.1:1', valid]), 1, /^zorgpoort: cannot reach https:\/\/127\.0\.0\.1:1: ECONNREFUSED; --url names another place\n$/)
    const mixed = await zorgpoort(['send', ...who, 'nowhere.xml', valid])
    assert.equal(mixed.code, 1)
    assert.match(mixed.out, /^failed {3}nowhere\.xml: cannot read nowhere\.xml: no such file\nduplicate /)

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
    ends(await zorgpoort(['inspect', 'nowhere.xml']), 1, /^zorgpoort: cannot read nowhere\.xml: no such file\n$/)
    ends(await zorgpoort(['inspect', id, '--database', `sqlite:${world.path('none.db')}`]), 1, /^zorgpoort: no database at .*none\.db\n$/)
    assert.equal(existsSync(world.path('none.db')), false)
  })
})

describe('conformance', () => {
  test('finds our schemas the same as themselves, and says so type by type', async () => {
    const { code, out } = await zorgpoort(['conformance', '--xsd', join(home, 'schemas/istandaarden'), '--per-type', '5'])
    assert.equal(code, 0)
    assert.equal(out.match(/5 documents \(\d+ valid\): all the same verdict/g)?.length, 28)
  })

  test('names each difference by seed and kind of change, and ends with 1', async () => {
    const at = folder()
    for (const name of ['basisschema.xsd', 'JW305.xsd']) {
      const text = readFileSync(join(home, 'schemas/istandaarden/ijw/3.2', name), 'utf8')
      writeFileSync(join(at, name.toUpperCase()), text.replace(/<xs:element name="(\w+)" type="(ijw:\w+)"\/>/g, '<xs:element name="$1" type="$2" minOccurs="0"/>'))
    }
    const { code, out } = await zorgpoort(['conformance', '--xsd', at, '--per-type', '200'])
    assert.equal(code, 1)
    assert.match(out, /^JW305 {2}200 documents .*DIFFERENT\n {8}seed \d+, [^\n]+: ours says invalid, yours valid/m)
    assert.match(out, /^JW301 {2}not compared: your folder has no schema of it$/m)
  })

  test('refuses a folder without any schema', async () => {
    const { code, err } = await zorgpoort(['conformance', '--xsd', folder()])
    assert.equal(code, 1)
    assert.match(err, /no schema of a supported message/)
  })
})
