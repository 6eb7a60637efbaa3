/** Lanes: work that must not overtake goes one piece after the other; other lanes go beside it. */

/** @returns what runs a piece of work when all that came before it in its lane has ended, however that ended */
export function openLanes (): (lane: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>()
  return async (lane, work) => {
    const mine = (last.get(lane) ?? Promise.resolve()).then(work, work)
    last.set(lane, mine)
    try { await mine } finally { if (last.get(lane) === mine) last.delete(lane) }
  }
}
