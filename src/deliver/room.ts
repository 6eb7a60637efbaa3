/** Room for what is being pushed: messages stand in memory while they are, and large ones wait their turn. */
import type { PartyCode } from '../core/core.ts'

/** What is small always has room: of these as many as there are pushes at once take little. */
const small_bytes = 65_536
/** Of a destination that takes long, messages fill no more than this part; one may always stand alone. */
const share = 0.25

export interface Room {
  /** Waits until there is room. @returns what gives it back; call it once. @throws what `signal` was aborted with */
  enter (to: PartyCode, bytes: number, signal: AbortSignal): Promise<() => void>
  /** Bytes that are taken. */
  held (): number
}

interface Waiting { readonly to: PartyCode, readonly bytes: number, readonly begin: () => void }

/** @param bytes_max of messages above 64 kB; one that is larger than that by itself has its turn when nothing else is held */
export function openRoom (bytes_max: number): Room {
  const perParty = new Map<PartyCode, number>()
  const waiting = new Set<Waiting>()
  let held = 0

  const fits = ({ to, bytes }: Waiting): boolean => {
    if (held === 0) return true
    const his = perParty.get(to) ?? 0
    return held + bytes <= bytes_max && (his === 0 || his + bytes <= share * bytes_max)
  }
  const add = (to: PartyCode, bytes: number): void => {
    held += bytes
    const his = (perParty.get(to) ?? 0) + bytes
    if (his === 0) perParty.delete(to)
    else perParty.set(to, his)
  }
  /** What came first has the first choice; what does not fit keeps nobody waiting that does. */
  const admit = (): void => {
    for (const it of waiting) {
      if (!fits(it)) continue
      waiting.delete(it)
      add(it.to, it.bytes)
      it.begin()
    }
  }

  return {
    enter (to, bytes, signal) {
      if (bytes <= small_bytes) return Promise.resolve(() => {})
      return new Promise((resolve, reject) => {
        const leave = (): void => { add(to, -bytes); admit() }
        const abort = (): void => { waiting.delete(it); reject(signal.reason) }
        const it = { to, bytes, begin: () => { signal.removeEventListener('abort', abort); resolve(leave) } }
        if (signal.aborted) return abort()
        signal.addEventListener('abort', abort, { once: true })
        waiting.add(it)
        admit()
      })
    },
    held: () => held
  }
}
