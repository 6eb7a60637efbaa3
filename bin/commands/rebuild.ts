/** `zorgpoort rebuild`: derive anew what rules know of earlier messages, from the messages that are here. */
import type { Command } from 'commander'
import { partyCode, partyKind, systemClock } from '../../src/core/core.ts'
import { openParties } from '../../src/party/party.ts'
import { rebuild as derive, type Rebuilt } from '../../src/rebuild.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { openMarker, readRoots } from '../../src/vault/vault.ts'
import { rootsOf, withPlace, withStore, type Place } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { progress } from '../progress.ts'

interface Options extends Place { readonly party?: string, readonly dry?: boolean, readonly json?: boolean }

function shown ({ same, written, removed, unread }: Rebuilt, dry: boolean): string {
  const would = dry ? 'would be ' : ''
  const unreadable = unread === 0 ? '' : `\n${unread} messages are not valid any more: what is known of them stays as it is`
  return `${same} messages as they should be, ${written} ${would}written anew, ${removed} ${would}taken away${unreadable}${dry ? '. Nothing was changed (--dry).' : ''}`
}

export function rebuild (program: Command): void {
  withPlace(program.command('rebuild').description('derive anew what rules know of earlier messages; beside a running gateway too, and again from the start when it was broken off'))
    .option('--party <code>', 'only messages from or to this party')
    .option('--dry', 'only look')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nNeeded after a party is judged in full for the first time: what it had before is then known to rules too, as far as its payload is here.\nWhat was erased or swept stays as it is.')
    .action(async ({ party, dry = false, json = false, ...place }: Options) => {
      if (party !== undefined && partyKind(party) === null) throw new WrongUse('--party is a CBS code (4 digits) or an AGB code (8 digits)')
      const marker = openMarker(readRoots(rootsOf(place)).index)
      const validator = openValidator()
      const bar = progress(process.stderr, 'messages', null)
      const onStep = (messages: number): void => { for (let n = 0; n < messages; n++) bar.step() }
      const done = await withStore(place, async store =>
        await derive({ store, validator, parties: await openParties(store), marker, clock: systemClock }, { party: party === undefined ? null : partyCode(party), dry, onStep })
      ).finally(async () => { bar.end(); await validator.close() })
      console.log(json ? JSON.stringify(done) : shown(done, dry))
    })
}
