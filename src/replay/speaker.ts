/** How a party that is played speaks to the gateway: one interface for every door. */
import { pause, textIn, waitOf, type Door, type Reply } from './door.ts'

/** A message on its way out. */
export interface Outgoing {
  readonly party: string
  readonly bytes: Uint8Array
  /** Who gets it, as far as it says. */
  readonly to: string | null
  /** The code it is expected to be refused with: a gateway that asks to wait is not waited for when it is that one. */
  readonly expected: string | null
  /** Id of the message it corrects: only REST can say so. */
  readonly replaces: string | null
  /** Its number and moment at the doors of the chain: the same when it is sent again. */
  readonly number: string
  readonly at: Date
  /** Id of the message that this retour answers, where it is known. */
  readonly answers: string | null
}
/** By which numbers somebody knows a message. */
export interface Numbers { readonly number: string, readonly conversatie: string }

/** What the gateway said of a message, or what came of it. */
export interface Said {
  readonly outcome: string
  readonly code: string | null
  readonly findings: ReadonlyArray<{ readonly code: string, readonly path: string, readonly line: number | null }>
  /** Of a refused one when the gateway keeps it. */
  readonly id: string | null
  /** The answer came at once, so that its time says something. */
  readonly receipt: boolean
}

/** One party's voice. An error ends the replay: a connection that cannot be made, or an abort. */
export interface Speaker {
  post (it: Outgoing): Promise<Said>
  /** Waits for a message, fetches and acknowledges it. @returns its bytes, or what there is instead */
  receive (party: string, id: string): Promise<Uint8Array | string>
  /** It is called on an endpoint of its own: what is for it is delivered without its asking. */
  readonly called: boolean
  /** It can say which message another one corrects. */
  readonly corrects: boolean
}

/** What all speakers share. */
export interface Calls {
  readonly door: Door
  readonly signal: AbortSignal
  readonly timeout_ms: number
  /** Told each time the gateway asked to wait. */
  readonly waited: () => void
}

/** Asks again while the gateway asks to wait, within the time there is. @param expected code that is an answer all the same */
export async function calm ({ timeout_ms, signal, waited }: Calls, ask: () => Promise<Reply>, expected: string | null = null, wait: (reply: Reply) => number | null = waitOf): Promise<Reply> {
  const end = performance.now() + timeout_ms
  for (;;) {
    const reply = await ask()
    const wait_ms = wait(reply)
    if (wait_ms === null || (expected !== null && textIn(reply.body, 'code') === expected) || performance.now() + wait_ms > end) return reply
    waited()
    await pause(wait_ms, signal)
  }
}

/** Asks until there is an answer or the time is over. */
export async function polled<T> ({ timeout_ms, signal }: Pick<Calls, 'timeout_ms' | 'signal'>, ask: () => Promise<T | null>): Promise<T | null> {
  const end = performance.now() + timeout_ms
  for (let gap = 20; ; gap = Math.min(gap * 1.5, 250)) {
    const answer = await ask()
    if (answer !== null || performance.now() + gap > end) return answer
    await pause(gap, signal)
  }
}

const numbersIn = ({ status, body }: Reply): Numbers | null => {
  const number = textIn(body, 'referentienummer')
  return status === 200 && number !== '' ? { number, conversatie: textIn(body, 'conversatie') } : null
}
/** @returns by which numbers its receiver knows a message, as soon as it may see it; null when not within its time */
export const numbersOf = async (calls: Calls, party: string, id: string): Promise<Numbers | null> =>
  await polled(calls, async () => numbersIn(await calls.door.call(party, 'GET', `/v1/messages/${id}`)))

/** @returns the findings a body tells of: codes and places only */
export function findingsIn (body: Reply['body']): Said['findings'] {
  const list: unknown = body['findings']
  return (Array.isArray(list) ? list : []).map(it => {
    const { code, path, line } = Object(it)
    return { code: String(code), path: String(path), line: typeof line === 'number' ? line : null }
  })
}

/** @returns an answer that is none of a gateway of ours */
export const noAnswer = ({ status }: Reply): Said => ({ outcome: `HTTP ${status}, not an answer of Zorgpoort`, code: null, findings: [], id: null, receipt: false })

/**
 * A door of the chain says of a message that it is here; what came of it is asked by REST.
 * @returns what the gateway made of what was sent under a number
 */
export async function becameOf (calls: Calls, party: string, number: string): Promise<Said> {
  const { status, body } = await calls.door.call(party, 'GET', `/v1/messages?number=${number}`)
  const [first]: readonly unknown[] = Array.isArray(body['messages']) ? body['messages'] : []
  if (status !== 200 || first === undefined) return { outcome: 'refused', code: null, findings: [], id: null, receipt: true }
  const id = textIn(Object(first), 'id')
  if (id === '') return { outcome: 'refused', code: textIn(Object(first), 'code') || null, findings: findingsIn(Object(first)), id: null, receipt: true }
  const { body: whole } = await calls.door.call(party, 'GET', `/v1/messages/${id}`)
  const verdict = textIn(whole, 'verdict')
  // What was here before bears the number it came under then.
  const before = verdict !== 'refused' && textIn(whole, 'referentienummer') !== number
  return { outcome: before ? 'duplicate' : verdict, code: textIn(whole, 'code') || null, findings: findingsIn(whole), id, receipt: true }
}
