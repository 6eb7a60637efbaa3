/** Codes for why something is put off, held, tried again or given up, in a few words; of what is in no table the code itself. */
import { reasonFor } from '../deliver/deliver.ts'

interface Told { readonly nl: string, readonly en: string }

/** Codes of ours that are not about an endpoint. */
const reasons: Readonly<Record<string, Told>> = {
  receiver_left: { nl: 'de ontvanger is niet meer aangesloten', en: 'the receiver is no longer connected' },
  receiver_left_family: { nl: 'de ontvanger is niet meer aangesloten voor deze standaard', en: 'the receiver is no longer connected for this standard' },
  receiver_has_no_door: { nl: 'de ontvanger heeft geen mailbox of aansluiting meer', en: 'the receiver has neither mailbox nor endpoint any more' },
  payload_gone: { nl: 'de inhoud wordt niet meer bewaard', en: 'its payload is no longer kept' },
  handler_failed: { nl: 'een behandelaar liep vast', en: 'a handler failed' },
  handler_timeout: { nl: 'een behandelaar was te lang bezig', en: 'a handler took too long' },
  history_changed: { nl: 'er komt steeds iets tussen van dezelfde twee partijen', en: 'something of the same two parties keeps coming between' },
  ZP_SEAL: { nl: 'de gateway kon niet verzegelen', en: 'the gateway could not seal' }
}

/** @returns the reason in a few words with its code, in both languages; null for none */
export function toldReason (reason: string | null): Told | null {
  if (reason === null) return null
  const code = reason.replace(/^exhausted(?:: )?/, '')
  const push = reasonFor(code)
  const told = push === null ? reasons[code] : { nl: push.nl.wrong, en: push.en.wrong }
  if (told !== undefined) return { nl: `${told.nl} (${code})`, en: `${told.en} (${code})` }
  return code === '' ? null : { nl: `code ${code}`, en: `code ${code}` }
}
