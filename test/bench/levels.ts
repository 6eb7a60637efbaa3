/** What the rules within a message (level 2) cost beside its schema (level 1), judged by our reader or by libxml2, in the same run: the issue is the ratios. */
import { judgeWithin } from '../../src/rules/rules.ts'
import { openValidator, type Judgement, type Validator } from '../../src/validate/validate.ts'
import { large, middle, type Sample } from './documents.ts'
import { shown, shownSpread, spread, table, type Spread } from './figures.ts'
import { machine, machineLine } from './machine.ts'
import { quick, say } from './place.ts'

const rounds = quick ? 3 : 15
const round_ms = quick ? 100 : 300
/** Both levels together are expected to take no more than this times what level 1 alone takes where libxml2 decides it. */
const ratio_max = 2

/** What each takes of the processor, in microseconds, and the ratios of each round: to level 1, and to level 1 by libxml2. */
interface Row { readonly name: string, readonly bytes: number, readonly one: Spread, readonly both: Spread, readonly engine: Spread, readonly ratio: Spread, readonly toEngine: Spread }

/** @returns microseconds of processor time a message takes */
async function cost (judge: () => Promise<void>): Promise<number> {
  const [began, until] = [process.cpuUsage(), performance.now() + round_ms]
  let count = 0
  do { await judge(); count++ } while (performance.now() < until)
  const { user, system } = process.cpuUsage(began)
  return (user + system) / count
}

/** Alternately and the order turned each round, so that a busy moment and the collector's work fall on all. */
async function measure ({ name, bytes }: Sample, validator: Validator, libxml2: Validator): Promise<Row> {
  const level1 = async (): Promise<void> => { sound(name, await validator.validate(bytes)) }
  const byEngine = async (): Promise<void> => { sound(name, await libxml2.validate(bytes)) }
  const levels12 = async (): Promise<void> => {
    const { model, message } = sound(name, await validator.validate(bytes))
    const found = judgeWithin(model, message)
    if (found[0] !== undefined) throw new Error(`${name} breaks ${found[0].code}`)
  }
  const [one, both, engine]: [number[], number[], number[]] = [[], [], []]
  const turns = [[level1, one], [levels12, both], [byEngine, engine]] as const
  for (const [warm] of turns) for (let nth = 0; nth < 3; nth++) await cost(warm)
  for (let nth = 1; nth <= rounds; nth++) {
    for (const [judge, costs] of nth % 2 === 0 ? turns : turns.toReversed()) costs.push(await cost(judge))
    say(`  ${name} (${bytes.length} bytes): round ${nth} of ${rounds}`)
  }
  const over = (costs: readonly number[]): Spread => spread(both.map((it, nth) => it / (costs[nth] ?? NaN)))
  return { name, bytes: bytes.length, one: spread(one), both: spread(both), engine: spread(engine), ratio: over(one), toEngine: over(engine) }
}

function sound (name: string, judgement: Judgement): Extract<Judgement, { kind: 'valid' }> {
  if (judgement.kind !== 'valid') throw new Error(`${name} called invalid`)
  return judgement
}

/** @returns a Markdown section and the figures */
export async function levels (): Promise<{ markdown: string, json: object }> {
  // In this thread also what is large, so that both levels are counted in one.
  const validator = openValidator({ worker_bytes: Infinity })
  const libxml2 = openValidator({ worker_bytes: Infinity, level1_engine: 'libxml2' })
  const rows: Row[] = []
  for (const sample of [middle(), large(quick ? 500_000 : 5_000_000)]) rows.push(await measure(sample, validator, libxml2))
  await Promise.all([validator.close(), libxml2.close()])
  const head = ['Message', 'level 1, µs', 'levels 1 and 2, µs', 'ratio', 'level 1 by libxml2, µs', 'both to that']
  const cells = rows.map(({ name, bytes, one, both, engine, ratio, toEngine }) => [`${name}, ${shown(bytes / 1000)} kB`, shownSpread(one), shownSpread(both), shownSpread(ratio), shownSpread(engine), shownSpread(toEngine)])
  const over = rows.filter(it => it.toEngine.median > ratio_max).map(it => `- **TOO DEAR** ${it.name}: ${shown(it.toEngine.median)} times level 1 by libxml2, and at most ${ratio_max} is wanted.`)
  const markdown = [`Processor time a message takes, median of ${rounds} alternating rounds (min–max); the ratio is taken per round.`, '', table(head, cells), ...(over.length === 0 ? [] : ['', ...over])].join('\n')
  return { markdown, json: { rounds, round_ms, rows } }
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await levels()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, levels: json })}\n\`\`\``)
}
