/** `zorgpoort erase`: one person's data destroyed on request; his Bsn comes from a file, the standard input or the keyboard, never from the command line. */
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import { Option, type Command } from 'commander'
import { partyCode, partyKind, systemClock } from '../../src/core/core.ts'
import { families } from '../../src/standard/standard.ts'
import { erase as destroy, type ErasureStatement } from '../../src/upkeep/upkeep.ts'
import { openMarker, readRoots } from '../../src/vault/vault.ts'
import { readText } from '../files.ts'
import { rootsOf, withPlace, withStore, type Place } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { progress } from '../progress.ts'

interface Options extends Place { readonly gemeente: string, readonly family?: string, readonly clientFile?: string, readonly yes?: boolean, readonly shared?: boolean, readonly force?: boolean, readonly statement?: string, readonly json?: boolean }

/** What is typed is not shown. */
async function asked (): Promise<string> {
  process.stderr.write('Bsn (not shown): ')
  const hidden = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const lines = createInterface({ input: process.stdin, output: hidden, terminal: true })
  try { return await lines.question('') } finally { lines.close(); process.stderr.write('\n') }
}

/** @throws WrongUse when it is no Bsn; its text is not told */
async function bsnOf (file: string | undefined): Promise<string> {
  const given = file !== undefined ? readText(file) : process.stdin.isTTY ? await asked() : await text(process.stdin)
  if (!/^[0-9]{9}$/.test(given.trim())) throw new WrongUse('a Bsn is nine digits; give it in a file (--client-file), on the standard input, or type it when asked')
  return given.trim()
}

function shown ({ dry, erased, refused, shared, undelivered, request }: ErasureStatement): string {
  const lines = [`${erased.length} messages ${dry ? 'would be erased; --yes does it' : 'erased'}`]
  if (refused.length > 0) lines.push(`${refused.length} refused at the door, kept for their sender: ${dry ? 'they go too' : 'gone too'}`)
  if (shared.length > 0) lines.push(`${shared.length} shared, they contain other persons: kept until their retention ends; --shared erases them, with what they say of the others`)
  if (undelivered.length > 0) lines.push(`${undelivered.length} not yet fetched by their receiver: kept; --force erases them, and he never gets them`)
  return [...lines, `request ${request}`].join('\n')
}

export function erase (program: Command): void {
  withPlace(program.command('erase').description('destroy what is kept of one person; shows first, --yes does it'))
    .requiredOption('--gemeente <code>', 'whose client it is, such as 0344')
    .addOption(new Option('--family <family>', 'only in this standard; default both').choices(families))
    .option('--client-file <file>', 'holds the Bsn; default the standard input')
    .option('--yes', 'destroy, not only show')
    .option('--shared', 'also messages that contain other persons')
    .option('--force', 'also messages that their receiver has not fetched yet')
    .option('--statement <file>', 'write what was done as JSON, without the Bsn')
    .option('--json', 'as JSON')
    .action(async ({ gemeente, family, clientFile, yes = false, shared = false, force = false, statement: path, json = false, ...place }: Options) => {
      if (partyKind(gemeente) !== 'gemeente') throw new WrongUse('--gemeente is four digits, such as 0344')
      const marker = openMarker(readRoots(rootsOf(place)).index)
      const request = { gemeente: partyCode(gemeente), families: family === undefined ? families : [family], bsn: await bsnOf(clientFile), shared, undelivered: force, dry: !yes }
      const bar = progress(process.stderr, 'messages', null)
      const onStep = (count: number): void => { for (let n = 0; n < count; n++) bar.step() }
      const statement = await withStore(place, store => destroy({ store, marker, clock: systemClock }, request, null, onStep)).finally(bar.end)
      if (path !== undefined) writeFileSync(path, `${JSON.stringify(statement, null, 2)}\n`, { mode: 0o600 })
      console.log(json ? JSON.stringify(statement) : shown(statement))
    })
}
