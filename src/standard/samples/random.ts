/** A small seeded source of chance, so that every sample and mutant can be made again from its seed. */

export interface Chance {
  /** @returns an integer from 0 up to but not including `below` */
  below (below: number): number
  /** @returns one of the items; throws a RangeError for an empty list */
  pick<Item> (items: readonly Item[]): Item
  /** @returns whether something of this probability (0 to 1) happens */
  happens (probability: number): boolean
}

/** mulberry32: 32 bits of state, good enough to vary samples, not to keep secrets. */
export function chance (seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    happens: probability => next() < probability,
    pick: items => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    }
  }
}
