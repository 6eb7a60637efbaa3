/** What every store must do, whatever database is behind it. */
import { describe } from 'node:test'
import { acceptContract } from './accepting.ts'
import { arriveContract } from './arriving.ts'
import { batchContract } from './batching.ts'
import { decideContract } from './deciding.ts'
import { disownContract } from './disowning.ts'
import { deadContract } from './dying.ts'
import { faultContract } from './faulting.ts'
import { eraseContract } from './erasing.ts'
import { factContract } from './facts.ts'
import { factAnewContract } from './facts-anew.ts'
import { factEndContract } from './facts-ending.ts'
import { forgetContract } from './forgetting.ts'
import { judgingContract } from './judging.ts'
import { keepContract } from './keeping.ts'
import { noticeContract } from './noticing.ts'
import { pushModelContract } from './pushing-model.ts'
import { pushContract } from './pushing.ts'
import { tryContract } from './trying.ts'
import { leaveContract } from './leaving.ts'
import { raceContract } from './racing.ts'
import { readContract } from './reading.ts'
import type { Fresh, OpenStore } from './sample.ts'
import { refuseContract } from './refusing.ts'
import { sourceContract } from './sourcing.ts'
import { tenureContract } from './tenuring.ts'
import { turnContract } from './turning.ts'
import { workContract } from './working.ts'

/** Runs the whole contract against the stores that `open` opens. */
export function storeContract (name: string, open: OpenStore): void {
  let databases = 0
  const fresh: Fresh = async (t, options = {}) => {
    const store = await open(`fresh-${++databases}`, options)
    t.after(() => store.close())
    return store
  }
  describe(`store on ${name}`, () => {
    acceptContract(fresh)
    arriveContract(fresh)
    leaveContract(fresh, open)
    workContract(fresh)
    pushContract(fresh)
    tryContract(fresh)
    tenureContract(fresh)
    noticeContract(fresh)
    pushModelContract(fresh)
    factContract(fresh)
    factEndContract(fresh, open)
    factAnewContract(fresh)
    readContract(fresh, open)
    keepContract(fresh, open)
    forgetContract(fresh)
    refuseContract(fresh)
    eraseContract(fresh)
    turnContract(fresh, open)
    faultContract(fresh)
    sourceContract(fresh, open)
    batchContract(fresh)
    judgingContract(fresh)
    deadContract(fresh)
    disownContract(fresh)
    decideContract(fresh)
    raceContract(open, !name.startsWith('SQLite'))
  })
}
