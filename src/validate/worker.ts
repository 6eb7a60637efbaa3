/** The worker thread that judges large messages: bytes in, judgement out, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import type { JudgeLimits } from './judge.ts'
import { judge } from './judge.ts'
import { toWire } from './wire.ts'

const limits: JudgeLimits = workerData
const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')

port.on('message', (bytes: Uint8Array) => {
  port.postMessage(toWire(judge(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), limits)))
})
