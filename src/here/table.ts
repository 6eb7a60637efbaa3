/** Every answer to "why is it still here, and when next", once: on whom the message waits, and the sentence a person reads. */

/** On whom it waits. nobody: it is at its end. */
export type WaitsFor = 'gateway' | 'receiver' | 'sender' | 'person' | 'nobody'

/**
 * A sentence has places such as `{since}`. What stands between `[` and `]` is left out where one of its places is not known.
 * `{kept}` is known, and empty, where the payload is still here: only then the message can be driven again.
 */
export interface Kind { readonly waits_for: WaitsFor, readonly nl: string, readonly en: string }

const mend = {
  nl: 'Verstuur een verbeterd bericht met de header Replaces en dit id.',
  en: 'Send a better message with the header Replaces and this id.'
} as const
const again = {
  nl: '[ De gateway heeft het wel beantwoord: {answered}.][{kept} Ligt de oorzaak niet bij het bericht: laat die wegnemen, en vraag de operator het opnieuw aan te bieden.]',
  en: '[ The gateway did answer it: {answered}.][{kept} When the message is not the cause: have that taken away, and ask the operator to drive it again.]'
} as const

/** Code to kind, in the order of a message's life. */
export const kinds = {
  refused: {
    waits_for: 'sender',
    nl: 'Het is aan de deur geweigerd en niet opgeslagen als verzonden. Verbeter wat de bevindingen noemen en stuur het opnieuw.',
    en: 'It was refused at the door and does not count as sent. Mend what the findings name and send it again.'
  },
  corrected: {
    waits_for: 'nobody',
    nl: 'Het is aan de deur geweigerd en daarna verbeterd ingestuurd: zie `replaced_by`.',
    en: 'It was refused at the door and sent again since, mended: see `replaced_by`.'
  },
  rejected: {
    waits_for: 'sender',
    nl: 'Het is afgekeurd op zijn inhoud en niet aan de ontvanger gegeven; het retourbericht en de bevindingen zeggen waarom. Stuur een verbeterd bericht.',
    en: 'It was rejected by its content and not given to its receiver; the retour and the findings say why. Send a mended message.'
  },
  imported: {
    waits_for: 'nobody',
    nl: 'Het is van voor deze gateway en alleen ingelezen voor de regels: het gaat nergens heen.',
    en: 'It is from before this gateway and was read in for the rules only: it goes nowhere.'
  },
  waiting: {
    waits_for: 'gateway',
    nl: 'De gateway neemt het zo in behandeling[; het wacht sinds {since}].',
    en: 'The gateway takes it up at any moment[; it has waited since {since}].'
  },
  looked_at: {
    waits_for: 'gateway',
    nl: 'De gateway behandelt het op dit moment.',
    en: 'The gateway is looking at it at this moment.'
  },
  look_later: {
    waits_for: 'gateway',
    nl: 'De behandeling is uitgesteld tot {next}[: {reason}].',
    en: 'Looking at it was put off until {next}[: {reason}].'
  },
  look_again: {
    waits_for: 'gateway',
    nl: 'De behandeling is {times} mislukt[: {reason}]. Op {next} wordt het opnieuw geprobeerd.',
    en: 'Looking at it failed {times}[: {reason}]. It is tried again at {next}.'
  },
  held: {
    waits_for: 'person',
    nl: 'Het wacht[ sinds {since}] op een besluit van een medewerker[: {reason}].[ Besluit niemand, dan wordt het op {next} vanzelf opnieuw bekeken.]',
    en: 'It waits[ since {since}] for somebody to decide[: {reason}].[ If nobody does, it is looked at again by itself at {next}.]'
  },
  behind: {
    waits_for: 'gateway',
    nl: 'Een eerder bericht over hetzelfde moet eerst aankomen[: {behind}].[ Daarvan geldt: {ahead}]',
    en: 'An earlier message about the same must arrive first[: {behind}].[ Of that one: {ahead}]'
  },
  push_due: {
    waits_for: 'gateway',
    nl: 'Het gaat zo naar het systeem van de ontvanger[; het wacht sinds {since}].',
    en: 'It goes to the receiver’s system at any moment[; it has waited since {since}].'
  },
  pushing: {
    waits_for: 'gateway',
    nl: 'Het wordt op dit moment bij de ontvanger afgeleverd.',
    en: 'It is being delivered to the receiver at this moment.'
  },
  push_later: {
    waits_for: 'gateway',
    nl: 'Het gaat op {next} naar het systeem van de ontvanger[: {reason}].',
    en: 'It goes to the receiver’s system at {next}[: {reason}].'
  },
  push_again: {
    waits_for: 'gateway',
    nl: 'Het systeem van de ontvanger nam het {times} niet aan[: {reason}]. Op {next} wordt het opnieuw geprobeerd; tot dan kan de ontvanger het ook zelf ophalen.',
    en: 'The receiver’s system did not take it, {times}[: {reason}]. It is tried again at {next}; until then the receiver may also fetch it.'
  },
  left_alone: {
    waits_for: 'gateway',
    nl: 'Het systeem van de ontvanger antwoordt niet[ sinds {since}][: {reason}]. Het wordt met rust gelaten tot {next} en dan opnieuw geprobeerd; er gaat niets verloren.',
    en: 'The receiver’s system does not answer[ since {since}][: {reason}]. It is left alone until {next} and tried again then; nothing is lost.'
  },
  mailbox: {
    waits_for: 'receiver',
    nl: 'Het ligt[ sinds {since}] in de mailbox van de ontvanger, die het nog niet heeft bevestigd.[ Beantwoord is het wel: {answered}.]',
    en: 'It lies[ since {since}] in the mailbox of its receiver, who has not acknowledged it yet.[ It has been answered: {answered}.]'
  },
  answer_awaited: {
    waits_for: 'receiver',
    nl: 'De ontvanger heeft het[ sinds {since}]; zijn antwoord wordt verwacht[ voor {next}].',
    en: 'Its receiver has it[ since {since}]; the answer is awaited[ before {next}].'
  },
  answer_late: {
    waits_for: 'receiver',
    nl: 'De ontvanger heeft het, maar zijn antwoord had er voor {since} moeten zijn. Neem contact op met de ontvanger; een laat antwoord wordt nog aangenomen.',
    en: 'Its receiver has it, but the answer was due before {since}. Call the receiver; a late answer is still taken.'
  },
  delivered: {
    waits_for: 'nobody',
    nl: 'De ontvanger heeft het[ sinds {since}]. Er hoort geen antwoord bij.',
    en: 'Its receiver has it[ since {since}]. No answer belongs to it.'
  },
  answered: {
    waits_for: 'nobody',
    nl: 'Het is afgeleverd en beantwoord[: {answered}].',
    en: 'It was delivered and answered[: {answered}].'
  },
  dead_functional: {
    waits_for: 'sender',
    nl: `Het is opgegeven en komt zo niet bij de ontvanger[: {reason}]. ${mend.nl}${again.nl}`,
    en: `It was given up and does not reach its receiver as it is[: {reason}]. ${mend.en}${again.en}`
  },
  dead_transient: {
    waits_for: 'person',
    nl: `Het is opgegeven: elke poging mislukte tot de tijd op was[: {reason}]. ${mend.nl}${again.nl}`,
    en: `It was given up: every try failed until its time was up[: {reason}]. ${mend.en}${again.en}`
  },
  dead_partner_down: {
    waits_for: 'person',
    nl: `Het is opgegeven: het systeem van de ontvanger antwoordde al die tijd niet[: {reason}]. ${mend.nl}${again.nl}`,
    en: `It was given up: the receiver’s system did not answer all that time[: {reason}]. ${mend.en}${again.en}`
  },
  erased: {
    waits_for: 'nobody',
    nl: 'De inhoud is op verzoek gewist voordat het werd afgeleverd: het gaat nergens meer heen.',
    en: 'Its payload was erased on request before it was delivered: it goes nowhere any more.'
  }
} as const satisfies Record<string, Kind>

export type HereCode = keyof typeof kinds
/** As entries, for who lists them. */
export const allKinds: ReadonlyArray<readonly [HereCode, Kind]> = Object.entries(kinds) as Array<[HereCode, Kind]>

/** What stands in the places; null where it is not known. */
export type Values = Readonly<Record<string, string | null>>

/** @returns the sentence with its places filled */
export function filled (sentence: string, values: Values): string {
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  const known = (part: string): boolean => [...part.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => (values[name] ?? null) !== null)
  return fill(sentence.replace(/\[([^\]]*)\]/g, (_, part: string) => known(part) ? part : ''))
}
