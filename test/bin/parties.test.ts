/** `zorgpoort parties` and the database it works on: nobody gets another's account, and no database comes from a typing error. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '../../src/core/core.ts'
import { makeRoots } from '../../src/vault/vault.ts'
import { ends, folder, zorgpoort, type Circumstances, type Ended } from './command.ts'

/** As `openssl x509 -req` made them for long: no extensions, and so no word of what it is for. */
const version1 = `-----BEGIN CERTIFICATE-----
MIIBFjCBvQIUSr1rvhQPgXsztcYeMWgsYxKCODQwCgYIKoZIzj0EAwIwDjEMMAoG
A1UEAwwDb2xkMB4XDTI2MTEyMTIyNDgxN1oXDTM2MTExODIyNDgxN1owDjEMMAoG
A1UEAwwDb2xkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3N086XcJiVSAzBLB
z9QZGyDo7Hs8O4xrTr/fsPSg+DhP+DpoZrAGeoXwX3yhXROZNl/+BMD4XwTvjBkW
7k0C5DAKBggqhkjOPQQDAgNIADBFAiEA8KfrMrXrA+M0cWG7EU5jogvUAUY4vxkX
NIxGSPsoh+cCIDaxHSO2+/1U4iGltyKESvyKIGmDtD+z8pAmx4BqA8p5
-----END CERTIFICATE-----
`

interface Listed {
  readonly parties: ReadonlyArray<{ readonly code: string, readonly name: string, readonly judging: unknown }>
  readonly accounts: ReadonlyArray<{
    readonly id: string, readonly role: string, readonly party: string, readonly active: boolean, readonly requests_at_once_max: number | null
    readonly certificates: ReadonlyArray<{ readonly use: string, readonly fingerprint: string, readonly not_after: string }>
    readonly mandates: ReadonlyArray<{ readonly party: string, readonly direction: string, readonly until: string | null }>
  }>
}

/** A folder with keys in `k/`, and the commands on the database `p.db` there. */
async function place () {
  const cwd = folder()
  const at: Circumstances = { cwd, env: { ZORGPOORT_DATABASE: 'sqlite:p.db', ZORGPOORT_MODE: 'test' } }
  ends(await zorgpoort(['keys', 'make', '--dir', 'k', '--party', 'gemeente:0344', '--party', 'aanbieder:42420001'], { cwd }), 0)
  makeRoots(cwd, systemClock.now())
  const parties = async (...args: string[]): Promise<Ended> => await zorgpoort(['parties', ...args], at)
  return {
    cwd,
    at,
    parties,
    add: async (code: string, ...rest: string[]) => await parties('add', code, '--name', 'Voorbeeld', '--family', 'iwmo', ...rest),
    listed: async () => JSON.parse((await parties('list', '--json')).out) as Listed,
    put: (name: string, content: unknown) => { writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content)) }
  }
}

