/** Holds the server's place at a database until it is killed; started by a test. */
import { lockForServe } from '../../src/store/store.ts'

// Kept: what nobody holds on to is collected, and its lock with it.
process.once('SIGTERM', lockForServe(process.argv[2] ?? ''))
console.log('held')
setInterval(() => {}, 60_000)
