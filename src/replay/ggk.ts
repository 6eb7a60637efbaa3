/** A played party at the GGk door: sends envelopes, and takes those it is called with on its own endpoint. */
import { randomUUID } from 'node:crypto'
import { antwoordIn, envelopRequest, headIn } from '../speak/speak.ts'
import type { Reply } from './door.ts'
import type { Endpoint } from './endpoint.ts'
import { becameOf, calm, noAnswer, numbersOf, type Calls, type Said, type Speaker } from './speaker.ts'

/** Between two tries of what the gateway could not take. */
const again_ms = 1_000

/** @returns how long to wait before the same is sent again: the gateway could not take it now; null where that would not help */
function waitOf (reply: Reply): number | null {
  const answer = antwoordIn(reply)
  return reply.status === 503 || (answer.kind === 'Fo03' && answer.fout.plek === 'server') ? again_ms : null
}

const refused = (reply: Reply): Said => {
  const answer = antwoordIn(reply)
  return answer.kind === 'Fo03' ? { outcome: 'refused', code: answer.fout.code, findings: [], id: null, receipt: false } : noAnswer(reply)
}

/** @param endpoint where what is for those who speak by this door comes in */
export function ggkSpeaker (calls: Calls, endpoint: Endpoint): Speaker {
  return {
    called: true,
    corrects: false,
    async post ({ party, to, bytes, number, at, answers, expected }) {
      const head = headIn(bytes)
      // A retour to nothing that is known here travels as one all the same, and is refused.
      const cross = head.model?.role === 'retour' ? (answers === null ? null : await numbersOf(calls, party, answers))?.number ?? randomUUID() : null
      const { method, path, headers, body } = envelopRequest({ head: { ...head, sender: head.sender ?? party, receiver: head.receiver ?? to }, payload: bytes, referentienummer: number, crossRefnummer: cross, at })
      const reply = await calm(calls, async () => await calls.door.call(party, method, path, body ?? undefined, headers), expected, waitOf)
      return ['Bv03', 'Bv04'].includes(antwoordIn(reply).kind) ? await becameOf(calls, party, number) : refused(reply)
    },
    async receive (party, id) {
      const numbers = await numbersOf(calls, party, id)
      return numbers === null ? 'not there' : await endpoint.arrives(numbers.number, calls.timeout_ms, calls.signal) ?? 'not there'
    }
  }
}
