/** Secrets a person gives to a command: from a file, the environment, or typed unseen; never on the command line, where everybody on the machine could read them. */
import { createInterface } from 'node:readline'
import { existsSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { readLine } from '../src/vault/vault.ts'
import { WrongUse } from './problem.ts'

/** Typed at the terminal; nothing of it is shown. @param question such as `Password of seal.pfx: ` */
export async function askUnseen (question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true })
  // The terminal stops showing what is typed with the line above: the question comes after it.
  process.stderr.write(question)
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => { reject(new WrongUse('stopped: no password was given')) })
      lines.once('close', () => { reject(new WrongUse('no password was given')) })
    })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

/**
 * @param path of a file that holds the password alone @param variable of the environment @param what the password is of
 * @returns the password, from the first of file, environment and terminal that gives one @throws WrongUse when none can
 */
export async function passwordOf (path: string | undefined, variable: string, what: string): Promise<string> {
  if (path !== undefined) return readLine(`file:${path}`, '--password-file')
  const given = process.env[variable]
  if (given !== undefined) return given
  if (process.stdin.isTTY !== true) throw new WrongUse(`${what} needs its password: give --password-file FILE, or ${variable} in the environment`)
  return await askUnseen(`Password of ${what}: `)
}

/** @returns the passphrase the file holds; a file that is not there is made, with a random one, for its owner only */
export function passphraseIn (path: string): { readonly passphrase: string, readonly made: boolean } {
  const made = !existsSync(path)
  if (made) writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  return { passphrase: readLine(`file:${path}`, '--passphrase-file'), made }
}
