/** Changes of the register: what is refused and in which words, what changes, and the whole of it as a document. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { accountId, instant, judgingLevels, rfc3339, Unusable } from '../../src/core/core.ts'
import { changeRegister, exported, momentOf, planAccount, planImport, planMandates, planParty, planWithdrawal, planWithoutCertificate, portOf, pushOf, readGiven, registerFile, together, usualJudging, withinPorts, type Plan } from '../../src/register/register.ts'
import { issue, makeAuthority } from '../../src/sign/sign.ts'
import type { PushConnection, Register, RegisterChange } from '../../src/store/store.ts'
import { aMandate, anAccount, aParty } from '../register.ts'

const now = instant(Date.parse('2026-11-22T09:00:00Z'))
const day = 86_400_000
const asked = { now, keepExpired: false }
const authority = await makeAuthority({ name: 'CA', algorithm: 'P-256' })
const pem = async (subject: string, over: { notAfter?: typeof now, use?: 'client' | 'seal' } = {}): Promise<string> =>
  (await issue(authority, { subject, use: 'client', algorithm: 'P-256', notBefore: instant(now - 10 * day), notAfter: instant(now + day), ...over })).certificate
const held = readGiven({ pem: await pem('held') }, 'held.pem')
const other = readGiven({ pem: await pem('other') }, 'other.pem')
const expired = readGiven({ pem: await pem('expired', { notAfter: instant(now - day) }) }, 'expired.pem')

const empty: Register = { version: 0, parties: [], accounts: [], mandates: [] }
const stands: Register = {
  version: 7,
  parties: [aParty('0344'), aParty('42420001')],
  accounts: [anAccount('chief', { role: 'operator' }), anAccount('gemeente', { party: aParty('0344').code, certificates: [held], oin: '1'.repeat(20) }), anAccount('leverancier')],
  mandates: [aMandate('leverancier', '42420001', { from: instant(now - day) })]
}

/** @returns the sentence of the refusal */
function refusal (work: () => unknown): string {
  try { work() } catch (error) {
    assert.ok(error instanceof Unusable)
    return error.message
  }
  return 'nothing was refused'
}

const pushed = (over: object) => () => planParty(stands, { code: '42420001', connections: [{ door: 'rest-push', url: 'https://zorg.example/in', ...over }] })
const retry = { first_ms: 1_000, longest_ms: 2_000, total_ms: 3_000 }

