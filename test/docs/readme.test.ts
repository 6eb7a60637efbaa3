/** README.md does what it says: every command and program in it is run as printed, in page order, in one folder that stands in for a clone. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { home } from '../../src/version.ts'
import { started } from '../bin/command.ts'
import { message } from '../flow/world.ts'
import { needTool } from '../tools.ts'
import { blocksOf, notShown, type Block } from './blocks.ts'
import { place, type Ran } from './place.ts'

const readme = readFileSync(join(home, 'README.md'), 'utf8')
const blocks = blocksOf(readme)
const at = ({ line }: Block): string => `README.md:${line}`

/** All that is printed and not run, by its first line. */
const notRun: ReadonlyArray<readonly [first: string, reason: string]> = [
  ['npm ci && npm start     # a gateway with test keys and two sample parties, on your machine', 'installs from the network, and serves until it is stopped'],
  ["db='postgres://zorgpoort@db.example.nl:5432/zorgpoort?sslmode=verify-full&sslrootcert=/etc/zorgpoort/db-ca.pem'", 'it wants a PostgreSQL server; test/docs/postgres.test.ts runs it on one'],
  ["sed 's/zorgpoort?/zorgpoort_restored?/' zorgpoort.json > restored.json", 'it wants a PostgreSQL server; test/docs/postgres.test.ts runs it on one'],
  ['npx zorgpoort destinations --config zorgpoort.json', 'of an installation'],
  ['npx zorgpoort dead --config zorgpoort.json', 'of an installation whose partner was down'],
  ['npx zorgpoort notices --dead --config zorgpoort.json', 'of an installation'],
  ['npx zorgpoort doctor --config zorgpoort.json', 'of an installation; the operator\'s chapter runs it'],
  ['npx zorgpoort backup /var/backups/zorgpoort --config zorgpoort.json     # a folder, or a file that is not there yet', 'of an installation; the operator\'s chapter runs it'],
  ['npx zorgpoort migrate --from sqlite:zorgpoort.db --to postgres://zorgpoort@db.example/zorgpoort --config zorgpoort.json --check', 'it wants a PostgreSQL server; test/bin/move.test.ts does it under load and with a kill at every step']
]
/** What a chapter says to do with `npm start` before its first command; the first one has it running already. */
const [anew, stopped] = ['stop `npm start` (Ctrl+C), `rm -r .zorgpoort`, `npm start`.*', 'stop `npm start` first']
const saysFirst = (chapter: string): string => (readme.split(`\n## ${chapter}\n`)[1] ?? '').split('\n```sh')[0] ?? ''

const runs = blocks.filter(it => it.language === 'sh' && it.notRun === null)
const programs = blocks.filter(it => it.language === 'ts')

