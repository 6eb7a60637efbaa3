/** The table of flows: what each does with the storage, and the states it may be left in. */
import { kept } from './keeping.ts'
import { taken } from './taking.ts'
import type { Flow } from './walk.ts'
import { worked } from './working.ts'

export const flows: ReadonlyArray<() => Flow> = [...taken, ...worked, ...kept]
