/** One thing wrong with a message, told so that a person can mend it. */

/** The standard's control levels: 1 schema, 2 within the message, 3 earlier messages, 4 external sources. */
export type Level = 1 | 2 | 3 | 4

/** The same words in the two languages of findings. */
export interface Words { readonly nl: string, readonly en: string }

/** @returns words that are the same in both languages: names, numbers, values */
export const same = (text: string | number): Words => ({ nl: String(text), en: String(text) })

export interface Finding {
  readonly level: Level
  /** `ZP_…` for level 1, the standard's rule code above it. */
  readonly code: string
  /** LDT_RetourCode that the rule brings, such as `0001` or `9338`; absent at level 1 and for rules without one. */
  readonly retourcode?: string
  /** The class that carries that code, such as `Client/ToegewezenProducten/ToegewezenProduct[2]`; absent at level 1. */
  readonly class?: string
  /** Present where the rule could not be judged for want of what it asks: makes no message invalid. */
  readonly assessed?: false
  /** Present where the rule was broken, but is set to warn only: makes no message invalid. */
  readonly warning?: true
  /** Line in the message, from 1; null where no place can be named. */
  readonly line: number | null
  /** Elements from below `Bericht`, such as `Client/ToegewezenProducten/ToegewezenProduct[2]/Einddatum`; empty for the whole message. */
  readonly path: string
  /** What stands there; for personal elements its shape only, never the value. At most 40 characters of a value. */
  readonly found: string
  /** What the standard asks there. */
  readonly expected: string
  /** The two in English, above level 1 and where they differ; at level 1 `message_en` holds them. */
  readonly found_en?: string
  readonly expected_en?: string
  /** The sentence for the person who mends it, in Dutch. */
  readonly message: string
  /** The same in English. */
  readonly message_en: string
}

/** @returns whether a finding makes its message invalid */
export const isRejecting = ({ assessed, warning }: Pick<Finding, 'assessed' | 'warning'>): boolean => assessed !== false && warning !== true
