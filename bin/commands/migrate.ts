/** `zorgpoort migrate`: bring a database forward to what this version knows. */
import type { Command } from 'commander'
import { migrate as bringForward } from '../../src/store/store.ts'
import { databaseOf, withDatabase, type Place } from '../place.ts'

export function migrate (program: Command): void {
  withDatabase(program.command('migrate').description('bring a database forward to this version (serve does it too)'))
    .action(async (options: Place) => {
      const { url, path } = databaseOf(options)
      const steps = await bringForward(url)
      console.log(steps.length === 0 ? `Nothing to do: ${path} is up to date.` : `Done: ${path} (${steps.join(', ')})`)
    })
}
