/** The face of the store: its verbs, what opens it, and the ways it can fail. */
export type * from './verbs.ts'
export { contentsOf, copyDatabase, damageOf, kekIdsOf, throughToDisk, tryKeys, type Contents, type KeyTrial, type Pace } from './backup.ts'
export { openStore, migrate, lockForServe, type Mode, type StoreOptions } from './open.ts'
export { StoreFailure, StoreFull, StoreUnavailable, StoreUnusable, type Db, type Session } from './db.ts'
export { auditEvents, isDetail, mainChain, type AuditEvent } from './audit.ts'
export { openLinker, type Link, type Linker } from './chain.ts'
export type * from './batches.ts'
export type * from './trail.ts'
