/** What a command writes to: streams with backpressure, and a progress bar on a terminal. */
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** A stream to a person or a file; `process.stdout` is one. */
export type Out = Writable & { readonly isTTY?: boolean | undefined, readonly columns?: number | undefined }

/** Where a command reads and writes; `process` is one. */
export interface Io { readonly stdin: Readable, readonly stdout: Out, readonly stderr: Out }

/** Writes and, when the reader is slower, waits for it. */
export async function write (out: Writable, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain')
}

export interface Progress {
  /** Tells that one more is done. */
  step (): void
  /** Takes the bar off the terminal. */
  end (): void
}

/** A bar is redrawn this often; where there is no terminal, a line is written that often, so that a short run writes none. */
const every_ms = { bar: 100, line: 5_000 } as const
const bar_width = 30

/**
 * @param what the things that are counted, such as `files`
 * @param total how many there will be; null when that is not known
 * @returns a bar on a terminal, else a line every few seconds
 */
export function progress (out: Out, what: string, total: number | null): Progress {
  const bar = out.isTTY === true
  const pause_ms = bar ? every_ms.bar : every_ms.line
  const started = performance.now()
  let told = started; let done = 0
  const tell = (now: number): void => {
    told = now
    const text = `${count(done, total)} ${what}, ${Math.round(done / Math.max(now - started, 1) * 1000)}/s`
    out.write(bar ? `\r\x1b[K${drawn(done, total)}${text}` : `${text}\n`)
  }
  return {
    step: () => {
      done++
      const now = performance.now()
      if (now - told >= pause_ms) tell(now)
    },
    end: () => { if (bar) out.write('\r\x1b[K') }
  }
}

const count = (done: number, total: number | null): string => total === null ? `${done}` : `${done}/${total}`

function drawn (done: number, total: number | null): string {
  if (total === null || total === 0) return ''
  const full = Math.round(bar_width * Math.min(done / total, 1))
  return `[${'█'.repeat(full)}${'░'.repeat(bar_width - full)}] `
}
