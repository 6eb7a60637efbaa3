/** What an outside log store kept of checkpoints: the rows it pins. */
import { Unusable } from '../core/core.ts'

/** A row, and the SHA-256 its mac must have. */
export interface Pin { readonly chain: string, readonly seq: number, readonly mac_sha256: string, readonly checkpoint: string }

const headPattern = /^([a-z]+)-([0-9]{1,15})-([0-9a-f]{64})$/

function headsOf (it: unknown, checkpoint: string): Pin[] {
  const { chain, seq, mac_sha256 } = Object(it) as Record<string, unknown>
  const [, name, number, digest] = typeof it === 'string' ? headPattern.exec(it) ?? [] : ['', chain, seq, mac_sha256]
  return typeof name === 'string' && Number.isSafeInteger(Number(number)) && typeof digest === 'string' ? [{ chain: name, seq: Number(number), mac_sha256: digest, checkpoint }] : []
}

/** Lines of the log hold more than checkpoints; those are passed over. */
function pinsOf (line: string): Pin[] {
  let it: unknown
  try { it = JSON.parse(line) } catch { return [] }
  const all: unknown[] = Array.isArray(it) ? it : [it]
  return all.flatMap(one => {
    const { checkpoint, id, heads } = Object(one) as Record<string, unknown>
    const name = checkpoint ?? id
    return typeof name === 'string' && Array.isArray(heads) ? heads.flatMap(head => headsOf(head, name)) : []
  })
}

/**
 * @param text lines of the gateway's log, or what `audit checkpoints --json` printed @param name what a failure names
 * @returns the rows that are pinned, in order @throws Unusable when there is none
 */
export function readPins (text: string, name: string): Pin[] {
  const pins = text.split('\n').flatMap(pinsOf)
  if (pins.length === 0) throw new Unusable(`${name} holds no checkpoint: give lines of the gateway's log ("audit checkpoint"), or what "zorgpoort audit checkpoints --json" printed`)
  return pins.sort((a, b) => a.seq - b.seq)
}
