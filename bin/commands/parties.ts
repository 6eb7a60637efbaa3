/** `zorgpoort parties`: who is connected. Changes are seen by a running gateway at its next request. */
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { rfc3339 } from '../../src/core/core.ts'
import type { Account, Store } from '../../src/store/store.ts'
import { readText } from '../files.ts'
import { withNewStore, withPlace, withStore, type Place } from '../place.ts'
import { Problem } from '../problem.ts'
import { checked, register, stop, type Entry, type Registered } from '../register.ts'

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

function entriesOf (path: string): Entry[] {
  const text = readText(path)
  let list: unknown
  try { list = JSON.parse(text) } catch { throw new Problem(`${path} is not JSON`) }
  if (!Array.isArray(list)) throw new Problem(`${path} is not a list of parties`)
  return list.map((it: unknown, at) => entryOf(it, `${path}, entry ${at + 1}`, dirname(path)))
}

const members = ['code', 'name', 'families', 'account', 'certificates']
const strings = (value: unknown): value is string[] => Array.isArray(value) && value.every(it => typeof it === 'string')

/** Certificates are files, relative to the list they stand in. */
function entryOf (it: unknown, where: string, folder: string): Entry {
  const { code, name, families, account, certificates = [], ...rest } = Object(it) as Partial<Record<string, unknown>>
  const [strange] = Object.keys(rest)
  if (strange !== undefined) throw new Problem(`${where}: ${strange} is not one of ${members.join(', ')}`)
  const ok = typeof code === 'string' && typeof name === 'string' && strings(families) && strings(certificates) && (account === undefined || typeof account === 'string')
  if (!ok) throw new Problem(`${where}: wants code, name, families and certificates (and perhaps account)`)
  return { code, name, families, account, where, certificates: certificates.map(file => resolve(folder, file)) }
}

function accountRows ({ id, role, active, certificates }: Account): string[] {
  const head = `          account ${id}${role === 'party' ? '' : ` (${role})`}${active ? '' : ' (off)'}`
  if (certificates.length === 0) return [`${head}  no certificate`]
  return certificates.map(it => `${head}  ${it.use}  until ${rfc3339(it.not_after).slice(0, 10)}  SHA-256 ${it.fingerprint}`)
}

async function table (store: Store): Promise<string> {
  const { parties: all, accounts } = await store.register()
  const rows = all.flatMap(party => [
    `${party.code.padEnd(10)}${party.kind.padEnd(11)}${party.families.join(',').padEnd(10)}${party.name}`,
    ...accounts.filter(it => it.party === party.code).flatMap(accountRows)
  ])
  return [...rows, ...accounts.filter(it => it.party === null).flatMap(accountRows)].join('\n')
}

async function json (store: Store): Promise<string> {
  const { accounts, ...rest } = await store.register()
  const told = accounts.map(it => ({ ...it, certificates: it.certificates.map(its => ({ ...its, not_after: rfc3339(its.not_after) })) }))
  return JSON.stringify({ ...rest, accounts: told })
}

const told = ({ code, account, known, woken }: Registered): string =>
  `${known ? 'Changed' : 'Added'} ${code}.${woken ? ` Account ${account} was off and is on again.` : ''}`

interface AddOptions extends Place { readonly name: string, readonly family: string[], readonly certificate: string[], readonly account?: string }

function addCommand (group: Command): void {
  withPlace(group.command('add').description('add or change a party and its account').argument('<code>', '4 digits (gemeente), 8 digits (aanbieder), or SVB, CAK, CBS, UWV, VWS'))
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--family <family>', 'iwmo or ijw; repeat for both', collect)
    .option('--certificate <file>', 'client certificate (PEM) of its account; repeat for more', collect, [])
    .option('--account <id>', 'the account’s name; default party-CODE')
    .addHelpText('after', '\nCertificates the account has already stay; "parties stop ACCOUNT --certificate" takes one away.\nAn account that was stopped is switched on again.')
    .action(async (code: string, options: AddOptions) => {
      const wanted = checked({ code, name: options.name, families: options.family, certificates: options.certificate, account: options.account })
      for (const it of await withNewStore(options, store => register(store, [wanted]))) console.log(told(it))
    })
}

function stopCommand (group: Command): void {
  withPlace(group.command('stop').description('switch an account off, or take one certificate from it; a running gateway knows at its next request').argument('<account>', 'the account’s name'))
    .option('--certificate <file-or-sha256>', 'only this certificate: a PEM file, or its SHA-256 as "parties list" shows it')
    .addHelpText('after', '\n"parties add" with the same account switches it on again.')
    .action(async (account: string, options: Place & { certificate?: string }) => {
      await withStore(options, store => stop(store, account, options.certificate))
      console.log(options.certificate === undefined ? `Stopped account ${account}.` : `Took the certificate from account ${account}.`)
    })
}

export function parties (program: Command): void {
  const group = program.command('parties').description('who is connected: add, stop, list, import')
  addCommand(group)
  stopCommand(group)
  withPlace(group.command('list').description('list parties, accounts and certificates')).option('--json', 'as JSON')
    .action(async (options: Place & { json?: boolean }) => { console.log(await withStore(options, options.json === true ? json : table)) })
  withPlace(group.command('import').description('add or change the parties of a JSON list: [{"code","name","families","account"?,"certificates":[PEM files]}]; checks all before it adds any').argument('<file>'))
    .action(async (file: string, options: Place) => {
      const wanted = entriesOf(file).map(checked)
      const all = await withNewStore(options, store => register(store, wanted))
      for (const it of all) if (it.woken) console.log(told(it))
      console.log(`Imported ${all.length} parties.`)
    })
}
