/** The worker thread that judges large messages, and brings what else is asked of them: bytes in, judgement out, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { digestOf } from '../core/core.ts'
import { headerOf, outlineOf } from '../standard/standard.ts'
import { decided, surely, type Asked, type JudgeLimits, type Judgement, type Wish } from './judge.ts'
import { toWire, type Answer } from './wire.ts'

const limits: JudgeLimits = workerData
const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')

/** The rules are loaded by the first message whose level 2 is asked. */
async function judged (judgement: Judgement, bytes: Uint8Array, weights: Wish['weights']): Promise<Judgement> {
  if (judgement.kind === 'invalid' || weights === null) return judgement
  const { within } = await import('../rules/rules.ts')
  return { ...judgement, within: within({ ...judgement, bytes }, weights) }
}

/** @returns the judgement with what else is wished for, and of what nobody keeps the outline alone */
async function granted (judgement: Judgement, bytes: Uint8Array, { weights, keepers }: Wish): Promise<Judgement> {
  const all = { ...await judged(judgement, bytes, weights), sha256: digestOf(bytes) }
  if (all.kind === 'invalid') return all
  const { afzender, ontvanger } = headerOf(all.model, all.message)
  return keepers.includes(afzender) || keepers.includes(ontvanger) ? all : { ...all, message: outlineOf(all.model, all.message), outline: true }
}

port.on('message', async (asked: Asked) => {
  const bytes = Buffer.from(asked.bytes.buffer, asked.bytes.byteOffset, asked.bytes.byteLength)
  const sure = surely(bytes, limits)
  const judged = sure ?? decided(bytes, limits)
  const judgement = asked.wish === null ? judged : await granted(judged, bytes, asked.wish)
  const answer: Answer = { judgement: toWire(judgement), parsed: sure === null }
  port.postMessage(answer)
})
