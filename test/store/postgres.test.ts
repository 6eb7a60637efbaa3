/** The store's contract on PostgreSQL. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { openStore } from '../../src/store/store.ts'
import { storeContract } from './contract.ts'
import { roots } from './sample.ts'

const base = process.env['PGDEV'] ?? 'postgres://postgres@127.0.0.1:5499'
const made = new Map<string, Promise<string>>()
async function make (): Promise<string> {
  const name = `z${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(`${base}/postgres`)
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return `${base}/${name}`
}
const urlOf = (name: string): Promise<string> => {
  const known = made.get(name) ?? make()
  made.set(name, known)
  return known
}
storeContract('PostgreSQL', async (name, options = {}) => openStore({ url: await urlOf(name), mode: 'test', roots, ...options }))
