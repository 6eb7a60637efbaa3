/** Connections that are kept to be used again, apart for each endpoint and whatever decides who is believed there. */
import { hash } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import type { Clock, Fingerprint, Instant } from '../core/core.ts'
import { endLine, openLine, type Line, type Target } from './line.ts'

/** A connection for one push: it is given back to be used again, or ended. */
export interface Lent {
  readonly line: Line
  readonly giveBack: () => void
  readonly end: () => void
}

export interface Lane {
  /** @returns a connection that was used before and looks alive, or null */
  kept (): Lent | null
  /** @throws PushFault, or what the signal was aborted with */
  open (signal: AbortSignal): Promise<Lent>
}

export interface Lanes {
  /**
   * @param trust what decides, besides the pin, who is believed and what we show: connections made with other texts are not used
   * @param context of these texts, made when there is none yet
   */
  to (url: URL, pin: Fingerprint | null, trust: ReadonlyArray<string | null>, context: () => SecureContext): Lane
  close (): void
}

/** More than this are not kept idle for one endpoint; how many there are at once is for the caller to bound. */
const idle_max = 64
/** After this a connection is made anew, also one that is never idle: name, addresses and certificate are looked at again. */
const kept_ms_max = 5 * 60_000

export function openLanes ({ clock, ...net }: Pick<Target, 'connect_ms_max' | 'lookup' | 'reachable'> & { readonly clock: Clock }): Lanes {
  const lanes = new Map<string, Lane>()
  const lines = new Set<Line>()

  function openLane (key: string, target: Target): Lane {
    const idle: Line[] = []
    /** Lines that are open or being opened. */
    let count = 0
    const made = new Map<Line, Instant>()
    /** A clock that was set back makes none younger. */
    function fresh (line: Line): boolean {
      const age = clock.now() - (made.get(line) ?? -Infinity)
      return age >= 0 && age < kept_ms_max
    }
    const lent = (line: Line): Lent => ({
      line,
      giveBack () {
        if (lanes.get(key) === lane && idle.length < idle_max && !line.socket.destroyed && fresh(line)) idle.push(line)
        else endLine(line)
      },
      end: () => { endLine(line) }
    })
    /** A lane without lines knows nothing that the next push does not bring. */
    function fewer (): void {
      if (--count === 0 && lanes.get(key) === lane) lanes.delete(key)
    }
    function gone (line: Line): void {
      lines.delete(line)
      made.delete(line)
      const at = idle.indexOf(line)
      if (at !== -1) idle.splice(at, 1)
      fewer()
    }
    async function opened (signal: AbortSignal): Promise<Line> {
      count++
      try { return await openLine(target, signal) } catch (error) {
        fewer()
        throw error
      }
    }
    const lane: Lane = {
      kept () {
        const line = idle.pop()
        if (line === undefined || fresh(line)) return line === undefined ? null : lent(line)
        endLine(line)
        return lane.kept()
      },
      async open (signal) {
        const line = await opened(signal)
        lines.add(line)
        made.set(line, clock.now())
        if (line.socket.destroyed) gone(line)
        else line.socket.once('close', () => { gone(line) })
        return lent(line)
      }
    }
    return lane
  }

  return {
    to (url, pin, trust, context) {
      const key = hash('sha256', JSON.stringify([url.origin, pin, ...trust]))
      const known = lanes.get(key) ?? openLane(key, { ...net, url, pin, context: context() })
      lanes.set(key, known)
      return known
    },
    close () { for (const line of lines) endLine(line) }
  }
}
