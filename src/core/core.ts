/** The face of core: what a message, party, status, error and clock is. Imports nothing of the other folders. */
export * from './ids.ts'
export * from './clock.ts'
export * from './status.ts'
export * from './finding.ts'
export * from './refusals.ts'
export * from './unusable.ts'
export * from './code.ts'
export * from './policy.ts'
