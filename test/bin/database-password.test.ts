/** The password of the database's user: whatever goes well or wrong, it is in nothing that the gateway or a command logs, tells or throws. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { openingOf } from '../../src/database.ts'
import { openStore } from '../../src/store/store.ts'
import { environment, startChild } from '../fault/child.ts'
import { makeWorld, until } from '../flow/world.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { zorgpoort } from './command.ts'

const [right, wrong, other] = ['zeer/geheim:woord', 'zeer@verkeerd%woord', 'heel#ander?woord']
/** A password as it may be written somewhere. */
const forms = [right, wrong, other].flatMap(it => [it, encodeURIComponent(it), encodeURI(it), Buffer.from(it).toString('base64'), Buffer.from(it).toString('hex')])

describe('the password of the database', { skip: missing('bundled') }, async () => {
  if (missing('bundled') !== false) return
  const world = await makeWorld()
  let server: PostgresServer
  before(async () => {
    server = await startPostgres()
    await server.query(`create role guarded login password '${right}'`)
    for (const [name, text] of Object.entries({ right, wrong })) writeFileSync(world.path(name), `${text}\n`, { mode: 0o600 })
  })
  after(() => server.close())

  const made = async (): Promise<string> => {
    const url = await server.freshDatabase()
    await server.query(`alter database ${new URL(url).pathname.slice(1)} owner to guarded`)
    return url.replace('//postgres@', '//guarded@')
  }
  type Settings = Record<string, string>
  /** The ways in which it is said. */
  const ways: ReadonlyArray<readonly [way: string, settings: (url: string, which: 'right' | 'wrong') => Settings]> = [
    ['in the url', (url, which) => ({ database: url.replace('guarded@', `guarded:${encodeURIComponent(which === 'right' ? right : wrong)}@`) })],
    ['in a file', (url, which) => ({ database: url, database_password: `file:${world.path(which)}` })],
    ['by a command', (url, which) => ({ database: url, database_password: `command:cat ${world.path(which)}` })]
  ]
  const shows = (said: string): string[] => forms.filter(it => said.includes(it))

  /** @returns what a command says, with stacks */
  async function told (settings: Settings, ...args: string[]): Promise<string> {
    const { out, err } = await zorgpoort(args, { env: { ...environment(world, { ...settings, log_level: 'debug' }), ZORGPOORT_DEBUG: '1' } })
    return out + err
  }

  test('would be found', () => { assert.deepEqual(shows(JSON.stringify(ways.map(([, settings]) => settings('postgres://guarded@h/n', 'right')))), [encodeURIComponent(right)]) })

  for (const [way, settings] of ways) {
    test(`${way}: is seen nowhere while all goes well, nor when the server takes it no more`, async () => {
      const url = await made()
      const gateway = await startChild(world, { ...settings(url, 'right'), log_level: 'debug' }, '', { env: { ZORGPOORT_DEBUG: '1' } })
      after(() => gateway.process.kill('SIGKILL'))
      const get = async (path: string): Promise<string> => await (await fetch(`${gateway.operations}${path}`)).text()
      const said = [await get('/metrics'), await get('/health/ready'), await told(settings(url, 'right'), 'doctor')]
      assert.match(said.join('\n'), /✓ server +PostgreSQL/)
      await server.query(`alter role guarded password '${other}'`)
      await server.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guarded'")
      said.push(await until(async () => { const ready = await get('/health/ready'); return /"ready"/.test(ready) ? undefined : ready }, 'that it is not ready'), await get('/metrics'))
      await server.query(`alter role guarded password '${right}'`)
      await until(async () => /"ready"/.test(await get('/health/ready')) || undefined, 'that it is ready again')
      await gateway.end('SIGTERM')
      assert.deepEqual([...said, ...gateway.lines].flatMap(shows), [])
    })

    test(`${way}: a wrong one is refused by name of the setting, and shown nowhere`, async () => {
      const url = await made()
      const given = settings(url, 'wrong')
      const said = [await told(given, 'doctor'), await told(given, 'serve'), await told(given, 'migrate', '--from', world.database, '--to', given['database'] ?? '')]
      assert.match(said[0] ?? '', /✗ server +the server refuses the password of user guarded/)
      for (const it of said.slice(1)) assert.match(it, /zorgpoort: .*the server refuses the password of user guarded: mend database_password/)
      const failed: unknown = await openStore({ ...openingOf(given['database'] ?? '', given), mode: 'test' }).then(() => null, (error: unknown) => error)
      assert.ok(failed instanceof Error)
      assert.deepEqual([...said, inspect(failed, { depth: 20, showHidden: true }), String(failed.stack)].flatMap(shows), [])
    })
  }
})
