/** `zorgpoort redrive`: dead letters put back to work, beside a gateway that runs or not. */
import type { Command } from 'commander'
import { systemClock, type RetryPolicy } from '../../src/core/core.ts'
import { retriesOf } from '../../src/route/route.ts'
import type { Redriven, StoppedFilter, Store } from '../../src/store/store.ts'
import { redrive as drive, redriveOutcomes, type Redriver, type Redriving } from '../../src/upkeep/upkeep.ts'
import { deadFilter, withDead, type DeadOptions } from '../dead.ts'
import { messageIn, reasonIn } from '../decide.ts'
import { retryIn, withStore } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { progress } from '../progress.ts'

interface Options extends DeadOptions { readonly all?: boolean, readonly dryRun?: boolean, readonly reason?: string, readonly json?: boolean }
/** How many had each outcome, and which were not driven again. */
interface Tally { readonly counts: Record<Redriven, number>, readonly skipped: Array<Redriving['messages'][number]> }

const page_messages = 1_000
/** So many that were not driven again are named; the rest is counted. */
const named_max = 20

/** @throws WrongUse when nothing says which, or two things do */
function whichOf (ids: readonly string[], options: Options): Omit<StoppedFilter, 'limit' | 'cursor'> {
  const filter = deadFilter(options)
  const said = [ids.length > 0, Object.keys(filter).length > 0, options.all === true].filter(it => it).length
  if (said === 0) throw new WrongUse('say which: ids, a filter such as --party 0344 or --code timeout, or --all for every dead letter there is')
  if (said > 1) throw new WrongUse('say either ids, or a filter, or --all')
  return ids.length > 0 ? { ids: [...new Set(ids.map(it => messageIn(it, 'dead --each')))] } : filter
}

async function redriverOn (store: Store, usual: RetryPolicy): Promise<Redriver> {
  const { parties } = await store.register()
  return { store, policies: retriesOf(parties, usual) }
}

/** All pages, until nothing is left that was dead when it began. */
async function driven (redriver: Redriver, filter: Omit<StoppedFilter, 'limit' | 'cursor'>, { reason = 'dry_run', dryRun: dry = false }: Options, onStep: (count: number) => void): Promise<Tally> {
  const tally: Tally = { counts: { redriven: 0, absent: 0, not_dead: 0, answered: 0, replaced: 0, payload_gone: 0 }, skipped: [] }
  for (let cursor: string | undefined; ;) {
    const decided = { by: null, reason, now: systemClock.now() }
    const { messages, next } = await drive(redriver, { filter, decided, dry, limit: page_messages, cursor }, onStep)
    for (const it of messages) tally.counts[it.outcome]++
    tally.skipped.push(...messages.filter(it => it.outcome !== 'redriven'))
    if (next === null) return tally
    cursor = next
  }
}

const because: Readonly<Record<Exclude<Redriven, 'redriven'>, string>> = {
  absent: 'there is no such message in this database',
  not_dead: 'on its way, or arrived',
  answered: 'its receiver has answered it',
  replaced: 'its sender sent another instead',
  payload_gone: 'its payload is not kept any more'
}
const messages = (count: number): string => `${count} ${count === 1 ? 'message' : 'messages'}`

function summary ({ counts, skipped }: Tally, dry: boolean): string {
  if (counts.redriven + skipped.length === 0) return 'No dead letters match.'
  const did = dry ? `${messages(counts.redriven)} would be driven again; nothing was changed: leave out --dry-run and say --reason CODE` : `${messages(counts.redriven)} driven again; a running gateway takes them at its next look`
  const reasons = redriveOutcomes.flatMap(it => it === 'redriven' || counts[it] === 0 ? [] : [`${String(counts[it]).padStart(7)}  ${it.padEnd(13)}${because[it]}`])
  const which = skipped.slice(0, named_max).map(it => `  ${it.id}  ${it.outcome}`)
  const more = skipped.length > named_max ? [`  … and ${skipped.length - named_max} more; --json names all`] : []
  return [did, ...(skipped.length === 0 ? [] : [`${messages(skipped.length)} ${dry ? 'would not be' : 'not driven again'}:`, ...reasons, ...which, ...more])].join('\n')
}

/** @returns whether every message that was named could be driven again */
async function redriven (ids: readonly string[], options: Options): Promise<boolean> {
  const filter = whichOf(ids, options)
  const { dryRun: dry = false, json = false } = options
  if (!dry && options.reason === undefined) throw new WrongUse('--reason is missing: why, as a code such as endpoint_repaired; or --dry-run to see first what would be done')
  const usual = retryIn(options)
  const bar = progress(process.stderr, 'messages', filter.ids?.length ?? null)
  let done = 0
  const onStep = (count: number): void => { done += count; for (let n = 0; n < count; n++) bar.step() }
  const tally = await withStore(options, async store => await driven(await redriverOn(store, usual), filter, options, onStep))
    .catch(error => { if (done > 0 && !dry) console.error(`zorgpoort: it broke off after ${messages(done)}; the same command goes on with the rest`); throw error })
    .finally(bar.end)
  console.log(json ? JSON.stringify({ dry_run: dry, ...tally }) : summary(tally, dry))
  return filter.ids === undefined || tally.skipped.length === 0
}

export function redrive (program: Command, end: (code: number) => void): void {
  withDead(program.command('redrive').description('try dead letters again, as if for the first time: those named, or all that fit').argument('[id...]', 'of messages'))
    .option('--all', 'every dead letter there is')
    .option('--dry-run', 'change nothing, only say what would be done')
    .option('--reason <code>', 'why, as a code such as endpoint_repaired: it goes in the audit and in the history of each message', reasonIn)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nA message that its receiver has answered, that its sender has replaced, or whose payload is gone is left as it is.\nMessages that are given up while this goes on are left for a next time.\nExit code 1 when a message that was named is not driven again.')
    .action(async (ids: string[], options: Options) => { if (!await redriven(ids, options)) end(1) })
}
