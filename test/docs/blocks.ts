/** What README.md prints in fences, and what it says is to become of each. */

/** One fenced block. */
export interface Block {
  /** Line of README.md on which its text begins. */
  readonly line: number
  /** What stands behind the fence: `sh`, `ts`, `text`; nothing for a picture. */
  readonly language: string
  readonly text: string
  /** The heading of the chapter (`##`) it stands in. */
  readonly chapter: string
  /** Why it is not run: `<!-- not run: REASON -->` on the line above it. */
  readonly notRun: string | null
  /** What it prints, as the `text` block right behind it has it; `…` stands for anything. */
  readonly shows: string | null
}

interface Open { readonly from: number, readonly language: string, readonly notRun: string | null }

const notRunIn = (line = ''): string | null => /^<!-- not run: (.+) -->$/.exec(line)?.[1] ?? null

/** @returns the blocks in order @throws Error for a fence that is never closed */
export function blocksOf (markdown: string): Block[] {
  const lines = markdown.split('\n')
  const all: Block[] = []
  let [chapter, open]: [string, Open | null] = ['', null]
  for (const [at, line] of lines.entries()) {
    if (open === null && line.startsWith('## ')) chapter = line.slice(3)
    if (!line.startsWith('```')) continue
    if (open === null) { open = { from: at + 1, language: line.slice(3), notRun: notRunIn(lines[at - 1]) }; continue }
    all.push({ line: open.from + 1, language: open.language, text: lines.slice(open.from, at).join('\n'), chapter, notRun: open.notRun, shows: null })
    open = null
  }
  if (open !== null) throw new Error(`README.md:${open.from}: this block is never closed`)
  return all.map((it, n) => {
    const [next, end] = [all[n + 1], it.line + it.text.split('\n').length]
    const between = next === undefined ? ['-'] : lines.slice(end, next.line - 2)
    return it.language === 'sh' && next?.language === 'text' && between.every(line => line === '') ? { ...it, shows: next.text } : it
  })
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Compares what was printed with what README.md shows: its lines, in that order; `…` within a line stands for anything, on a line of its own for any lines. Empty lines count for nothing.
 * @returns the first line that was not printed, or null
 */
export function notShown (shows: string, printed: string): string | null {
  const lines = printed.split('\n').map(it => it.trimEnd()).filter(it => it !== '')
  let [at, loose] = [0, false]
  for (const line of shows.split('\n').map(it => it.trimEnd())) {
    if (line === '…') { loose = true; continue }
    const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`)
    const found = lines.findIndex((it, n) => n >= at && pattern.test(it))
    if (found === -1 || (!loose && found !== at)) return line
    ;[at, loose] = [found + 1, false]
  }
  return null
}
