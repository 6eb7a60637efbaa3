/** The manual, the command line, the interface and the source say the same. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { program } from '../bin/main.ts'
import { configSchema, readConfig } from '../src/config.ts'
import { manual, withTables } from '../src/manual.ts'
import { routes } from '../src/transport/rest/rest.ts'
import { vspInterface } from '../src/transport/vsp/vsp.ts'
import { home, version } from '../src/version.ts'
import Fastify from 'fastify'

const read = (path: string): string => readFileSync(join(home, path), 'utf8')
const readme = read('README.md')

test('the tables of README.md and the configuration schema are as the source has them', () => {
  assert.deepEqual(manual(false), [])
})

test('a table that lost its place in README.md is noticed', () => {
  assert.throws(() => withTables(readme.replace('<!-- table: refusals -->', '')), /no place for the table of refusals/)
})

test('README.md opens with the two commands, and both are scripts', () => {
  const commands = readme.match(/```sh\n([\s\S]*?)```/)?.[1] ?? ''
  assert.match(commands, /^npm ci && npm start\b.*\nnpm ci && npm test\b/)
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  assert.ok(scripts['start'] !== undefined && scripts['test'] !== undefined)
})

test('README.md lists every command of the program and no other, and every command has help', async () => {
  const { commands: all } = await program(() => {})
  const listed = [...readme.matchAll(/^\| `([a-z]+)` \| /gm)].map(match => match[1]).filter(name => name !== undefined && !(name in configSchema.properties))
  assert.deepEqual(listed.toSorted(), all.map(it => it.name()).toSorted())
  for (const command of all) assert.ok(command.description().length > 10, command.name())
})

test('README.md lists every route of REST and of the provider door, and no other', async () => {
  const app = Fastify({ routerOptions: {} })
  const found: string[] = []
  app.addHook('onRoute', ({ method, url }) => { if (method !== 'HEAD') found.push(`${String(method)} ${url.replace(/:([a-z]+)/gi, '{$1}')}`) })
  await app.register(routes({} as never), { prefix: '/v1' })
  const vsp = vspInterface({} as never)
  await app.register(vsp.routes, { prefix: vsp.prefix })
  const listed = [...readme.matchAll(/^\| `((?:GET|POST|DELETE) [^`]+)`/gm)].map(match => match[1] ?? '')
  assert.deepEqual(listed.toSorted(), found.toSorted())
})

/** The name under which GitHub finds a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')

test('every link of README.md leads to a file or a heading that is there', () => {
  const anchors = new Set([...readme.matchAll(/^#+ (.+)$/gm)].map(match => anchorOf(match[1] ?? '')))
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1] ?? '').filter(it => !it.startsWith('https:'))
  assert.ok(links.length > 30)
  assert.deepEqual(links.filter(it => it.startsWith('#') ? !anchors.has(it.slice(1)) : !existsSync(join(home, it))), [])
})

test('what README.md says of security and privacy names the test that shows it', () => {
  const tables = readme.split(/\n\n+/).filter(it => /^\|.*\| shown by \|$/m.test(it)).map(it => it.split('\n').slice(2))
  assert.ok(tables.length >= 5)
  assert.deepEqual(tables.flat().filter(row => !/\]\(test\/[^)]+\.test\.ts\)[^|]*\|$/.test(row)), [])
})

test('README.md says how long things are kept as the settings have it', () => {
  const said = [...readme.matchAll(/`(retention_[a-z]+_days)` \((\d+)( years)?\)/g)]
  assert.deepEqual([...new Set(said.map(match => match[1]))].toSorted(), Object.keys(configSchema.properties).filter(it => it.startsWith('retention_') && it.endsWith('_days')).toSorted())
  for (const [text, name = '', number, years] of said) {
    const { default: days } = Object(Object(configSchema.properties)[name]) as { default: number }
    assert.equal(years === undefined ? days : Math.round(days / 365.25), Number(number), text)
  }
})

test('the example configuration is complete and valid, and the schema refuses a misspelt setting', () => {
  const example: unknown = JSON.parse(read('config/production.example.json'))
  const valid = new Ajv({ useDefaults: true }).compile(configSchema)
  assert.equal(valid(example), true)
  assert.throws(() => readConfig({ env: { ZORGPOORT_REST_PROT: '1' } }), /unknown setting ZORGPOORT_REST_PROT/)
  assert.throws(() => readConfig({ env: {} }), /mode is not set \(in the file, or as ZORGPOORT_MODE\)/)
  assert.throws(() => readConfig({ env: {}, under: Object(example), over: { rest_port: 'many' } }), /rest_port must be integer/)
})

test('the schema for editors asks for what serve asks for, and no more: by roles', () => {
  const valid = new Ajv2020().compile(JSON.parse(read('schemas/config.schema.json')) as object)
  const example = JSON.parse(read('config/production.example.json')) as Record<string, unknown>
  const { tls_key: _key, tls_certificate: _certificate, ...without }: Record<string, unknown> = { ...example, database: 'postgres://u@localhost/n' }
  const cases: ReadonlyArray<readonly [config: Record<string, unknown>, good: boolean]> = [
    [example, true], [{ ...without, roles: 'work' }, true], [{ ...without, roles: 'work', push_key: 'a', push_certificate: 'b' }, true], [{ ...without, roles: 'work', tls_key: 'a', tls_certificate: 'b' }, true],
    [without, false], [{ ...without, roles: 'door' }, false], [{ ...without, roles: 'door,work' }, false], [{ ...without, roles: 'work', tls_key: 'a' }, false],
    [{ ...without, roles: 'work', push_key: 'a' }, false], [{ ...without, roles: 'work', seal_key: undefined }, false], [{ ...example, rest_prot: 1 }, false]
  ]
  const reads = (config: Record<string, unknown>): boolean => { try { readConfig({ env: {}, under: config }); return true } catch { return false } }
  for (const [config, good] of cases) {
    assert.equal(valid(config), good, JSON.stringify(config))
    assert.equal(reads(config), good, JSON.stringify(config))
  }
})

test('the example for containers sets what serve asks for', () => {
  const set = [...read('config/compose.example.yml').matchAll(/^ {4}(ZORGPOORT_\w+): "?([^"\n]+)"?$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  const config = readConfig({ env: Object.fromEntries(set) })
  assert.deepEqual([config.mode, config.roles], ['production', 'door,work'])
  assert.ok(set.length > 8 && set.every(([name, value]) => !/KEY|CERTIFICATE|PASSWORD|KEK/.test(name) || /^(file:)?\/run\/zorgpoort\//.test(value)))
})

test('no key, certificate or mode has a default', () => {
  for (const [name, schema] of Object.entries(configSchema.properties)) {
    if (/key|certificate|mode$/.test(name)) assert.equal('default' in schema, false, name)
  }
})

test('CHANGELOG.md has a place for what is not released, and package.json the version the command tells', async () => {
  assert.match(read('CHANGELOG.md'), /^## Unreleased$/m)
  assert.equal((await program(() => {})).version(), version)
})
