/** Holds the server's place at a database until it is killed; started by a test. */
import { lockForServe } from '../../src/store/store.ts'

lockForServe(process.argv[2] ?? '')
console.log('held')
setInterval(() => {}, 60_000)