describe('parties add --push', () => {
  interface Pushed { readonly parties: ReadonlyArray<{ readonly connections: ReadonlyArray<Record<string, unknown>> }> }
  test('says where what is for a party is pushed to; what is not said stays, and --no-push ends it', async () => {
    const { add, parties } = await place()
    const connections = async () => (JSON.parse((await parties('list', '--json')).out) as Pushed).parties[0]?.connections
    const mailbox = { door: 'mailbox', direction: 'both' }
    const usual = { door: 'rest-push', direction: 'in', url: 'https://zorg.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null }
    ends(await add('42420001', '--push-at-once', '2'), 2, /nothing is pushed to this party: say where with --push URL/)
    ends(await add('42420001', '--push', 'https://zorg.example/in'), 0)
    assert.deepEqual(await connections(), [mailbox, usual])
    ends(await parties('add', '42420001', '--push-at-once', '2', '--push-per-minute', '60', '--push-timeout', '30s', '--push-retry', '1m,3h,5d', '--push-breaker', '5,90s,3', '--push-ca', 'k/ca.pem', '--push-pin', 'k/server.pem'), 0)
    const [, push] = await connections() ?? []
    assert.match(String(push?.['ca']), /^-----BEGIN CERTIFICATE-----/)
    assert.match(String(push?.['pin']), /^[0-9a-f]{64}$/)
    assert.deepEqual({ ...push, ca: null, pin: null }, { ...usual, at_once_max: 2, per_minute_max: 60, ms_max: 30_000, retry: { first_ms: 60_000, longest_ms: 10_800_000, total_ms: 432_000_000 }, breaker: { failures: 5, open_ms: 90_000, probes: 3 } })
    ends(await parties('list'), 0, /pushed to https:\/\/zorg\.example\/in {2}its own ca {2}pinned to SHA-256 [0-9a-f]{64} {2}2 at once {2}60 a minute {2}30s each {2}tried again after 1m to 3h, for 5d {2}left alone for 90s after 5 failures, until 3 succeed/)
    ends(await parties('add', '42420001', '--push', 'https://zorg.example/uit', ...['ca', 'pin', 'at-once', 'per-minute', 'timeout', 'retry', 'breaker'].flatMap(it => [`--push-${it}`, 'none'])), 0)
    assert.deepEqual(await connections(), [mailbox, { ...usual, url: 'https://zorg.example/uit' }])
    ends(await parties('add', '42420001', '--no-push', '--push-ca', 'none'), 2, /--no-push and --no-ggk go with no other/)
    ends(await parties('add', '42420001', '--no-push'), 0)
    assert.deepEqual(await connections(), [mailbox])
  })

  test('or by StUF-GGk: one endpoint, whose own things are said beside how it is called', async () => {
    const { add, parties } = await place()
    const connections = async () => (JSON.parse((await parties('list', '--json')).out) as Pushed).parties[0]?.connections
    const mailbox = { door: 'mailbox', direction: 'both' }
    const usual = { direction: 'in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null }
    const url = 'https://gemeente.example/ggk'
    ends(await add('0344', '--ggk-codes', '2018'), 2, /not called by StUF-GGk: say where with --ggk URL/)
    ends(await add('0344', '--push', 'https://gemeente.example/in', '--ggk', url), 2, /one endpoint of its own: --push or --ggk/)
    ends(await add('0344', '--ggk', 'http://gemeente.example/ggk'), 1, /^zorgpoort: ggk connection: url begins with https:\/\//)
    ends(await add('0344', '--ggk', url, '--push-ca', 'k/ca.pem', '--push-timeout', '90s', '--ggk-codes', '2018', '--ggk-325', 'Du01'), 0)
    const [, ggk] = await connections() ?? []
    assert.deepEqual({ ...ggk, ca: null }, { ...usual, door: 'ggk', url, ms_max: 90_000, codes: '2018', answer_325: 'Du01' })
    ends(await parties('list'), 0, /called by StUF-GGk on https:\/\/gemeente\.example\/ggk {2}codes of 2018 {2}a 325 as Du01 {2}its own ca {2}90s each/)
    ends(await parties('add', '0344', '--ggk-codes', 'none', '--ggk-325', 'none', '--push-ca', 'none', '--push-timeout', 'none'), 0)
    assert.deepEqual(await connections(), [mailbox, { ...usual, door: 'ggk', url, codes: null, answer_325: null }])
    ends(await parties('add', '0344', '--ggk-325', 'Di02'), 2, /Di01, Du01, none/)
    ends(await parties('add', '0344', '--no-push'), 0)
    assert.deepEqual((await connections())?.length, 2, 'it is not pushed to by REST')
    ends(await parties('add', '0344', '--push', 'https://gemeente.example/in'), 0)
    assert.deepEqual(await connections(), [mailbox, { ...usual, door: 'rest-push', url: 'https://gemeente.example/in' }])
    ends(await parties('add', '0344', '--ggk', url), 0)
    ends(await parties('add', '0344', '--no-ggk', '--push-at-once', '2'), 2, /go with no other/)
    ends(await parties('add', '0344', '--no-ggk'), 0)
    assert.deepEqual(await connections(), [mailbox])
  })

  test('and software of a provider by the provider door, beside an endpoint', async () => {
    const { cwd, add, parties } = await place()
    const connections = async () => (JSON.parse((await parties('list', '--json')).out) as Pushed).parties[0]?.connections?.slice(1)
    const vsp = { door: 'vsp', direction: 'both', payload: null, rol: null }
    ends(await add('42420001', '--vsp'), 0)
    assert.deepEqual(await connections(), [vsp])
    ends(await parties('add', '42420001', '--vsp-payload', 'zip', '--vsp-rol', 'Praktijk'), 0)
    assert.deepEqual(await connections(), [{ ...vsp, payload: 'zip', rol: 'Praktijk' }])
    ends(await parties('list'), 0, /uses the provider door \(VSP\) {2}payloads as zip {2}rol Praktijk/)
    ends(await parties('export', 'all.json'), 0)
    ends(await zorgpoort(['parties', 'import', 'all.json'], { cwd, env: { ZORGPOORT_DATABASE: 'sqlite:q.db', ZORGPOORT_MODE: 'test' } }), 0, /1 parties/)
    ends(await parties('add', '42420001', '--vsp-rol', 'none', '--push', 'https://zorg.example/in'), 0)
    assert.deepEqual((await connections())?.map(it => it['door']), ['rest-push', 'vsp'])
    ends(await parties('add', '42420001', '--no-vsp', '--vsp-rol', 'Praktijk'), 2, /--no-vsp goes with no other/)
    ends(await parties('add', '42420001', '--no-vsp'), 0)
    assert.deepEqual((await connections())?.map(it => it['door']), ['rest-push'])
  })

  test('is refused in sentences, and at ports that serve would not push to where its configuration is known', async () => {
    const { cwd, add, put } = await place()
    for (const [option, value, why] of [['retry', '1m,3h', /first wait, the longest and when it is given up, such as 1m,3h,5d/], ['breaker', '5,60,3', /a time is a number with its unit/]] as const) ends(await add('42420001', '--push', 'https://zorg.example/', `--push-${option}`, value), 2, why)
    ends(await add('42420001', '--push', 'http://zorg.example/'), 1, /^zorgpoort: push connection: url begins with https:\/\//)
    ends(await add('42420001', '--push', 'https://zorg.example/', '--push-retry', '3h,1m,5d'), 1, /retry, first_ms \(10800000\) must not be more than/)
    put('c.json', { database: 'sqlite:p.db', push_ports: '443' })
    ends(await add('42420001', '--push', 'https://zorg.example:8443/', '--config', 'c.json'), 1, /port 8443 is not among push_ports \(443\)/)
    put('r.json', { format: 'zorgpoort-register-1', parties: [{ code: '42420001', name: 'x', families: ['iwmo'], connections: [{ door: 'rest-push', url: 'https://zorg.example:8443/' }] }], accounts: [] })
    ends(await zorgpoort(['parties', 'import', 'r.json', '--config', 'c.json', '--mode', 'test'], { cwd }), 1, /r\.json: parties 1: push connection: port|port 8443 is not among push_ports/)
    ends(await add('42420001', '--push', 'https://zorg.example:8443/'), 0, /^Added 42420001\./)
  })
})

describe('parties', () => {
  test('are added, changed and listed; a certificate belongs to one account, and an account to one party', async () => {
    const { add, parties, listed } = await place()
    ends(await parties('add', '0344', '--name', 'Voorbeeld'), 2, /--family is missing/)
    ends(await parties('add', '0344', '--family', 'iwmo'), 2, /--name is missing/)
    ends(await add('0344', '--certificate', 'k/gemeente.pem', '--account', 'leverancier'), 0, /^Added 0344\.\n$/)
    ends(await parties('add', '0344', '--account', 'leverancier'), 0, /^Changed 0344\.\n$/)
    ends(await add('0344', '--account', 'leverancier', '--certificate', 'k/aanbieder.pem'), 0, /^Changed 0344\.\n$/)
    ends(await add('0344', '--account', 'leeg'), 0)
    const before = await listed()
    ends(await add('0363', '--certificate', 'k/gemeente.pem'), 1, /belongs to account leverancier already/)
    ends(await add('0363', '--account', 'leverancier'), 1, /^zorgpoort: account leverancier belongs to 0344\n$/)
    assert.deepEqual(await listed(), before)
    assert.deepEqual(before.accounts.map(it => [it.id, it.party, it.certificates.length]), [['leeg', '0344', 0], ['leverancier', '0344', 2]])
    assert.match(before.accounts[1]?.certificates[0]?.not_after ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    ends(await parties('list'), 0, /0344\s+gemeente\s+iwmo/, /account leeg {2}no certificate/, /account leverancier {2}tls {2}until \d{4}-\d\d-\d\d {2}SHA-256 [0-9a-f]{64}/)
  })

  test('are left alone when only the party changes: none comes beside them, and none that was stopped comes back', async () => {
    const { add, parties, listed } = await place()
    await add('0344', '--account', 'g', '--certificate', 'k/gemeente.pem')
    await parties('stop', 'g')
    ends(await parties('add', '0344', '--push', 'https://zorg.example/in'), 0, /^Changed 0344\.\n$/)
    ends(await parties('add', '0344', '--judge', 'full'), 0, /^Changed 0344\.\n$/)
    assert.deepEqual((await listed()).accounts.map(it => [it.id, it.active]), [['g', false]])
    await parties('add', '0363', '--name', 'x', '--family', 'iwmo')
    await parties('stop', 'party-0363')
    ends(await parties('add', '0363', '--push', 'https://zorg.example/in'), 0, /^Changed 0363\.\n$/)
    assert.equal((await listed()).accounts.find(it => it.id === 'party-0363')?.active, false)
    ends(await parties('add', '0363', '--account', 'party-0363'), 0, /on again/)
  })

  test('are stopped and come back; one certificate can go by itself', async () => {
    const { add, parties, listed } = await place()
    await add('0344', '--account', 'g', '--certificate', 'k/gemeente.pem', '--certificate', 'k/aanbieder.pem')
    const [first, second] = (await listed()).accounts[0]?.certificates ?? []
    ends(await parties('stop', 'g'), 0, /^Stopped account g\.\n$/)
    ends(await parties('list'), 0, /account g \(off\) {2}tls/)
    ends(await add('0344', '--account', 'g'), 0, /^Changed 0344\. Account g was off and is on again\.\n$/)
    assert.equal((await listed()).accounts[0]?.active, true)
    ends(await parties('stop', 'g', '--certificate', 'k/gemeente.pem'), 0, /^Took the certificate from account g\.\n$/)
    ends(await parties('stop', 'g', '--certificate', 'k/gemeente.pem'), 1, /account g has no certificate SHA-256 [0-9a-f]{64}/)
    const [left] = (await listed()).accounts[0]?.certificates ?? []
    assert.ok(left?.fingerprint === first?.fingerprint || left?.fingerprint === second?.fingerprint)
    ends(await parties('stop', 'g', '--certificate', (left?.fingerprint.match(/../g) ?? []).join(':').toUpperCase()), 0)
    assert.deepEqual((await listed()).accounts.map(it => [it.active, it.certificates.length]), [[true, 0]])
    ends(await parties('stop', 'none'), 1, /there is no account none/)
  })

  test('say how messages to them are judged: a level for every type, another for one', async () => {
    const { add, parties, listed } = await place()
    const judging = async (): Promise<unknown> => (await listed()).parties[0]?.judging
    ends(await add('0344'), 0)
    assert.deepEqual(await judging(), { level: 'content', types: {}, answers: 'own', rejected: 'withhold' })
    ends(await parties('list'), 0, /Voorbeeld\n/)
    ends(await parties('add', '0344', '--judge', 'full', '--judge', '323=schema', '--answers', 'automatic', '--rejected', 'deliver'), 0)
    ends(await parties('list'), 0, /Voorbeeld {2}judged full, 323 schema {2}answers automatic {2}rejected delivered\n/)
    ends(await parties('add', '0344', '--judge', '301=content'), 0)
    assert.deepEqual(await judging(), { level: 'full', types: { 301: 'content', 323: 'schema' }, answers: 'automatic', rejected: 'deliver' })
    ends(await parties('add', '0344', '--judge', 'content'), 0)
    assert.deepEqual(await judging(), { level: 'content', types: {}, answers: 'automatic', rejected: 'deliver' })
    ends(await parties('add', '0344', '--judge', 'half'), 2, /--judge is schema, content, full, or one of them for a type, such as 323=schema/)
    ends(await parties('add', '0344', '--judge', 'full', '--judge', 'schema'), 2, /two levels/)
    ends(await parties('add', '0344', '--judge', '302=full'), 1, /retours are judged by their schema/)
  })

  test('are imported all or none, from a file that names certificates beside it, and exported the same', async () => {
    const { parties, listed, put, add, cwd } = await place()
    ends(await add('0344', '--account', 'leverancier', '--certificate', 'k/gemeente.pem'), 0)
    const document = (code: string, file: string) => ({
      format: 'zorgpoort-register-1',
      parties: [{ code: 'SVB', name: 'SVB', families: ['iwmo'] }, { code, name: 'Voorbeeld', families: ['iwmo', 'ijw'], until: '2031-01-01' }],
      accounts: [{ id: 'leverancier', oin: '00000001234567890000' }, { id: 'tweede', certificates: [{ file }], mandates: [{ party: 'SVB', family: 'iwmo', direction: 'send', from: '2026-07-01' }] }]
    })
    const before = await listed()
    const wrong: ReadonlyArray<readonly [content: unknown, says: string]> = [
      [document('036', 'k/aanbieder.pem'), 'parties 2: a party code is'],
      [document('0363', 'k/gemeente.pem'), 'accounts 2: certificate SHA-256 .* belongs to account leverancier already'],
      [[], 'the document must be object'],
      ['{', 'bad3\\.json is not JSON']
    ]
    for (const [at, [content, says]] of wrong.entries()) {
      put(`bad${at}.json`, content)
      ends(await parties('import', `bad${at}.json`), 1, new RegExp(`^zorgpoort: (bad${at}\\.json: )?${says}[^\n]*\n$`))
    }
    ends(await parties('import', 'none.json'), 1, /^zorgpoort: cannot read none\.json: no such file\n$/)
    assert.deepEqual(await listed(), before)
    put('good.json', document('0363', 'k/aanbieder.pem'))
    ends(await parties('import', 'good.json', '--check'), 0, /^Would import 2 parties and 2 accounts: 5 changes\./)
    assert.deepEqual(await listed(), before)
    ends(await parties('import', 'good.json'), 0, /^Imported 2 parties and 2 accounts: 5 changes\./)
    ends(await parties('import', 'good.json'), 0, /: 0 changes\./)
    ends(await parties('list'), 0, /0363 .*until 2031-01-01\n/, /account leverancier {2}OIN 00000001234567890000/, /\n\nAccounts of no party \(.*\):\n(.*\n)*.*account tweede {2}may send iwmo for SVB {2}from 2026-07-01\n/)
    ends(await parties('export', 'all.json'), 0)
    const elsewhere = { cwd, env: { ZORGPOORT_DATABASE: 'sqlite:q.db', ZORGPOORT_MODE: 'test' } }
    ends(await zorgpoort(['parties', 'import', 'all.json'], elsewhere), 0)
    assert.deepEqual(JSON.parse((await zorgpoort(['parties', 'export'], elsewhere)).out), JSON.parse((await parties('export')).out))
  })

  test('let a supplier act for them, until it is withdrawn', async () => {
    const { add, parties, listed } = await place()
    for (const code of ['42420001', '42420002']) ends(await add(code, '--no-account'), 0)
    ends(await parties('allow', 'leverancier', '--party', '42420001'), 1, /there is no account leverancier; "parties list" shows them/)
    ends(await parties('account', 'leverancier', '--certificate', 'k/aanbieder.pem', '--sign', 'k/seal.pem', '--at-once', '5'), 0, /^Added account leverancier\.\n$/)
    ends(await parties('account', 'leverancier', '--per-minute', 'none'), 0, /was so already/)
    ends(await parties('account', 'chief', '--role', 'operator', '--certificate', 'k/gemeente.pem'), 0)
    ends(await parties('allow', 'leverancier', '--party', '42420001', '--party', '42420009'), 1, /party 42420009 is not registered; add it first/)
    ends(await parties('allow', 'chief', '--party', '42420001'), 1, /account chief has the role operator and acts for no party/)
    ends(await parties('allow', 'leverancier', '--party', '42420001', '--party', '42420002', '--family', 'iwmo'), 0, /^Gave account leverancier 4 mandates for 42420001, 42420002\.\n$/)
    ends(await parties('allow', 'leverancier', '--party', '42420001', '--family', 'iwmo', '--until', '2040-01-01'), 1, /has a mandate to send iwmo for 42420001 already, from .*; withdraw that first/)
    ends(await parties('withdraw', 'leverancier', '--party', '42420001', '--direction', 'send', '--at', '2040-01-01'), 0, /^Withdrew 1 mandates/)
    ends(await parties('withdraw', 'leverancier', '--party', '42420002'), 0, /^Withdrew 2 mandates/)
    ends(await parties('withdraw', 'leverancier', '--party', '42420002'), 1, /has no such mandate for 42420002/)
    ends(await parties('withdraw', 'leverancier', '--at', 'morgen'), 1, /--at is a date such as 2027-01-01/)
    const [chief, supplier] = (await listed()).accounts
    assert.deepEqual([chief?.role, supplier?.requests_at_once_max, supplier?.certificates.map(it => it.use).toSorted()], ['operator', 5, ['sign', 'tls']])
    assert.deepEqual(supplier?.mandates.map(it => [it.party, it.direction, it.until !== null]), [['42420001', 'receive', false], ['42420001', 'send', true], ['42420002', 'receive', true], ['42420002', 'send', true]])
    ends(await parties('account', 'leverancier', '--oin', '00000001234567890000'), 0, /^Changed account leverancier/)
    ends(await parties('stop', 'leverancier', '--certificate', 'k/aanbieder.pem'), 0, /has an OIN: a certificate of an authority in client_ca that bears it is still taken/)
    ends(await parties('stop', 'leverancier'), 0)
    ends(await parties('account', 'leverancier', '--on'), 0, /^Changed account leverancier/)
  })

  test('tell a file that is not there from one that is no certificate we can use', async () => {
    const { add, put, cwd } = await place()
    put('cut.pem', '-----BEGIN CERTIFICATE-----\nMIIB')
    put('v1.pem', version1)
    const cases: ReadonlyArray<readonly [file: string, says: RegExp]> = [
      ['none.pem', /^zorgpoort: cannot read none\.pem: no such file\n$/],
      ['k', /^zorgpoort: cannot read k: it is a folder\n$/],
      ['k/gemeente.key', /^zorgpoort: k\/gemeente\.key holds no certificate in PEM\n$/],
      ['cut.pem', /^zorgpoort: cut\.pem holds a certificate that is cut off or damaged\n$/],
      ['v1.pem', /^zorgpoort: v1\.pem holds an X\.509 version 1 certificate; it must be version 3\n$/]
    ]
    for (const [file, says] of cases) ends(await add('0344', '--certificate', file), 1, says)
    assert.equal(existsSync(join(cwd, 'p.db')), false)
  })
})

describe('the database of a command', () => {
  test('is never made by looking, and only in a mode that was said', async () => {
    const cwd = folder()
    const run = async (...args: string[]): Promise<Ended> => await zorgpoort(args, { cwd })
    const add = ['parties', 'add', '0344', '--name', 'x', '--family', 'iwmo', '--database', 'sqlite:p.db']
    for (const args of [['parties', 'list'], ['parties', 'stop', 'x'], ['migrate'], ['inspect', '019a5c1e-7d00-7000-8000-000000000001']]) {
      ends(await run(...args, '--database', 'sqlite:p.db'), 1, /^zorgpoort: no database at p\.db\n$/)
    }
    ends(await run(...add), 2, /no database at p\.db yet: say with --mode/)
    assert.equal(existsSync(join(cwd, 'p.db')), false)
    ends(await run(...add, '--mode', 'production'), 1, /no root keys beside p\.db.*zorgpoort roots make/)
    assert.equal(existsSync(join(cwd, 'p.db')), false)
    makeRoots(cwd, systemClock.now())
    ends(await run(...add, '--mode', 'production'), 0, /^Added 0344/)
    ends(await run('parties', 'list', '--database', 'sqlite:p.db'), 1, /made in mode production .*--mode/)
    ends(await run('parties', 'list', '--database', 'sqlite:p.db', '--mode', 'production'), 0, /0344/)
    ends(await run('parties', 'list', '--database', 'sqlite:p.db', '--mode', 'acceptance'), 2, /test, production/)
  })

  test('is brought forward by migrate, which says which', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'p.db'), gunzipSync(readFileSync(join(import.meta.dirname, '../store/old/0018.db.gz'))))
    const run = async (...args: string[]): Promise<Ended> => await zorgpoort(['migrate', '--database', 'sqlite:p.db', ...args], { cwd })
    ends(await run(), 0, /^Done: p\.db \(0019/)
    ends(await run(), 0, /^Nothing to do: p\.db is up to date/)
    ends(await run('--mode', 'test'), 2, /unknown option/)
    // What was a database may have been cut off: none is made in its place.
    writeFileSync(join(cwd, 'p.db'), '')
    ends(await run(), 1, /p\.db is an empty file: put the last backup in its place/)
  })

  test('and its mode may come from the configuration of serve, whole or not', async () => {
    const cwd = folder()
    makeRoots(cwd, systemClock.now())
    writeFileSync(join(cwd, 'c.json'), JSON.stringify({ database: 'sqlite:c.db', mode: 'production' }))
    writeFileSync(join(cwd, 'none.json'), JSON.stringify({ mode: 'test' }))
    const run = async (...args: string[]): Promise<Ended> => await zorgpoort(args, { cwd })
    ends(await run('parties', 'add', '0344', '--name', 'x', '--family', 'iwmo', '--config', 'c.json'), 0)
    assert.ok(existsSync(join(cwd, 'c.db')))
    ends(await run('parties', 'list', '--config', 'c.json'), 0, /0344/)
    ends(await run('parties', 'list', '--config', 'none.json'), 2, /none\.json names no database/)
    ends(await run('parties', 'list', '--config', 'c.json', '--database', 'sqlite:x.db'), 1, /no database at x\.db/)
    ends(await zorgpoort(['parties', 'list', '--config', 'c.json'], { cwd, env: { ZORGPOORT_STRANGE: '1' } }), 1, /unknown setting ZORGPOORT_STRANGE/)
  })
})
