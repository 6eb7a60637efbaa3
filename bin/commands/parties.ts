/** `zorgpoort parties`: who is connected, who calls, and who acts for whom. Changes are seen by a running gateway at its next request. */
import { writeFileSync } from 'node:fs'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { judgingLevels, rfc3339, type Instant } from '../../src/core/core.ts'
import { codeOf, exported, planAccount, planImport, planParty, planWithoutCertificate, RegisterFault, saidOf, together, usualJudging, type WantedAccount, type WantedJudging, type WantedParty } from '../../src/register/register.ts'
import type { Account, Judging, Mandate, Party, Register, Store } from '../../src/store/store.ts'
import { withNewStore, withPlace, withStore, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'
import { connectionsIn, doorSaid, withDoors, withinConfigured, type PushOptions } from '../push.ts'
import { askedNow, certificateOf, changeBy, fingerprintOf, momentIn, registerIn } from '../register.ts'
import { mandateCommands } from './mandates.ts'

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]
const day = (at: Instant): string => rfc3339(at).slice(0, 10)
const period = (from: Instant | null, until: Instant | null): string => `${from === null ? '' : `  from ${saidOf(from)}`}${until === null ? '' : `  until ${saidOf(until)}`}`
const indent = ' '.repeat(10)

function accountRows ({ id, role, active, oin, requests_per_minute_max: rate, requests_at_once_max: atOnce, certificates }: Account, mandates: readonly Mandate[]): string[] {
  const head = `${indent}account ${id}${role === 'party' ? '' : ` (${role})`}${active ? '' : ' (off)'}`
  const known = certificates.map(it => `${head}  ${it.use}  until ${day(it.not_after)}  SHA-256 ${it.fingerprint}`)
  const limits = rate === null && atOnce === null ? [] : [`${head}  at most ${rate ?? 'as configured'} requests a minute, ${atOnce ?? 'as configured'} at once`]
  return [
    ...known.length === 0 && oin === null ? [`${head}  no certificate`] : known,
    ...oin === null ? [] : [`${head}  OIN ${oin}`],
    ...limits,
    ...mandates.filter(it => it.account === id).map(it => `${head}  may ${it.direction} ${it.family} for ${it.party}${period(it.from, it.until)}`)
  ]
}

const partyRow = ({ code, kind, rol, families, name, from, until, judging }: Party): string =>
  `${code.padEnd(10)}${kind.padEnd(11)}${families.join(',').padEnd(10)}${name}${rol === null ? '' : `  rol ${rol}`}${period(from, until)}${judgedRow(judging)}`

/** By which doors a party is reached besides its mailbox, below it. */
const doorRows = ({ connections }: Party): string[] => connections.map(doorSaid).flatMap(it => it === null ? [] : [`${indent}${it}`])

/** What is as usual is not told. */
function judgedRow ({ level, types, answers, rejected }: Judging): string {
  const others = Object.entries(types).map(([number, its]) => `, ${number} ${its}`).join('')
  const usual = level === usualJudging.level && others === ''
  return [usual ? '' : `  judged ${level}${others}`, answers === 'own' ? '' : '  answers automatic', rejected === 'withhold' ? '' : '  rejected delivered'].join('')
}

function table ({ parties: all, accounts, mandates }: Register): string {
  const rows = all.flatMap(party => [partyRow(party), ...doorRows(party), ...accounts.filter(it => it.party === party.code).flatMap(it => accountRows(it, mandates))])
  const others = accounts.filter(it => it.party === null).flatMap(it => accountRows(it, mandates))
  return [...rows, ...(others.length === 0 ? [] : [...(rows.length === 0 ? [] : ['']), 'Accounts of no party (suppliers, operators, auditors):', ...others])].join('\n')
}

const json = (register: Register): string => JSON.stringify({ version: register.version, ...exported(register) })

