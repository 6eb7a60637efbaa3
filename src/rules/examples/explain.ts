/** A case told to a person: what differs from the mended message, and what is found in it. */
import type { Finding } from '../../core/core.ts'
import { memoryHistory, pairOf } from '../../history/history.ts'
import { textAt, writeMessage } from '../../standard/standard.ts'
import { judgeAll, placed } from '../rules.ts'
import type { Case } from './case.ts'
import { edited } from './edit.ts'
import type { Sent } from './tale.ts'

/** @returns what levels 2 to 4 find in one of the messages of a case after its earlier ones, each finding with its line */
export function judgedAs ({ history, compleetVanaf, sources, today }: Case, { model, message }: Sent): readonly Finding[] {
  const memory = memoryHistory({ compleetVanaf })
  for (const earlier of history) memory.take(earlier.model, earlier.message)
  return placed(judgeAll(model, message, { history: memory.of(pairOf(model, message)), sources, today }), model, message, writeMessage(model, message))
}

/** A line of the message (`+`, or a blank where the mended one has it too) or of the mended one only (`-`). */
export interface Line {
  readonly mark: ' ' | '+' | '-'
  readonly text: string
  /** In the message, from 1; null for a line that only the mended one has. */
  readonly line: number | null
}

/** @returns the lines of the message beside those of the mended one; the Identificatie differs only where it is what is wrong */
export function compared ({ message, twin, wrong }: Case): readonly Line[] {
  const place = 'Header/BerichtIdentificatie/Identificatie'
  const same = place in wrong ? twin.message : edited(twin.model, twin.message, { [place]: textAt(message.message, place) })
  const [after, before] = [message.message, same].map(tree => new TextDecoder().decode(writeMessage(message.model, tree)).trimEnd().split('\r\n'))
  return merged(before ?? [], after ?? [])
}

/** The longest lines in common stay; of the others those of the mended message come first. */
function merged (before: readonly string[], after: readonly string[]): readonly Line[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) common[i]?.fill(before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1)), j, j + 1)
  }
  const lines: Line[] = []
  for (let [i, j] = [0, 0]; i < before.length || j < after.length;) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: after[j++] ?? '', line: j })
      i++
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) lines.push({ mark: '-', text: before[i++] ?? '', line: null })
    else lines.push({ mark: '+', text: after[j++] ?? '', line: j })
  }
  return lines
}

/** Lines around a difference that are shown with it. */
const around = 2

/** @returns the lines to show: those that differ or are named, and some around them; null where lines are left out */
export function excerpt (lines: readonly Line[], named: ReadonlySet<number | null>): ReadonlyArray<Line | null> {
  const shown = new Set(lines.flatMap(({ mark, line }, at) => mark !== ' ' || (line !== null && named.has(line)) ? Array.from({ length: 2 * around + 1 }, (_, by) => at + by - around) : []))
  return lines.flatMap((line, at) => shown.has(at) ? [line] : shown.has(at - 1) ? [null] : [])
}
