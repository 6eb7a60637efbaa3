/** Loaded before the command: ends the process soon after who started it was killed, so that nothing of a test that was killed goes on at its database. */
import { isMainThread } from 'node:worker_threads'

const parent = Number(process.env['PARENT'])
if (isMainThread) setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 250).unref()
