/** `zorgpoort conformance`: does our schema judge as the official one you have? Told type by type, by mutated messages. */
import { join } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { supportedTypes } from '../../src/standard/standard.ts'
import { conformance as compare, type TypeConformance } from '../../src/validate/validate.ts'
import { home } from '../../src/version.ts'
import { Problem } from '../problem.ts'
import { progress } from '../progress.ts'

interface Options { readonly xsd: string, readonly perType: number, readonly seed: number, readonly json?: boolean }

const whole = (text: string): number => {
  if (!/^[0-9]{1,7}$/.test(text)) throw new InvalidArgumentError('a whole number')
  return Number(text)
}

function line ({ type, absent, compared, valid, different }: TypeConformance): string {
  if (absent === 'theirs') return `${type}  not compared: your folder has no schema of it`
  if (absent === 'ours') return `${type}  not compared: our schema is missing from this installation`
  const faults = different.map(it => `        seed ${it.seed}, ${it.mutation}: ours says ${it.ours ? 'valid' : 'invalid'}, yours ${it.theirs ? 'valid' : 'invalid'}`)
  return [`${type}  ${compared} documents (${valid} valid): ${different.length === 0 ? 'all the same verdict' : `${different.length} DIFFERENT`}`, ...faults].join('\n')
}

async function compared ({ xsd, perType, seed }: Options): Promise<readonly TypeConformance[]> {
  const bar = progress(process.stderr, 'types', supportedTypes().length)
  try {
    return await compare({ ours: join(home, 'schemas', 'istandaarden'), theirs: xsd, perType, seed, onProgress: () => { bar.step() } })
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : 'the folder cannot be read')
  } finally { bar.end() }
}

export function conformance (program: Command, end: (code: number) => void): void {
  program.command('conformance').description('compare our schemas with your copy of the official package')
    .requiredOption('--xsd <folder>', 'folder with the official XSDs')
    .option('--per-type <n>', 'mutated messages per type', whole, 200)
    .option('--seed <n>', 'where the mutations start: the same seed gives the same documents', whole, 1)
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const results = await compared(options)
      console.log(options.json === true ? JSON.stringify(results) : results.map(line).join('\n'))
      if (results.every(it => it.compared === 0)) throw new Problem(`no schema of a supported message in ${options.xsd}`)
      if (results.some(it => it.different.length > 0)) end(1)
    })
}
