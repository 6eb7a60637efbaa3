/**
 * The faults rules make, and the words in them: missing, superfluous, wrong; filled, absent, oneOf, onOrAfter, onOrBefore, laterThan and euros.
 * How numbers, dates and logical keys are compared stands in `standard/compare.ts`.
 */
import { same, type Words } from '../core/core.ts'
import { bare } from '../standard/standard.ts'
import { visible } from '../validate/validate.ts'
import type { Fault } from './rule.ts'
import type { Placed } from './scene.ts'

export { before, dateParts, daysIn, integer, keyOf, keyReader, orderOf, plusYears, sameDate, sameNumber } from '../standard/standard.ts'

/** What is said of an element that is there, or should be. */
export const filled: Words = { nl: 'gevuld', en: 'filled' }
/** What is said of an element that is not there, or should not be. */
export const absent: Words = { nl: 'afwezig', en: 'absent' }

/** @returns the fault of an element that should be there */
export const missing = (it: Placed<object>, element: string, expected: Words = filled): Fault => ({ in: it, element, found: absent, expected })

/** @returns the fault of an element, or a class of them, that should not be there */
export const superfluous = (it: Placed<object>, element: string, expected: Words = absent): Fault => ({ in: it, element, expected })

/** @returns the fault of an element, or with an empty one of the class, that is not as the rule asks; what is found is told from the message unless given */
export const wrong = (it: Placed<object>, element: string, expected: Words, found?: Words): Fault => found === undefined ? { in: it, element, expected } : { in: it, element, found, expected }

/** @returns the codes one may choose from: `1, 2 of 3` */
export function oneOf (...codes: readonly string[]): Words {
  const first = codes.slice(0, -1).join(', ')
  const last = codes.at(-1) ?? ''
  return first === '' ? same(last) : { nl: `${first} of ${last}`, en: `${first} or ${last}` }
}

/** @returns what is asked of a date that may not lie before another; the other may not be about a person */
export const onOrAfter = (date: string): Words => ({ nl: `op of na ${visible(bare(date))}`, en: `on or after ${visible(bare(date))}` })
/** @returns what is asked of a date that may not lie after another; the other may not be about a person */
export const onOrBefore = (date: string): Words => ({ nl: `op of voor ${visible(bare(date))}`, en: `on or before ${visible(bare(date))}` })

/** @returns what is asked of a date that must lie after another; the other may not be about a person */
export const laterThan = (date: string): Words => ({ nl: `na ${visible(bare(date))}`, en: `after ${visible(bare(date))}` })

/** @returns an amount as people write it, a credit with a minus: `€ -1.234,56` */
export function euros (cents: number): Words {
  const whole = `${Math.trunc(Math.abs(cents) / 100)}`
  const grouped = (mark: string): string => whole.replace(/\B(?=(?:[0-9]{3})+$)/g, mark)
  const rest = `${Math.abs(cents) % 100}`.padStart(2, '0')
  const minus = cents < 0 ? '-' : ''
  return { nl: `€ ${minus}${grouped('.')},${rest}`, en: `€ ${minus}${grouped(',')}.${rest}` }
}