/** A level is for every type and drops what was said of single ones; `323=schema` is for that type, beside what was said before. */
function judgingIn (words: readonly string[] | undefined, before: Judging = usualJudging): Pick<WantedJudging, 'level' | 'types'> {
  if (words === undefined) return {}
  const said = words.map(it => /^(?:(?<number>\d{3})=)?(?<level>[a-z]+)$/.exec(it)?.groups ?? {}).map(({ number, level }) => ({ number, level: judgingLevels.find(it => it === level) }))
  if (said.some(it => it.level === undefined)) throw new WrongUse(`--judge is ${judgingLevels.join(', ')}, or one of them for a type, such as 323=schema`)
  const [whole, more] = said.filter(it => it.number === undefined)
  if (more !== undefined) throw new WrongUse('--judge gives two levels for every type; say 323=schema for one type')
  const single = Object.fromEntries(said.flatMap(({ number, level }) => number === undefined || level === undefined ? [] : [[number, level]]))
  return whole === undefined ? { types: { ...before.types, ...single } } : { level: whole.level, types: single }
}

interface AddOptions extends Place, PushOptions {
  readonly judge?: string[], readonly answers?: Judging['answers'], readonly rejected?: Judging['rejected']
  readonly name?: string, readonly family?: string[], readonly rol?: string, readonly from?: string, readonly until?: string
  readonly certificate: string[], readonly account?: string | boolean
}

/** @throws WrongUse naming the option that a party needs when it is new */
function mustBeSaid <T extends WantedParty> (now: Register, party: T): T {
  codeOf(party.code)
  if (now.parties.some(it => it.code === party.code)) return party
  if (party.name === undefined) throw new WrongUse('--name is missing: a new party has a name')
  if (party.families === undefined) throw new WrongUse('--family is missing: a new party has --family iwmo, --family ijw, or both')
  return party
}

async function add (code: string, options: AddOptions): Promise<string> {
  const { name, family, rol, from, until, certificate, account } = options
  const { judge, answers, rejected } = options
  const party = (now: Register): WantedParty => ({
    code, name, families: family, rol, from: momentIn(from, '--from'), until: momentIn(until, '--until'),
    connections: connectionsIn(options, now.parties.find(it => it.code === code)),
    judging: { ...judgingIn(judge, now.parties.find(it => it.code === code)?.judging), answers, rejected }
  })
  const id = typeof account === 'string' ? account : `party-${code.toLowerCase()}`
  const certificates = { how: 'add', all: certificate.map(it => certificateOf(it)) } as const
  if (account === false && certificate.length > 0) throw new Problem('--certificate is of an account; leave out --no-account')
  const asked = askedNow()
  const spared = (now: Register): boolean => account === false || (typeof account !== 'string' && certificate.length === 0 && now.accounts.some(it => it.party === code))
  const plan = withinConfigured(options, together(now => planParty(now, mustBeSaid(now, party(now))), now => spared(now) ? [] : planAccount(now, { id, party: code, active: true, certificates }, asked)))
  const { before } = await withNewStore(options, store => changeBy(store, plan))
  const known = before.parties.some(it => it.code === code)
  const woken = !spared(before) && before.accounts.some(it => it.id === id && !it.active)
  return `${known ? 'Changed' : 'Added'} ${code}.${woken ? ` Account ${id} was off and is on again.` : ''}`
}

function addCommand (group: Command): void {
  withDoors(withPlace(group.command('add').description('add or change a party, and its own account').argument('<code>', '4 digits (gemeente), 8 digits (aanbieder), or SVB, CAK, CBS, UWV, VWS')))
    .option('--name <name>', 'its name; a new party needs one')
    .option('--family <family>', 'iwmo or ijw, repeat for both; a new party needs one', collect)
    .option('--rol <rol>', 'AGB rol of an aanbieder, two digits')
    .option('--from <moment>', 'connected from then on; "none": always')
    .option('--until <moment>', 'connected until then; "none": no end')
    .option('--judge <level>', 'how far messages to it are judged: schema (level 1), content (1 and 2, as usual) or full (all four); of one type: 323=full; repeat', collect)
    .addOption(new Option('--answers <who>', 'who answers a good message that was judged in full').choices(['automatic', 'own']))
    .addOption(new Option('--rejected <what>', 'what the party gets of a message that was rejected when it was judged in full').choices(['withhold', 'deliver']))
    .option('--certificate <file>', 'client certificate (PEM) of its account; repeat for more', collect, [])
    .option('--account <id>', 'its account’s name; default party-CODE')
    .option('--no-account', 'it has no account of its own: a supplier acts for it, see "parties allow"')
    .addHelpText('after', '\nWhat is not given stays as it was. A moment is a date (its first moment, Dutch time) or such as 2027-01-01T09:00:00Z.\nCertificates the account has already stay; "parties stop ACCOUNT --certificate" takes one away.\nAccounts of a party that has them are left alone, unless --certificate or --account is given:\nthen that account is added, or switched on again when it was stopped.\n--judge with a level is for every type; --judge 323=schema beside it, or later, for one.\nA party has one endpoint of its own, --push or --ggk; the --push-… options are of either. What is pushed or\ncalled there lies in the mailbox as well. A gateway that runs sees a change at its next push.')
    .action(async (code: string, options: AddOptions) => { console.log(await add(code, options)) })
}

