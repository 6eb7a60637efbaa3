/** The store's contract on SQLite, and what SQLite adds to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { storeContract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))

storeContract('SQLite', (name, options = {}) => openStore({ url: `sqlite:${join(folder, name)}.db`, mode: 'test', ...options }))