describe('a change of the register', () => {
  const account = (wanted: Parameters<typeof planAccount>[1]) => () => planAccount(stands, wanted, asked)
  const mandates = (over: Partial<Parameters<typeof planMandates>[1]>) => () => planMandates(stands, { account: 'leverancier', party: '0344', families: ['iwmo'], directions: ['send'], from: now, until: null, ...over })
  const refused: ReadonlyArray<readonly [why: RegExp, work: () => unknown]> = [
    [/^a party code is 4 digits/, () => planParty(stands, { code: '03', name: 'x', families: ['iwmo'] })],
    [/^a new party has a name/, () => planParty(stands, { code: '0363', families: ['iwmo'] })],
    [/^a party has a name of 1 to 200/, () => planParty(stands, { code: '0363', name: ' ', families: ['iwmo'] })],
    [/^families are one or more of iwmo, ijw/, () => planParty(stands, { code: '0363', name: 'x' })],
    [/^families are/, () => planParty(stands, { code: '0344', families: ['wlz'] })],
    [/^what is judged by type is one of 301, .*retours are judged by their schema/, () => planParty(stands, { code: '0344', judging: { types: { 302: 'full' } } })],
    [/^a rol is two digits, and of an aanbieder only/, () => planParty(stands, { code: '0344', rol: '01' })],
    [/^connections: a party has one connection by the door rest-push/, () => planParty(stands, { code: '0344', connections: [{ door: 'rest-push', url: 'https://a.example/' }, { door: 'rest-push', url: 'https://b.example/' }] })],
    [/^push connection: url begins with https:\/\//, pushed({ url: 'http://zorg.example/in' })],
    [/^push connection: url begins with https:\/\//, pushed({ url: 'zorg.example' })],
    [/^push connection: url begins with https:\/\//, pushed({ url: 'https://zorg.example:99999/' })],
    [/^push connection: url may hold no user or password/, pushed({ url: 'https://me:secret@zorg.example/' })],
    [/^push connection: url may hold no user or password/, pushed({ url: 'https://@zorg.example/' })],
    [/^push connection: url may hold no query \(\?\) or fragment/, pushed({ url: 'https://zorg.example/in?' })],
    [/^push connection: url may hold no query \(\?\) or fragment/, pushed({ url: 'https://zorg.example/#in' })],
    [/^push connection: url holds a character that may not stand there/, pushed({ url: 'https://zorg.example/in berichten' })],
    [/^push connection: url holds a character that may not stand there/, pushed({ url: 'https:\\\\zorg.example/' })],
    [/^push connection: url holds a character that may not stand there/, pushed({ url: 'https://zorg.exämple/' })],
    [/^push connection: url has a host that is neither a name .* nor an IP address/, pushed({ url: 'https://zorg_1.example/' })],
    [/^push connection: url has a host that is neither/, pushed({ url: 'https://zorg.example./' })],
    [/^push connection: url writes an IP address in another way than usual: write 127\.0\.0\.1/, pushed({ url: 'https://0x7f.1/' })],
    [/^push connection: url writes an IP address in another way than usual/, pushed({ url: 'https://2130706433/' })],
    [/^push connection: url may hold no nine digits in a row/, pushed({ url: 'https://zorg.example/999900006' })],
    [/^push connection: url may hold no nine digits in a row/, pushed({ url: 'https://zorg.example/99990000%36' })],
    [/^push connection: url has a % that stands for no character/, pushed({ url: 'https://zorg.example/%ff' })],
    [/^push connection: ca holds no certificate in PEM/, pushed({ ca: 'x' })],
    [/^push connection: ca holds a certificate that cannot be read/, pushed({ ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' })],
    [/^push connection: pin must match pattern/, pushed({ pin: 'AB' })],
    [/^push connection: at_once_max must be >= 1/, pushed({ at_once_max: 0 })],
    [/^push connection: per_minute_max must be integer/, pushed({ per_minute_max: 1.5 })],
    [/^push connection: ms_max must be <= 3600000/, pushed({ ms_max: 3_600_001 })],
    [/^push connection: retry must have required property 'longest_ms'/, pushed({ retry: { first_ms: 1 } })],
    [/^push connection: retry, first_ms \(3000\) must not be more than retry, longest_ms \(2000\)/, pushed({ retry: { ...retry, first_ms: 3_000 } })],
    [/^push connection: retry, longest_ms \(2000\) must not be more than retry, total_ms \(1000\)/, pushed({ retry: { ...retry, total_ms: 1_000 } })],
    [/^push connection: breaker must have required property 'open_ms'/, pushed({ breaker: { failures: 5 } })],
    [/^push connection: the document has a member we do not know/, pushed({ user: 'x' })],
    [/^parties 1, connections 1 is of none of the doors/, () => registerFile({ format: 'zorgpoort-register-1', parties: [{ code: '0344', connections: [{ door: 'ftp', url: 'x' }] }], accounts: [] })],
    [/^parties 1, connections 2, at_once_max must be >= 1/, () => registerFile({ format: 'zorgpoort-register-1', parties: [{ code: '0344', connections: [{ door: 'mailbox', direction: 'both' }, { door: 'rest-push', url: 'x', at_once_max: 0 }] }], accounts: [] })],
    [/^push connection: port 9443 is not among push_ports \(443, 8443\)/, () => withinPorts([443, 8443], pushed({ url: 'https://zorg.example:9443/' }))(stands)],
    [/^it would end \(2026-11-21.*\) before it begins \(2026-11-22/, () => planParty(stands, { code: '0344', from: now, until: instant(now - day) })],
    [/^an account is named in lower-case/, account({ id: 'Chief' })],
    [/no nine digits in a row/, account({ id: 'a999900006' })],
    [/^party 0363 is not registered; add it first/, account({ id: 'new', party: '0363' })],
    [/^account gemeente belongs to 0344$/, account({ id: 'gemeente', party: '42420001' })],
    [/^account leverancier belongs to no party$/, account({ id: 'leverancier', party: '42420001' })],
    [/^account chief has the role operator; make another account for the role auditor/, account({ id: 'chief', role: 'auditor' })],
    [/^an account with the role auditor has no party/, account({ id: 'new', role: 'auditor', party: '0344' })],
    [/^an OIN has 20 digits/, account({ id: 'new', oin: '1' })],
    [/^this OIN belongs to account gemeente already/, account({ id: 'new', oin: '1'.repeat(20) })],
    [/^a limit is a whole number/, account({ id: 'new', requests_at_once_max: 0 })],
    [/^certificate SHA-256 [0-9a-f]{64} belongs to account gemeente already/, account({ id: 'new', certificates: { how: 'add', all: [held] } })],
    [/^certificate SHA-256 [0-9a-f]{64} is registered for tls already, and has one use/, account({ id: 'gemeente', certificates: { how: 'add', all: [{ ...held, use: 'sign' }] } })],
    [/^certificate SHA-256 [0-9a-f]{64} expired 2026-11-21T/, account({ id: 'new', certificates: { how: 'add', all: [expired] } })],
    [/^the same certificate is given twice/, account({ id: 'new', certificates: { how: 'replace', all: [other, other] } })],
    [/^there is no account none/, mandates({ account: 'none' })],
    [/^party 0363 is not registered/, mandates({ party: '0363' })],
    [/^account chief has the role operator and acts for no party/, mandates({ account: 'chief' })],
    [/^account gemeente is 0344's own and needs no mandate/, mandates({ account: 'gemeente' })],
    [/^it would end/, mandates({ until: now })],
    [/^account leverancier has a mandate to send iwmo for 42420001 already, from 2026-11-21/, mandates({ party: '42420001' })],
    [/^account leverancier has no such mandate for 0344/, () => planWithdrawal(stands, { account: 'leverancier', party: '0344', at: now })],
    [/^account gemeente has no certificate SHA-256/, () => planWithoutCertificate(stands, 'gemeente', other.fingerprint)]
  ]
  for (const [why, work] of refused) test(`is refused: ${why.source}`, () => { assert.match(refusal(work), why) })

  test('leaves what is not said, and is none when nothing differs', () => {
    const [change] = planParty(stands, { code: '0344', until: instant(now + day) })
    assert.deepEqual(change, { kind: 'party', party: { ...aParty('0344'), until: now + day } })
    assert.deepEqual(planParty(stands, { code: '0344' }), [])
    assert.deepEqual(planAccount(stands, { id: 'gemeente', certificates: { how: 'add', all: [held] } }, asked), [])
    assert.deepEqual(planMandates(stands, { account: 'leverancier', party: '42420001', families: ['iwmo'], directions: ['send'], from: instant(now - day), until: null }), [])
  })

  test('adds a certificate beside the old one, which an account may keep after it has expired', () => {
    const had = { ...stands, accounts: [anAccount('old', { certificates: [expired] })] }
    const [change] = planAccount(had, { id: 'old', certificates: { how: 'add', all: [other, expired] } }, asked)
    assert.ok(change?.kind === 'account')
    assert.deepEqual(new Set(change.account.certificates), new Set([other, expired]))
    assert.equal(planAccount(stands, { id: 'new', certificates: { how: 'add', all: [expired] } }, { now, keepExpired: true }).length, 1)
  })

  test('ends a mandate at a moment, and removes one that had not begun', () => {
    const begins = aMandate('leverancier', '42420001', { direction: 'receive', from: instant(now + day) })
    const both = { ...stands, mandates: [...stands.mandates, begins] }
    const [ends, gone] = planWithdrawal(both, { account: 'leverancier', at: now })
    assert.deepEqual([ends, gone], [{ kind: 'mandate', mandate: { ...stands.mandates[0], until: now } }, { kind: 'no_mandate', mandate: begins }])
    assert.deepEqual(planWithdrawal(both, { account: 'leverancier', directions: ['receive'], at: now }), [gone])
  })

  test('is planned anew when another came between, and each plan sees the ones before it', async () => {
    const made: RegisterChange[] = []
    let version = 0
    const store = {
      register: async () => version === 0 ? empty : { ...stands, version },
      changeRegister: async (seen: number, changes: readonly RegisterChange[]) => { if (seen < 2) { version++; return false } made.push(...changes); return true }
    }
    const plan: Plan = together(it => planParty(it, { code: '0363', name: 'x', families: ['ijw'] }), it => planAccount(it, { id: 'new', party: '0363' }, asked))
    const { before } = await changeRegister(store, plan, { account: accountId('chief'), now })
    assert.equal(before.version, 2)
    assert.deepEqual(made.map(it => it.kind), ['party', 'account'])
  })
})

describe('a certificate that is given', () => {
  test('is only itself, for what it can be used', async () => {
    const own = await pem('own')
    assert.equal(readGiven({ pem: `${own}${await pem('chain')}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n` }, 'x').pem, own)
    assert.equal(readGiven({ use: 'sign', pem: await pem('seal', { use: 'seal' }) }, 'x').use, 'sign')
    const rsa = 'no certificate at all'
    assert.match(refusal(() => readGiven({ pem: rsa }, 'k.pem')), /^k\.pem holds no certificate in PEM/)
    assert.match(refusal(() => readGiven({ pem: own, fingerprint: '0'.repeat(64) }, 'k.pem')), /^k\.pem has another fingerprint than it says/)
    assert.match(refusal(() => readGiven({ fingerprint: '0'.repeat(64) }, 'k.pem')), /is given by pem, or by fingerprint/)
    assert.equal(readGiven({ fingerprint: '0'.repeat(64), not_after: '2027-01-01' }, 'x').not_after, Date.parse('2026-12-31T23:00:00Z'))
  })
})

describe('a moment', () => {
  test('is a date, from its first moment in the Netherlands, or a moment; nothing else', () => {
    for (const [text, utc] of [['2027-01-01', '2026-12-31T23:00:00.000Z'], ['2026-07-01', '2026-06-30T22:00:00.000Z'], ['2026-03-29', '2026-03-28T23:00:00.000Z'], ['2026-03-30', '2026-03-29T22:00:00.000Z'], ['2026-10-25', '2026-10-24T22:00:00.000Z'], ['2026-10-26', '2026-10-25T23:00:00.000Z'], ['2027-01-01T09:00:00+01:00', '2027-01-01T08:00:00.000Z']] as const) {
      assert.equal(rfc3339(momentOf(text, 'x')), utc)
    }
    for (const text of ['', 'morgen', '2026-02-30', '2026-02-30T09:00:00Z', '2026-13-01', '01-01-2027', '2027-01-01T09:00:00', '0001-01-01']) assert.match(refusal(() => momentOf(text, '--from')), /^--from is a date/)
  })
})

describe('where a party is pushed to', () => {
  const push = (over: object): PushConnection | undefined => planParty(stands, { code: '42420001', connections: [{ door: 'rest-push', url: 'https://zorg.example/in', ...over }] }).flatMap(it => it.kind === 'party' ? pushOf(it.party) ?? [] : []).at(0)

  test('is as configured where nothing is said, and its URL as it is called', () => {
    assert.deepEqual(push({}), { door: 'rest-push', direction: 'in', url: 'https://zorg.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null })
    for (const [text, url] of [['https://Zorg.Example', 'https://zorg.example/'], ['HTTPS://zorg.example:443/a/../b', 'https://zorg.example/b'], ['https://10.1.2.3:8443/', 'https://10.1.2.3:8443/'], ['https://[FD00:0::1]/', 'https://[fd00::1]/'], ['https://zorg.example/12345678', 'https://zorg.example/12345678']]) assert.equal(push({ url: text })?.url, url)
    assert.deepEqual([portOf({ url: 'https://a/' }), portOf({ url: 'https://a:8443/' })], [443, 8443])
  })

  test('keeps certificates and nothing that stands beside them', () => {
    const two = `${authority.certificate}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n${authority.certificate}`
    assert.equal(push({ ca: two })?.ca, authority.certificate + authority.certificate)
  })

  test('elsewhere than at a port for pushing is refused, but not for what stood there already', () => {
    const at9443 = { door: 'rest-push' as const, url: 'https://zorg.example:9443/' }
    const register: Register = { ...stands, parties: planParty(stands, { code: '0344', connections: [at9443] }).flatMap(it => it.kind === 'party' ? [it.party] : []) }
    const plan = withinPorts([443], it => planParty(it, { code: '0344', name: 'Anders', connections: [at9443] }))
    assert.equal(plan(register).length, 1)
    assert.throws(() => plan(stands), /port 9443/)
    assert.equal(withinPorts([443, 9443], plan)(register).length, 1)
  })
})

describe('how messages to a party are judged', () => {
  const judgingOf = (changes: readonly RegisterChange[]) => changes.flatMap(it => it.kind === 'party' ? [it.party.judging] : [])

  test('is by content and answered by itself where nothing was said; what is not said stays', () => {
    assert.deepEqual(judgingOf(planParty(empty, { code: '0363', name: 'Voorbeeld', families: ['iwmo'] })), [usualJudging])
    const full: Register = { ...empty, parties: [aParty('0344', { judging: { level: 'full', types: { 323: 'schema' }, answers: 'automatic', rejected: 'deliver' } })] }
    assert.deepEqual(planParty(full, { code: '0344', judging: {} }), [])
    assert.deepEqual(judgingOf(planParty(full, { code: '0344', judging: { level: 'content' } })), [{ level: 'content', types: { 323: 'schema' }, answers: 'automatic', rejected: 'deliver' }])
    assert.deepEqual(judgingOf(planParty(full, { code: '0344', judging: { types: { 325: 'full' }, answers: 'own' } })), [{ level: 'full', types: { 325: 'full' }, answers: 'own', rejected: 'deliver' }])
  })

  test('a document of before says nothing of it', () => {
    const document = registerFile({ format: 'zorgpoort-register-1', parties: [{ code: '0363', name: 'Voorbeeld', families: ['iwmo'] }], accounts: [] })
    assert.deepEqual(judgingOf(planImport(empty, document, asked)), [usualJudging])
  })
})

describe('the whole register as a document', () => {
  const made = (register: Register, changes: readonly RegisterChange[]): Register => together(() => changes)(register).reduce<Register>((it, change) => {
    const pick = <T>(kind: string, one: T, all: readonly T[], same: (other: T) => boolean): T[] => change.kind === kind ? [...all.filter(its => !same(its)), one] : [...all]
    if (change.kind === 'party') return { ...it, parties: pick('party', change.party, it.parties, its => its.code === change.party.code) }
    if (change.kind === 'account') return { ...it, accounts: pick('account', change.account, it.accounts, its => its.id === change.account.id) }
    const rest = it.mandates.filter(its => JSON.stringify({ ...its, until: null }) !== JSON.stringify({ ...change.mandate, until: null }))
    return { ...it, mandates: change.kind === 'mandate' ? [...rest, change.mandate] : rest }
  }, register)
  const limits = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: null })
  const read = (register: Register) => registerFile(JSON.parse(JSON.stringify(exported(register))))

  test('comes back as it went out, into an empty register and into itself', () => {
    const moment = fc.integer({ min: 2 * day, max: 4_000_000_000_000 }).map(instant)
    const register = fc.record({
      rol: fc.option(fc.constantFrom('01', '99'), { nil: null }), until: fc.option(moment.map(it => instant(it + 5_000_000_000_000)), { nil: null }), from: fc.option(moment, { nil: null }),
      judging: fc.record({ level: fc.constantFrom(...judgingLevels), types: fc.constantFrom({}, { 323: 'full' as const, 301: 'schema' as const }), answers: fc.constantFrom('automatic', 'own'), rejected: fc.constantFrom('withhold', 'deliver') }, { noNullPrototype: true }),
      push: fc.option(fc.record({
        door: fc.constant('rest-push' as const), direction: fc.constant('in' as const), url: fc.constantFrom('https://zorg.example/', 'https://zorg.example:8443/in', 'https://[fd00::1]/'), ca: fc.constantFrom(null, authority.certificate),
        pin: fc.constantFrom(null, held.fingerprint), at_once_max: limits(1_000), per_minute_max: limits(1_000_000), ms_max: fc.constantFrom(null, 100, 3_600_000), retry: fc.constantFrom(null, retry), breaker: fc.constantFrom(null, { failures: 1, open_ms: 1, probes: 100 })
      }, { noNullPrototype: true }), { nil: null }),
      limit: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: null }), active: fc.boolean(), starts: fc.uniqueArray(moment, { maxLength: 4 })
    }).map(({ rol, from, until, limit, active, starts, judging, push }): Register => ({
      version: 0,
      parties: [aParty('0344', { from, until }), aParty('42420001', { rol, families: ['ijw'], judging, ...(push === null ? {} : { connections: [{ door: 'mailbox', direction: 'both' }, push] }) })],
      accounts: [anAccount('a', { active, requests_per_minute_max: limit, certificates: [held, expired].toSorted((x, y) => x.fingerprint < y.fingerprint ? -1 : 1) }), anAccount('b', { role: 'auditor', oin: '0'.repeat(20), certificates: [{ ...other, pem: null }] })],
      // One after the other, the last without end.
      mandates: starts.toSorted((x, y) => x - y).map((start, at, all) => aMandate('a', '0344', { from: start, until: all[at + 1] ?? null }))
    }))
    fc.assert(fc.property(register, it => {
      const document = read(it)
      const again = made(empty, planImport(empty, document, { now, keepExpired: true }))
      assert.deepEqual(exported(again), document)
      assert.deepEqual(planImport(it, document, asked), [])
    }))
  })

  test('is all an account has, where it says so, and leaves the rest', () => {
    const document = registerFile({ format: 'zorgpoort-register-1', parties: [], accounts: [{ id: 'leverancier', mandates: [{ party: '0344', family: 'ijw', direction: 'receive', from: '2027-01-01' }], certificates: [] }, { id: 'gemeente', active: false }] })
    assert.deepEqual(planImport(stands, document, asked).map(it => it.kind), ['account', 'no_mandate', 'mandate'])
    const after = made(stands, planImport(stands, document, asked))
    assert.deepEqual(after.accounts.find(it => it.id === 'gemeente')?.certificates, [held])
  })

  const refused: ReadonlyArray<readonly [why: RegExp, document: unknown]> = [
    [/^the document must be object/, []],
    [/^the document must have required property 'format'/, { parties: [], accounts: [] }],
    [/^format must be one of zorgpoort-register-1/, { format: 'x', parties: [], accounts: [] }],
    [/^parties 1 has a member we do not know/, { parties: [{ code: '0344', certificate: 'x' }] }],
    [/^parties 1, judging, types, 323 must be one of schema,content,full/, { parties: [{ code: '0344', judging: { types: { 323: 'half' } } }] }],
    [/^parties 2, families 1 must be one of iwmo,ijw/, { parties: [{ code: '0344' }, { code: '0363', families: ['wlz'] }] }],
    [/^accounts 1, mandates 1 must have required property 'party'/, { accounts: [{ id: 'a', mandates: [{}] }] }],
    [/^parties 1: a new party has a name/, { parties: [{ code: '0363' }] }],
    [/^parties 2 is the same as parties 1/, { parties: [{ code: '0344' }, { code: '0344' }] }],
    [/^accounts 1: party 0599 is not registered/, { accounts: [{ id: 'a', party: '0599' }] }],
    [/^accounts 1: certificates 1 holds no certificate/, { accounts: [{ id: 'a', certificates: [{ pem: '' }] }] }],
    [/^accounts 1: certificate SHA-256 [0-9a-f]{64} expired/, { accounts: [{ id: 'a', certificates: [{ pem: expired.pem }] }] }],
    [/^accounts 2: certificate SHA-256 [0-9a-f]{64} belongs to account a already/, { accounts: [{ id: 'a', certificates: [{ pem: other.pem }] }, { id: 'b', certificates: [{ pem: other.pem }] }] }],
    [/^accounts 1: mandates 2: party 0599 is not registered/, { accounts: [{ id: 'a', mandates: [{ party: '0344', family: 'iwmo', direction: 'send', from: '2027-01-01' }, { party: '0599', family: 'iwmo', direction: 'send', from: '2027-01-01' }] }] }],
    [/^accounts 1: mandates 2: this mandate is given twice/, { accounts: [{ id: 'a', mandates: Array(2).fill({ party: '0344', family: 'iwmo', direction: 'send', from: '2027-01-01' }) }] }],
    [/^accounts 1: mandates 1: from is a date/, { accounts: [{ id: 'a', mandates: [{ party: '0344', family: 'iwmo', direction: 'send', from: 'x' }] }] }]
  ]
  for (const [why, document] of refused) {
    test(`is refused with its place: ${why.source}`, () => {
      const whole = Array.isArray(document) || Object.keys(Object(document)).includes('format') || why.source.includes('format') ? document : { format: 'zorgpoort-register-1', parties: [], accounts: [], ...Object(document) as object }
      assert.match(refusal(() => planImport(stands, registerFile(whole), asked)), why)
    })
  }
})
