/** One thing wrong with a message, told so that a person can mend it. */

/** The standard's control levels: 1 schema, 2 within the message, 3 earlier messages, 4 external sources. */
export type Level = 1 | 2 | 3 | 4

export interface Finding {
  readonly level: Level
  /** `ZP_…` for level 1, the standard's rule code above it. */
  readonly code: string
  /** Line in the message, from 1; null where no place can be named. */
  readonly line: number | null
  /** Elements from below `Bericht`, such as `Client/ToegewezenProducten/ToegewezenProduct[2]/Einddatum`; empty for the whole message. */
  readonly path: string
  /** What stands there; for personal elements its shape only, never the value. At most 40 characters of a value. */
  readonly found: string
  /** What the standard asks there. */
  readonly expected: string
  /** The sentence for the person who mends it, in Dutch. */
  readonly message: string
  /** The same in English. */
  readonly message_en: string
}
