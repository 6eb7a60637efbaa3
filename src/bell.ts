/** What lets a loop wait for something to happen, or for its time. */

export interface Bell {
  ring (): void
  /** Ends when rung or after poll_ms; a ring since the last wait counts. */
  wait (): Promise<void>
}

/** @param poll_ms how long a wait lasts when nobody rings, in milliseconds */
export function openBell (poll_ms: number): Bell {
  let rung = false
  let resume = (): void => {}
  return {
    ring: () => { rung = true; resume() },
    async wait () {
      if (!rung) {
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, poll_ms)
          resume = () => { clearTimeout(timer); resolve() }
        })
      }
      rung = false
    }
  }
}
