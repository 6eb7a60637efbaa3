/** A played party at the REST door: posts messages, fetches them from its mailbox. */
import { textIn, type Reply } from './door.ts'
import { openMailboxes, page_max } from './mailbox.ts'
import { calm, findingsIn, noAnswer, type Calls, type Said, type Speaker } from './speaker.ts'

const stored = /^\/v1\/messages\/([0-9a-f-]{36})$/
/** @returns the message's id: of a refused one when the gateway keeps it */
const idOf = ({ status, body }: Reply): string | null => (status < 300 ? textIn(body, 'id') : stored.exec(textIn(body, 'instance'))?.[1]) || null

function saidOf (reply: Reply): Said {
  const { status, headers, body } = reply
  const [code, findings, id] = [textIn(body, 'code'), findingsIn(body), idOf(reply)]
  if (status < 300 && textIn(body, 'id') !== '') return { outcome: headers['duplicate'] === 'true' ? 'duplicate' : textIn(body, 'verdict'), code: null, findings, id, receipt: true }
  return code === '' ? noAnswer(reply) : { outcome: 'refused', code, findings, id, receipt: false }
}

export function restSpeaker (calls: Calls): Speaker {
  const { door, signal, timeout_ms } = calls
  const mailboxes = openMailboxes({
    page: async party => await door.call(party, 'GET', `/v1/mailbox?limit=${page_max}`),
    in: ({ body }) => Array.isArray(body['messages']) ? body['messages'].map(it => textIn(Object(it), 'id')) : [],
    has: async (party, id) => {
      const { status, body } = await door.call(party, 'GET', `/v1/messages/${id}`)
      return status === 200 && body['delivery'] === 'offered'
    }
  }, signal)
  return {
    called: false,
    corrects: true,
    post: async ({ party, bytes, expected, replaces }) => saidOf(await calm(calls, async () =>
      await door.call(party, 'POST', '/v1/messages', bytes, { 'content-type': 'application/xml', ...(replaces === null ? {} : { replaces }) }), expected)),
    async receive (party, id) {
      const arrival = await mailboxes.arrives(party, id, timeout_ms)
      if (arrival !== 'there') return arrival === 'absent' ? 'not there' : `HTTP ${arrival.status} ${arrival.code}`.trim()
      const payload = await calm(calls, async () => await door.call(party, 'GET', `/v1/messages/${id}/payload`))
      if (payload.status !== 200) return `its payload: HTTP ${payload.status} ${textIn(payload.body, 'code')}`
      const { status, body } = await calm(calls, async () => await door.call(party, 'DELETE', `/v1/mailbox/${id}`))
      return status === 204 ? payload.bytes : `its acknowledgement: HTTP ${status} ${textIn(body, 'code')}`
    }
  }
}