/** Each command that fails was said to: `# exit 1` stands behind it. */
function failsAsSaid ({ block, printed, failed }: Ran): void {
  const said = [...block.text.matchAll(/^(.*?)\s+# exit ([1-9])/gm)].map(([, command = '', code = '']) => ({ command, code }))
  const seen = failed.map(it => ({ code: it.slice(0, it.indexOf(' ')), command: it.slice(it.indexOf(' ') + 1) }))
  assert.deepEqual(seen.map(it => it.code), said.map(it => it.code), `${at(block)}: ${JSON.stringify(seen)}\n${printed.slice(-1500)}`)
}

/** Nothing goes wrong without README.md saying so. */
function noError ({ block, printed }: Ran): void {
  const wrong = printed.split('\n').filter(it => /^(?:zorgpoort|curl|bash|npm)[^ ]*: |"code":"ZP_|command not found|^\s+at .*:\d+:\d+/.test(it))
  const said = (block.shows ?? '') + block.text
  const unsaid = wrong.filter(it => !/ZP_|zorgpoort: /.test(said) || !(/ZP_[A-Z_]+/.exec(it) ?? [it]).every(code => said.includes(code)))
  assert.deepEqual(unsaid, [], at(block))
}

describe('README.md', { concurrency: 2 }, () => {
  test('says of each block what it is, and lists what is not run', () => {
    for (const it of blocks) assert.ok(['', 'sh', 'ts', 'text'].includes(it.language), `${at(it)}: ${it.language}`)
    assert.deepEqual(blocks.filter(it => it.notRun !== null).map(it => [it.text.split('\n')[0], it.notRun]), notRun)
  })

  test('has programs that pass the compiler, each named in its first line and run by a command', () => {
    for (const it of programs) {
      const name = /^\/\/ ([a-z-]+\.ts)\b/.exec(it.text)?.[1] ?? ''
      assert.ok(runs.some(({ text }) => text.includes(`node ${name}`)), at(it))
    }
  })

  test('would be told of a command that fails, one that should and does not, and an error it does not mention', () => {
    const ran = (text: string, failed: string[], printed: string, shows: string | null = null): Ran => ({ block: { line: 1, language: 'sh', text, chapter: '', notRun: null, shows }, failed, printed })
    failsAsSaid(ran('a    # exit 1: why', ['1 a'], ''))
    assert.throws(() => { failsAsSaid(ran('a', ['1 a'], '')) }, /README\.md:1/)
    assert.throws(() => { failsAsSaid(ran('a    # exit 1', [], '')) }, /README\.md:1/)
    noError(ran('a', [], '{"code":"ZP_XML"}', '{…"code":"ZP_XML"}'))
    for (const wrong of ['{"code":"ZP_XML"}', 'zorgpoort: no', 'bash: x: command not found', 'curl: (7) no', '    at x (y.ts:1:2)']) assert.throws(() => { noError(ran('a', [], wrong)) }, /README\.md:1/, wrong)
  })

  test('shows what is printed, in its order', () => {
    assert.equal(notShown('a\n…\nc … d', 'a\nb\nc 1 2 d\ne'), null)
    assert.equal(notShown('a\nc', 'a\nb\nc'), 'c')
    assert.equal(notShown('…\nx', 'a\nb'), 'x')
    assert.equal(notShown('a.c', 'abc'), 'a.c')
    assert.equal(notShown('a', 'b'), 'a')
  })

  test('names no ports but the two of npm start, and those only where they are replaced here', () => {
    const elsewhere = [...runs, ...programs].flatMap(it => (it.text.replace(/localhost:8443|127\.0\.0\.1:9464/g, '').match(/8443|9464|(?:localhost|127\.0\.0\.1):\d+/g) ?? []).map(port => `${at(it)}: ${port}`))
    assert.deepEqual(elsewhere, [])
  })

  test('has a client that may be killed at any moment: nothing is lost, and nothing is there twice', async t => {
    const { cwd, here, run, beginAnew } = await place(t)
    await beginAnew()
    const [program] = programs
    assert.ok(program !== undefined)
    writeFileSync(join(cwd, 'client.ts'), here(program.text))
    for (const name of ['outbox', 'coming']) mkdirSync(join(cwd, name))
    const coming = Array.from({ length: 25 }, (_, n) => message('WMO301', 100 + n))
    for (const [n, bytes] of coming.entries()) writeFileSync(join(cwd, `coming/${n}.xml`), bytes)
    for (let n = 0; n < 25; n++) writeFileSync(join(cwd, `outbox/${n}.xml`), message('WMO305', 200 + n))
    const shell = (text: string): Block => ({ line: 1, language: 'sh', text, chapter: '', notRun: null, shows: null })
    const [sent] = await run([shell('npx zorgpoort send coming/*.xml --cert .zorgpoort/gemeente.pem --key .zorgpoort/gemeente.key --ca .zorgpoort/ca.pem')])
    assert.deepEqual(sent?.failed, [], sent?.printed)
    let kills = 0
    for (let said = 1; ; said++) {
      const client = started(process.execPath, ['client.ts'], { cwd })
      // So many lines further than the one before: each time it is cut off at another moment.
      client.child.stdout?.on('data', () => { if (client.said.out.split('\n').length > said) client.child.kill('SIGKILL') })
      const { code, err } = await client.ended
      if (code === 0) break
      assert.equal(code, null, err)
      kills++
    }
    assert.ok(kills > 3, String(kills))
    const digests = (bytes: readonly Buffer[]): string[] => bytes.map(it => createHash('sha256').update(it).digest('hex')).toSorted()
    const files = (folder: string): string[] => readdirSync(join(cwd, folder)).filter(it => it.endsWith('.xml'))
    assert.deepEqual(digests(files('inbox').map(it => readFileSync(join(cwd, 'inbox', it)))), digests(coming))
    assert.deepEqual([files('outbox').length, files('sent').length, files('refused').length], [0, 25, 0])
    const [ended] = await run([shell("curl -sS --cacert .zorgpoort/ca.pem --cert .zorgpoort/gemeente.pem --key .zorgpoort/gemeente.key 'https://localhost:8443/v1/mailbox?limit=250' | grep -o '\"type\":\"WMO305\"' | wc -l")])
    assert.equal(ended?.printed.trim(), '25')
  })

  test('does as printed, every command, from top to bottom', async t => {
    const { cwd, here, run, beginAnew, stop } = await place(t)
    await beginAnew()
    for (const [chapter, own] of Map.groupBy(runs, it => it.chapter)) {
      await t.test(chapter, async t => {
        for (const [tool, from] of [['bash', 'bash'], ['curl', 'curl'], ['openssl', 'openssl'], ['zip', 'zip']] as const) {
          if (own.some(it => new RegExp(`^(?:[^#\\n]*[|( ])?${tool} `, 'm').test(it.text)) || tool === 'bash') { if (!needTool(t, tool, from)) return }
        }
        if (saysFirst(chapter).includes(anew)) await beginAnew()
        if (saysFirst(chapter).includes(stopped)) await stop()
        for (const it of programs.filter(it => it.chapter === chapter)) {
          const file = join(cwd, /[a-z-]+\.ts/.exec(it.text)?.[0] ?? '')
          writeFileSync(file, here(it.text))
          const compiled = spawnSync(process.execPath, [join(home, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node', '--skipLibCheck', file], { cwd, encoding: 'utf8' })
          assert.equal(compiled.status, 0, `${at(it)}: ${compiled.stdout}`)
        }
        for (const ran of await run(own)) {
          failsAsSaid(ran)
          const missing = ran.block.shows === null ? null : notShown(ran.block.shows, ran.printed)
          assert.equal(missing, null, `${at(ran.block)} does not print this line; it printed:\n${ran.printed.slice(-1500)}`)
          noError(ran)
        }
      })
    }
  })
})
