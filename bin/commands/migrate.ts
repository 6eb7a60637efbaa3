/** `zorgpoort migrate`: bring a database forward to what this version knows. */
import type { Command } from 'commander'
import { migrate as bringForward } from '../../src/store/store.ts'
import { databaseOf, withPlace, type Place } from '../place.ts'

export function migrate (program: Command): void {
  withPlace(program.command('migrate').description('bring a database forward to this version (serve does it too)'))
    .action(async (options: Place) => {
      const steps = await bringForward(databaseOf(options))
      console.log(steps.length === 0 ? 'Nothing to do: the database is up to date.' : `Done: ${steps.join(', ')}`)
    })
}
