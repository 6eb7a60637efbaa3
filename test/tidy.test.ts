/** The shape of the source holds: directions between folders, purposes, sizes, nothing left lying about. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'
import { home } from '../src/version.ts'

interface Source { readonly path: string, readonly text: string }
interface Import { readonly from: string, readonly to: string, readonly typeOnly: boolean }

const files = (folder: string): string[] => readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
  .filter(it => it.isFile() && it.name.endsWith('.ts') && !it.parentPath.includes('node_modules'))
  .map(it => relative(home, join(it.parentPath, it.name)))
const sources = (...folders: string[]): Source[] => folders.flatMap(files).map(path => ({ path, text: readFileSync(join(home, path), 'utf8') }))

const importPattern = /^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'(\.[^']+)'/gm
const imports = (source: Source): Import[] => [...source.text.matchAll(importPattern)].map(match =>
  ({ from: source.path, to: normalize(join(dirname(source.path), match[2] ?? '')), typeOnly: match[1] !== undefined }))

/** The folder below src that a file belongs to: `store`, `transport/rest`, or none for the files at its top. */
function folderOf (path: string): string | null {
  const parts = dirname(path).split('/')
  if (parts[0] !== 'src' || parts.length === 1) return null
  return parts[1] === 'transport' ? parts.slice(1, 3).join('/') : parts[1] ?? null
}
const isFace = (path: string): boolean => basename(path, '.ts') === basename(folderOf(path) ?? '') || path === 'src/standard/model.ts'

/** @returns what is wrong with an import, or null */
function wrong (it: Import): string | null {
  const from = folderOf(it.from)
  const to = folderOf(it.to)
  if (!it.to.startsWith('src/') || from === to) return null
  if (from === 'core') return 'core imports nothing of other folders'
  if (to !== null && !isFace(it.to) && it.from.startsWith('src/')) return 'other folders are imported by their face'
  if (to === null && from !== null && !['src/arrivals.ts', 'src/log.ts', 'src/pipeline.ts', 'src/version.ts'].includes(it.to)) return 'a folder does not import what wires it'
  return null
}

function cycle (all: readonly Import[]): string[] | null {
  const next = Map.groupBy(all.filter(it => !it.typeOnly), it => it.from)
  const done = new Set<string>()
  const visit = (path: string, above: readonly string[]): string[] | null => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
    if (done.has(path)) return null
    for (const { to } of next.get(path) ?? []) {
      const found = visit(to, [...above, path])
      if (found !== null) return found
    }
    done.add(path)
    return null
  }
  for (const path of next.keys()) {
    const found = visit(path, [])
    if (found !== null) return found
  }
  return null
}

const all = sources('src', 'bin')

test('folders import each other only by their face, and core imports none', () => {
  const faults = all.flatMap(imports).flatMap(it => { const why = wrong(it); return why === null ? [] : [`${it.from} → ${it.to}: ${why}`] })
  assert.deepEqual(faults, [])
})

test('the check of directions refuses what it should', () => {
  assert.notEqual(wrong({ from: 'src/core/ids.ts', to: 'src/store/store.ts', typeOnly: true }), null)
  assert.notEqual(wrong({ from: 'src/route/route.ts', to: 'src/store/rows.ts', typeOnly: false }), null)
  assert.notEqual(wrong({ from: 'src/store/open.ts', to: 'src/gateway.ts', typeOnly: false }), null)
  assert.equal(wrong({ from: 'src/store/open.ts', to: 'src/core/core.ts', typeOnly: false }), null)
})

test('no import goes round in a circle', () => {
  assert.equal(cycle(all.flatMap(imports)), null)
  assert.notEqual(cycle([{ from: 'a', to: 'b', typeOnly: false }, { from: 'b', to: 'a', typeOnly: false }]), null)
})

test('every source file opens with its purpose', () => {
  const silent = [...all, ...sources('test')].filter(it => !/^(?:#!.*\n)?\/\*\*\s/.test(it.text)).map(it => it.path)
  assert.deepEqual(silent, [])
})

test('nothing is unfinished, switched off, or of one machine', () => {
  const marks = /TODO|FIXME|@ts-ignore|@ts-expect-error|eslint-disable|\.only\(|\/work\/|\/home\/|\/root\//
  const marked = [...all, ...sources('test')].filter(it => it.path !== 'test/tidy.test.ts' && marks.test(it.text)).map(it => it.path)
  assert.deepEqual(marked, [])
})

test('src/README.md names every folder of the source', () => {
  const map = readFileSync(join(home, 'src/README.md'), 'utf8')
  const folders = [...new Set(all.map(it => folderOf(it.path)).filter(it => it !== null))]
  assert.deepEqual(folders.filter(it => !map.includes(`\`${it}/\``)), [])
})

test('no sentence of the changelog stands twice', () => {
  const told = readFileSync(join(home, 'CHANGELOG.md'), 'utf8').split('\n').filter(it => it.startsWith('* ')).map(it => it.slice(0, 60))
  assert.deepEqual(told.filter((it, at) => told.indexOf(it) !== at), [])
})
