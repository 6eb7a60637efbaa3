/** `zorgpoort history`: between whom earlier messages are known to rules, and from when on all of them. */
import { Option, type Command } from 'commander'
import { systemClock } from '../../src/core/core.ts'
import { keptPairView, sayComplete } from '../../src/register/register.ts'
import { families } from '../../src/standard/standard.ts'
import type { KeptPair } from '../../src/store/store.ts'
import { withPlace, withStore, type Place } from '../place.ts'

interface Said extends Place { readonly gemeente: string, readonly aanbieder: string, readonly family?: string, readonly from: string }

const row = ({ pair: { family, gemeente, aanbieder }, complete_from, messages, importing }: KeptPair): string =>
  [family.padEnd(8), gemeente.padEnd(10), aanbieder.padEnd(11), (complete_from ?? 'unknown').padEnd(15), messages, importing > 0 ? `  and ${importing} of an import that has not ended` : ''].join('')

const none = 'Nothing is kept of earlier messages: no party is judged in full ("zorgpoort parties add CODE --judge full"), or none was sent since.'

const shown = (pairs: readonly KeptPair[]): string => pairs.length === 0 ? none : ['family  gemeente  aanbieder  complete from  messages kept', ...pairs.map(row)].join('\n')

/** Adds the commands. */
export function history (program: Command): void {
  const group = program.command('history').description('between whom earlier messages are known to rules, and from when on all of them are here')
  withPlace(group.command('list').description('every two parties: from when on all is here, and how many messages are kept'))
    .option('--json', 'as JSON')
    .action(async ({ json = false, ...place }: Place & { readonly json?: boolean }) => {
      const pairs = await withStore(place, store => store.keptPairs())
      console.log(json ? JSON.stringify({ pairs: pairs.map(keptPairView) }) : shown(pairs))
    })
  withPlace(group.command('complete').description('say from which date on every message between two parties is here'))
    .requiredOption('--gemeente <code>', 'its CBS code')
    .requiredOption('--aanbieder <code>', 'its AGB code')
    .addOption(new Option('--family <family>', 'only this; default both').choices(families))
    .requiredOption('--from <date>', 'such as 2015-01-01, which stands for everything; unknown: nobody knows')
    .addHelpText('after', '\nWhat a rule does not find and may have been sent before that date is told as not assessed, and rejects nothing.\nSay a date only when nothing was sent between the two since, or all of it is here (sent through this gateway while\none of them was judged in full, brought by "rebuild", or by "import history"): what is missing would be rejected wrongly.')
    .action(async ({ from, gemeente, aanbieder, family, ...place }: Said) => {
      const complete_from = from === 'unknown' ? null : from
      const said = await withStore(place, store => sayComplete(store, { gemeente, aanbieder, family, complete_from }, { account: null, now: systemClock.now() }))
      console.log(`${said.join(' and ')} between ${gemeente} and ${aanbieder}: ${complete_from === null ? 'it is not known from when on all is here' : `all is here from ${complete_from} on`}. A running gateway judges its next message so.`)
    })
}
