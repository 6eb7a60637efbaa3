/** What processes at one PostgreSQL database tell one another: that there is something to do, never what. Lost words are made up for by everybody's poll. */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { topics, type Topic } from './db.ts'

export interface Hearing {
  /** Tells all processes, this one too; what is told within a moment is told once. Never throws. */
  tell (topic: Topic): void
  /** @param heard told of everything from now on */
  hear (heard: (topic: Topic) => void): void
  close (): Promise<void>
}

const channel = 'zorgpoort'
/** A notification takes a lock over the whole server while it commits: so it is sent apart from the transactions it is about, and not for each. */
const gather_ms = 20
const again_ms = 1_000
/** A connection on which nothing is asked for so long is asked whether it is still there. */
const alive_ms = 15_000
/** In this time it has answered, or said goodbye. */
const answer_ms = 5_000

const topicOf = (payload: string | undefined): Topic | undefined => topics.find(it => it === payload)

/** @param config of the connection; null where connections are shared and none can listen: then nothing is told */
export function openHearing (config: pg.ClientConfig | null, first: (topic: Topic) => void): Hearing {
  const all = [first]
  const untold = new Set<Topic>()
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | null = null
  let asked: Promise<unknown> = Promise.resolve()
  const ending = new AbortController()

  /** Asks when what was asked before is answered: a connection does one thing at a time. */
  function ask (to: pg.Client, text: string, values: unknown[] = []): Promise<unknown> {
    const answer = asked.then(() => to.query(text, values))
    asked = answer.catch(() => {})
    return answer
  }
  /** Listens until the connection is gone, or asked to end. */
  async function listen (config: pg.ClientConfig): Promise<void> {
    const made = new pg.Client({ ...config, query_timeout: answer_ms })
    const gone = new Promise<void>(resolve => { made.on('end', resolve); made.on('error', () => { resolve() }); ending.signal.addEventListener('abort', () => { resolve() }) })
    made.on('notification', ({ payload }) => { const topic = topicOf(payload); if (topic !== undefined) for (const heard of all) heard(topic) })
    let asking: NodeJS.Timeout | undefined
    try {
      await made.connect()
      await made.query(`listen ${channel}`)
      client = made
      // Whatever was told while nobody listened.
      for (const topic of topics) for (const heard of all) heard(topic)
      if (untold.size > 0) await send()
      asking = setInterval(() => { ask(made, 'select 1').catch(() => { made.connection.stream.destroy() }) }, alive_ms).unref()
      await gone
    } finally {
      client = null
      clearInterval(asking)
      made.end().catch(() => {})
    }
  }
  const listening = async (): Promise<void> => {
    if (config === null) return
    while (!ending.signal.aborted) {
      await listen(config).catch(() => {})
      if (!ending.signal.aborted) await pause(again_ms, undefined, { signal: ending.signal, ref: false }).catch(() => {})
    }
  }
  const running = listening()

  async function send (): Promise<void> {
    timer = null
    const [to, words] = [client, [...untold]]
    // Kept for when there is a connection again: others are not told by the moment that this one listens.
    if (to === null) return
    untold.clear()
    await ask(to, 'select pg_notify($1, topic) from unnest($2::text[]) as topic', [channel, words]).catch(() => { for (const word of words) untold.add(word) })
  }
  return {
    tell (topic) {
      // Who cannot hear himself is told here.
      if (client === null) for (const heard of all) heard(topic)
      untold.add(topic)
      timer ??= setTimeout(send, gather_ms).unref()
    },
    hear (heard) { all.push(heard) },
    async close () {
      if (timer !== null) { clearTimeout(timer); await send() }
      ending.abort()
      await running
    }
  }
}
