/** Codes of ours for why something is put off, held or given up, in a sentence; of what is not in the table the code itself. */

interface Told { readonly nl: string, readonly en: string }

const reasons: Readonly<Record<string, Told>> = {
  receiver_left: { nl: 'de ontvanger is niet meer aangesloten', en: 'the receiver is no longer connected' },
  receiver_left_family: { nl: 'de ontvanger is niet meer aangesloten voor deze standaard', en: 'the receiver is no longer connected for this standard' },
  receiver_has_no_door: { nl: 'de ontvanger heeft geen mailbox of aansluiting meer', en: 'the receiver has neither mailbox nor endpoint any more' },
  handler_failed: { nl: 'een behandelaar liep vast', en: 'a handler failed' },
  handler_timeout: { nl: 'een behandelaar was te lang bezig', en: 'a handler took too long' },
  ZP_SEAL: { nl: 'de gateway kon niet verzegelen', en: 'the gateway could not seal' }
}

/** @returns the reason in a few words, in both languages; null for none */
export function toldReason (reason: string | null): Told | null {
  if (reason === null) return null
  const code = reason.replace(/^exhausted: /, '')
  return reasons[code] ?? { nl: `code ${code}`, en: `code ${code}` }
}
