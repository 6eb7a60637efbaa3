/** `zorgpoort sweep`: forget now what is older than it may be kept, as a running gateway does by itself. */
import type { Command } from 'commander'
import { instant } from '../../src/core/core.ts'
import { sweep as forget, type Report, type Tally } from '../../src/upkeep/upkeep.ts'
import { retentionOf, withPlace, withStore, type Place } from '../place.ts'
import { progress } from '../progress.ts'

const why = { undelivered: 'not yet fetched, held or dead', awaiting: 'awaiting an answer that is not yet due', payload: 'their payload is still kept', history: 'rules of later messages still ask for them' } as const

function told (what: string, { swept, kept }: Tally, dry: boolean): string {
  const stays = Object.entries(kept).filter(([, count]) => count > 0).map(([name, count]) => `, ${count} old enough but kept (${why[name as keyof Tally['kept']]})`)
  return `${what.padEnd(10)}${swept} ${dry ? 'would be forgotten' : 'forgotten'}${stays.join('')}`
}

const shown = (report: Report, dry: boolean): string => [told('refused', report.refused, dry), told('payload', report.payload, dry), told('metadata', report.metadata, dry), told('batch', report.batch, dry)].join('\n')

export function sweep (program: Command): void {
  withPlace(program.command('sweep').description('forget what is older than the settings retention_… say; a running gateway does it by itself, and shortens the audit too'))
    .option('--dry-run', 'only count')
    .option('--json', 'as JSON')
    .action(async ({ dryRun = false, json = false, ...place }: Place & { dryRun?: boolean, json?: boolean }) => {
      const retention = retentionOf(place)
      const bar = progress(process.stderr, 'messages', null)
      const onStep = (_kind: string, { swept }: { swept: number }): void => { for (let n = 0; n < swept; n++) bar.step() }
      const report = await withStore(place, store => forget({ store, retention, now: instant(Date.now()), dry: dryRun, onStep })).finally(bar.end)
      console.log(json ? JSON.stringify(report) : shown(report, dryRun))
    })
}
