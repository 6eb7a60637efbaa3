/** The recognised holidays as data: what a calendar is made of, and the one used when no other is configured. */

/** A calendar's days off besides Saturday and Sunday. */
export interface Holidays {
  /** The same day every year, `MM-DD`. */
  readonly fixed: readonly string[]
  /** Days counted from Easter Sunday. */
  readonly easter: readonly number[]
  /** `MM-DD` of Koningsdag, which is kept a day earlier when it falls on a Sunday; null for none. */
  readonly koningsdag: string | null
  /** Single days, `YYYY-MM-DD`. */
  readonly dates: readonly string[]
}

/** Those of the Algemene termijnenwet (art. 3), with Good Friday and 5 May of every year. */
export const recognised: Holidays = {
  fixed: ['01-01', '05-05', '12-25', '12-26'],
  easter: [-2, 1, 39, 50], // Good Friday, Easter Monday, Ascension Day, Whit Monday
  koningsdag: '04-27',
  dates: []
}
