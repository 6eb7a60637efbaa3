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
import { factLaterContract } from './facts-later.ts'
import { forgetContract } from './forgetting.ts'
import { groupContract } from './grouping.ts'
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

/** What the stores of a contract are, and how much of it is tried on them. */
interface Extent {
  /** Whether several processes may serve one database, and each call of a group is a transaction of its own. */
  readonly several: boolean
  /** So much of the runs of its properties: a database of its own for each takes a server long. */
  readonly runs: number
}

interface Subject extends Extent { readonly fresh: Fresh, readonly open: OpenStore }

const parts = {
  accept: ({ fresh }) => { acceptContract(fresh) },
  group: ({ fresh, runs }) => { groupContract(fresh, runs) },
  arrive: ({ fresh }) => { arriveContract(fresh) },
  leave: ({ fresh, open, runs }) => { leaveContract(fresh, open, runs) },
  work: ({ fresh }) => { workContract(fresh) },
  push: ({ fresh }) => { pushContract(fresh) },
  try: ({ fresh }) => { tryContract(fresh) },
  tenure: ({ fresh }) => { tenureContract(fresh) },
  notice: ({ fresh }) => { noticeContract(fresh) },
  'push model': ({ fresh, runs }) => { pushModelContract(fresh, runs) },
  fact: ({ fresh }) => { factContract(fresh) },
  'fact end': ({ fresh, open }) => { factEndContract(fresh, open) },
  'fact later': ({ fresh, several }) => { factLaterContract(fresh, several) },
  'fact anew': ({ fresh }) => { factAnewContract(fresh) },
  read: ({ fresh, open }) => { readContract(fresh, open) },
  keep: ({ fresh, open }) => { keepContract(fresh, open) },
  forget: ({ fresh }) => { forgetContract(fresh) },
  refuse: ({ fresh }) => { refuseContract(fresh) },
  erase: ({ fresh }) => { eraseContract(fresh) },
  turn: ({ fresh, open }) => { turnContract(fresh, open) },
  fault: ({ fresh, several }) => { faultContract(fresh, several) },
  source: ({ fresh, open }) => { sourceContract(fresh, open) },
  batch: ({ fresh }) => { batchContract(fresh) },
  judging: ({ fresh }) => { judgingContract(fresh) },
  dead: ({ fresh, runs }) => { deadContract(fresh, runs) },
  disown: ({ fresh }) => { disownContract(fresh) },
  decide: ({ fresh }) => { decideContract(fresh) },
  race: ({ open, several }) => { raceContract(open, several) }
} as const satisfies Readonly<Record<string, (on: Subject) => void>>
export type Part = keyof typeof parts

const isPart = (name: string): name is Part => Object.hasOwn(parts, name)

/** Runs the contract against the stores that `open` opens. @param only these parts of it; default: all */
export function storeContract (name: string, open: OpenStore, { several = false, runs = 1 }: Partial<Extent> = {}, only: readonly Part[] = Object.keys(parts).filter(isPart)): void {
  let databases = 0
  const fresh: Fresh = async (t, options = {}) => {
    const store = await open(`fresh-${++databases}`, options)
    t.after(() => store.close())
    return store
  }
  describe(`store on ${name}`, () => {
    for (const part of only) parts[part]({ fresh, open, several, runs })
  })
}
