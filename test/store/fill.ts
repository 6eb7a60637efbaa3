/** Stores messages until storage fails, and tells each one stored, how it failed, and that it can still be read; started by a test. */
import { openStore, StoreFull } from '../../src/store/store.ts'
import { ownView } from '../../src/party/party.ts'
import { gemeente, heen, roots } from './sample.ts'

const store = await openStore({ url: process.argv[2] ?? '', mode: 'test', roots })
let last: ReturnType<typeof heen>['envelope']['id'] | null = null
for (let n = 0; n < 100; n++) {
  try {
    const item = heen({ payload: String(n).padEnd(100_000, 'x') })
    await store.accept([item])
    last = item.envelope.id
    console.log(last)
  } catch (error) {
    console.log(error instanceof StoreFull ? 'StoreFull' : String(error))
    break
  }
}
if (last !== null && await store.payload(ownView(gemeente), last) !== null) console.log('readable')
await store.close().catch(() => {})
