/** A case as files: the message, the earlier ones in their order, and the sources, as `zorgpoort validate` reads them. */
import { families, writeMessage } from '../../standard/standard.ts'
import { rules } from '../rules.ts'
import type { Case } from './case.ts'
import { allCases } from './examples.ts'
import { sourceFiles } from './sources.ts'
import type { Sent } from './tale.ts'

/** Content by path. */
export type Files = ReadonlyMap<string, string | Uint8Array>

const bytes = ({ model, message }: Sent): Uint8Array => writeMessage(model, message)

/** @returns the earlier messages of a case by file name: in the order of names they are in their own */
export const historyFiles = ({ history }: Case): Files => new Map(history.map((sent, nth) => [`${`${nth + 1}`.padStart(2, '0')}-${sent.model.type}.xml`, bytes(sent)]))

/** @returns all of a case: `message.xml`, `mended.xml`, `history/`, `sources/` */
export function caseFiles (it: Case): Files {
  return new Map([
    ['message.xml', bytes(it.message)],
    ['mended.xml', bytes(it.twin)],
    ...[...historyFiles(it)].map(([name, content]) => [`history/${name}`, content] as const),
    ...[...sourceFiles(it.family)].map(([name, content]) => [`sources/${name}`, content] as const)
  ])
}

/** @returns the fixtures of the rules: per message type the first case of each rule; what needs more than the message to be judged has a folder */
export function fixtureFiles (): Files {
  const sources = families.flatMap(family => [...sourceFiles(family)].map(([name, content]) => [`fixtures/${family}/3.2/sources/${name}`, content] as const))
  const byPlace = Map.groupBy(allCases(), ({ code, message: { model } }) => `fixtures/${model.family}/${model.release}/${model.type}/invalid-${code}`)
  return new Map<string, string | Uint8Array>([...sources, ...[...byPlace].flatMap(([place, [first]]) => first === undefined ? [] : fixturesOf(first, place))])
}

function fixturesOf (it: Case, place: string): ReadonlyArray<readonly [path: string, content: string | Uint8Array]> {
  // Levels 1 and 2 look at the message alone.
  if ((rules.find(({ code }) => code === it.code)?.level ?? 3) < 3) return [[`${place}.xml`, bytes(it.message)]]
  return [[`${place}/message.xml`, bytes(it.message)], ...[...historyFiles(it)].map(([name, content]) => [`${place}/history/${name}`, content] as const)]
}
