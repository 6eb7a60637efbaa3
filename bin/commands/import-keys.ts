/** `zorgpoort keys import` and `rotate`: a pair from the files it was handed out in, checked, and put where a gateway reads it. */
import { Option, type Command } from 'commander'
import { instant } from '../../src/core/core.ts'
import { certificateFacts, checkUse, keepPair, needsPassword, readKeyFiles, type KeyFile, type PairUse } from '../../src/sign/sign.ts'
import { readBytes, readText, visible } from '../files.ts'
import { developmentFolder } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { passphraseIn, passwordOf } from '../secret.ts'

interface Options { readonly use: PairUse, readonly dir: string, readonly key?: string, readonly passwordFile?: string, readonly passphraseFile?: string, readonly plain?: boolean }

const passwordVariable = 'KEY_PASSWORD'

async function passwordFor (files: readonly KeyFile[], { passwordFile }: Options): Promise<string | null> {
  const locked = files.find(needsPassword)
  return locked === undefined ? null : await passwordOf(passwordFile, passwordVariable, visible(locked.name))
}

/** The settings that name what was written, as they go into the configuration of `serve`. */
function settingsOf (use: PairUse, files: { readonly key: string, readonly certificate: string }, passphraseFile: string | undefined): string {
  const prefix = use === 'server' ? 'tls' : use
  const passphrase = passphraseFile === undefined ? {} : { [`${prefix}_key_passphrase`]: `file:${passphraseFile}` }
  const settings = { [`${prefix}_key`]: files.key, [`${prefix}_certificate`]: files.certificate, ...passphrase }
  return Object.entries(settings).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`).join(',\n')
}

async function bring (paths: readonly string[], options: Options, replace: boolean): Promise<void> {
  const { use, dir, key, passphraseFile, plain = false } = options
  if (plain === (passphraseFile !== undefined)) throw new WrongUse('say with --passphrase-file FILE where the passphrase is that keeps the private key from now on (made there if the file is not there yet), or with --plain that it is to be kept without')
  const files = [...paths, ...(key === undefined ? [] : [key])].map(path => ({ name: path, bytes: readBytes(path) }))
  const material = readKeyFiles(files, await passwordFor(files, options))
  checkUse(material, use, instant(Date.now()))
  const secret = passphraseFile === undefined ? null : passphraseIn(passphraseFile)
  const kept = keepPair(dir, use, material, secret?.passphrase ?? null, replace)
  const { subject, fingerprint, not_after } = certificateFacts(readText(kept.certificate))
  console.log(`${kept.former === null ? 'made    ' : 'rotated '} ${kept.certificate}  ${visible(subject)}, until ${not_after.slice(0, 10)}, ${material.chain.length} issuing below it (a root is left out: who trusts it has it)\n         SHA-256 ${fingerprint}`)
  if (kept.former !== null) console.log(`former   ${kept.former}; its private key is gone. A gateway that runs on this folder takes the new pair by itself; what was sealed before still verifies`)
  if (secret?.made === true) console.log(`made     ${passphraseFile}, a new passphrase: keep a copy apart from that of the keys`)
  console.log(`\nSettings of serve:\n${settingsOf(use, kept, passphraseFile)}`)
}

const withFiles = (command: Command): Command => command
  .argument('<file...>', 'PKCS#12 (.pfx, .p12), or PEM: certificate, issuing certificates, private key, in one file or several')
  .addOption(new Option('--use <use>', 'what the pair is for: seal messages, be the server’s own, or be known by where the gateway pushes to').choices(['seal', 'server', 'push']).default('seal'))
  .option('--dir <folder>', 'the key folder', developmentFolder)
  .option('--key <file>', 'PEM file with the private key (PKCS#8, PKCS#1 or SEC 1), when it stands apart')
  .option('--password-file <file>', `the password of what is read, alone in a file; else ${passwordVariable} in the environment, else it is asked`)
  .option('--passphrase-file <file>', 'the passphrase under which the private key is kept; made when the file is not there')
  .option('--plain', 'keep the private key without a passphrase: for development')

/** Adds `import` and `rotate`. */
export function importKeys (group: Command): void {
  withFiles(group.command('import').description('bring in a key pair as it was handed out (PKCS#12, PEM); refuses what does not belong together, has expired or is not for this use'))
    .action(async (files: string[], options: Options) => { await bring(files, options, false) })
  withFiles(group.command('rotate').description('the same, in the place of the pair that is there; its certificate is kept, a running gateway takes the new pair within seconds'))
    .action(async (files: string[], options: Options) => { await bring(files, options, true) })
}
