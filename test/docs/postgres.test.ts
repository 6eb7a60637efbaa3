/** README.md, "PostgreSQL", does what it says: an installation is made as printed, on a server with TLS and passwords, served, copied, restored and looked over. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import { issue, makeAuthority } from '../../src/sign/sign.ts'
import { openingOf } from '../../src/database.ts'
import { advised, isMade } from '../../src/store/store.ts'
import { home } from '../../src/version.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { needTool } from '../tools.ts'
import { blocksOf, type Block } from './blocks.ts'
import { place } from './place.ts'

const blocks = blocksOf(readFileSync(join(home, 'README.md'), 'utf8'))
const named = (chapter: string, word: string): Block => {
  const found = blocks.find(it => it.chapter === chapter && it.text.includes(word))
  assert.ok(found !== undefined, `README.md, ${chapter}: no block with ${word}`)
  return found
}
const password = 'geheim van de poort'
/** Each block of the chapter, by a word in it. */
const words = ['create role', '"database":', 'pg_dump', 'pg_restore']
/** What the page names, and what stands for it here. */
const printed = { address: 'db.example.nl:5432', authority: '/etc/zorgpoort/db-ca.pem', password: '/etc/zorgpoort/db-password' }

/** A folder with the pair of a server for `localhost`, and its authority. */
async function pairs (): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-db-'))
  after(() => { rmSync(dir, { recursive: true, force: true }) })
  const authority = await makeAuthority({ name: 'Proef-CA van de database', algorithm: 'P-256' })
  const own = await issue(authority, { subject: 'localhost', use: 'server', algorithm: 'P-256', dnsNames: ['localhost'] })
  const strange = await makeAuthority({ name: 'Proef-CA van een ander', algorithm: 'P-256' })
  for (const [name, text] of Object.entries({ 'ca.pem': authority.certificate, 'strange.pem': strange.certificate, 'server.pem': own.certificate, 'server.key': own.key })) writeFileSync(join(dir, name), text)
  chmodSync(join(dir, 'server.key'), 0o600)
  chmodSync(dir, 0o755)
  if (process.getuid?.() === 0) chownSync(join(dir, 'server.key'), 65534, 65534)
  return dir
}

/** Who is not the superuser comes by TLS and with a password only. */
async function guard (server: PostgresServer): Promise<void> {
  const [row = {}] = await server.query('show hba_file')
  writeFileSync(String(row['hba_file']), 'host all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n')
  await server.query('select pg_reload_conf()')
}

const makes = async (server: PostgresServer, database: string): Promise<void> => {
  const [role = '', made = ''] = named('PostgreSQL', 'create role').text.replace('…', password).split('\n')
  if (database === 'zorgpoort') await server.query(role)
  await server.query(made.replace('database zorgpoort', `database ${database}`))
}

test('README.md, PostgreSQL: what it says a server says is what is said of it', () => {
  const said = ['28P01', 'password', '28000', '3D000', '42501', '25006', '53200', '53300', 'pooler', 'ECONNREFUSED'].map(code => advised(code)?.says ?? assert.fail(code))
  const [, manual = ''] = readFileSync(join(home, 'README.md'), 'utf8').split('\n| it says | what to do |\n| --- | --- |\n')
  const phrases = manual.slice(0, manual.indexOf('\n\n')).split('\n').flatMap(row => (row.split('|')[1] ?? '').split(',')).map(it => it.trim())
  const told = (phrase: string, by: string): boolean => phrase.split(' … ').every(part => by.includes(part))
  for (const phrase of phrases) assert.ok(said.some(by => told(phrase, by)), phrase)
  assert.ok(phrases.length >= said.length, 'each has a row')
})

test('README.md, PostgreSQL: no block is left out here', () => {
  assert.deepEqual(blocks.filter(it => it.chapter === 'PostgreSQL' && words.filter(word => it.text.includes(word)).length !== 1).map(it => it.line), [])
})

