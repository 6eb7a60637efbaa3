/** A played party at the VSP door: pushes messages, pulls them, and says that they are here. */
import { headIn, payloadRequest, pushRequest, receivedRequest, unzipped, waitingIn, waitingRequest, type Request } from '../speak/speak.ts'
import { textIn, type Reply } from './door.ts'
import { openMailboxes } from './mailbox.ts'
import { becameOf, calm, numbersOf, type Calls, type Numbers, type Outgoing, type Said, type Speaker } from './speaker.ts'

/** @returns the request that sends it: the same bytes each time but for a boundary */
function asking ({ party, to, bytes, number }: Outgoing, answers: Numbers | null): Request {
  const head = headIn(bytes)
  return pushRequest({
    head: { ...head, sender: head.sender ?? party, receiver: head.receiver ?? to },
    payload: bytes,
    traceerId: number,
    conversatieId: answers?.conversatie ?? null,
    alsAntwoordOp: answers?.number ?? null,
    referentieId: null
  })
}

export function vspSpeaker (calls: Calls): Speaker {
  const { door, signal, timeout_ms } = calls
  const ask = async (party: string, { method, path, headers, body }: Request): Promise<Reply> => await door.call(party, method, path, body ?? undefined, headers)
  const mailboxes = openMailboxes({
    page: async party => await ask(party, waitingRequest()),
    in: reply => waitingIn(reply).map(it => it.traceerId),
    has: async (party, number) => (await ask(party, payloadRequest(number))).status === 200
  }, signal)
  return {
    called: false,
    corrects: false,
    async post (it) {
      const request = asking(it, it.answers === null ? null : await numbersOf(calls, it.party, it.answers))
      const reply = await calm(calls, async () => await ask(it.party, request), it.expected)
      return reply.status === 204 ? await becameOf(calls, it.party, it.number) : refused(reply)
    },
    async receive (party, id) {
      const numbers = await numbersOf(calls, party, id)
      if (numbers === null) return 'not there'
      const arrival = await mailboxes.arrives(party, numbers.number, timeout_ms)
      if (arrival !== 'there') return arrival === 'absent' ? 'not there' : `HTTP ${arrival.status} ${arrival.code}`.trim()
      const payload = await calm(calls, async () => await ask(party, payloadRequest(numbers.number)))
      if (payload.status !== 200) return `its payload: HTTP ${payload.status} ${textIn(payload.body, 'code')}`
      const { status, body } = await calm(calls, async () => await ask(party, receivedRequest(numbers.number)))
      return status === 202 ? await unzipped(payload.bytes) : `its acknowledgement: HTTP ${status} ${textIn(body, 'code')}`
    }
  }
}

const refused = ({ status, body }: Reply): Said => {
  const code = textIn(body, 'code')
  return { outcome: code === '' ? `HTTP ${status}, not an answer of Zorgpoort` : 'refused', code: code || null, findings: [], id: null, receipt: false }
}
