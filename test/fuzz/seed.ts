/** What every fuzz test shares: a seed that is printed and can be given, and how long it goes on. */

/** FUZZ_SEED repeats a run. */
export const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000)

/** @returns how many tries: as many as given, times FUZZ_TIMES for a longer run */
export const tries = (few: number): number => few * Number(process.env['FUZZ_TIMES'] ?? 1)