/** Not null for none: commander makes an empty text of that. @throws InvalidArgumentError, which is wrong use */
function limit (text: string): number | 'none' {
  if (text === 'none') return text
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new InvalidArgumentError('it is a whole number from 1, or none')
  return Number(text)
}

const limitOf = (said: number | 'none' | undefined): number | null | undefined => said === 'none' ? null : said

interface AccountOptions extends Place {
  readonly role?: Account['role'], readonly party?: string, readonly oin?: string, readonly on?: boolean
  readonly perMinute?: number | 'none', readonly atOnce?: number | 'none', readonly certificate: string[], readonly sign: string[]
}

async function putAccount (id: string, { role, party, oin, on, perMinute, atOnce, certificate, sign, ...place }: AccountOptions): Promise<string> {
  const all = [...certificate.map(it => certificateOf(it)), ...sign.map(it => certificateOf(it, 'sign'))]
  const wanted: WantedAccount = {
    id, role, party, oin: oin === 'none' ? null : oin, active: on, requests_per_minute_max: limitOf(perMinute), requests_at_once_max: limitOf(atOnce), certificates: { how: 'add', all }
  }
  const { before, changes } = await withNewStore(place, store => changeBy(store, now => planAccount(now, wanted, askedNow())))
  const known = before.accounts.some(it => it.id === id)
  return changes.length === 0 ? `Account ${id} was so already.` : `${known ? 'Changed' : 'Added'} account ${id}.`
}

function accountCommand (group: Command): void {
  withPlace(group.command('account').description('add or change an account: of a supplier, an operator, an auditor, or one more of a party').argument('<id>', 'its name'))
    .addOption(new Option('--role <role>', 'what it may do; default party').choices(['party', 'operator', 'auditor']))
    .option('--party <code>', 'its own party, for which it may do everything; a supplier has none')
    .option('--certificate <file>', 'client certificate (PEM); repeat for more', collect, [])
    .option('--sign <file>', 'certificate (PEM) it signs messages with (X-Signature); repeat for more', collect, [])
    .option('--oin <oin>', 'organisation number, 20 digits: a certificate of an authority in client_ca that bears it is this account’s; "none"')
    .option('--per-minute <n>', 'requests a minute at most; "none": as configured', limit)
    .option('--at-once <n>', 'requests at once at most; "none": as configured', limit)
    .option('--on', 'switch it on again')
    .addHelpText('after', '\nWhat is not given stays as it was. To change a certificate add the new one, let the client use it,\nand take the old one away: "parties stop ID --certificate OLD".')
    .action(async (id: string, options: AccountOptions) => { console.log(await putAccount(id, options)) })
}

/** An OIN lets any certificate of the organisation in: taking one away does not keep it out. */
function oinWarning ({ accounts }: Register, id: string): string {
  const oin = accounts.find(it => it.id === id)?.oin ?? null
  return oin === null ? '' : `\nAccount ${id} has an OIN: a certificate of an authority in client_ca that bears it is still taken. Have it revoked there, or take the OIN away.`
}

async function stop (store: Store, id: string, certificate: string | undefined): Promise<string> {
  if (certificate === undefined) {
    const { before } = await changeBy(store, now => planStop(now, id))
    return before.accounts.some(it => it.id === id && it.active) ? `Stopped account ${id}.` : `Account ${id} was off already.`
  }
  const gone = fingerprintOf(certificate)
  const { before } = await changeBy(store, now => planWithoutCertificate(now, id, gone))
  return `Took the certificate from account ${id}.${oinWarning(before, id)}`
}

