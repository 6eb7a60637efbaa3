/** The committed hostile documents: their bytes, and what the table beside them expects. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { home } from '../../src/version.ts'

const folder = join(home, 'fixtures/hostile')

/** What a document is answered with; `code` and `finding` are empty when it is accepted, or when any will do. */
export interface Expected { readonly name: string, readonly status: number, readonly code: string, readonly finding: string }

/** @returns the rows of fixtures/hostile/README.md */
export function expectations (): Expected[] {
  const rows = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| `([^`]+)` \| (\d{3}) \| `?(\w*)`? \| `?(\w*)`? \|/gm)
  return [...rows].map(([, name = '', status = '', code = '', finding = '']) => ({ name, status: Number(status), code, finding }))
}

/** @returns the names of the documents that are there */
export const documents = (): string[] => readdirSync(folder).filter(it => it.endsWith('.xml')).map(it => it.slice(0, -4))

/** @param file a file that must not be read @param web an address that must not be asked; both stand where the document names one */
export function hostile (name: string, file: string, web: string): Buffer {
  const text = readFileSync(join(folder, `${name}.xml`), 'latin1')
  return Buffer.from(text.replaceAll('file:///zorgpoort-canary', file).replaceAll('http://zorgpoort-canary.invalid/x', web), 'latin1')
}
