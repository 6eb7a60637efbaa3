/** The face of the store: its verbs, what opens it, and the ways it can fail. */
export type * from './verbs.ts'
export { counted_max } from './count.ts'
export { openStore, migrate, lockForServe, type Mode, type StoreOptions } from './open.ts'
export { StoreFailure, StoreFull, StoreUnavailable, StoreUnusable, type Db, type Session } from './db.ts'
