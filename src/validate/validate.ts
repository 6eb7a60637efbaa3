/** The face of validation: level 1, bytes in, judgement out; content never makes it throw. */
import { setImmediate } from 'node:timers/promises'
import { decided, invalid, surely, type Judgement, type Wish } from './judge.ts'
import { openLarge, type LargeLimits } from './large.ts'
import { checkSize } from './precheck.ts'
import { openStrikes } from './strikes.ts'

export type { Ground, InvalidCode, Judgement, Wish } from './judge.ts'
export { findingCodes, fault, finding, type Fault, type FindingCode, type Words } from './codes.ts'
export { checkSize } from './precheck.ts'
export { compileSchema, isValid } from './compile.ts'
export { conformance, type ConformanceOptions, type TypeConformance } from './conformance.ts'
export { elementLines } from './lines.ts'
export { told, visible } from './shape.ts'

/** Bounds of validation. Those not given have the defaults below. */
export interface ValidatorLimits extends Partial<LargeLimits> {
  /** Messages above this many bytes go to the worker thread. */
  readonly worker_bytes?: number
}

/** Bounds that hold when none are given. */
export const validator_defaults = {
  payload_bytes_max: 25_000_000, worker_bytes: 256_000, worker_ms_max: 60_000, worker_heap_mb: 2048, worker_waiting_max: 8, findings_max: 200, level1_engine: 'reader'
} as const satisfies Required<ValidatorLimits>

export interface Validator {
  /**
   * @param wish what comes with the judgement of a message that another thread has at hand
   * @returns level 1's judgement. ZP_BUSY: not judged, to be tried again. ZP_POISON: could not be judged, twice.
   */
  validate (bytes: Uint8Array, wish?: Wish | null): Promise<Judgement>
  /** Ends the worker thread; what waits for it is told to come back. */
  close (): Promise<void>
  /** The thread for large messages: what waits for it, and whether there is one now. */
  state (): { readonly waiting: number, readonly running: boolean }
}

/** libxml2-wasm frees what it holds of a document only when the event loop turns: it must, every so many messages that it has had. */
const turn_every = 32

/**
 * @param onError told of an error that is ours and not the message's; the message is then told to come back
 * @returns a validator; its schemas are compiled when first needed, once per thread */
export function openValidator (given: ValidatorLimits = {}, onError: (error: unknown) => void = () => {}): Validator {
  const limits = { ...validator_defaults, ...given }
  const strikes = openStrikes()
  const large = openLarge(limits, strikes, onError)
  let count = 0
  return {
    validate: async (bytes, wish = null) => {
      const refused = checkSize(bytes.length, limits.payload_bytes_max)
      if (refused) return invalid(refused.code, null, [refused.finding])
      if (bytes.length > limits.worker_bytes) return await large.judge({ bytes, wish })
      try {
        const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        const sure = surely(given, limits)
        if (sure === null && ++count % turn_every === 0) await setImmediate()
        const judgement = sure ?? decided(given, limits)
        strikes.passed(bytes)
        return judgement
      } catch (error) {
        onError(error)
        return strikes.failed(bytes)
      }
    },
    close: () => large.close(),
    state: () => large.state()
  }
}
