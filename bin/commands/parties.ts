/** `zorgpoort parties`: who is connected. Changes are seen by a running gateway at its next request. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { accountId, instant, partyCode, partyKind, type AccountId } from '../../src/core/core.ts'
import { certificateFacts } from '../../src/sign/sign.ts'
import { families, type Family } from '../../src/standard/standard.ts'
import type { Account, Certificate, Party, Store } from '../../src/store/store.ts'
import { withPlace, withStore, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'

/** One party with its account, as `parties import` reads it: certificates are PEM files, relative to the list. */
interface Entry { readonly code: string, readonly name: string, readonly families: readonly string[], readonly account?: string, readonly certificates: readonly string[] }

const isFamily = (text: string): text is Family => families.some(it => it === text)

/** @throws WrongUse naming what is wrong with the entry */
function partyOf ({ code, name, families: given }: Entry): Party {
  const kind = partyKind(code)
  if (kind === null) throw new WrongUse('a party code is 4 digits (gemeente), 8 digits (aanbieder), or SVB, CAK, CBS, UWV, VWS')
  if (name.trim() === '' || name.length > 200) throw new WrongUse('a party has a name of 1 to 200 characters')
  const known = given.filter(isFamily)
  if (known.length === 0 || known.length < given.length) throw new WrongUse(`families are one or more of ${families.join(', ')}`)
  return { code: partyCode(code), kind, name, families: known, connections: [{ door: 'mailbox', direction: 'both' }] }
}

function certificateOf (path: string): Certificate {
  try {
    const { fingerprint, subject, not_after } = certificateFacts(readFileSync(path, 'utf8'))
    return { fingerprint, use: 'tls', subject, not_after: instant(Date.parse(not_after)) }
  } catch { throw new Problem(`${path} is not a readable certificate in PEM`) }
}

function accountIdOf (text: string): AccountId {
  try { return accountId(text) } catch { throw new WrongUse('an account is named in lower-case letters, digits, dots and dashes, at most 64') }
}

/** What is asked is checked whole before anything is written. */
function checked (entry: Entry): { party: Party, account: Account } {
  const party = partyOf(entry)
  const id = accountIdOf(entry.account ?? `party-${entry.code.toLowerCase()}`)
  return { party, account: { id, role: 'party', party: party.code, active: true, certificates: entry.certificates.map(certificateOf) } }
}

/** A certificate says who somebody is, so it belongs to one account. */
function refuseShared (accounts: readonly Account[]): void {
  const owner = new Map<string, AccountId>()
  for (const { id, certificates } of accounts) {
    for (const { fingerprint } of certificates) {
      const other = owner.get(fingerprint)
      if (other !== undefined && other !== id) throw new Problem(`certificate SHA-256 ${fingerprint} belongs to account ${other} already`)
      owner.set(fingerprint, id)
    }
  }
}

/** Adds the parties and accounts; an account that exists keeps its certificates beside the new ones. */
export async function register (store: Store, entries: readonly Entry[]): Promise<void> {
  const wanted = entries.map(checked)
  const { accounts } = await store.register()
  refuseShared([...accounts, ...wanted.map(it => it.account)])
  for (const { party, account } of wanted) {
    const before = accounts.find(it => it.id === account.id)?.certificates ?? []
    const kept = before.filter(it => !account.certificates.some(other => other.fingerprint === it.fingerprint))
    await store.putParty(party)
    await store.putAccount({ ...account, certificates: [...kept, ...account.certificates] })
  }
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

function entriesOf (path: string): Entry[] {
  let list: unknown
  try { list = JSON.parse(readFileSync(path, 'utf8')) } catch { throw new Problem(`${path} is not a readable JSON file`) }
  if (!Array.isArray(list)) throw new Problem(`${path} is not a list of parties`)
  return list.map((it: unknown, at) => entryOf(it, `${path}, entry ${at + 1}`, dirname(path)))
}

const strings = (value: unknown): value is string[] => Array.isArray(value) && value.every(it => typeof it === 'string')

function entryOf (it: unknown, where: string, folder: string): Entry {
  const { code, name, families: given, account, certificates = [] } = Object(it) as Partial<Record<keyof Entry, unknown>>
  const ok = typeof code === 'string' && typeof name === 'string' && strings(given) && strings(certificates) && (account === undefined || typeof account === 'string')
  if (!ok) throw new Problem(`${where}: wants code, name, families and certificates (and perhaps account)`)
  return { code, name, families: given, certificates: certificates.map(file => resolve(folder, file)), ...(account === undefined ? {} : { account }) }
}

const rows = async (store: Store): Promise<string[]> => {
  const { parties: all, accounts } = await store.register()
  return all.flatMap(party => [
    `${party.code.padEnd(10)}${party.kind.padEnd(11)}${party.families.join(',').padEnd(10)}${party.name}`,
    ...accounts.filter(it => it.party === party.code).flatMap(it => it.certificates.map(certificate =>
      `          account ${it.id}${it.active ? '' : ' (off)'}  ${certificate.use}  until ${new Date(certificate.not_after).toISOString().slice(0, 10)}  SHA-256 ${certificate.fingerprint}`))
  ])
}

export function parties (program: Command): void {
  const group = program.command('parties').description('who is connected: add, list, import')
  withPlace(group.command('add').description('add or change a party and its account').argument('<code>', '4 digits (gemeente), 8 digits (aanbieder), or SVB, CAK, CBS, UWV, VWS'))
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--family <family>', 'iwmo or ijw; repeat for both', collect)
    .option('--certificate <file>', 'client certificate (PEM) of its account; repeat for more', collect, [])
    .option('--account <id>', 'the account’s name; default party-CODE')
    .action(async (code: string, options: Place & { name: string, family: string[], certificate: string[], account?: string }) => {
      const { name, family, certificate, account } = options
      await withStore(options, async store => { await register(store, [{ code, name, families: family, certificates: certificate, ...(account === undefined ? {} : { account }) }]) })
      console.log(`Added ${code}.`)
    })
  withPlace(group.command('list').description('list parties, accounts and certificates')).option('--json', 'as JSON')
    .action(async (options: Place & { json?: boolean }) => {
      const text = await withStore(options, async store => options.json === true ? [JSON.stringify(await store.register())] : await rows(store))
      console.log(text.join('\n'))
    })
  withPlace(group.command('import').description('add all parties of a JSON list, or none: [{"code","name","families","account"?,"certificates":[PEM files]}]').argument('<file>'))
    .action(async (file: string, options: Place) => {
      const entries = entriesOf(file)
      await withStore(options, async store => { await register(store, entries) })
      console.log(`Imported ${entries.length} parties.`)
    })
}