function planStop (now: Register, id: string) {
  if (!now.accounts.some(it => it.id === id)) throw new RegisterFault(`there is no account ${id}; "parties list" shows them`)
  return planAccount(now, { id, active: false }, askedNow())
}

function stopCommand (group: Command): void {
  withPlace(group.command('stop').description('switch an account off, or take one certificate from it; a running gateway knows at its next request').argument('<account>', 'the account’s name'))
    .option('--certificate <file-or-sha256>', 'only this certificate: a PEM file, or its SHA-256 as "parties list" shows it')
    .addHelpText('after', '\n"parties account ID --on" switches it on again.')
    .action(async (account: string, options: Place & { certificate?: string }) => { console.log(await withStore(options, store => stop(store, account, options.certificate))) })
}

const format = `
The file holds the whole register or a part of it; "parties export" shows the form:
  { "format": "zorgpoort-register-1",
    "parties":  [{ "code", "name", "families", "rol"?, "from"?, "until"?, "connections"?, "judging"? }],
    "accounts": [{ "id", "role"?, "party"?, "active"?, "oin"?, "requests_per_minute_max"?, "requests_at_once_max"?,
                   "certificates"?: [{ "use": "tls" or "sign", "file": PEM file beside it, or "pem": its text }],
                   "mandates"?: [{ "party", "family", "direction": "send" or "receive", "from", "until"? }] }] }
Connections, where given, are all a party has: { "door": "mailbox", "direction": "in", "out" or "both" }, and
  { "door": "rest-push", "url", "ca"?, "pin"?, "at_once_max"?, "per_minute_max"?, "ms_max"?,
    "retry"?: { "first_ms", "longest_ms", "total_ms" }, "breaker"?: { "failures", "open_ms", "probes" } };
  { "door": "ggk", … the same, and "codes"?: "2025" or "2018", "answer_325"?: "Di01" or "Du01" };
  { "door": "vsp", "payload"?: "xml" or "zip", "rol"? }. One of rest-push and ggk.
What it names becomes as it says: certificates and mandates of an account, where given, are all that account has.
What it does not name stays. All is checked before anything is changed.`

function importCommand (group: Command): void {
  withPlace(group.command('import').description('make the register as a JSON file says, all of it or nothing').argument('<file>'))
    .option('--keep-expired', 'take certificates that have expired, as an old export may hold')
    .option('--check', 'change nothing, only say what would change')
    .addHelpText('after', format)
    .action(async (file: string, options: Place & { keepExpired?: boolean, check?: boolean }) => {
      const wanted = registerIn(file)
      const plan = withinConfigured(options, (now: Register) => {
        try { return planImport(now, wanted, askedNow(options.keepExpired)) } catch (error) {
          throw error instanceof RegisterFault ? new Problem(`${file}: ${error.message}`) : error
        }
      })
      const changes = options.check === true
        ? await withStore(options, async store => plan(await store.register()))
        : (await withNewStore(options, store => changeBy(store, plan))).changes
      console.log(`${options.check === true ? 'Would import' : 'Imported'} ${wanted.parties.length} parties and ${wanted.accounts.length} accounts: ${changes.length} changes.`)
    })
}

function exportCommand (group: Command): void {
  withPlace(group.command('export').description('write the whole register as JSON, for import elsewhere').argument('[file]', 'default: standard output'))
    .action(async (file: string | undefined, options: Place) => {
      const text = JSON.stringify(exported(await withStore(options, store => store.register())), null, 2)
      if (file === undefined) console.log(text)
      else writeFileSync(file, `${text}\n`)
    })
}

export function parties (program: Command): void {
  const group = program.command('parties').description('who is connected, who calls, who acts for whom: add, account, allow, withdraw, stop, list, import, export')
  addCommand(group)
  accountCommand(group)
  mandateCommands(group)
  stopCommand(group)
  withPlace(group.command('list').description('list parties, accounts, certificates and mandates')).option('--json', 'as JSON')
    .action(async (options: Place & { json?: boolean }) => {
      const register = await withStore(options, store => store.register())
      console.log(options.json === true ? json(register) : table(register))
    })
  importCommand(group)
  exportCommand(group)
}
