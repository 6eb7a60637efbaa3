/** Messages in a folder, in the order in which they count as sent. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf, visible } from './files.ts'
import { Problem } from './problem.ts'

const collator = new Intl.Collator('en', { numeric: true })

/**
 * @returns the paths of a folder's `*.xml` in natural order of their names: `2-start.xml` before `10-stop.xml`; folders in it are not looked into
 * @throws Problem when the folder cannot be read, or has none
 */
export function messagesIn (dir: string): readonly string[] {
  const names = list(dir).filter(name => /\.xml$/i.test(name))
  if (names.length === 0) throw new Problem(`${visible(dir)} has no *.xml`)
  // Of names that only differ in case or leading zeros the plain text decides, so that the order is always the same.
  return names.toSorted((a, b) => collator.compare(a, b) || (a < b ? -1 : 1)).map(name => join(dir, name))
}

function list (dir: string): string[] {
  try { return readdirSync(dir) } catch (error) { throw new Problem(`cannot read the folder ${visible(dir)}: ${reasonOf(error).en}`) }
}
