/** The worker thread that judges large messages, and brings what else is asked of them: bytes in, judgement out, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { digestOf } from '../core/core.ts'
import { headerOf, outlineOf, type MessageModel, type Tree } from '../standard/standard.ts'
import { decided, surely, type Asked, type Ground, type JudgeLimits, type Judgement, type Wish } from './judge.ts'
import { elementLines } from './lines.ts'
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

async function groundOf (model: MessageModel, message: Tree, bytes: Buffer): Promise<Ground> {
  const { needsOf } = await import('../history/history.ts')
  return { needs: needsOf(model, message), lines: elementLines(bytes) }
}

/** @returns the judgement with what else is wished for, and of what nobody keeps the outline alone */
async function granted (judgement: Judgement, bytes: Buffer, { weights, keepers, judging = false }: Wish): Promise<Judgement> {
  const all = { ...await judged(judgement, bytes, weights), sha256: digestOf(bytes) }
  if (all.kind === 'invalid') return all
  if (judging) return { ...all, ground: await groundOf(all.model, all.message, bytes) }
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
