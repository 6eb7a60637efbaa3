/** What somebody probably meant who wrote a name with a letter wrong. */

/** How many letters are to be changed, put in or taken out to make one text of the other (Levenshtein). */
function distance (one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, its] of [...other].entries()) next.push(Math.min((row[j] ?? 0) + (letter === its ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    row = next
  }
  return row.at(-1) ?? 0
}

/** More letters wrong than this, of a name at least three times as long, is another name. */
const letters_max = 3

/** @returns the name that is nearest to the text, or null when none is near */
export function nearest (text: string, names: readonly string[]): string | null {
  const [best] = names.map(name => ({ name, far: distance(text.toLowerCase(), name) })).toSorted((a, b) => a.far - b.far)
  return best !== undefined && best.far <= Math.min(letters_max, text.length / 3) ? best.name : null
}
