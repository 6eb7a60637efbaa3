/** The handler that README.md shows: a claim above a limit waits for a person, for at most five days; of what goes on a sample is looked at. */
import { instant } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { textAt } from '../../src/standard/standard.ts'

/** @param limit_cents above which a claim is held @param term_ms after which it is looked at again */
export const largeClaims = (limit_cents: number, term_ms = 5 * 86_400_000): Handler => ({
  name: 'large-claims',
  on: [{ message: ['WMO323', 'JW323'] }],
  async handle ({ received }, tools) {
    const total = Number(textAt(await tools.message(), 'Declaratie/TotaalIngediendBedrag/TotaalBedrag'))
    if (total <= limit_cents || tools.released !== null) return { kind: 'done' }
    const until = instant(received + term_ms)
    if (tools.clock.now() < until) return { kind: 'hold', reason: 'large_claim', until }
    return { kind: 'done', tasks: [{ code: 'check_large_claim', due: instant(until + term_ms) }] }
  }
})
