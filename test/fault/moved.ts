/** The store's face, whose move kills its own process at the step that STRIKE names. */
import { copyAhead as copy, finishMove as finish, type MoveOptions } from '../../src/store/store.ts'

export * from '../../src/store/store.ts'

const step = (name: string): void => { if (name === process.env['STRIKE']) process.kill(process.pid, 'SIGKILL') }
const struck = (options: MoveOptions): MoveOptions => ({ ...options, step })

export const copyAhead: typeof copy = options => copy(struck(options))
export const finishMove: typeof finish = (options, ...others) => finish(struck(options), ...others)
