/** The worker thread that judges large messages, level 2 too where it is asked: bytes in, judgement out, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { decided, surely, type Asked, type JudgeLimits, type Judgement } from './judge.ts'
import { toWire, type Answer } from './wire.ts'

const limits: JudgeLimits = workerData
const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')

/** The rules are loaded by the first message whose level 2 is asked. */
async function judged (judgement: Judgement, { bytes, weights }: Asked): Promise<Judgement> {
  if (judgement.kind === 'invalid' || weights === null) return judgement
  const { within } = await import('../rules/rules.ts')
  return { ...judgement, within: within({ ...judgement, bytes }, weights) }
}

port.on('message', async (asked: Asked) => {
  const bytes = Buffer.from(asked.bytes.buffer, asked.bytes.byteOffset, asked.bytes.byteLength)
  const sure = surely(bytes, limits)
  const judgement = await judged(sure ?? decided(bytes, limits), asked)
  const answer: Answer = { judgement: toWire(judgement), parsed: sure === null }
  port.postMessage(answer)
})
