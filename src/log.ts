/** The log: JSON lines (pretty on a terminal) that cannot hold a payload, a Bsn or an error's quoted values. */
import { pino, type DestinationStream, type Logger } from 'pino'
import pretty from 'pino-pretty'

export type Log = Logger

/**
 * An error as it may be logged: its kind, code and stack frames. Its message is left out, because libraries
 * (an XML parser, an SQL builder) quote the values they tripped over.
 */
export function safeError (error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error ? String(error.code).slice(0, 40) : undefined
  // The stack begins with the message, whose lines may look like frames.
  const frames = (error.stack ?? '').replace(error.message, '').split('\n').filter(line => /^\s+at /.test(line)).map(line => line.trim())
  return { type: error.name, code, frames: frames.slice(0, 12) }
}

/** Nine digits on their own may be a Bsn; those within an id or a digest are not. */
const nineDigits = /(?<![0-9a-f-])[0-9]{9}(?![0-9a-f-])/gi
const scrub = (line: string): string => line.replace(nineDigits, '[9 digits]')

/** @param options level; where to (default: standard output); pretty: for a person at a terminal */
export function openLog (options: { level: string, pretty: boolean, to?: DestinationStream }): Log {
  const to = options.to ?? (options.pretty ? pretty({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }) : undefined)
  const settings = {
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    // fastify's own lines may carry a request: its url can hold what a client chose, so it is left out
    serializers: { err: safeError, error: safeError, req: () => undefined, res: () => undefined },
    hooks: { streamWrite: scrub }
  }
  return to === undefined ? pino(settings) : pino(settings, to)
}
