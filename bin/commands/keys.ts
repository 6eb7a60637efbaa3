/** `zorgpoort keys`: make test keys and roots, bring in and rotate real ones, and see what there is and how long it lasts. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { instant, partyCode, partyKind } from '../../src/core/core.ts'
import { developmentKeys, listKeys, usableCertificate, type DevelopmentParty, type KeyListing } from '../../src/sign/sign.ts'
import { readText, visible } from '../files.ts'
import { developmentFolder } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { importKeys } from './import-keys.ts'

function partyOf (text: string): DevelopmentParty {
  const [name = '', code = ''] = text.split(':')
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name) || partyKind(code) === null) throw new WrongUse('a party is NAME:CODE, such as gemeente:0344')
  return { name, code: partyCode(code) }
}

/** @returns the text of each certificate file of a folder, by its path */
function certificatesIn (dir: string): Map<string, string> {
  const files = readdirSync(dir).filter(it => it.endsWith('.pem')).map(it => join(dir, it))
  return new Map(files.map(path => [path, readText(path)]))
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

const days = (left: number): string => left < 0 ? `${-left} days ago` : `${left} days`
const keptAs = { passphrase: 'key under a passphrase', plain: 'key in the clear', none: 'no key' } as const

const row = (it: KeyListing): string =>
  `${it.file.padEnd(18)} ${it.state.padEnd(14)}until ${it.not_after.slice(0, 10)} (${days(it.days_left)})  ${it.use.padEnd(10)}${it.key.padEnd(10)}${visible(it.subject)}\n${' '.repeat(19)}SHA-256 ${it.fingerprint}  ${keptAs[it.private_key]}`

export function keys (program: Command): void {
  const group = program.command('keys').description('keys and certificates: make, import, rotate, list')
  group.command('make').description('make a test authority, server, seal, push and client certificates; keeps what is there and valid')
    .option('--dir <folder>', 'where', developmentFolder)
    .option('--party <name:code>', 'a client certificate for this party, such as gemeente:0344; repeat for more', collect, [])
    .action(async ({ dir, party }: { dir: string, party: string[] }) => {
      const before = existsSync(dir) ? certificatesIn(dir) : new Map<string, string>()
      const { ca, server, seal, push, parties } = await developmentKeys(dir, party.map(partyOf))
      for (const it of [ca, server, seal, push, ...Object.values(parties)]) console.log(`${before.get(it.certificate) === readText(it.certificate) ? 'kept' : 'made'}  ${it.certificate}  ${it.key}`)
    })
  importKeys(group)
  group.command('list').description('list the certificates of a folder')
    .option('--dir <folder>', 'where', developmentFolder).option('--json', 'as JSON')
    .action(({ dir, json }: { dir: string, json?: boolean }) => {
      for (const [path, pem] of certificatesIn(dir)) usableCertificate(pem, path)
      const all = listKeys(dir, instant(Date.now()))
      if (json === true) console.log(JSON.stringify(all))
      else for (const it of all) console.log(row(it))
    })
}
