/** Kills, half of them at any moment under load and half at named points, over the stores: everything promised is where it should be. */
import { chances } from '../chances.ts'
import type { Tally } from '../fault/acked.ts'
import { openAnywhere } from '../fault/anywhere.ts'
import { openNamed } from '../fault/named.ts'
import { points } from '../fault/points.ts'
import { openReceivers } from '../receivers.ts'
import { openPlace } from './database.ts'
import type { Database } from './options.ts'
import type { Killed, Run, Told } from './run.ts'

/** So often what was promised is looked at; in the end all of it is. */
const look_every = 25
/** So many seals are verified in the end. */
const seals_max = 2_000

/** What one drill of one store is to do, and how far it is. */
interface Drill { readonly run: Run, readonly database: Database, readonly goal: number, readonly kind: keyof Killed, readonly step: () => void }

const done = ({ run, database, kind }: Drill): number => run.state.kills?.[database]?.[kind] ?? 0
/** Counted before it is done: a number is never used again. */
function count ({ run, database, kind }: Drill): number {
  const kills = run.state.kills ?? {}
  const { anywhere, named } = kills[database] ?? { anywhere: 0, named: 0 }
  const before = { anywhere, named }
  run.keep({ kills: { ...kills, [database]: { ...before, [kind]: before[kind] + 1 } } })
  return before[kind]
}

async function anywhere (drill: Drill): Promise<Tally> {
  const { run, database, goal, step } = drill
  const { world, close } = await openPlace(run.dir, 'anywhere', database)
  try {
    // Who is gone on with does not do again what he did.
    const killing = openAnywhere({ world, chance: chances(run.options.seed + done(drill)), killed: done(drill) + run.state.resumed, seals_max })
    while (done(drill) < goal && !run.over()) {
      await killing.kill(count(drill) % look_every === 0)
      step()
    }
    return await killing.settle()
  } finally { await close() }
}

/** Once through all points with receivers of its own, which are not kept: what they got is looked at after each strike. */
async function struck (drill: Drill): Promise<Tally> {
  const { run, database, goal, step } = drill
  const { world, close } = await openPlace(run.dir, 'named', database)
  const receivers = await openReceivers()
  const striking = await openNamed({ world, receivers, seals_max, ...database === 'postgres' ? { lease_ms: 1_000 } : {} })
  try {
    for (const point of points) {
      if (done(drill) >= goal || run.over()) break
      await striking.strike(count(drill), point, 'SIGKILL')
      step()
    }
    return await striking.settle()
  } finally {
    striking.close()
    await receivers.close()
    await close()
  }
}

async function named (drill: Drill): Promise<Tally> {
  let tally = await struck(drill)
  while (done(drill) < drill.goal && !drill.run.over()) tally = await struck(drill)
  return tally
}

/** @returns how many kills of each kind there were, and what was promised under them */
export async function kills (run: Run): Promise<Told> {
  const { databases, kills: goal } = run.options
  const drills = databases.flatMap(database => [{ database, kind: 'anywhere', work: anywhere }, { database, kind: 'named', work: named }] as const)
  const goals = drills.map((_, nth) => Math.floor((goal + nth) / drills.length))
  const bar = run.progress('kills', goal)
  const said: string[] = []
  let whole = true
  for (const [nth, { database, kind, work }] of drills.entries()) {
    const drill: Drill = { run, database, kind, goal: goals[nth] ?? 0, step: bar.step }
    run.begin(1 / (drills.length - nth), 'kills')
    for (let at = done(drill); at > 0; at--) bar.step()
    const { promised, delivered, seals, audit_rows } = await work(drill)
    whole &&= done(drill) >= drill.goal
    said.push(`${run.shown(done(drill))} kills ${kind === 'named' ? `at ${points.length} named points` : 'at any moment'} on ${database}: of ${run.shown(promised)} receipts each is the stored one, its message there once and delivered (${run.shown(delivered)}); ${run.shown(seals)} seals verified, the audit of ${run.shown(audit_rows)} rows is whole.`)
  }
  bar.end()
  return { part: 'kills', whole, faults: [], said }
}
