/** What the commands about parties share: certificates out of files, moments out of options, changes made by the command line. */
import { dirname, resolve } from 'node:path'
import { fingerprint, systemClock, type Fingerprint, type Instant } from '../src/core/core.ts'
import { changeRegister, momentOf, readGiven, RegisterFault, registerFile, type Asked, type Plan, type RegisterFile } from '../src/register/register.ts'
import type { Certificate, Register, RegisterChange, Store } from '../src/store/store.ts'
import { readText } from './files.ts'
import { Problem } from './problem.ts'

/** What is asked of certificates by who types a command now. */
export const askedNow = (keepExpired = false): Asked => ({ now: systemClock.now(), keepExpired })

/** Makes a change; the audit names no account for it. @throws RegisterFault */
export const changeBy = async (store: Store, plan: Plan): Promise<{ readonly before: Register, readonly changes: readonly RegisterChange[] }> =>
  await changeRegister(store, plan, { account: null, now: systemClock.now() })

/** @throws Problem or Unusable naming the file */
export const certificateOf = (path: string, use: Certificate['use'] = 'tls'): Certificate => readGiven({ use, pem: readText(path) }, path)

/** @param text SHA-256 in hexadecimal, with colons or without, or a PEM file */
export function fingerprintOf (text: string): Fingerprint {
  const digits = text.replaceAll(':', '').toLowerCase()
  return /^[0-9a-f]{64}$/.test(digits) ? fingerprint(digits) : certificateOf(text).fingerprint
}

/** @param text what an option says; `none` takes away what was said before @throws RegisterFault */
export const momentIn = (text: string | undefined, option: string): Instant | null | undefined =>
  text === undefined ? undefined : text === 'none' ? null : momentOf(text, option)

const member = (it: unknown, name: string): unknown => typeof it === 'object' && it !== null ? Object.entries(it).find(([key]) => key === name)?.[1] : undefined

/** A certificate of a document may be named as a PEM file beside it. */
function withFile (it: unknown, folder: string): unknown {
  const file = member(it, 'file')
  if (typeof file !== 'string') return it
  return { ...Object.fromEntries(Object.entries(Object(it)).filter(([name]) => name !== 'file')), pem: readText(resolve(folder, file)) }
}

function withFiles (json: unknown, folder: string): unknown {
  const accounts = member(json, 'accounts')
  if (!Array.isArray(accounts)) return json
  return {
    ...Object(json), accounts: accounts.map((it: unknown) => {
      const certificates = member(it, 'certificates')
      return Array.isArray(certificates) ? { ...Object(it), certificates: certificates.map((its: unknown) => withFile(its, folder)) } : it
    })
  }
}

/** @returns the register a file holds @throws Problem naming the file and what is wrong with it */
export function registerIn (path: string): RegisterFile {
  let json: unknown
  try { json = JSON.parse(readText(path)) } catch (error) {
    throw error instanceof SyntaxError ? new Problem(`${path} is not JSON`) : error
  }
  try { return registerFile(withFiles(json, dirname(path))) } catch (error) {
    throw error instanceof RegisterFault ? new Problem(`${path}: ${error.message}`) : error
  }
}
