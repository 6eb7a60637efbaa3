/** How many messages a second each engine judges: interleaved rounds, so that a busy moment of the machine hits all alike. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaFiles } from '../../src/standard/standard.ts'
import { large, middle, small, spoilt, type Sample } from './documents.ts'
import { openEngines, xmllint, type Engine, type Placed } from './engines.ts'
import { shown, shownSpread, spread, table, type Spread } from './figures.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, quick, say } from './place.ts'
import { missing } from './setup.ts'

const rounds = quick ? 2 : 5
const round_ms = quick ? 100 : 500
/** So many milliseconds per engine and document before anything counts. */
const warm_ms = quick ? 100 : 700
/** An engine this slow gets one document per round. */
const slow_ms = 2_000

interface Row { readonly engine: string, readonly note: string, readonly figures: Readonly<Record<string, { perSecond: Spread, toNative: number | null }>>, readonly wrong: readonly string[] }

/** @returns the document with its files in a folder */
export function placed (folder: string, sample: Sample, name: string): Placed {
  const { model, bytes } = sample
  const files = schemaFiles(model)
  const schema = join(folder, files.messageName)
  const file = join(folder, name)
  writeFileSync(schema, files.message)
  writeFileSync(join(folder, files.basisName), files.basis)
  writeFileSync(file, bytes)
  return { ...sample, schema, file }
}

/** @returns the documents on which an engine's verdict is not what it should be */
async function wrongVerdicts (engine: Pick<Engine, 'valid'>, good: readonly Placed[], bad: readonly Placed[]): Promise<string[]> {
  const wrong: string[] = []
  for (const it of good) if (!await engine.valid(it)) wrong.push(`${it.name} called invalid`)
  for (const it of bad) if (await engine.valid(it)) wrong.push(`spoilt ${it.name} called valid`)
  return wrong
}

async function measure (engines: readonly Engine[], document: Placed): Promise<Map<Engine, number[]>> {
  const results = new Map<Engine, number[]>(engines.map(it => [it, []]))
  const slow = new Set<Engine>()
  for (const engine of engines) {
    const { count, seconds } = await engine.round(document, warm_ms)
    if (seconds / count * 1000 > slow_ms) slow.add(engine)
  }
  for (let nth = 1; nth <= rounds; nth++) {
    for (const engine of engines) {
      const { count, seconds } = await engine.round(document, slow.has(engine) ? 1 : round_ms)
      results.get(engine)?.push(count / seconds)
    }
    say(`  ${document.name} (${document.bytes.length} bytes): round ${nth} of ${rounds}`)
  }
  return results
}

/** @returns a Markdown section and the figures */
export async function validation (): Promise<{ markdown: string, json: object }> {
  const folder = emptyFolder('documents')
  const samples = [small(), middle(), large(quick ? 500_000 : 5_000_000)]
  const good = samples.map(it => placed(folder, it, `${it.name}.xml`))
  const bad = samples.map(it => placed(folder, spoilt(it), `${it.name}-spoilt.xml`))
  const absent = missing()
  const engines = openEngines(absent)
  say(`validation: ${engines.map(it => it.name).join(', ')}; ${Object.entries(absent).map(([name, why]) => `${name} ${why}`).join(', ')}`)
  const sanity = absent['xmllint'] === undefined ? await wrongVerdicts({ valid: xmllint }, good, bad) : [`xmllint ${absent['xmllint']}`]
  const wrong = new Map<Engine, string[]>()
  for (const engine of engines) wrong.set(engine, await wrongVerdicts(engine, good, bad))
  const measured = new Map<string, Map<Engine, number[]>>()
  for (const document of good) measured.set(document.name, await measure(engines, document))
  for (const engine of engines) await engine.close?.()

  const rows = engines.map((engine): Row => ({
    engine: engine.name,
    note: engine.note,
    wrong: wrong.get(engine) ?? [],
    figures: Object.fromEntries(good.map(({ name }) => {
      const here = measured.get(name) ?? new Map<Engine, number[]>()
      const perSecond = spread(here.get(engine) ?? [])
      const nativeEngine = engines.find(it => it.name === 'native libxml2')
      const base = nativeEngine === undefined ? null : spread(here.get(nativeEngine) ?? []).median
      return [name, { perSecond, toNative: base === null ? null : perSecond.median / base }]
    }))
  }))
  return { markdown: section(good, rows, absent, sanity), json: { documents: good.map(({ name, bytes }) => ({ name, bytes: bytes.length })), rounds, round_ms, rows, absent, sanity } }
}

function section (documents: readonly Placed[], rows: readonly Row[], absent: Readonly<Record<string, string>>, sanity: readonly string[]): string {
  const head = ['Engine', ...documents.flatMap(({ name, bytes }) => [`${name}, ${shown(bytes.length / 1000)} kB`, '× native'])]
  const cells = ({ engine, figures }: Row): string[] => [engine, ...documents.flatMap(({ name }) => {
    const it = figures[name]
    return it === undefined ? ['–', '–'] : [shownSpread(it.perSecond), it.toNative === null ? '–' : it.toNative >= 0.01 ? it.toNative.toFixed(2) : it.toNative.toFixed(4)]
  })]
  const left = Object.entries(absent).filter(([name]) => name !== 'xmllint').map(([name, why]) => [name, why, ...Array.from({ length: head.length - 2 }, () => '')])
  const notes = rows.flatMap(({ engine, note, wrong }) => [`- ${engine}: ${note}.`, ...wrong.map(it => `- **WRONG VERDICT** ${engine}: ${it}`)])
  const check = sanity.length === 0 ? 'xmllint agrees on every document.' : `xmllint: ${sanity.join(', ')}.`
  return [`Messages judged a second, one thread, median of ${rounds} interleaved rounds (min–max).`, '', table(head, [...rows.map(cells), ...left]), '', ...notes, `- ${check} Every engine was shown each document valid and spoilt.`].join('\n')
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await validation()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, validation: json })}\n\`\`\``)
}
