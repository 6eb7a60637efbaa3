/** `zorgpoort roots`: the three keys that are never in the database: made, turned, and what is under them. */
import { Argument, type Command } from 'commander'
import { instant } from '../../src/core/core.ts'
import { makeRoots, readRoots, rootsIn, turnRing, type Ring, type RootSources } from '../../src/vault/vault.ts'
import type { KeyUse } from '../../src/store/store.ts'
import { developmentFolder, rootsOf, withPlace, withStore, type Place } from '../place.ts'
import { Problem } from '../problem.ts'

const rings = { kek: 'kek', index: 'index_key', audit: 'audit_key' } as const satisfies Record<string, keyof RootSources>
type Name = keyof typeof rings

function rotate (name: Name, place: Place): string {
  const source = rootsOf(place)[rings[name]]
  const path = /^file:(.+)$/s.exec(source)?.[1]
  if (path === undefined) throw new Problem(`${rings[name]} comes from a command: put a new first line into its ring where that command gets it (NAME:KEY, 32 random bytes in base64)`)
  const id = turnRing(path, instant(Date.now()))
  return `new key ${id} in ${path}; copy the ring to where its copies are kept, then start the gateway anew: it turns all data to the new key while it serves. "zorgpoort roots status" says when the old key may go`
}

/** @returns a line per key of the ring, with what is under it */
function shown (name: Name, ring: Ring, uses: readonly KeyUse[]): string[] {
  const rows = (id: string): number => uses.filter(it => it.key === id).reduce((sum, it) => sum + it.rows, 0)
  const state = (id: string): string => id === ring.current.id ? 'current' : rows(id) > 0 ? 'in use' : 'may go'
  return ring.keys.map(({ id }) => `${rings[name].padEnd(11)}${id.padEnd(34)}${state(id).padEnd(9)}${rows(id)} rows${name === 'kek' && state(id) === 'may go' ? ', but backups made before all was turned still need it: keep a copy with them' : ''}`)
}

async function status (place: Place & { json?: boolean }): Promise<string> {
  const roots = readRoots(rootsOf(place))
  const uses = await withStore(place, store => store.keyUse())
  if (place.json === true) return JSON.stringify({ current: { kek: roots.kek.current.id, index: roots.index.current.id, audit: roots.audit.current.id }, uses })
  return (['kek', 'index', 'audit'] as const).flatMap(name => shown(name, roots[name], uses[name])).join('\n')
}

export function roots (program: Command): void {
  const group = program.command('roots').description('the three root keys of an installation: make, rotate, status')
  group.command('make').description('make the rings (kek, index_key, audit_key), a file each; keeps what is there. Keep copies apart from those of the database')
    .option('--dir <folder>', 'where', developmentFolder)
    .action(({ dir }: { dir: string }) => {
      const made = makeRoots(dir, instant(Date.now()))
      for (const [setting, source] of Object.entries(rootsIn(dir))) console.log(`${made.some(path => source.endsWith(path)) ? 'made' : 'kept'}  ${setting.padEnd(10)}${source}`)
    })
  withPlace(group.command('rotate').description('put a new key first in a ring; the older ones go on opening what is under them'))
    .addArgument(new Argument('<ring>', 'which').choices(Object.keys(rings)))
    .action((name: Name, place: Place) => { console.log(rotate(name, place)) })
  withPlace(group.command('status').description('the keys of each ring, and how much is still under each'))
    .option('--json', 'as JSON')
    .action(async (place: Place & { json?: boolean }) => { console.log(await status(place)) })
}
