/** `zorgpoort import history DIR`: messages of before this gateway, taken in to be known to rules; nothing is sent. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../src/core/core.ts'
import { importEarlier, type ImportResult, type Named } from '../../src/earlier.ts'
import { openParties } from '../../src/party/party.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { openMarker, readRoots } from '../../src/vault/vault.ts'
import { readBytes, reasonOf, visible } from '../files.ts'
import { findPlace, rootsOf, withPlace, withStore, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'
import { progress } from '../progress.ts'

interface Options extends Place { readonly completeFrom?: string, readonly json?: boolean }

/** @returns the messages of a folder in the order of their names. @throws Problem when it cannot be read, or holds none */
function messagesIn (folder: string): Named[] {
  const names = (() => { try { return readdirSync(folder) } catch (error) { throw new Problem(`cannot read ${visible(folder)}: ${reasonOf(error).en}`) } })()
  const files = names.filter(it => /\.xml$/i.test(it)).toSorted()
  if (files.length === 0) throw new Problem(`${visible(folder)} holds no .xml file`)
  return files.map(name => ({ name, read: () => readBytes(join(folder, name)) }))
}

/** @throws WrongUse when it is no date */
function dateOf (text: string | undefined): string | null {
  if (text === undefined) return null
  const at = new Date(`${text}T00:00:00Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text) throw new WrongUse('--complete-from is a date, such as 2025-01-01')
  return text
}

/** @returns lines for a person */
function shown (result: ImportResult, from: string | null): string {
  if (result.kind === 'wrong') {
    return [...result.wrong.map(({ name, finding: { code, line, path, message_en } }) => `${visible(name)}${line === null ? '' : `:${line}`}: ${code}${path === '' ? '' : ` ${path}`}: ${message_en}`),
      `${result.wrong.length} wrong; nothing counts of any of them. Mend or take out what is named, and import the folder again.`].join('\n')
  }
  const { taken, known, loose, apart, pairs } = result
  return [`${taken} ${taken === 1 ? 'message' : 'messages'} taken in between ${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of gemeente and aanbieder, ${known} known already. Nothing was sent.`,
    ...loose > 0 ? [`${loose} answers to messages that are not here, or were answered: not taken.`] : [],
    ...apart > 0 ? [`${apart} between parties of whom none is judged in full: not taken ("zorgpoort parties add CODE --judge full").`] : [],
    from === null ? 'From which date on all is here was not said (--complete-from): rules that find nothing say "not assessed".' : `All is here from ${from} on.`].join('\n')
}

/** Adds `history` to the group `import`, which is made where it is not there yet. */
export function importHistory (program: Command, end: (code: number) => void): void {
  const group = program.commands.find(it => it.name() === 'import') ?? program.command('import').description('take in what messages do not carry and their rules need')
  withPlace(group.command('history').description('earlier messages (XML files, in the order of their names), to be known to rules; nothing is sent').argument('<folder>', 'holds one message a file'))
    .option('--complete-from <date>', 'from this date on every message between these parties is in the folder, or here already')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nEvery file is checked before the first is taken. A file that was taken before changes nothing.\nRetours and 325s belong in the folder too: what they reject does not count.')
    .action(async (folder: string, { completeFrom, json = false, ...place }: Options) => {
      const from = dateOf(completeFrom)
      const files = messagesIn(folder)
      const marker = openMarker(readRoots(rootsOf(place)).index)
      const validator = openValidator()
      const bar = progress(process.stderr, 'files checked and taken', files.length * 2)
      const result = await withStore(place, async store =>
        await importEarlier({ store, validator, parties: await openParties(store), marker, clock: systemClock, mode: findPlace(place).mode ?? 'test' }, files, from, bar.step)
      ).finally(async () => { bar.end(); await validator.close() })
      if (json) console.log(JSON.stringify(result))
      else (result.kind === 'wrong' ? console.error : console.log)(shown(result, from))
      if (result.kind === 'wrong') end(1)
    })
}
