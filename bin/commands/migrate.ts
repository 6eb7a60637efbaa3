/** `zorgpoort migrate`: bring a database forward to what this version knows. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { migrate as bringForward } from '../../src/store/store.ts'
import { findPlace, openingIn, withDatabase, type Place } from '../place.ts'
import { Problem } from '../problem.ts'

export function migrate (program: Command): void {
  withDatabase(program.command('migrate').description('bring a database forward to this version (serve does it too)'))
    .action(async (options: Place) => {
      const found = findPlace(options)
      if (found.path !== null && !existsSync(found.path)) throw new Problem(`no database at ${found.path}`)
      const { url, postgres } = openingIn(found)
      const steps = await bringForward(url, undefined, postgres)
      console.log(steps.length === 0 ? `Nothing to do: ${found.shown} is up to date.` : `Done: ${found.shown} (${steps.join(', ')})`)
    })
}
