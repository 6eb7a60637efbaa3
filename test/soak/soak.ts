/** `npm run soak`: the parts that were asked for, one after the other, and a report of them. Ends with 1 where anything was wrong, 2 where it was asked wrongly, 130 where it was stopped. */
import { drills } from './drills.ts'
import { kills } from './kills.ts'
import { load } from './load.ts'
import { optionsOf, usage, type Options, type Part } from './options.ts'
import { reader } from './reader.ts'
import { writeReport } from './report.ts'
import { openRun, type Run, type Told } from './run.ts'

const works: Readonly<Record<Part, (run: Run) => Promise<Told>>> = { reader, kills, load, drills }

/** What fails unforeseen is a fault of the part, with what it says. */
async function tried (run: Run, part: Part): Promise<Told> {
  try { return await works[part](run) } catch (error) {
    return { part, whole: false, faults: [error instanceof Error ? error.message : String(error)], said: [] }
  }
}

function asked (): Options {
  try { return optionsOf(process.argv.slice(2)) } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return process.exit(2)
  }
}

function opened (options: Options, stop: AbortSignal): Run {
  try { return openRun(options, stop) } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return process.exit(2)
  }
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop.abort(); console.error('stopping; --resume goes on') })
const run = opened(asked(), stop.signal)
run.say(`soak: ${run.options.parts.join(', ')}; --seed ${run.options.seed}, at most ${run.options.minutes} minutes`)
const told: Told[] = []
for (const [nth, part] of run.options.parts.entries()) {
  run.begin(1 / (run.options.parts.length - nth))
  run.say(part)
  const it = await tried(run, part)
  told.push(it)
  for (const line of [...it.said, ...it.faults.map(fault => `FAULT: ${fault}`)]) run.say(line)
}
const file = writeReport(run, told)
run.say(`the report: ${file}`)
process.exit(told.some(it => it.faults.length > 0) ? 1 : stop.signal.aborted ? 130 : 0)
