/** What parties do while a gateway is struck: senders with a ledger each, and a receiver that empties its mailbox. */
import assert from 'node:assert/strict'
import { message, until, type Client } from '../flow/world.ts'
import { lineOf, openLedger, type Ledger } from './ledger.ts'

/** One that sends its messages one after the other, and the same again until it has a receipt: which is next its ledger says, also after all of us were killed. */
export interface Lane {
  readonly ledger: Ledger
  /** How many receipts were of messages that had been stored already. */
  again (): number
  /** Posts until the gateway is gone, or that is enough. @throws AssertionError when it is told anything but a receipt, or to come back */
  post (client: Client, enough: () => boolean): Promise<void>
}

/** Makes the nth message of a lane: the same bytes each time. */
export type Making = (nth: number) => Buffer

export function openLane (ledger: Ledger, make: Making): Lane {
  let again = 0
  const one = async (client: Client): Promise<boolean> => {
    const bytes = make(ledger.count())
    const reply = await client.post(bytes).catch(() => null)
    if (reply === null) return false
    if (reply.status === 503 || reply.status === 429) return true
    assert.ok(reply.status === 202 || (reply.status === 200 && reply.headers['duplicate'] === 'true'), `${reply.status} ${reply.bytes.toString()}`)
    if (reply.status === 200) again++
    ledger.write(lineOf(reply.bytes, bytes))
    return true
  }
  return {
    ledger,
    again: () => again,
    async post (client, enough) { while (!enough() && await one(client)); }
  }
}

/** So many lanes, whose messages are all different. @param path of the nth ledger @param letter with which their Identificaties begin */
export const openLanes = (count: number, path: (lane: number) => string, letter = 'K'): readonly Lane[] => Array.from({ length: count }, (_, lane) => openLane(openLedger(path(lane)), nth => {
  const number = 1 + lane + nth * count
  return message('WMO301', number, { identificatie: `${letter}${number}` })
}))

/** Empties its mailbox, writing down what it has acknowledged, until the gateway is gone or that is enough. @param enough asked when nothing is left */
export async function drain (client: Client, acknowledged: Ledger, enough: () => boolean): Promise<void> {
  for (;;) {
    const inbox = await client.get('/v1/mailbox?limit=20').catch(() => null)
    if (inbox === null) return
    assert.equal(inbox.status, 200)
    if (inbox.told.messages.length === 0 && enough()) return
    for (const { id } of inbox.told.messages) {
      const reply = await client.delete(`/v1/mailbox/${id}`).catch(() => null)
      if (reply === null) return
      assert.equal(reply.status, 204)
      acknowledged.write(id)
    }
  }
}

/** What a door of the chain took, or a batch: whose it is fetches its receipt. @param id of the message @param sent what was taken @returns the line of a ledger */
export async function fetchedLine (client: Client, id: string, sent: Uint8Array): Promise<string> {
  const { status, bytes } = await client.get(`/v1/messages/${id}/receipt`)
  assert.equal(status, 200, bytes.toString())
  return lineOf(bytes, sent)
}

/** Likewise, by the number of the chain: its referentienummer or traceerId. */
export async function numberedLine (client: Client, number: string, sent: Uint8Array): Promise<string> {
  const [it] = (await client.get(`/v1/messages?number=${number}`)).told.messages
  assert.ok(it !== undefined, `nothing is known by ${number}`)
  return await fetchedLine(client, it.id, sent)
}

/** Waits until handlers have done with everything. @param operations of a gateway that runs */
export async function allOffered (operations: string): Promise<void> {
  await until(async () => /^zorgpoort_messages\{delivery="waiting"\} 0$/m.test(await (await fetch(`${operations}/metrics`)).text()) || undefined, 'everything offered')
}