describe('README.md, PostgreSQL', { skip: missing('installed') }, async () => {
  if (missing('installed') !== false) return
  const dir = await pairs()
  const server = await startPostgres({ which: 'installed', durable: true, settings: { listen_addresses: 'localhost', ssl: 'on', ssl_cert_file: join(dir, 'server.pem'), ssl_key_file: join(dir, 'server.key') } })
  after(() => server.close())
  await guard(server)
  await makes(server, 'zorgpoort')

  const tools = (t: TestContext): boolean => (['pg_dump', 'pg_restore', 'openssl', 'curl'] as const).every(it => needTool(t, it, it.startsWith('pg_') ? 'postgresql' : it))

  test('is an installation made, served, copied and restored as printed', async t => {
    if (!tools(t)) return
    const { cwd, run } = await place(t)
    const own = join(cwd, 'db')
    mkdirSync(own)
    copyFileSync(join(dir, 'ca.pem'), join(own, 'ca.pem'))
    writeFileSync(join(own, 'password'), `${password}\n`, { mode: 0o600 })
    const settings = named('PostgreSQL', '"database":').text
    const here = ({ ...block }: Block): Block => ({ ...block, text: block.text.replace('  "database": "sqlite:zorgpoort.db",', settings).replaceAll(printed.address, `localhost:${server.port}`).replaceAll(printed.authority, join(own, 'ca.pem')).replaceAll(printed.password, join(own, 'password')) })
    const shell = (line: number, text: string): Block => ({ line, language: 'sh', text, chapter: '', notRun: null, shows: null })
    const chapter = blocks.filter(it => it.chapter === 'For the operator' && it.language === 'sh')
    const operator = chapter.slice(0, chapter.findIndex(it => it.text.includes(' serve --config')) + 1)
    const served = operator.at(-1)
    await makes(server, 'zorgpoort_restored')
    const rest = [operator.at(-1), shell(100_001, `export PGPASSWORD='${password}'`), named('PostgreSQL', 'pg_dump'), shell(100_002, 'kill %1; wait'), named('PostgreSQL', 'pg_restore')]
    const ran = [...await run(operator.slice(0, -1).map(here)), ...await run(rest.filter(it => it !== undefined).map(here))]
    for (const { block, failed, printed } of ran) assert.deepEqual(failed.filter(it => !it.endsWith(' wait')), [], `README.md:${block.line}: ${printed.slice(-2000)}`)
    const said = (of: Block | undefined): string => ran.find(it => it.block.line === of?.line)?.printed ?? ''
    assert.match(said(served), /"ready".*\naccepted [^]*✓ server +PostgreSQL 15\.\d+.*, encrypted[^]*Nothing is wrong\./)
    assert.match(said(named('PostgreSQL', 'pg_restore')), /ok {2}\d+ rows[^]*✓ kek +opens what[^]*Nothing is wrong\./)
    assert.doesNotMatch(ran.map(it => it.printed).join(''), new RegExp(password))
    const counted = async (database: string): Promise<unknown> => (await server.query('select count(*)::int as n from message', [], database))[0]?.['n']
    assert.deepEqual([await counted('zorgpoort'), await counted('zorgpoort_restored')], [1, 1])
  })

  test('is nobody spoken to whose certificate is of another authority or another host, or who is asked without a password', async () => {
    const file = join(dir, 'password')
    writeFileSync(file, `${password}\n`, { mode: 0o600 })
    const told = async (url: string, settings = { database_password: `file:${file}` }): Promise<unknown> => {
      const opening = openingOf(url, settings)
      return await isMade(opening.url, opening.postgres).catch((error: unknown) => {
        assert.ok(error instanceof Error)
        assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, new RegExp(password))
        return error.message
      })
    }
    const url = (host: string, query: string): string => `postgres://zorgpoort@${host}:${server.port}/zorgpoort${query}`
    const full = (host: string, authority: string): string => url(host, `?sslmode=verify-full&sslrootcert=${join(dir, authority)}`)
    assert.equal(typeof await told(full('localhost', 'ca.pem')), 'boolean')
    assert.match(String(await told(full('localhost', 'strange.pem'))), /certificate of the PostgreSQL server at localhost:\d+ cannot be believed/)
    assert.match(String(await told(full('127.0.0.1', 'ca.pem'))), /cannot be believed \(ERR_TLS_CERT_ALTNAME_INVALID\).*the host in the url a name in it/)
    assert.match(String(await told(url('localhost', ''))), /does not let user zorgpoort in from here.*hostssl.*verify-full/)
    writeFileSync(file, 'een ander geheim\n')
    assert.match(String(await told(full('localhost', 'ca.pem'))), /refuses the password of user zorgpoort: mend database_password/)
    const bare = openingOf(full('localhost', 'ca.pem'), {})
    await assert.rejects(isMade(bare.url, bare.postgres), /asks user zorgpoort for a password: set database_password/)
  })
})
