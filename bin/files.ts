/** Files a person names: read, or a sentence that says why not; and names as a terminal can show them. */
import { readFileSync } from 'node:fs'
import { Problem } from './problem.ts'

/** Why a file cannot be read, in both languages. */
export interface Reason { readonly nl: string, readonly en: string }

const reasons: Readonly<Record<string, Reason>> = {
  ENOENT: { nl: 'het bestaat niet', en: 'no such file' },
  ENOTDIR: { nl: 'het bestaat niet', en: 'no such file' },
  EISDIR: { nl: 'het is een map', en: 'it is a folder' },
  EACCES: { nl: 'geen toegang', en: 'no permission' },
  EPERM: { nl: 'geen toegang', en: 'no permission' },
  ENAMETOOLONG: { nl: 'de naam is te lang', en: 'the name is too long' },
  ELOOP: { nl: 'de koppeling wijst naar zichzelf', en: 'the link points to itself' }
}

/** @returns the words for an error of the file system; its code where there are none */
export function reasonOf (error: unknown): Reason {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'error'
  return reasons[code] ?? { nl: code, en: code }
}

/** @returns the text with what a terminal would obey or hide written out, such as `\u{1b}` */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, it => `\\u{${it.codePointAt(0)?.toString(16) ?? ''}}`)

/** @throws Problem naming the file and why it cannot be read */
export function readBytes (path: string): Buffer {
  try { return readFileSync(path) } catch (error) { throw new Problem(`cannot read ${visible(path)}: ${reasonOf(error).en}`) }
}

/** @throws Problem naming the file and why it cannot be read */
export const readText = (path: string): string => readBytes(path).toString('utf8')
