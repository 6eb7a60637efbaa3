/** `zorgpoort doctor`: says what is wrong with an installation and what to do, however little of it is there; changes nothing. */
import type { Command } from 'commander'
import { diagnose, type Line } from '../doctor/doctor.ts'
import { visible } from '../files.ts'

interface Options { readonly config?: string, readonly json?: boolean, readonly full?: boolean }

const marks = { ok: '✓', warning: '!', error: '✗' } as const
const text = ({ level, about, says, todo }: Line): string =>
  visible(`${marks[level]} ${about.padEnd(16)} ${says}`) + (todo === null ? '' : `\n${' '.repeat(19)}→ ${visible(todo)}`)

function sum (lines: readonly Line[]): string {
  const count = (level: Line['level']): number => lines.filter(it => it.level === level).length
  return count('error') + count('warning') === 0 ? 'Nothing is wrong.' : `Errors: ${count('error')}. Warnings: ${count('warning')}.`
}

/** Adds the command. */
export function doctor (program: Command, end: (code: number) => void): void {
  program.command('doctor').description('say what is wrong with an installation and what to do; changes nothing')
    .option('--config <file>', 'the configuration of serve; ZORGPOORT_… in the environment goes before it')
    .option('--full', 'read everything, however large the database is')
    .option('--json', 'one JSON object: every line with its level')
    .addHelpText('after', '\nExit code 1 when there is an error, 0 when there are warnings at most. Run it as the user of the gateway.')
    .action(async ({ config, json, full = false }: Options) => {
      const lines = await diagnose({ config, env: process.env, full })
      if (lines.some(it => it.level === 'error')) end(1)
      if (json === true) console.log(JSON.stringify({ ok: !lines.some(it => it.level === 'error'), lines }))
      else console.log(`${lines.map(text).join('\n')}\n${sum(lines)}`)
    })
}
